"""Words and plain values for the pages of the situation report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mainstay.intake.queries import deliveries
from mainstay.intake.taken_in import is_kept
from mainstay.people.pages.words import word
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Seal
from mainstay.reports.kinds import kind_name
from mainstay.reports.outputs.printed import Given, curve_drawing, rt_drawing
from mainstay.reports.pages.seen import short_name
from mainstay.reports.queries.frozen import FrozenRow
from mainstay.reports.queries.situation import CountedRow
from mainstay.reports.rules import headings, words
from mainstay.reports.rules.chart import curve_chart, rt_chart
from mainstay.reports.rules.course import last_rt
from mainstay.reports.rules.situation import PERCENT, REGISTER, Coverage, Figure, Situation, address_query, note_words
from mainstay.web import wording
from mainstay.web.bars import duty_bar
from mainstay.web.shell import Moment

# At which field an error of a query stands.
FIELDS = {"seal.unknown": "known_at", "disease.unknown": "disease"}


# What a report is given out as; the text stands on a page of its own too.
OUTPUT_NAMES = {
    "pdf": gettext_lazy("PDF"),
    "xlsx": gettext_lazy("Workbook"),
    "form": gettext_lazy("The province’s form"),
    "html": gettext_lazy("Page to keep"),
    "json": gettext_lazy("JSON"),
    "text": gettext_lazy("Text"),
}


def sentence(error: MainstayError) -> str:
    """What a query refused, in the reader's language."""
    if error.code == "seal.unknown":
        last = error.facts.get("last") or 0
        return _("There is no seal of this number; the last one is %(last)s.") % {"last": last}
    return _("Nothing is on file under this disease.")


def moment(on: date, seal: Seal | None, today: date, live: bool) -> Moment:
    """The day, and when it was known: the instant of the seal, in the city's time."""
    known = wording.moment(seal.sealed_at, today) if seal is not None else _("no seal yet")
    return Moment(
        as_of=wording.day(on, today),
        known_at=known,
        live=live,
        seal=seal.no if seal else None,
        now_url=reverse("report"),
    )


def form(asked: Any) -> dict[str, Any]:
    """The fields for another day, seal or disease, with what is wrong in them."""
    return {"given": asked.given | {"on": asked.given["on"] or asked.on.isoformat()}, "errors": asked.errors}


def report_page(given: Given, today: date) -> dict[str, Any]:
    """Everything that the page of a report shows."""
    found, language = given.report, given.report.language
    drawn = rt_chart(found.course)
    return {
        "report": found,
        "disease": word(found.disease) if found.disease else "",
        "archived": given.archived,
        "outputs": [
            {"key": key, "name": str(name), "href": f"{reverse('report-file', args=[key])}?{found.query}"}
            for key, name in OUTPUT_NAMES.items()
        ],
        "day": wording.day(found.period_date, today),
        "place": found.place_name or "",
        "figures": [_figure(figure, language, found.period_date, today) for figure in found.figures],
        "coverage": [_coverage(line) for line in found.coverage],
        "chart": curve_chart(found.course),
        "curve": mark_safe(curve_drawing(found)),  # drawn by us, its words escaped
        "rt_chart": drawn,
        "rt_curve": mark_safe(rt_drawing(found)),
        "rt_note": headings.RT_WHAT[language].format(most=drawn.most) if drawn else "",
        "days": [row | {"date": date.fromisoformat(row["date"])} for row in reversed(found.course.curve_rows())],
        "cases": _cases(found.course.case_count),
        "rt": _rt(found, today),
        "notes": [
            {
                "date": wording.day(one.date, today),
                "place": found.place_names.get(one.place, one.place),
                "measure": words.MEASURES[one.measure][language],
                "said": note_words(one, language),
                "explanation": one.explanation,
            }
            for one in found.series_notes
        ],
        "unknowns": [missing.sentence for missing in found.unknowns],
        "query": found.query,
    }


def frozen(rows: tuple[FrozenRow, ...], asked: Any) -> dict[str, Any]:
    """The frozen reports, the last period first, each with the address that gives it again."""
    return {
        "close_on": asked.on.isoformat(),
        "is_closed": any(row.period_date == asked.on for row in rows),
        "frozen": [
            {
                "day": wording.day(row.period_date, asked.today),
                "disease": word(row.disease),
                "seal": row.seal_no,
                "sha256": f"SHA-256 {row.sha256}",
                "short": row.sha256[:12],
                "by": row.by,
                "when": wording.moment(row.closed_at, asked.today),
                "href": f"{reverse('report')}?{_query(row)}",
                "json": f"{reverse('report-file', args=['json'])}?{_query(row)}",
            }
            for row in rows
        ],
    }


def _query(row: FrozenRow) -> str:
    return address_query(row.period_date, row.seal_no, row.disease or None)


# Of the files received so many are looked through, and so many are offered.
LOOKED_THROUGH, OFFERED = 30, 5


def files_to_give_back(asked: Any) -> list[dict[str, str]]:
    """The last files of people that are still kept, each with the address at which it is given back."""
    kept = (one for one in deliveries(limit=LOOKED_THROUGH) if one.sum and one.sum.persons and is_kept(one.id))
    return [
        {
            "name": one.file_name,
            "when": wording.moment(one.received_at, asked.today),
            "href": reverse("delivery-back", args=[one.id]),
        }
        for one in islice(kept, OFFERED)
    ]


def rows_page(
    found: Situation, figure: str, rows: Iterable[CountedRow], today: date, names: dict[UUID, str]
) -> dict[str, Any]:
    """Rows of one figure, with what it counts; `names` are those of the people among them."""
    one = next(one for one in found.figures if one.id == figure)
    places, of_people = found.place_names, one.source == REGISTER
    return {
        "report": found,
        "query": found.query,
        "day": wording.day(found.period_date, today),
        "figure": _figure(one, found.language, found.period_date, today),
        "of_people": of_people,
        "rows": [
            {
                "subject": short_name(UUID(row.subject), names) if of_people else places.get(row.subject, row.subject),
                "person": row.subject if of_people else "",
                "measure": words.MEASURES[row.measure][found.language],
                "date": wording.day(row.date, today) if row.date else "",
                "stamped": wording.day(row.stamped_date, today) if row.stamped_date else "",
                "value": row.value,
                "fact": str(row.fact),
            }
            for row in rows
        ],
    }


def cursor(found: Situation, figure: str, start: int, length: int, count: int) -> dict[str, str]:
    """Addresses of the rows before and after; empty where there are none."""
    address = f"?figure={figure}&{found.query}&start="
    return {
        "previous": f"{address}{max(0, start - length)}" if start else "",
        "next": f"{address}{start + length}" if start + length < count else "",
    }


def _figure(figure: Figure, language: str, on: date, today: date) -> dict[str, Any]:
    counted = figure.counted_date
    return {
        "id": figure.id,
        "name": words.FIGURES[figure.id][language],
        "value": None if figure.value is None else _number(figure.value, figure.unit),
        "change": wording.NOT_APPLICABLE if figure.change_1d is None else _signed(figure.change_1d),
        "definition": figure.definition,
        "href": figure.rows_url,
        "of": wording.day(counted, today) if counted and counted != on else "",
    }


def _cases(number: int) -> str:
    return ngettext("%(number)s case", "%(number)s cases", number) % {"number": wording.count(number)}


def rows_word(number: int) -> str:
    return ngettext("%(number)s row", "%(number)s rows", number) % {"number": wording.count(number)}


def _number(value: float, unit: str) -> str:
    return f"{value:,.2f} %" if unit == PERCENT else wording.count(int(value))


def _signed(change: float) -> str:
    if isinstance(change, float):
        return f"{change:+,.2f}".replace("-", wording.MINUS)
    return wording.signed(change)


def _coverage(line: Coverage) -> dict[str, Any]:
    return {
        "name": kind_name(line.kind),
        "should": line.should,
        "done": line.done,
        "overdue": line.overdue,
        "missed": line.missed,
        "excused": line.excused,
        "in_time": line.in_time,
        "bar": duty_bar(done=line.done, overdue=line.overdue, missed=line.missed, in_time=line.in_time),
    }


def _rt(found: Situation, today: date) -> dict[str, Any]:
    """The last Rt that is a finding; else why there is none."""
    course = found.course
    row, rows = last_rt(course), course.rt_rows() or []
    told: dict[str, Any] = {"basis": course.rt_basis(), "reason": "", "notes": []}
    if row is None:
        told["reason"] = words.NO_RT[course.no_rt][found.language] if course.no_rt else _("too few cases for a finding")
    else:
        told |= {
            "value": f"{row['mean']:.2f}",
            "interval": f"{row['q025']:.2f}–{row['q975']:.2f}",
            "day": wording.day(date.fromisoformat(row["end_date"]), today),
        }
        told["notes"] = _rt_notes(row)
    if rows and rows[-1]["status"] == "prior_only":
        day = wording.day(date.fromisoformat(rows[-1]["end_date"]), today)
        told["notes"] = [
            *told["notes"],
            _("No new case in the week to %(day)s: of it nothing can be said.") % {"day": day},
        ]
    return told


def _rt_notes(row: dict[str, Any]) -> list[str]:
    notes = []
    if row["q025"] <= 1 < row["q975"]:
        notes.append(_("May be above 1.") if row["mean"] <= 1 else _("May be below 1."))
    if row["small"]:
        notes.append(_("Few cases: do not act on it alone."))
    if row["incomplete"] is not False:
        notes.append(_("Reports may still be to come: it may be too low."))
    return notes
