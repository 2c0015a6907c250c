"""The situation report: its figures from three totals, its shape for machines, its text for a chat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from mainstay.reports.rules import words
from mainstay.reports.rules.course import Told, last_rt
from mainstay.reports.rules.series import CONFIRMED, CURED, DEATHS, Finding

PERSONS, PERCENT = "persons", "percent"
TOTALS = {"confirmed_cumulative": CONFIRMED, "cured_cumulative": CURED, "deaths_cumulative": DEATHS}
FIGURES = (*TOTALS, "discharge_rate_percent", "active_current")
SERIES, REGISTER = "series", "register"


@dataclass(frozen=True, slots=True)
class Totals:
    """Cumulative counts as of a day, and the day each is of; None where unknown."""

    confirmed: int | None = None
    cured: int | None = None
    deaths: int | None = None
    confirmed_date: date | None = None
    cured_date: date | None = None
    deaths_date: date | None = None

    def value(self, figure: str) -> float | None:
        """A figure from them; one made of several is known only where these are, and of one day."""
        if figure in TOTALS:
            number: int | None = getattr(self, TOTALS[figure])
            return number
        if self.confirmed is None or self.cured is None or self.confirmed_date != self.cured_date:
            return None
        if figure == "discharge_rate_percent":
            return 100 * self.cured / self.confirmed if self.confirmed else None
        if self.deaths is None or self.deaths_date != self.confirmed_date:
            return None
        return self.confirmed - self.cured - self.deaths

    def counted_date(self, figure: str) -> date | None:
        """The day that a figure is of, which may lie before the one asked about."""
        day: date | None = getattr(self, f"{TOTALS.get(figure, CONFIRMED)}_date")
        return day if self.value(figure) is not None else None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the report; `change_1d` is None unless it is known of this day and of the day before."""

    id: str
    value: float | None
    unit: str
    definition: str
    rows_url: str
    change_1d: float | None
    counted_date: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Duties of one kind: how many should have been done by the day, and what became of them.

    `place` None: the whole city, or whoever's community is not known. What is none of the named is still in time.
    """

    kind: str
    place: str | None
    should: int
    done: int
    overdue: int
    missed: int
    excused: int

    @property
    def in_time(self) -> int:
        return self.should - self.done - self.overdue - self.missed - self.excused


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the report does not know, as a sentence, with what it names."""

    id: str
    sentence: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """The whole report of a day as known at a seal."""

    number: int | None
    period_date: date
    known_at: int | None
    disease: str | None
    place: str | None
    place_name: str | None
    language: str
    figures: tuple[Figure, ...]
    coverage: tuple[Coverage, ...]
    coverage_by_place: tuple[Coverage, ...]
    course: Told
    series_notes: tuple[Finding, ...]
    place_names: Mapping[str, str]
    unknowns: tuple[Missing, ...]

    @property
    def query(self) -> str:
        """What an address that asks for this very report says."""
        return address_query(self.period_date, self.known_at, self.disease)

    def as_data(self) -> dict[str, Any]:
        """The `data` object of `mainstay.report/1`."""
        return {
            "number": self.number,
            "period_date": self.period_date,
            "disease": self.disease,
            "place": self.place,
            "place_name": self.place_name,
            "figures": [asdict(figure) for figure in self.figures],
            "coverage": [asdict(line) for line in self.coverage_by_place],
            "coverage_totals": [asdict(line) for line in self.coverage],
            "cases": self.course.case_count,
            "case_classes": list(self.course.case_classes),
            "curve": self.course.curve_rows(),
            "off_curve": self.course.off_curve(),
            "rt": self.course.rt_rows(),
            "rt_basis": self.course.rt_basis(),
            "nowcast": self.course.nowcast_rows(),
            "series_notes": [self._note(finding) for finding in self.series_notes],
            "unknowns": [asdict(missing) for missing in self.unknowns],
        }

    def _note(self, finding: Finding) -> dict[str, Any]:
        return {
            **asdict(finding),
            "place_name": self.place_names.get(finding.place, finding.place),
            "measure": finding.measure or None,
            "explanation": finding.explanation or words.NOT_EXPLAINED[self.language],
            "explained": finding.explanation is not None,
        }


def address_query(on: date, known_at: int | None, disease: str | None) -> str:
    """Day, seal and disease as they stand in an address."""
    asked = {"on": on.isoformat(), "known_at": known_at, "disease": disease}
    return urlencode({name: value for name, value in asked.items() if value is not None})


# --- figures ------------------------------------------------------------------------------------------------


def figures(now: Totals, before: Totals, day: date, source: str, rows_url: str, language: str) -> tuple[Figure, ...]:
    """The figures of a day beside those of the day before; `rows_url` holds {figure}."""
    said = {**(words.FROM_SERIES if source == SERIES else words.FROM_REGISTER), **words.DERIVED}
    return tuple(
        Figure(
            name,
            _shown(now.value(name)),
            PERCENT if name.endswith("_percent") else PERSONS,
            said[name][language],
            rows_url.format(figure=name),
            _change(now, before, name, day),
            now.counted_date(name),
            source,
        )
        for name in FIGURES
    )


def _shown(value: float | None) -> float | None:
    return round(value, 2) if isinstance(value, float) else value


def _change(now: Totals, before: Totals, figure: str, day: date) -> float | None:
    """The difference of what was counted for the day and for the day before it."""
    later, earlier = now.value(figure), before.value(figure)
    days = (now.counted_date(figure), before.counted_date(figure))
    if later is None or earlier is None or days[0] != day or days[1] is None or (day - days[1]).days != 1:
        return None
    return _shown(later - earlier)


def missing(name: str, language: str, **facts: Any) -> Missing:
    """Something unknown, in the report's language."""
    said = dict(facts)
    if "measure" in facts:
        said["measure"] = words.MEASURES[facts["measure"]][language]
    if "reason" in facts:
        said["reason"] = words.NO_RT[facts["reason"]][language]
    sentence = words.MISSING[name][language]
    if facts.get("count") == 1:
        sentence = words.MISSING_ONE.get(language, {}).get(name, sentence)
    return Missing(name, sentence.format(**said), facts)


# --- text ---------------------------------------------------------------------------------------------------


def text(report: Situation) -> str:
    """The report as a short text to paste into a chat; as of which day and known at which seal stands at its head."""
    language = report.language
    number = f" {report.number}" if report.number is not None else ""
    where = " ".join(filter(None, (report.place_name, report.disease)))
    seal = report.known_at if report.known_at is not None else words.NO_SEAL[language]
    return "\n".join(
        [
            f"{words.TITLE[language]}{number} {where}".rstrip(),
            words.AS_OF[language].format(day=report.period_date, seal=seal),
            *(_figure_line(figure, language) for figure in report.figures),
            *_rt_line(report.course, language),
            *_coverage_line(report.coverage, language),
            *_block(words.NOTES[language], [_note_line(report, finding) for finding in report.series_notes]),
            *_block(words.UNKNOWNS[language], [missing.sentence for missing in report.unknowns]),
        ]
    )


def _figure_line(figure: Figure, language: str) -> str:
    value = words.UNKNOWN[language] if figure.value is None else _number(figure.value)
    change = ""
    if figure.change_1d is not None:
        change = f" ({words.CHANGE[language].format(change=_signed(figure.change_1d))})"
    return f"{words.FIGURES[figure.id][language]}: {value}{change}"


def _rt_line(told: Told, language: str) -> Iterator[str]:
    """The last Rt that is a finding, with its interval and its last day."""
    row = last_rt(told)
    if row is not None:
        numbers = {"mean": row["mean"], "low": row["q025"], "high": row["q975"]}
        late = "" if row["incomplete"] is False else words.STILL_LATE[language]
        said = words.RT[language].format(day=row["end_date"], **{key: f"{value:.2f}" for key, value in numbers.items()})
        yield f"{said}{late}"


def _coverage_line(coverage: Sequence[Coverage], language: str) -> Iterator[str]:
    if coverage:
        sums = {name: sum(getattr(line, name) for line in coverage) for name in ("should", "done", "overdue")}
        yield words.COVERAGE[language].format(**{name: _number(value) for name, value in sums.items()})


def note_words(finding: Finding, language: str) -> str:
    """What was found, with its numbers."""
    numbers = {"before": finding.before, "after": finding.after, "days": finding.days}
    return words.KINDS[finding.kind][language].format(
        delta=_signed(finding.delta), **{name: _number(value) for name, value in numbers.items() if value is not None}
    )


def _note_line(report: Situation, finding: Finding) -> str:
    language = report.language
    said = note_words(finding, language)
    place = report.place_names.get(finding.place, finding.place)
    why = finding.explanation or words.NOT_EXPLAINED[language]
    return f"{finding.date} {place}, {words.MEASURES[finding.measure][language]}: {said}. {why}"


def _block(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{heading}:"
        yield from (f"- {line}" for line in lines)


def _number(value: float) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def _signed(value: float) -> str:
    return f"{value:+,.2f}" if isinstance(value, float) else f"{value:+,}"
