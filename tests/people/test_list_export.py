"""The list taken along as a file: the same people as on the pages, in the same order, and everybody in it audited."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from mainstay.accounts.models import Look
from mainstay.accounts.queries import listed_looks
from mainstay.accounts.rules import PERMISSIONS, Permission, Purpose, Role, Scope
from mainstay.duties.titles import titles
from mainstay.people import services as people
from mainstay.people.pages import export, list_file
from mainstay.people.queries import ReadAs
from mainstay.platform.clock import now
from mainstay.platform.identity import new_id
from mainstay.platform.locks import lease
from mainstay.platform.models import Lease
from mainstay.reports.queries import line_list, list_export
from mainstay.reports.queries.line_list import Asked
from mainstay.reports.queries.owed import owed_to
from tests.settings import HOME
from tests.web.signing_in import JUNK, signed_in
from tests.world import World, at_time

CITY = Scope(everywhere=True)
WHY = {"purpose": "investigation", "reason": "for the night shift"}
HEADER = [
    "Person", "Category", "Why", "Overdue", "Open", "Where now", "Since", "Telephone", "Address",
    "Code of the unit where they live", "First day of illness", "Last result", "Day of the last result",
    "Overdue since", "Owed next", "By when", "Who answers", "Number of the record",
]  # fmt: skip


def named(world: World, name: str, phone: str = "", address: str = "") -> None:
    world.people[name] = new_id()
    people.add_person(person=world.people[name], name=name, phone=phone, address=address, by=world.by, at=world.at)


@pytest.fixture
def outbreak(world: World) -> World:
    """An is confirmed and tested, Bo suspected in another unit, Ci was named by An; today is the 8th."""
    named(world, "An Yi-01", "100 0000 0101", 'behind the mill, "left" door')
    named(world, "Bo Er-02", "+86 100 0000 0102", "=HYPERLINK(0)")
    named(world, "池三-03", "100 0000 0103", "磨坊后面\n二楼")
    for name, unit in (("An Yi-01", "u1"), ("Bo Er-02", "u2"), ("池三-03", "u1")):
        world.lives(name, unit)
    world.classified("An Yi-01", "confirmed", "2020-02-01")
    world.classified("Bo Er-02", "suspected", "2020-02-05")
    world.onset("An Yi-01", "2020-01-30", known="2020-02-01")
    world.onset("An Yi-01", "2020-01-31", known="2020-02-02")
    world.result("An Yi-01", "negative", "2020-01-31", known="2020-02-01")
    world.result("An Yi-01", "positive", "2020-02-01")
    world.stays("An Yi-01", "ward", "h1", "2020-02-01")
    world.met("池三-03", "An Yi-01", known="2020-02-06", first="2020-02-01", last="2020-02-03")
    world.cycle("2020-02-06")
    world.cycle("2020-02-08")
    return world


def taken(client: Client, query: str = "", **form: str) -> bytes:
    reply = client.post(f"/list/export/{query}", {"form": "csv", **WHY, **form})
    assert reply.status_code == 200, reply.content
    return b"".join(reply.streaming_content)


def end(reply: Any) -> None:
    """As whoever serves ends an answer; the tests' one connection stays, which the client holds to as well."""
    with patch.object(connection, "close_if_unusable_or_obsolete"):
        reply.close()


def told(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by the names of their columns."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def shown(client: Client, query: str = "") -> list[tuple[str, ...]]:
    """The slow twin: every row of every page, by following *Next* from the first page on."""
    found, address = [], f"/list/{query}"
    while address:
        page = client.get(address).content.decode()
        body = page.partition("<tbody>")[2].partition("</tbody>")[0]
        for row in body.split("<tr>")[1:]:
            record = re.search(r'href="/list/([0-9a-f-]{36})/"', row)[1]
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)[-7:]
            texts = [re.sub(r"<svg.*?</svg>|<[^>]*>", "", cell, flags=re.DOTALL).strip() for cell in cells]
            found.append((record, *texts[:4], texts[4], texts[5]))
        following = re.search(r'<a class="button small" href="([^"]*)"><span>Next', page)
        address = following[1].replace("&amp;", "&") if following else ""
    return found


def as_shown(row: dict[str, str]) -> tuple[str, ...]:
    """A row of the file as the page of the list writes it."""
    late = f"{row['Overdue']} overdue" if row["Overdue"] != "0" else "–"
    cells = (row["Category"] or "–", row["Why"] or "–", late, row["Open"], row["Where now"] or "not known")
    return (row["Number of the record"], row["Person"], *cells)


# --- what is in it --------------------------------------------------------------------------------------


def test_one_row_tells_what_the_list_shows_how_to_reach_them_and_what_is_owed_next(outbreak: World) -> None:
    content = taken(signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST))
    assert content.startswith(b"\xef\xbb\xbfPerson,Category,Why,")
    rows = {row["Person"]: row for row in told(content)}
    assert list(rows["An Yi-01"]) == HEADER
    an = rows["An Yi-01"]
    assert (an["Category"], an["Where now"], an["Since"]) == ("Confirmed", "River Hospital", "2020-02-06")
    assert (an["Telephone"], an["Address"]) == ("100 0000 0101", 'behind the mill, "left" door')
    assert an["Code of the unit where they live"] == "u1"
    # The earlier of two first days, as a protocol counts; the later of two results, by the day of the specimen.
    assert (an["First day of illness"], an["Last result"]) == ("2020-01-30", "Test PCR: positive")
    assert an["Day of the last result"] == "2020-02-01"
    assert an["Number of the record"] == str(outbreak.people["An Yi-01"])
    first, *others = owed_to([outbreak.people["An Yi-01"]])
    assert int(an["Open"]) == 1 + len(others)
    assert an["By when"] == (first.due_at + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")  # the city's time
    assert an["Overdue since"] == an["By when"] and int(an["Overdue"]) > 0
    title = titles({first.edition})[first.edition, first.clause]["en"]
    assert an["Owed next"].startswith(title)
    assert an["Who answers"] == "Ward, Nurse Ci"  # where An stays


def test_formulas_are_defused_and_quotes_lines_and_chinese_come_through(outbreak: World) -> None:
    rows = {row["Person"]: row for row in told(taken(signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)))}
    bo, chi = rows["Bo Er-02"], rows["池三-03"]
    assert (bo["Telephone"], bo["Address"]) == ("'+86 100 0000 0102", "'=HYPERLINK(0)")
    assert chi["Address"] == "磨坊后面\n二楼"


def test_the_workbook_says_the_same_with_days_as_days_and_telephones_as_they_are(outbreak: World) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    rows = told(taken(client))
    book = CalamineWorkbook.from_filelike(io.BytesIO(taken(client, form="xlsx")))
    header, *lines = book.get_sheet_by_index(0).to_python()
    assert header == HEADER and len(lines) == len(rows) == 3
    for row, line in zip(rows, lines, strict=True):
        cells = dict(zip(header, line, strict=True))
        assert [str(cells[name]) for name in ("Person", "Category", "Why", "Number of the record")] == [
            row[name] for name in ("Person", "Category", "Why", "Number of the record")
        ]
        assert cells["Telephone"] == row["Telephone"].removeprefix("'")
        assert cells["Open"] == float(row["Open"])
        since = cells["Since"]
        assert isinstance(since, date) and since.isoformat()[:10] == row["Since"]


def test_headers_and_words_are_in_the_readers_language(outbreak: World) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    client.cookies["django_language"] = "zh-hans"
    first, *rows = taken(client).decode("utf-8-sig").splitlines()
    assert first.startswith("人员,") or not first.isascii()
    assert any("确诊" in row for row in rows)


# --- the same people as on the pages --------------------------------------------------------------------


@pytest.fixture
def many(outbreak: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """67 more, of every category, some nowhere known; pages of 50, blocks of 7, of whom only 20 are weighed."""
    classes = ("confirmed", "clinical", "suspected", "asymptomatic", "discarded")
    for number in range(67):
        name = f"Nr {number:03}"
        named(outbreak, name)
        if number % 3:
            outbreak.lives(name, ("u1", "u2")[number % 2])
        outbreak.classified(name, classes[number % 5], f"2020-02-{1 + number % 7:02}")
        if number % 4 == 0:
            outbreak.stays(name, "ward", "h1", "2020-02-07")
    outbreak.cycle("2020-02-09")
    monkeypatch.setattr(list_export, "BLOCK", 7)
    return outbreak


QUERIES = ["?sort=overdue", "?sort=category", "?category=suspected&sort=overdue", "?category=none&sort=overdue"]
QUERIES += ["?overdue=1&sort=category", "?where=u2&sort=overdue", "?placing=waiting&sort=overdue", "?where=nowhere"]


def test_the_rows_are_those_of_the_pages_by_every_filter_and_order(many: World) -> None:
    client = signed_in(many, "Wen", Role.EPIDEMIOLOGIST)
    for query in QUERIES:
        rows = told(taken(client, query))
        pages = [row[:6] for row in shown(client, query)]
        # In these orders a page gives as its reason the delay alone; the file gives every reason.
        assert [as_shown(row)[:3] + as_shown(row)[4:6] for row in rows] == [row[:3] + row[4:6] for row in pages], query
        assert all(row["Why"].endswith(page[3]) or page[3] == "–" for row, page in zip(rows, pages, strict=True))


def test_worst_first_is_the_order_of_the_pages_and_holds_everybody_once(many: World) -> None:
    client = signed_in(many, "Wen", Role.EPIDEMIOLOGIST)
    assert [as_shown(row)[:6] for row in told(taken(client))] == [row[:6] for row in shown(client)]
    everybody = [row["Number of the record"] for row in told(taken(client, "?sort=overdue"))]
    rows = [row["Number of the record"] for row in told(taken(client))]
    assert len(rows) == len(set(rows)) and set(rows) == set(everybody)


def test_only_whom_ones_bounds_hold_is_in_it(many: World) -> None:
    client = signed_in(many, "Wen", Role.EPIDEMIOLOGIST, "u2")
    rows = told(taken(client, "?sort=overdue"))
    assert [row["Number of the record"] for row in rows] == [row[0] for row in shown(client, "?sort=overdue")]
    assert {row["Code of the unit where they live"] for row in rows} == {"u2"}
    assert told(taken(client, "?where=u1")) == []


def test_whoever_changes_meanwhile_stays_in_it_once_as_they_stand_then(
    outbreak: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keyset pages would lose whoever moved past the cursor; of the list taken along nobody is missed."""
    monkeypatch.setattr(list_export, "BLOCK", 1)
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    before = [row["Person"] for row in told(taken(client, "?sort=category"))]
    assert before == ["An Yi-01", "Bo Er-02", "池三-03"]
    pieces = client.post("/list/export/?sort=category", {"form": "csv", **WHY}).streaming_content
    begun = next(pieces) + next(pieces)
    outbreak.classified("池三-03", "confirmed", "2020-02-09")
    outbreak.classified("Bo Er-02", "discarded", "2020-02-09")
    outbreak.cycle("2020-02-09")
    rows = told(begun + b"".join(pieces))
    assert [row["Person"] for row in rows] == before
    assert [row["Category"] for row in rows][::2] == ["Confirmed", "Confirmed"]
    assert rows[1]["Category"] != "Suspected"


# --- how much it costs ----------------------------------------------------------------------------------


def test_a_constant_number_of_statements_a_block(many: World) -> None:
    records = line_list.everybody(Asked(CITY, at_time("2020-02-10", "00:00")))
    everybody = [UUID(bytes=records[at : at + 16]) for at in range(0, len(records), 16)]
    assert len(everybody) >= 40
    taken = list_file.Taken(records, at_time("2020-02-10", "00:00"), date(2020, 2, 9), many.zone, "en")
    counted = []
    for number in (3, 40):
        with CaptureQueriesContext(connection) as asked:
            assert len(list_file._block(everybody[:number], taken, ReadAs())) == number
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 30


def test_who_is_in_it_is_found_in_one_statement(many: World) -> None:
    with CaptureQueriesContext(connection) as asked:
        records = line_list.everybody(Asked(CITY, at_time("2020-02-10", "00:00")))
    rows = line_list.list_people(Asked(CITY, at_time("2020-02-10", "00:00")), limit=1000)
    assert records == b"".join(row.id.bytes for row in rows)
    # Who is read as whom, and the list; PostgreSQL opens a cursor for it.
    assert len(asked) <= 2


# --- who takes it, and what the audit says --------------------------------------------------------------


def test_one_look_says_why_by_which_filters_and_at_whom_before_anything_is_sent(outbreak: World) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    reply = client.post("/list/export/?category=suspected&sort=overdue", {"form": "csv", **WHY})
    (look,) = Look.objects.all()
    assert (look.page, look.purpose, look.count) == ("list-export", Purpose.INVESTIGATION, 1)
    assert bytes(look.listed) == outbreak.people["Bo Er-02"].bytes
    assert look.entry.purpose == "csv, category=suspected sort=overdue; for the night shift"
    end(reply)
    found = listed_looks(outbreak.people["Bo Er-02"], now() - timedelta(days=1))
    assert [(row.page, row.username) for row in found] == [("list-export", "wen")]
    assert listed_looks(outbreak.people["An Yi-01"], now() - timedelta(days=1)) == []
    auditor = signed_in(outbreak, "Mo", Role.AUDITOR)
    page = auditor.get("/audit/", {"person": str(outbreak.people["Bo Er-02"])}).content.decode()
    assert "the list, taken along" in page and "for the night shift" in page


def test_opening_the_page_shows_nobody_and_leaves_no_look(outbreak: World) -> None:
    page = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST).get("/list/export/?category=suspected").content.decode()
    assert "<b>1</b> people match" in page and "Category: Suspected" in page and "Bo Er" not in page
    assert not Look.objects.exists()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_without_a_purpose_there_is_no_file(outbreak: World, form: str) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    for given in ({}, {"purpose": "duty"}, {"purpose": "request"}, *({"purpose": junk} for junk in JUNK)):
        reply = client.post("/list/export/", {"form": form, **given})
        assert (reply.status_code, "Choose why the list is needed" in reply.content.decode()) == (422, True), given
    reply = client.post("/list/export/", {"form": form, "purpose": "emergency", "reason": " "})
    assert reply.status_code == 422 and "which emergency" in reply.content.decode()
    assert not Look.objects.exists() and not Lease.objects.exists()
    assert taken(client, form=form, purpose="emergency", reason="flood")


def test_the_link_is_there_for_whoever_may_and_keeps_the_filters(outbreak: World) -> None:
    page = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST).get("/list/?category=suspected&sort=overdue")
    assert 'href="/list/export/?category=suspected&amp;sort=overdue"' in page.content.decode()
    tracer = signed_in(outbreak, "Mo", Role.TRACER)
    assert "/list/export/" not in tracer.get("/list/").content.decode()
    assert tracer.post("/list/export/", {"form": "csv", **WHY}).status_code == 404


def test_every_role_that_may_take_people_along_may_see_them() -> None:
    """So the file is bounded as the list is: one role gives both, for one jurisdiction."""
    may = [role for role, permissions in PERMISSIONS.items() if Permission.EXPORT_PEOPLE in permissions]
    assert may and all(Permission.SEE_PEOPLE in PERMISSIONS[role] for role in may)


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_the_address_is_no_failure(outbreak: World, junk: str) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    for name in ("category", "overdue", "where", "sort", "placing"):
        assert client.get("/list/export/", {name: junk}).status_code == 200
    assert told(taken(client, "", reason=junk, form="csv")) != []
    assert taken(client, form=junk).startswith(b"PK")  # what names no form is a workbook


# --- what becomes of it ---------------------------------------------------------------------------------


def left() -> Iterator[Any]:
    yield from Lease.objects.values_list("name", flat=True)
    yield from (path.name for path in (HOME / "uploads").glob("open-*"))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_reader_who_goes_away_leaves_nothing_behind(outbreak: World, form: str) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    for read in (0, 1):
        reply = client.post("/list/export/", {"form": form, **WHY})
        assert list(left())
        pieces = iter(reply.streaming_content)
        assert all(next(pieces) for _ in range(read))
        end(reply)
        assert list(left()) == [], read


def test_a_third_at_once_is_asked_to_wait(outbreak: World) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    with lease("list export 1"):
        first = client.post("/list/export/", {"form": "csv", **WHY})
        refused = client.post("/list/export/", {"form": "csv", **WHY})
        assert (first.status_code, refused.status_code) == (200, 422)
        assert "2 lists are being taken along just now" in refused.content.decode()
        assert Look.objects.count() == 1  # who was refused saw nobody
        end(first)
        assert len(told(taken(client))) == 3


def test_what_a_sheet_cannot_hold_is_refused_and_never_cut(outbreak: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    monkeypatch.setattr(export, "MOST_LINES", 3)  # a header and two people
    reply = client.post("/list/export/", {"form": "xlsx", **WHY})
    assert reply.status_code == 422 and "3 people match, and a sheet holds 2" in reply.content.decode()
    assert list(left()) == [] and not Look.objects.exists()
    assert len(told(taken(client))) == 3


def test_a_file_that_breaks_off_says_so_and_fails(outbreak: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_export, "BLOCK", 2)
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    reply = client.post("/list/export/", {"form": "csv", **WHY})
    assert reply.headers["Content-Disposition"] == 'attachment; filename="list-2020-02-08-3.csv"'
    pieces = iter(reply.streaming_content)
    sent = next(pieces) + next(pieces)

    def failing(*_asked: Any) -> None:
        raise OSError("the database went away")

    monkeypatch.setattr(list_file, "told", failing)
    last = next(pieces)
    with pytest.raises(OSError, match="went away"):
        next(pieces)
    end(reply)
    assert len(told(sent)) == 2 and last.decode().startswith("The list breaks off here: 2 of 3 people.")
    assert list(left()) == []
