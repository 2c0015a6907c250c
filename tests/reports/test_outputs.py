"""The report as files: the same figures in each, days as days, nothing that runs, the unknown never a nought."""

from __future__ import annotations

import io
import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Role
from mainstay.platform import ledger
from mainstay.platform.envelope import plain
from mainstay.platform.sheets import Book, Styled, defused
from mainstay.reports.outputs import pdf
from mainstay.reports.outputs.made import OUTPUTS
from mainstay.reports.outputs.printed import Given
from mainstay.reports.queries.frozen import given
from mainstay.reports.queries.situation import situation
from mainstay.reports.rules.chart import HIGH, curve_chart, rt_chart
from mainstay.reports.rules.course import last_rt
from mainstay.reports.rules.thawed import thawed
from mainstay.reports.rules.words import LANGUAGES
from tests.reports.test_pages import JUNK, read, signed_in
from tests.reports.test_situation import counted, described, why
from tests.world import World

pytestmark = pytest.mark.django_db
ON = date(2020, 2, 10)


def sheets(content: bytes) -> Any:
    import openpyxl

    return openpyxl.load_workbook(io.BytesIO(content))


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def in_pdf(one: Given) -> list[str]:
    """The cells of the tables that the PDF sets, as texts."""
    found = json.loads(pdf.compiler(one).query("table"))
    return [_text(cell["body"]) for table in found for cell in table["children"] if "body" in cell]


def _text(body: dict[str, Any]) -> str:
    if "text" in body:
        return str(body["text"])
    inner = body.get("child") or body.get("body")
    return _text(inner) if inner else "".join(_text(one) for one in body.get("children", ()))


def figures_everywhere(one: Given, page: str) -> dict[str, float | None]:
    """The figures by id, once they were found equal in JSON, workbook, PDF, page to keep, text and form."""
    data = json.loads(OUTPUTS["json"].make(one))["data"]
    values = {figure["id"]: figure["value"] for figure in data["figures"]}
    rows = {row[7]: row for row in cells(sheets(OUTPUTS["xlsx"].make(one)).worksheets[0]) if row[7] in values}
    assert {name: row[1] for name, row in rows.items()} == values
    assert {name: row[2] for name, row in rows.items()} == {f["id"]: f["change_1d"] for f in data["figures"]}
    set_in_pdf, kept, pasted = (
        in_pdf(one),
        OUTPUTS["html"].make(one).decode(),
        OUTPUTS["text"].make(one).decode(),
    )
    form = {row[1]: row[3] for row in cells(sheets(OUTPUTS["form"].make(one)).active) if isinstance(row[0], int)}
    for name, value in values.items():
        title = rows[name][0]
        at = set_in_pdf.index(title)
        said = "unknown" if value is None else f"{value:,.2f} %" if name.endswith("_percent") else f"{value:,}"
        assert set_in_pdf[at + 1] == said, name
        assert f'>{title}</th><td class="number">{said}</td>' in kept
        assert f"{title}: {said.removesuffix(' %')}" in pasted
        assert value is None or f"{title} {said}" in page
    assert list(form.values())[:5] == [
        values[name]
        for name in (
            "confirmed_cumulative",
            "active_current",
            "cured_cumulative",
            "discharge_rate_percent",
            "deaths_cumulative",
        )
    ]
    return values


def test_every_figure_is_the_same_in_every_form(known: World) -> None:
    client = signed_in(known, Role.AUDITOR)
    one = given(on=ON)
    values = figures_everywhere(one, read(client, f"/report/?on={ON}"))
    assert (values["confirmed_cumulative"], values["deaths_cumulative"], values["cured_cumulative"]) == (30, 2, None)


def test_the_workbook_holds_days_as_days_and_every_number(known: World) -> None:
    known.cycle("2020-02-08")
    known.cycle("2020-02-10")
    ledger.seal(at=known.at)
    one = given(on=ON)
    book, data = sheets(OUTPUTS["xlsx"].make(one)), one.report.as_data()
    figures, duties, curve, rt, notes, unknowns = map(cells, book.worksheets)
    assert next(row for row in figures if row[7] == "confirmed_cumulative")[4] == datetime(2020, 2, 10)
    assert [row[0] for row in curve[1:]] == [datetime.fromisoformat(row["date"]) for row in data["curve"]]
    assert [(row[1], row[3], row[4]) for row in curve[1:]] == [
        (row["onset"], row["reported"], row["confirmed"]) for row in data["curve"]
    ]
    assert [row[3] for row in rt[1:]] == pytest.approx([row["mean"] for row in data["rt"]], rel=1e-12)
    assert [row[8] for row in duties[1:]] == [line.kind for line in one.report.coverage]
    assert all(row[2] == row[3] + row[4] + row[5] + row[6] + row[7] for row in duties[1:])  # should: the sum
    assert len(notes) == 1
    assert [row[0] for row in unknowns[1:]] == [missing["id"] for missing in plain(data)["unknowns"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_set_in_every_language_and_lacks_no_character(known: World, language: str) -> None:
    """PDF/UA refuses what a screen reader could not read, a missing glyph among it; one or two pages."""
    known.cycle("2020-02-10")
    seal = ledger.seal(at=known.at)
    one = given(on=ON, language=language)
    assert seal is not None and pdf.pdf(one, standards=["ua-1"]).startswith(b"%PDF")
    assert len(pdf.pictures(one, ppi=20)) <= 2
    said = json.dumps(json.loads(pdf.compiler(one).query("heading")), ensure_ascii=False)
    assert ("Situation report" in said) is (language == "en")


def test_the_same_report_is_the_same_file_to_the_byte(known: World) -> None:
    known.classified("Late", "suspected", "2020-02-10")
    ledger.seal(at=known.at + timedelta(microseconds=7))  # as a clock gives it
    for form, output in OUTPUTS.items():
        assert output.make(given(on=ON)) == output.make(given(on=ON)), form


def test_day_seal_and_its_hash_stand_on_everything_that_is_printed(known: World) -> None:
    one = given(on=ON)
    assert one.seal is not None
    for form in ("html", "xlsx", "form"):
        content = OUTPUTS[form].make(one)
        text = content.decode() if form == "html" else str([cells(sheet) for sheet in sheets(content)])
        assert one.seal.hash in text and str(one.seal.no) in text and ("February" in text or "2月10日" in text), form


def test_the_page_to_keep_loads_and_runs_nothing(known: World) -> None:
    kept = OUTPUTS["html"].make(given(on=ON)).decode()
    assert not re.search(r"<script|<link|<img|\bsrc=|url\(|href=|https?://(?!www\.w3\.org/2000/svg)", kept)
    assert kept.count("<svg ") == 2 and "default-src 'none'" in kept


def test_page_and_print_have_one_drawing(known: World) -> None:
    html = signed_in(known, Role.AUDITOR).get(f"/report/?on={ON}").content.decode()
    drawn = re.findall(r"<svg[^>]*preserveAspectRatio.*?</svg>", html, re.DOTALL)
    assert len(drawn) == 2 and all(one in OUTPUTS["html"].make(given(on=ON)).decode() for one in drawn)


def test_rt_is_drawn_over_the_days_of_the_curve(known: World) -> None:
    course = situation(on=ON).course
    bars, line, row = curve_chart(course), rt_chart(course), last_rt(course)
    assert bars is not None and line is not None and row is not None
    assert (line.width, line.first, line.last) == (bars.width, bars.first, bars.last)
    last = line.runs[-1][-1]
    bar = next(bar for bar in bars.bars if bar.date == last.date)
    assert bar.x < line.x(last.date) < bar.x + bars.bar_width
    assert line.y(0) == HIGH and line.y(line.most) == 0 == line.y(line.most + 5)


def test_a_report_read_back_from_its_data_gives_the_same_data(known: World) -> None:
    described(known, why("2020-02-09", "fall", "Two were counted twice.", measure="confirmed"))
    counted(known, "2020-02-08", 100, cured=9)
    counted(known, "2020-02-09", 98, cured=8)
    known.cycle("2020-02-10")
    ledger.seal(at=known.at)
    for on in (ON, date(2019, 1, 1)):
        for language in LANGUAGES:
            found = situation(on=on, language=language)
            data = plain(found.as_data())
            again = thawed(data, known_at=found.known_at, language=language)
            assert plain(again.as_data()) == data
            zone = Given.of(found)
            for form in ("text", "html", "form"):
                assert OUTPUTS[form].make(Given(again, zone.seal, zone.zone)) == OUTPUTS[form].make(zone), form


# --- the province's form --------------------------------------------------------------------------------


def test_the_form_leaves_empty_what_is_not_known_and_names_it_beneath(known: World) -> None:
    rows = cells(sheets(OUTPUTS["form"].make(given(on=ON, language="zh-hans"))).active)
    lines = {row[1]: (row[2], row[3]) for row in rows if isinstance(row[0], int)}
    assert lines["累计确诊病例"] == (2, 30) and lines["累计死亡病例"] == (2, 2)
    assert lines["累计治愈出院"] == (None, None) and lines["责任事项：应办"] == ("—", None)
    at = next(number for number, row in enumerate(rows) if row[0] == "未填各项（未知，不作零计）")
    beneath = [row[1] for row in rows[at + 1 :]]
    assert {"累计治愈出院", "累计治愈出院（当日新增）", "责任事项：应办"} <= set(beneath)


def test_the_form_is_chinese_whoever_asks(known: World) -> None:
    for language, title in (("en", "传染病疫情日报表"), ("zh-hant", "傳染病疫情日報表")):
        client = signed_in(known, Role.AUDITOR, language=language) if language == "en" else None
        content = (
            client.get(f"/report/file/form/?on={ON}").content
            if client
            else OUTPUTS["form"].make(given(on=ON, language=language))
        )
        said = str(cells(sheets(content).active))
        assert title in said and "No discharge" not in said


# --- cells that would run -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+86 1", "-2", "@A1", "\t=1", "\r=1", " =1", "=cmd|' /C calc'!A0"])
def test_a_cell_that_begins_like_a_formula_is_text(text: str) -> None:
    book = Book()
    book.sheet("a")
    book.row([text, Styled(text, "note")])
    row = next(sheets(book.content()).active.iter_rows())
    assert [(cell.data_type, cell.quotePrefix) for cell in row] == [("s", True)] * 2
    assert [cell.value.replace("_x000D_", "\r") for cell in row] == [text] * 2
    assert defused(text) == f"'{text}" and defused("River") == "River"


def test_numbers_that_a_spreadsheet_would_cut_are_text() -> None:
    book = Book()
    book.sheet("a")
    book.row([10**17 + 1, 12, 1.5, True, date(2020, 2, 10), None, "007"])
    row = next(sheets(book.content()).active.iter_rows(values_only=True))
    assert row == ("100000000000000001", 12, 1.5, True, datetime(2020, 2, 10), None, "007")


# --- the doors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", sorted(OUTPUTS))
def test_whatever_is_asked_of_a_file_is_answered(known: World, form: str) -> None:
    client = signed_in(known, Role.AUDITOR)
    reply = client.get(f"/report/file/{form}/?on={ON}")
    assert reply.status_code == 200 and reply["Content-Disposition"].startswith(
        'attachment; filename="report-2020-02-10'
    )
    assert reply.content and not Look.objects.exists()
    for name in ("on", "known_at", "disease"):
        for junk in JUNK if form == "pdf" else ():
            assert client.get(f"/report/file/{form}/", {name: junk}).status_code == 422, (name, junk)
    for other in ("nothing", "%00", "..", form.upper()):
        assert client.get(f"/report/file/{other}/").status_code == 404


def test_who_may_not_see_figures_finds_no_file(known: World) -> None:
    assert signed_in(known, Role.ADMINISTRATOR).get(f"/report/file/pdf/?on={ON}").status_code == 404
    assert Client().get("/report/file/pdf/").status_code == 302
