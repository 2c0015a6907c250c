"""A file comes in by the browser: dropped in, its columns checked, taken in, what is held mended on the spot."""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts import services
from mainstay.accounts.models import Account, Look
from mainstay.accounts.rules import PERMISSIONS, WHOLE_CITY, Area, Jurisdiction, Permission, Role
from mainstay.cases.models import Onset
from mainstay.cycle import held, sense
from mainstay.intake import kept, queries
from mainstay.intake import mapping as mappings
from mainstay.intake.models import Delivery, Receipt, Reject
from mainstay.intake.pages import reading, received
from mainstay.people.models import Identifier, Trait
from mainstay.places.models import Place
from mainstay.platform.clock import now
from mainstay.platform.models import Entry
from tests.intake.desk import Desk, names, row
from tests.intake.workbooks import write_xlsx
from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


pytestmark = pytest.mark.usefixtures("home")


def signed_in(
    world: World, username: str = "bo", role: Role = Role.DATA_CLERK, where: Jurisdiction = WHOLE_CITY
) -> Client:
    account = services.open_account(username=username, name=username.title(), by=world.by, at=now())
    services.give_role(account=account, role=role, jurisdiction=where, by=world.by, at=now())
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def send(client: Client, content: bytes | str, name: str = "key-persons-0122.csv", **given: str):
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/files/new/", {"file": SimpleUploadedFile(name, raw), **given})


def fields(page: str) -> dict[str, str]:
    """What the page's form would send, as a browser reads it."""
    form = page.split('id="reading"')[1] if 'id="reading"' in page else page
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "")
    for name, options in re.findall(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else re.search(r'value="([^"]*)"', options)[1]
    found.pop("csrfmiddlewaretoken", None)
    return {key: unescape(value) for key, value in found.items()}


# Sixty rows: 57 people with a telephone, two of them twice, one row of nobody; then four cells that need a look.
def ugly_rows() -> list[list[str]]:
    people = [
        [str(no), f"Zhang Jia-{no:02}", "M" if no % 2 else "F", f"1390000{no:04}", "2020/1/19"] for no in range(1, 58)
    ]
    people[5][4] = "03/02/2020"
    people[30][4] = "02/03/2020"
    people[40][2] = "?"
    again = [["58", *people[2][1:]], ["59", *people[3][1:]]]
    return [*people, *again, ["60", "Nobody-60", "F", "", "2020/1/20"]]


HEADER = ["No.", "Name", "Sex", "Phone", "Onset"]


def workbook(folder: Path) -> bytes:
    total = ["合计", "60"]
    path = write_xlsx(folder / "w.xlsx", {"Sheet1": [["Key persons ledger, COVID-19"], HEADER, *ugly_rows(), total]})
    return path.read_bytes()


def dropped_in(client: Client, content: bytes | str, name: str = "key-persons-0122.xlsx", **given: str) -> str:
    """Send a file; the address of the page that shows what its columns are taken for."""
    sent = send(client, content, name, **given)
    assert sent.status_code == 302, sent.content.decode()
    return sent.headers["Location"]


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def spoken(page: str) -> str:
    """A page's words, one blank between them."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_an_ugly_workbook_is_dropped_in_and_its_four_are_mended(world: World, tmp_path: Path) -> None:
    clerk = signed_in(world)
    address = dropped_in(clerk, workbook(tmp_path))
    page = spoken(read(clerk, address))
    assert "60 rows, read as xlsx, Sheet1. 57 people." in page
    assert "Row 1 is left out, title: Key persons ledger, COVID-19" in page
    assert "1. What do the dates mean?" in page and "2. What do these values mean?" in page
    assert "3 Feb 2020" in page and "2 Mar 2020" in page  # both readings of the first, none of them chosen
    assert (Delivery.objects.count(), Receipt.objects.count(), Onset.objects.count()) == (0, 0, 0)

    taken = clerk.post(address, fields(read(clerk, address)) | {"act": "take"})
    here = taken.headers["Location"]
    page = spoken(read(clerk, here))
    assert "60 rows, 57 people, 4 need a look" in page
    assert "60 rows in the file = 57 new + 2 known already + 0 changed + 0 disagree + 1 held whole" in page
    assert len(names()) == 57

    inputs = re.findall(r'name="(cell-[0-9a-f]{32}-0)"', read(clerk, here))
    typed = dict(zip(inputs, ["2020-01-19", "31 Feb", "", "1390000 9999"], strict=True))
    answer = clerk.post(here, typed | {"act": "mend"})
    page = spoken(answer.content.decode())
    assert answer.status_code == 422
    assert "Row 8, Onset: “2020-01-19” read as Sun 19 Jan 2020" in page
    assert "Row 62, Phone: “1390000 9999” read as 1390000 9999" in page
    assert "The mended value is no better. '31 Feb' is no day." in page  # told at its field ...
    assert 'value="31 Feb"' in answer.content.decode()  # ... and what was typed stands there again
    assert "Held, 2" in page and len(names()) == 58  # nobody's row has its person now

    inputs = re.findall(r'name="(cell-[0-9a-f]{32}-0)"', read(clerk, here))
    answer = clerk.post(here, {inputs[0]: "2020-02-02", "act": "mend"})
    assert "read as Sun 2 Feb 2020" in spoken(answer.content.decode())
    reject = re.search(r'name="unknown" value="([0-9a-f]{32})"', answer.content.decode())
    answer = clerk.post(here, {"unknown": reject[1]})
    assert "read as not known" in spoken(answer.content.decode())
    assert "60 rows, 57 people, nothing needs a look" in spoken(read(clerk, here))
    assert held.open_rejects() == []
    days = dict(Onset.objects.filter(version__gt=0).values_list("observed_date").annotate(Count("id")))
    assert days == {date(2020, 1, 19): 56, date(2020, 2, 2): 1, date(2020, 1, 20): 1}


def test_the_days_order_and_a_words_meaning_are_said_on_screen(world: World, tmp_path: Path) -> None:
    clerk = signed_in(world)
    address = dropped_in(clerk, workbook(tmp_path))
    said = fields(read(clerk, address)) | {"date_order": "day-month-year", "means-0": "unknown", "act": "try"}
    page = clerk.post(address, said).content.decode()
    assert "1 cell or row is held" in spoken(page)  # of the four only the row of nobody is left
    here = clerk.post(address, fields(page) | {"date_order": "day-month-year", "act": "take"}).headers["Location"]
    assert "60 rows, 57 people, 1 needs a look" in spoken(read(clerk, here))
    assert Onset.objects.filter(observed_date=date(2020, 2, 3)).count() == 1
    assert Trait.objects.filter(name="sex").count() == 56


def test_a_column_is_corrected_and_two_for_one_thing_are_told(world: World) -> None:
    clerk = signed_in(world)
    address = dropped_in(clerk, "Key,Seen\nA1,2020-01-05\nA2,2020-01-06\n", "list.csv")
    page = read(clerk, address)
    assert "No column says who somebody is" in page and "Take in" not in spoken(page).split("Read it again")[1][:30]
    answer = clerk.post(address, {"seen": "1", "slot-0": "onset", "slot-1": "onset", "act": "take"})
    assert (answer.status_code, Delivery.objects.count()) == (422, 0)
    assert "Another column is taken for this already" in answer.content.decode()
    given = {"seen": "1", "slot-0": "case_number", "slot-1": "onset", "disease": "mers", "name": "list", "act": "take"}
    assert clerk.post(address, given).status_code == 302
    assert sorted(Onset.objects.values_list("observed_date", flat=True)) == [date(2020, 1, 5), date(2020, 1, 6)]
    assert sorted(names().values()) == ["list:A1", "list:A2"]


def test_the_reading_is_kept_for_tomorrow_with_a_line_in_the_ledger(world: World, home: Path) -> None:
    clerk = signed_in(world)
    today, tomorrow = "Case ID,Onset\nA1,2020-01-05\n", "Case ID,Onset\nA2,2020-01-06\n"
    address = dropped_in(clerk, today, "river-0105.csv")
    clerk.post(address, fields(read(clerk, address)) | {"act": "take", "disease": "mers"})
    assert [one.name for one in kept.kept()] == ["river"]
    assert (home / "mappings").stat().st_mode & 0o077 == 0
    assert Entry.objects.filter(verb="mapping kept", purpose="mapping river", actor__name="Bo").count() == 1
    assert mappings.load("river").disease == "mers"  # the command line finds it by the same name

    address = dropped_in(clerk, tomorrow, "river-0106.csv")
    page = read(clerk, address)
    assert "Read by the mapping river" in spoken(page)
    here = clerk.post(address, fields(page) | {"act": "take"}).headers["Location"]
    assert "1 row, 1 person, nothing needs a look" in spoken(read(clerk, here))
    assert sorted(names().values()) == ["river:A1", "river:A2"]
    # Another column: another list. It is guessed, and cannot have the same name for other people.
    address = dropped_in(clerk, "Phone,Onset\n13900000001,2020-01-05\n", "river-0107.csv")
    given = fields(read(clerk, address))
    assert given["name"] == "river-2"
    answer = clerk.post(address, given | {"name": "river", "act": "take"})
    assert (answer.status_code, "Give the list another name" in answer.content.decode()) == (422, True)


def test_pressed_twice_it_is_one_delivery_and_the_copy_is_gone(world: World, home: Path) -> None:
    clerk = signed_in(world)
    address = dropped_in(clerk, "Case ID,Onset\nA1,2020-01-05\n", "river.csv")
    copies = [path for path in (home / "uploads").rglob("*") if path.is_file()]
    assert [b"A1" in path.read_bytes() for path in copies] == [False]  # encrypted
    assert {path.stat().st_mode & 0o077 for path in (home / "uploads").rglob("*")} == {0}
    given = fields(read(clerk, address)) | {"act": "take"}
    first, second = clerk.post(address, given), clerk.post(address, given)
    assert first.headers["Location"] == second.headers["Location"]
    assert (Delivery.objects.count(), Receipt.objects.count(), Identifier.objects.count()) == (1, 1, 1)
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []
    # The same file sent once more: the same delivery with its first sum.
    address = dropped_in(clerk, "Case ID,Onset\nA1,2020-01-05\n", "river.csv")
    assert (
        clerk.post(address, fields(read(clerk, address)) | {"act": "take"}).headers["Location"]
        == first.headers["Location"]
    )
    assert (Delivery.objects.count(), Receipt.objects.get().new) == (1, 1)


def test_a_copy_is_its_senders_alone_and_goes_after_a_day(world: World, home: Path) -> None:
    clerk, other = signed_in(world), signed_in(world, "wen")
    address = dropped_in(clerk, "Case ID,Onset\nA1,2020-01-05\n", "river.csv")
    assert other.get(address).status_code == 410  # as one that nobody sent
    (copy,) = (path for path in (home / "uploads").rglob("*") if path.is_file())
    os.utime(copy, (0, 0))
    clerk.get("/files/")
    assert not copy.exists()
    answer = clerk.post(address, {"act": "take"})
    assert (answer.status_code, "Send it again" in answer.content.decode()) == (410, True)


def test_a_list_of_names_only_is_dropped_again_untaken(world: World, home: Path) -> None:
    clerk = signed_in(world)
    address = dropped_in(clerk, "Case ID,Onset\nA1,2020-01-05\n", "river.csv")
    assert clerk.post(address, {"act": "drop"}).headers["Location"] == "/files/"
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []
    assert Delivery.objects.count() == 0


def test_without_a_disease_nothing_is_taken_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = signed_in(world)
    address = dropped_in(clerk, "Case ID,Onset\nA1,2020-01-05\n", "river.csv")
    given = fields(read(clerk, address))
    assert given["disease"] == "mers"  # the only one that an edition is in force for
    monkeypatch.setattr(reading, "_disease", lambda *_given: "")
    answer = clerk.post(address, given | {"disease": "", "act": "take"})
    assert (answer.status_code, "Say which disease" in answer.content.decode()) == (422, True)
    assert Delivery.objects.count() == 0


def test_a_table_is_pasted(world: World) -> None:
    clerk = signed_in(world)
    sent = clerk.post("/files/new/", {"table": "Case ID\tOnset\nA1\t2020-01-05\n"})
    page = read(clerk, sent.headers["Location"])
    assert "1 row, read as csv" in spoken(page)


def test_a_long_file_is_sent_to_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 3)
    clerk = signed_in(world)
    lines = "".join(f"A{number},2020-01-05\n" for number in range(4))
    address = dropped_in(clerk, f"Case ID,Onset\n{lines}", "river.csv")
    page = spoken(read(clerk, address))
    assert "More than 3 rows." in page and "mainstay intake FILE --mapping" in page and "Take in 4" not in page
    assert clerk.post(address, fields(read(clerk, address)) | {"act": "take"}).status_code == 422
    assert Delivery.objects.count() == 0


def test_a_workbook_with_two_sheets_asks_which(world: World, tmp_path: Path) -> None:
    one = [["Case ID", "Onset"], ["A1", "2020-01-05"]]
    book = write_xlsx(tmp_path / "b.xlsx", {"North": one, "South": [one[0], ["B1", "2020-01-06"]]}).read_bytes()
    clerk = signed_in(world)
    address = dropped_in(clerk, book, "b.xlsx")
    answer = clerk.get(address)
    assert (answer.status_code, "Name the one to read" in answer.content.decode()) == (422, True)
    page = read(clerk, f"{address}?sheet=South")
    here = clerk.post(address, fields(page) | {"act": "take"}).headers["Location"]
    assert "b.xlsx: South" in read(clerk, here)
    assert [name.split(":")[1] for name in names().values()] == ["B1"]


# --- the list -----------------------------------------------------------------------------------------


def test_the_list_adds_up_pages_back_and_asks_a_constant_number(world: World, tmp_path: Path, monkeypatch) -> None:
    desk = Desk(tmp_path)
    clerk = signed_in(world)
    assert "No file yet." in read(clerk, "/files/")

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.deliveries()
        return len(asked)

    desk.send(row("1", reported="2020-02-29"), row("2", ill="no day"), row(""))
    one = statements()
    for number in range(3, 8):
        desk.send(row("1", reported="2020-02-29"), row("1", reported="2020-02-28"), row(str(number), ill="no day"))
    assert (one, statements()) == (3, 3)
    rows = queries.deliveries()
    for found in rows:
        assert (
            found.sum.received
            == found.sum.new + found.sum.known + found.sum.revised + found.sum.conflict + found.sum.rejected
        )
    # The slow way to the same: every line of what is held, by the file that brought it.
    brought = dict(Reject.objects.values_list("id", "delivery_id"))
    assert {one.id: one.open for one in rows} == Counter(brought[line.reject] for line in held.open_rejects())
    page = spoken(read(clerk, "/files/"))
    assert page.index("list-6.csv") < page.index("list-1.csv")
    assert "list-1.csv" in page and "the desk" in page and "csv, utf-8" in page

    monkeypatch.setattr(received, "A_PAGE", 4)
    first = read(clerk, "/files/")
    before = re.search(r"\?before=([0-9]+)", first)[1]
    second = read(clerk, f"/files/?before={before}")
    names_on = [re.findall(r"list-[0-9]\.csv", page) for page in (first, second)]
    assert names_on == [["list-6.csv", "list-5.csv", "list-4.csv", "list-3.csv"], ["list-2.csv", "list-1.csv"]]


def test_a_file_cut_short_is_not_counted_until_it_comes_again(world: World, tmp_path: Path, monkeypatch) -> None:
    desk = Desk(tmp_path)
    whole, rows = sense._receipt, [row("1"), row("2")]

    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sense, "_receipt", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.send(*rows)
    clerk = signed_in(world)
    assert "not counted: send the file again" in read(clerk, "/files/")
    here = f"/files/{Delivery.objects.get().id}/"
    assert "it was cut short" in read(clerk, here)
    monkeypatch.setattr(sense, "_receipt", whole)
    desk.send(*rows)
    assert "2 rows, 2 people, nothing needs a look" in spoken(read(clerk, here))


# --- who ----------------------------------------------------------------------------------------------


def test_whoever_takes_in_files_may_mend_rows_so_one_door_shows_both_the_list() -> None:
    assert all(Permission.MEND_ROWS in may for may in PERMISSIONS.values() if Permission.TAKE_IN_FILES in may)


def test_a_tracer_of_one_community_sees_sums_but_no_cells(world: World, tmp_path: Path) -> None:
    done = Desk(tmp_path).send(row("1", ill="Tuesday Secret-77"))
    lake = Jurisdiction(Area.COMMUNITY, Place.objects.get(code="c1").id)
    tracer = signed_in(world, "tr", Role.TRACER, lake)
    here = f"/files/{done.delivery}/"
    page = read(tracer, here)
    assert "1 row, 1 person, 1 needs a look" in spoken(page) and "Secret-77" not in page
    assert "who mends rows for the whole city" in page
    assert tracer.post(here, {"act": "mend"}).status_code == 404
    assert "Take in a file" not in read(tracer, "/files/")
    assert tracer.get("/files/new/").status_code == 404
    assert Look.objects.count() == 0  # nobody was seen

    mender = signed_in(world, "me", Role.TRACER)
    assert "Secret-77" in read(mender, here)
    look = Look.objects.get()
    assert (look.account.username, look.page, look.purpose, look.count) == ("me", "delivery", "quality", 1)


def test_the_first_rows_of_a_file_leave_a_look(world: World) -> None:
    clerk = signed_in(world)
    read(clerk, dropped_in(clerk, "Case ID,Onset\nA1,2020-01-05\nA2,2020-01-05\n", "river.csv"))
    look = Look.objects.get()
    assert (look.account, look.page, look.count) == (Account.objects.get(username="bo"), "files-check", 2)
