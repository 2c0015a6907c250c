"""A file comes back as its sender's own workbook: their cells as they were, beside them what became known since."""

from __future__ import annotations

import io
import json
import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.models import Look
from mainstay.accounts.rules import NOWHERE, Area, Jurisdiction, Role, Scope
from mainstay.cycle.delivered import Delivered
from mainstay.cycle.giving_back import GivenBack, give_back
from mainstay.duties.services import record_evidence
from mainstay.intake import taken_in
from mainstay.intake.formats.ooxml_added import letters_of
from mainstay.people import services as people
from mainstay.people.models import Identifier, Person
from mainstay.places.models import Place
from mainstay.platform.errors import MainstayError
from mainstay.platform.keys import blind_index, load_keys
from mainstay.platform.models import Entry
from tests.intake.desk import COLUMNS, Desk, row, text
from tests.intake.test_pages import signed_in
from tests.intake.workbooks import write_ods, write_xls, write_xlsx
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
EVERYWHERE = Scope(everywhere=True)
TAKEN = datetime(2020, 3, 1, 6, tzinfo=UTC)
AT = datetime(2020, 3, 3, 6, tzinfo=UTC)
OWN = len(COLUMNS)
NAMES = ("Record number", "Category now", "Classification", "Last test", "Its result", "Where now", "Duties open")
NAMES += ("of them overdue", "Which", "Last call", "Contacts named", "Mended since", "Added since", "Name")
NAMES += ("Telephone", "Address")
ROWS = (
    row("P1", sex="m", age="45", ill="2020-02-25", reported="2020-02-27", ward="River Hospital", desk="=1+1"),
    row("P2", sex="f", age="30", ill="2020-02-26", reported="2020-02-28"),
    row("P3", sex="x", age="61", reported="2020-02-28", desk="+86 138"),
)


def cells(**given: str) -> list[str]:
    return [given[name] for name in COLUMNS]


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def back(done: Delivered, scope: Scope = EVERYWHERE, **more: Any) -> GivenBack:
    return give_back(delivery=done.delivery, scope=scope, by=Desk(Path()).by, at=AT, **more)


def sheet_of(given: GivenBack) -> Any:
    return openpyxl.load_workbook(io.BytesIO(given.content)).active


def values(given: GivenBack) -> list[list[Any]]:
    return [[cell.value for cell in line] for line in sheet_of(given).iter_rows()]


def person(number: str) -> UUID:
    return Identifier.objects.get(blind=blind_index(load_keys(), "clinic", number)).person_id


def ugly(desk: Desk) -> Path:
    """Titles, a merged heading, colours, a formula, a second sheet, a row of totals."""
    lines: list[list[Any]] = [["River District: key persons"], [], list(COLUMNS)]
    lines += [cells(**one) for one in ROWS]
    lines[3][OWN - 1] = "=1+1"
    lines += [["Total", "", "3"], ["Prepared by: the clinic"]]
    return write_xlsx(
        desk.folder / "key-persons.xlsx", {"List": lines, "Other": [["a"], ["=A1"]]}, merges=[(1, 1, 1, OWN)]
    )


def learned(world: World) -> None:
    """What two days of work bring: a class, a test, a call, a contact named, somebody typed in."""
    world.people |= {"One": person("P1"), "Two": person("P2")}
    world.classified("One", "confirmed", "2020-03-01")
    world.result("One", "positive", "2020-03-01")
    world.result("Two", "negative", "2020-03-02")
    world.lives("Two", "u1")
    record_evidence(
        person=person("P1"), kind="call_reached", observed_date=date(2020, 3, 2), observed_at=AT, known_at=AT,
        by=world.by, at=AT, disease=world.disease,
    )  # fmt: skip
    friend = uuid4()
    people.add_person(person=friend, name="Invented Friend", phone="+1 555", by=world.by, at=AT, known=False)
    world.people["Friend"] = friend
    world.met("Friend", "One", "2020-03-02")
    people.add_person(person=uuid4(), name="=HYPERLINK(1)", by=world.by, at=AT)


def test_an_ugly_workbook_comes_back_as_it_was_with_what_was_added(world: World, desk: Desk) -> None:
    path = ugly(desk)
    done = desk.take(path, at=TAKEN)
    assert (done.rows["received"], done.rows["new"]) == (3, 3)
    learned(world)

    given = back(done)

    theirs, ours = openpyxl.load_workbook(path), openpyxl.load_workbook(io.BytesIO(given.content))
    assert ours.sheetnames == theirs.sheetnames == ["List", "Other"]
    assert ours.active.merged_cells.ranges == theirs.active.merged_cells.ranges != set()
    for line in theirs.active.iter_rows():
        for cell in line:
            mine = ours.active[cell.coordinate]
            assert mine.fill.fgColor.rgb == cell.fill.fgColor.rgb
            assert mine.value == (None if cell.data_type == "f" else cell.value)  # never calculated: no value was saved
    rows = values(given)
    assert tuple(rows[2][OWN:]) == NAMES
    said = [dict(zip(NAMES, line[OWN:], strict=True)) for line in rows[3:6]]
    one, two, three = said
    assert one["Record number"] == person("P1").hex[-8:]
    assert (one["Classification"], one["Last test"], one["Its result"]) == (
        "confirmed, 2020-03-01",
        "PCR, 2020-03-01",
        "positive",
    )
    assert one["Where now"] == "in a ward, River Hospital" and one["Last call"] == "reached, 2020-03-03 14:00"
    assert one["Contacts named"] == "Invented Friend" and one["Added since"] is None
    assert (two["Its result"], two["Where now"]) == ("negative", "at home, Unit One")
    assert three["Record number"] and three["Classification"] is None
    # Titles, totals and remarks have nothing beside them; beneath stand those added since.
    assert all(value is None for line in (rows[0], rows[6], rows[7]) for value in line[OWN:])
    added = [dict(zip(NAMES, line[OWN:], strict=True)) for line in rows[8:]]
    assert [(one["Added since"], one["Name"], one["Telephone"]) for one in added] == [
        ("added", "'=HYPERLINK(1)", None),
        ("added", "Invented Friend", "'+1 555"),
    ]
    assert (given.rows, given.rows_added, given.rows_left_out, len(given.people)) == (3, 2, 0, 3 + 2)


def test_nothing_in_what_is_given_back_is_a_formula(world: World, desk: Desk) -> None:
    for path in (ugly(desk), desk.file(text(*ROWS))):
        done = desk.take(path, at=TAKEN)
        book = openpyxl.load_workbook(io.BytesIO(back(done).content))
        kinds = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
        assert "f" not in kinds


@pytest.mark.parametrize("ending", ["csv", "xls", "ods", "jsonl"])
def test_from_every_other_format_rows_and_columns_are_theirs_too(world: World, desk: Desk, ending: str) -> None:
    lines = [list(COLUMNS), *(cells(**one) for one in ROWS)]
    if ending == "csv":
        path = desk.file(text(*ROWS, separator=";").encode("gbk"), "list.csv")
    elif ending == "jsonl":
        path = desk.file("\n".join(json.dumps(one) for one in ROWS), "list.jsonl")
    else:
        path = {"xls": write_xls, "ods": write_ods}[ending](desk.folder / f"list.{ending}", {"List": lines})
        lines = [[value.removeprefix("=") if value.startswith("=") else value for value in line] for line in lines]
    done = desk.take(path, at=TAKEN)
    got = values(back(done))
    assert [line[: OWN - 1] for line in got] == [line[: OWN - 1] for line in lines]
    assert tuple(got[0][OWN:]) == NAMES and got[1][OWN] == person("P1").hex[-8:]
    if ending == "csv":
        cell = sheet_of(back(done)).cell(2, OWN)
        assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_it_can_be_taken_in_again_and_says_nothing_new(world: World, desk: Desk) -> None:
    """Their own cells stand as they stood: no row of theirs reads otherwise."""
    done = desk.take(desk.file(text(*ROWS)), at=TAKEN)
    path = desk.folder / "again.xlsx"
    path.write_bytes(back(done).content)
    again = desk.take(path, at=AT)
    assert (again.rows["known"], again.rows["received"], again.facts_added) == (3, 3, 0)


def test_added_since_is_who_was_not_known_before(world: World, desk: Desk) -> None:
    """An earlier file named a contact of P1; a later one another, who has a number of the same clinic."""
    desk.send(row("P1", reported="2020-02-27"), row("OLD", reported="2020-02-27", met="P1"), at=TAKEN)
    done = desk.take(ugly(desk), at=TAKEN)
    desk.send(row("NEW", reported="2020-03-02", met="P1"), at=AT)
    rows = values(back(done))
    assert [line[0] for line in rows[8:]] == ["NEW"]  # in their own column of numbers
    assert "OLD" not in str(rows)


def test_in_chinese(world: World, desk: Desk) -> None:
    done = desk.take(ugly(desk), at=TAKEN)
    learned(world)
    for language, said in (("zh-hans", ("档案号", "确诊，2020-03-01")), ("zh-hant", ("檔案號", "確診，2020-03-01"))):
        rows = values(back(done, language=language))
        assert (rows[2][OWN], rows[3][OWN + 2]) == said


def test_as_many_statements_for_two_rows_as_for_forty(world: World, desk: Desk) -> None:
    counts = []
    for many in (2, 40):
        done = desk.take(desk.file(text(*(row(f"Q{n}", reported="2020-02-28") for n in range(many)))), at=TAKEN)
        with CaptureQueriesContext(connection) as queries:
            assert back(done).rows == many
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- whose rows, and for how long -----------------------------------------------------------------------


def test_rows_of_people_outside_ones_bounds_are_left_out(world: World, desk: Desk) -> None:
    done = desk.take(ugly(desk), at=TAKEN)
    learned(world)
    scope = Scope(units=frozenset([Place.objects.get(code="u1").id]))
    given = back(done, scope)
    text_of = str(values(given))
    assert "P2" in text_of and not any(other in text_of for other in ("P1", "P3", "Invented Friend", "key persons"))
    assert (given.rows, given.rows_added, given.rows_left_out) == (1, 0, 2)
    assert given.people == (person("P2"),)
    assert back(done, NOWHERE).people == ()


def test_after_its_time_the_copy_goes_and_the_file_can_be_sent_again(world: World, desk: Desk, home: Path) -> None:
    path = desk.file(text(*ROWS))
    done = desk.take(path, at=TAKEN)
    (kept,) = (home / "taken-in").iterdir()
    assert b"P1" not in kept.read_bytes() and kept.stat().st_mode & 0o077 == 0
    old = time.time() - taken_in.KEPT_DAYS * 24 * 3600 - 60
    os.utime(kept, (old, old))
    assert taken_in.sweep() == 1 and not taken_in.is_kept(done.delivery)
    with pytest.raises(MainstayError) as told:
        back(done)
    assert told.value.code == "file.not_kept"
    assert back(done, path=path).rows == 3  # whoever has the file needs no copy
    people_before = Person.objects.count()
    assert desk.take(path, at=AT).facts_added == 0
    assert back(done).rows == 3 and Person.objects.count() == people_before


def test_a_delivery_that_is_not_there_and_a_dry_run_keep_nothing(world: World, desk: Desk, home: Path) -> None:
    desk.take(desk.file(text(*ROWS)), dry_run=True)
    assert not (home / "taken-in").exists()
    with pytest.raises(MainstayError) as told:
        give_back(delivery=uuid4(), scope=EVERYWHERE, by=desk.by, at=AT)
    assert told.value.code == "delivery.unknown"


# --- the door -------------------------------------------------------------------------------------------


def test_it_is_downloaded_and_leaves_a_look_that_names_everybody(world: World, desk: Desk) -> None:
    done = desk.take(ugly(desk), at=TAKEN)
    client = signed_in(world, role=Role.EPIDEMIOLOGIST)
    address = f"/files/{done.delivery}/back/"
    assert address in client.get(f"/files/{done.delivery}/").content.decode()
    reply = client.get(address)
    assert reply.status_code == 200 and 'filename="key-persons-' in reply["Content-Disposition"]
    look = Look.objects.get(page="delivery-back")
    assert look.count == 3 and bytes(look.listed) == b"".join(
        one.bytes for one in sorted(map(person, ("P1", "P2", "P3")))
    )


def test_who_may_not_export_people_finds_nothing(world: World, desk: Desk) -> None:
    done = desk.take(ugly(desk), at=TAKEN)
    address = f"/files/{done.delivery}/back/"
    elsewhere = Jurisdiction(Area.UNIT, Place.objects.get(code="u2").id)
    assert signed_in(world, "ba", role=Role.DATA_CLERK).get(address).status_code == 404
    assert signed_in(world, "bi", role=Role.EPIDEMIOLOGIST, where=elsewhere).get(address).status_code == 404
    boss = signed_in(world, "be", role=Role.EPIDEMIOLOGIST)
    assert boss.get(f"/files/{uuid4()}/back/").status_code == 404 and boss.post(address).status_code == 405
    assert Client().get(address).status_code == 302
    assert not Look.objects.filter(page="delivery-back").exists()
    (taken_in._folder() / done.delivery.hex).unlink()
    assert boss.get(address).status_code == 410


def test_by_the_command_line(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own module, in this process: a file by its bytes, a delivery by its id, and what is neither."""
    from click.testing import CliRunner

    from mainstay.cli import give_back as command

    monkeypatch.setattr(command, "open_instance", lambda home: None)
    path, out = desk.file(text(*ROWS)), desk.folder / "back.xlsx"
    done = desk.take(path, at=TAKEN)
    for named in (str(path), str(done.delivery)):
        said = CliRunner().invoke(command.give_back, [named, "-o", str(out), "--language", "zh-hans", "--json"])
        assert said.exit_code == 0, said.output
        assert json.loads(said.stdout)["data"] == {
            "delivery": str(done.delivery), "output": str(out), "rows": 3, "rows_added": 0, "persons": 3,
        }  # fmt: skip
        assert openpyxl.load_workbook(out).active.cell(1, OWN + 1).value == "档案号"
    assert Entry.objects.filter(verb="export", source="give-back").count() == 2
    for wrong in (str(desk.file("no,such\n1,2\n")), "nothing", str(uuid4())):
        refused = CliRunner().invoke(command.give_back, [wrong, "-o", str(out)])
        assert isinstance(refused.exception, MainstayError) and refused.exception.code == "delivery.unknown"


def test_letters_of_columns() -> None:
    assert [letters_of(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
