"""Words and plain values for the pages of the situation report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Seal
from mainstay.reports.pages.chart import Chart, bars
from mainstay.reports.pages.kinds import kind_name
from mainstay.reports.queries.situation import CountedRow
from mainstay.reports.rules import words
from mainstay.reports.rules.course import Course
from mainstay.reports.rules.situation import PERCENT, REGISTER, Coverage, Figure, Situation, note_words
from mainstay.web import wording
from mainstay.web.bars import duty_bar
from mainstay.web.shell import Moment

# At which field an error of a query stands.
FIELDS = {"seal.unknown": "known_at", "disease.unknown": "disease"}


def sentence(error: MainstayError) -> str:
    """What a query refused, in the reader's language."""
    if error.code == "seal.unknown":
        last = error.facts.get("last") or 0
        return _("There is no seal of this number; the last one is %(last)s.") % {"last": last}
    return _("Nothing is on file under this disease.")


def moment(on: date, seal: Seal | None, zone: str, today: date, live: bool) -> Moment:
    """The day, and when it was known: the instant of the seal, in the city's time."""
    known = _("no seal yet")
    if seal is not None:
        local = seal.sealed_at.astimezone(ZoneInfo(zone))
        known = f"{wording.day(local.date(), today)} {local:%H:%M}"
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


def report_page(found: Situation, today: date) -> dict[str, Any]:
    """Everything that the page of a report shows."""
    language = found.language
    return {
        "report": found,
        "day": wording.day(found.period_date, today),
        "place": found.place_name or "",
        "figures": [_figure(figure, language, found.period_date, today) for figure in found.figures],
        "coverage": [_coverage(line) for line in found.coverage],
        "chart": _chart(found.course),
        "days": [
            {"date": row.date, "onset": row.onset, "reported": row.reported, "confirmed": row.confirmed}
            for row in reversed(found.course.curve.days)
        ],
        "cases": _cases(len(found.course.cases)),
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


def rows_page(found: Situation, figure: str, rows: Iterable[CountedRow], today: date) -> dict[str, Any]:
    """Rows of one figure, with what it counts."""
    one = next(one for one in found.figures if one.id == figure)
    places = found.place_names
    return {
        "report": found,
        "query": found.query,
        "day": wording.day(found.period_date, today),
        "figure": _figure(one, found.language, found.period_date, today),
        "of_people": one.source == REGISTER,
        "rows": [
            {
                "subject": places.get(row.subject, row.subject),
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
    in_time = line.should - line.done - line.overdue - line.missed - line.excused
    return {
        "name": kind_name(line.kind),
        "should": line.should,
        "done": line.done,
        "overdue": line.overdue,
        "missed": line.missed,
        "excused": line.excused,
        "in_time": in_time,
        "bar": duty_bar(done=line.done, overdue=line.overdue, missed=line.missed, in_time=in_time),
    }


def _chart(course: Course) -> Chart | None:
    """By onset; of the last days also how many are expected once all are reported."""
    expected = {row.date: round(row.point) for row in course.nowcast.rows if row.point is not None}
    return bars([(day.date, day.onset, expected.get(day.date, day.onset)) for day in course.curve.days])


def _rt(found: Situation, today: date) -> dict[str, Any]:
    """The last Rt that is a finding; else why there is none."""
    course = found.course
    row, rows = course.last_rt(), course.rt_rows() or []
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
