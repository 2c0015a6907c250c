"""The report in words and plain values, as it stands on paper: one making for the PDF and for the page to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from mainstay.platform.models import Instance, Seal
from mainstay.reports.kinds import kind_name
from mainstay.reports.rules import headings as say
from mainstay.reports.rules import words
from mainstay.reports.rules.chart import curve_chart, curve_svg, rt_chart, rt_svg
from mainstay.reports.rules.course import last_rt
from mainstay.reports.rules.situation import PERCENT, Coverage, Figure, Situation, note_words

MINUS = "\N{MINUS SIGN}"
NOT_APPLICABLE = "\N{EN DASH}"
COVERAGE = ("should", "done", "in_time", "overdue", "missed", "excused")


@dataclass(frozen=True, slots=True)
class Given:
    """A report as it is given out: the seal it is known at, the city's zone, a sentence where it is a frozen one."""

    report: Situation
    seal: Seal | None
    zone: str
    archived: str = ""

    @classmethod
    def of(cls, report: Situation, archived: str = "") -> Given:
        """The report with what stands at its head; two statements."""
        zone = Instance.objects.values_list("zone", flat=True).get(id=1)
        return cls(report, Seal.objects.filter(no=report.known_at).first(), zone, archived)

    @property
    def sealed(self) -> str:
        """The instant of the seal in the city's time."""
        return f"{self.seal.sealed_at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}" if self.seal else ""

    @property
    def stem(self) -> str:
        """What a file of it is called, without its ending."""
        seal = f"-seal-{self.seal.no}" if self.seal else ""
        return f"report-{self.report.period_date}{seal}"


def printed(given: Given) -> dict[str, Any]:
    """Everything that the printed report says, by its parts; `None` for a part that there is nothing for."""
    report, language = given.report, given.report.language
    return {
        "lang": {"en": "en"}.get(language, "zh"),
        "region": {"zh-hans": "cn", "zh-hant": "tw"}.get(language),
        "title": title(report),
        "where": where(report),
        "head": [list(line) for line in head(given)],
        "hash": [say.HASH[language], given.seal.hash] if given.seal else None,
        "colon": say.COLON[language],
        "stop": say.STOP[language],
        "asked_again": say.ASKED_AGAIN[language],
        "archived": given.archived or None,
        "figures": _figures(report),
        "curve": _curve(report),
        "rt": _rt(report),
        "coverage": _coverage(report),
        "notes": _notes(report),
        "unknowns": _unknowns(report),
        "signed": [say.PREPARED[language], say.CHECKED[language], say.RELEASED[language]],
        "foot": _foot(given),
        "page": say.PAGE[language],
    }


def title(report: Situation) -> str:
    language = report.language
    if report.number is None:
        return words.TITLE[language]
    return say.TITLE_NUMBERED[language].format(number=report.number)


def where(report: Situation) -> str:
    """Which place and which disease."""
    return " · ".join(filter(None, (report.place_name, report.disease)))


def head(given: Given) -> Iterator[tuple[str, str]]:
    """As of which day, known at which seal."""
    report, language = given.report, given.report.language
    day = say.day_words(report.period_date, language)
    yield say.AS_OF[language], say.UNTIL[language].format(day=day)
    seal = given.seal
    known = say.SEALED[language].format(number=seal.no, moment=given.sealed) if seal else say.NO_SEAL[language]
    yield say.KNOWN_AT[language], known


def _foot(given: Given) -> str:
    parts = [title(given.report), str(given.report.period_date)]
    if given.seal:
        parts += [say.SEALED[given.report.language].format(number=given.seal.no, moment=given.seal.hash[:16])]
    return " · ".join(parts)


# --- figures ------------------------------------------------------------------------------------------------


def _figures(report: Situation) -> dict[str, Any]:
    language = report.language
    columns = (say.FIGURE, say.NUMBER, say.CHANGE, say.DEFINITION)
    return {
        "title": say.FIGURES[language],
        "columns": [one[language] for one in columns],
        "rows": [
            [
                words.FIGURES[figure.id][language],
                number(figure.value, figure.unit) if figure.value is not None else words.UNKNOWN[language],
                signed(figure.change_1d),
                definition(report, figure),
            ]
            for figure in report.figures
        ],
    }


def definition(report: Situation, figure: Figure) -> str:
    """What a figure counts, and of which day it is where that is another."""
    counted, language = figure.counted_date, report.language
    if counted is None or counted == report.period_date:
        return figure.definition
    gap = " " if language == "en" else ""
    return f"{figure.definition}{gap}{say.OF_DAY[language].format(day=say.day_words(counted, language))}"


def number(value: float, unit: str) -> str:
    """1,394; 95.55 %."""
    return f"{value:,.2f} %" if unit == PERCENT else f"{value:,}"


def signed(change: float | None) -> str:
    if change is None:
        return NOT_APPLICABLE
    said = f"{change:+,.2f}" if isinstance(change, float) else f"{change:+,}" if change else "0"
    return said.replace("-", MINUS)


# --- the course ---------------------------------------------------------------------------------------------


def _curve(report: Situation) -> dict[str, Any]:
    language, drawn = report.language, curve_chart(report.course)
    told: dict[str, Any] = {"title": say.CURVE[language], "svg": None, "none": say.NO_CURVE[language]}
    if drawn is None:
        return told
    return told | {
        "svg": curve_drawing(report),
        "alt": say.CURVE_WHAT[language].format(first=drawn.first, last=drawn.last),
        "most": say.HIGHEST[language].format(count=drawn.most),
        "first": str(drawn.first),
        "last": str(drawn.last),
        "lead": drawn.bars[0].x / drawn.width,
        "cases": say.CASES[language].format(count=f"{report.course.case_count:,}"),
        "note": say.CURVE_NOTE[language],
    }


def curve_drawing(report: Situation) -> str:
    """The curve as SVG, in the report's language; nothing where there is none."""
    language, drawn = report.language, curve_chart(report.course)
    if drawn is None:
        return ""
    return curve_svg(
        drawn,
        title=say.CURVE[language],
        what=say.CURVE_WHAT[language].format(first=drawn.first, last=drawn.last),
        expected=lambda day, count: say.EXPECTED[language].format(day=day, count=count),
    )


def rt_drawing(report: Situation) -> str:
    """Rt as SVG, likewise."""
    language, drawn = report.language, rt_chart(report.course)
    if drawn is None:
        return ""
    return rt_svg(drawn, title=say.RT[language], what=say.RT_WHAT[language].format(most=drawn.most))


def _rt(report: Situation) -> dict[str, Any]:
    language, row, basis = report.language, last_rt(report.course), report.course.rt_basis()
    drawn = rt_chart(report.course)
    told: dict[str, Any] = {"title": say.RT[language], "svg": rt_drawing(report) or None, "notes": [], "basis": None}
    if drawn is not None:
        told["alt"] = say.RT_WHAT[language].format(most=drawn.most)
        told["most"] = drawn.most
    if row is None:
        reason = report.course.no_rt
        told["said"] = f"{words.UNKNOWN[language]}{say.COLON[language]}" + (
            words.NO_RT[reason][language] if reason else say.RT_NONE[language]
        )
        return told
    told["said"] = say.RT_SAID[language].format(
        mean=f"{row['mean']:.2f}",
        low=f"{row['q025']:.2f}",
        high=f"{row['q975']:.2f}",
        day=say.day_words(date.fromisoformat(row["end_date"]), language),
    )
    if row["q025"] <= 1 < row["q975"]:
        told["notes"].append((say.RT_ABOVE if row["mean"] <= 1 else say.RT_BELOW)[language])
    if row["incomplete"] is not False:
        told["notes"].append(say.RT_LATE[language])
    si = basis["si"]
    if si["source"]:
        told["basis"] = say.RT_BASIS[language].format(mean=si["mean_days"], sd=si["sd_days"], source=si["source"])
    return told


# --- duties, notes, unknowns --------------------------------------------------------------------------------


def kind_in(language: str, kind: str) -> str:
    """What duties of a kind are called in a language."""
    with translation.override(language):
        return kind_name(kind)


def coverage_numbers(line: Coverage) -> list[int]:
    return [getattr(line, name) for name in COVERAGE]


def _coverage(report: Situation) -> dict[str, Any]:
    language = report.language
    lines = [(kind_in(language, line.kind), coverage_numbers(line)) for line in report.coverage]
    total = [sum(column) for column in zip(*(numbers for _name, numbers in lines), strict=True)]
    rows = [[name, *(f"{one:,}" for one in numbers)] for name, numbers in lines]
    return {
        "title": say.COVERAGE[language],
        "columns": [say.DUTY[language], *(say.COVERAGE_COLUMNS[name][language] for name in COVERAGE)],
        "rows": rows,
        "total": [say.TOTAL[language], *(f"{one:,}" for one in total)] if rows else None,
        "none": say.NO_DUTIES[language],
    }


def _notes(report: Situation) -> dict[str, Any]:
    language = report.language
    columns = (say.DAY, say.WHICH_PLACE, say.COUNT, say.FOUND, say.KNOWN_OF_IT)
    return {
        "title": say.NOTES[language],
        "columns": [one[language] for one in columns],
        "rows": [
            [
                str(finding.date),
                report.place_names.get(finding.place, finding.place),
                words.MEASURES[finding.measure][language],
                note_words(finding, language),
                finding.explanation or words.NOT_EXPLAINED[language],
            ]
            for finding in report.series_notes
        ],
        "none": say.NO_NOTES[language],
    }


def _unknowns(report: Situation) -> dict[str, Any]:
    return {
        "title": say.UNKNOWNS[report.language],
        "rows": [missing.sentence for missing in report.unknowns],
        "none": say.NOTHING_UNKNOWN[report.language],
    }
