"""The situation report of any day: the one query behind the command, the page, the API and every file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from mainstay.duties.queries import Wanted
from mainstay.places.models import Place
from mainstay.platform.clock import ONE_DAY, day_end
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Seal
from mainstay.platform.reading import View
from mainstay.reports.queries import series as series_reads
from mainstay.reports.queries.coverage import coverage_lines
from mainstay.reports.queries.indicators import (
    NO_DISEASE,
    diseases_known,
    people_classified,
    read_cases,
    seal_to_read,
)
from mainstay.reports.queries.reconciliation import find_differences
from mainstay.reports.queries.serial_intervals import assumed_interval
from mainstay.reports.queries.series import Counts, SeriesRow
from mainstay.reports.queries.sides import read_sides
from mainstay.reports.rules import series as rules
from mainstay.reports.rules.cases import CURED, DIED, CaseRow, Facts, class_rows
from mainstay.reports.rules.course import Course, Settings, course
from mainstay.reports.rules.reconciliation import differences
from mainstay.reports.rules.series import CONFIRMED, DEATHS, MEASURES, Finding
from mainstay.reports.rules.situation import (
    REGISTER,
    SERIES,
    TOTALS,
    Coverage,
    Missing,
    Situation,
    Totals,
    address_query,
    figures,
    missing,
)

NO_FIGURE = code("figure.unknown", "There is no figure of that name in the situation report.")
ROWS_URL = "/report/rows/"
# Which measures' rows a figure counts.
FIGURE_ROWS: dict[str, tuple[str, ...]] = {
    **{figure: (measure,) for figure, measure in TOTALS.items()},
    "discharge_rate_percent": (CONFIRMED, "cured"),
    "active_current": MEASURES,
}


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One row that a figure counts: a published count, or a case by the fact that makes it one."""

    fact: UUID
    subject: str
    measure: str
    date: dt.date | None
    stamped_date: dt.date | None
    value: int


@dataclass(frozen=True, slots=True)
class _Basis:
    """All that a report is made of: what was counted by others, and the cases of the register.

    Published counts are read to the seal, the register as the indicators read it: as known at the day's end.
    """

    on: date
    seal: Seal | None
    disease: str | None
    series: SeriesRow | None
    others: tuple[SeriesRow, ...]
    counts: Counts
    city: str
    people: Mapping[str, int]
    facts: Facts
    course: Course

    @property
    def view(self) -> View:
        return _view(self.seal)

    @property
    def in_series(self) -> bool:
        return any((self.city, measure) in self.counts.rows for measure in MEASURES)

    @property
    def source(self) -> str:
        """Where the figures come from: what was published for the city; else the register."""
        return SERIES if self.in_series else REGISTER

    @property
    def confirmed(self) -> tuple[CaseRow, ...]:
        return _confirmed(self.course.cases)

    @property
    def tells_cures(self) -> bool:
        """Whether any discharge or recovery is on file: if not, nobody can say that none was cured."""
        return any(outcome.value in CURED for outcome in self.facts.outcomes)

    def counted(self) -> Totals:
        """The totals of the register."""
        return _counted(self.confirmed, self.on, self.tells_cures) if self.facts.classes else Totals()

    def totals(self) -> Totals:
        """The totals of the day, from whichever source the report has."""
        return _published(self.counts, self.city, self.on) if self.in_series else self.counted()

    def totals_before(self) -> Totals:
        """The totals of the day before, as that day's report had them."""
        day = self.on - ONE_DAY
        if self.in_series:
            return _published(self.counts, self.city, day)
        facts = read_cases(disease=self.disease or "", on=day, seal=self.seal)
        return _counted(_confirmed(class_rows(facts)), day, self.tells_cures) if facts.classes else Totals()


def situation(*, on: date, known_at: int | None = None, disease: str | None = None, language: str = "en") -> Situation:
    """The report of a day: what had happened by its end, as far as it was entered by a seal (the last one).

    Cases are those of the indicators. Of several diseases the one with a series of counts, else the one with most
    people; `disease` names another. Raises `seal.unknown` and `disease.unknown`. The number of statements is the same
    for any number of rows.
    """
    basis = _read(on, known_at, disease)
    now, told, known_at = basis.totals(), basis.course, basis.seal.no if basis.seal else None
    coverage, by_place = _coverage(basis)
    found, unsure = _findings(basis, language)
    explained = series_reads.explanations(basis.series, basis.view, language) if basis.series else []
    rows_url = f"{ROWS_URL}?figure={{figure}}&{address_query(on, known_at, basis.disease)}"
    return Situation(
        number=_number(basis),
        period_date=on,
        known_at=known_at,
        disease=basis.disease,
        place=basis.city or None,
        place_name=basis.counts.names.get(basis.city) or basis.city or None,
        language=language,
        figures=figures(now, basis.totals_before(), on, basis.source, rows_url, language),
        coverage=coverage,
        coverage_by_place=by_place,
        course=told,
        series_notes=rules.explained(found, explained),
        place_names=basis.counts.names,
        unknowns=(*_unknowns(basis, now, coverage, language), *unsure),
    )


def diseases_on_file(*, on: date, known_at: int | None = None) -> tuple[str | None, tuple[str, ...]]:
    """(what a report of that day is about unless another is asked for, all that one can be asked for)."""
    seal = seal_to_read(known_at)
    every = series_reads.all_series(_view(seal))
    classified = diseases_known(seal)
    chosen = _disease(None, every, people_classified(on=on, seal=seal), classified)
    return chosen, tuple(sorted({row.disease for row in every} | set(classified)))


def counted_rows(
    *, figure: str, on: date, known_at: int | None = None, disease: str | None = None
) -> tuple[CountedRow, ...]:
    """The rows that a figure of the report counts, by measure, place or person; raises `figure.unknown`.

    Of a figure made of several the rows of each. Out of the series: the one count that holds.
    """
    if figure not in FIGURE_ROWS:
        raise MainstayError(NO_FIGURE, f"There is no figure '{figure}'; it may be {', '.join(FIGURE_ROWS)}.")
    basis = _read(on, known_at, disease)
    if basis.in_series:
        return tuple(row for measure in FIGURE_ROWS[figure] for row in _published_rows(basis, measure))
    return tuple(row for measure in FIGURE_ROWS[figure] for row in _case_rows(basis.confirmed, measure))


# --- reading ------------------------------------------------------------------------------------------------


def _read(on: date, known_at: int | None, disease: str | None) -> _Basis:
    seal = seal_to_read(known_at)
    view = _view(seal)
    people, every = people_classified(on=on, seal=seal), series_reads.all_series(view)
    disease = _disease(disease, every, people, diseases_known(seal))
    mine = [row for row in every if row.disease == disease]
    series = mine[0] if mine else None
    counts = series_reads.counts(series, on, view) if series else Counts()
    cities = set(Place.objects.filter(kind=Place.Kind.CITY).values_list("code", flat=True))
    ours = sorted(cities & counts.names.keys())
    facts = read_cases(disease=disease or "", on=on, seal=seal)
    interval, source = assumed_interval(disease or "")
    return _Basis(
        on=on,
        seal=seal,
        disease=disease,
        series=series,
        others=tuple(row for row in every if row is not series),
        counts=counts,
        city=ours[0] if ours else series.city if series else "",
        people=people,
        facts=facts,
        course=course(class_rows(facts), on, Settings(serial_interval=interval, serial_interval_source=source)),
    )


def _view(seal: Seal | None) -> View:
    return View(seal.to_entry if seal else 0)


def _disease(
    wanted: str | None, every: list[SeriesRow], people: Mapping[str, int], classified: list[str]
) -> str | None:
    """The disease asked for; else of those with a series, else of all, the one with most people."""
    counted = {row.disease for row in every}
    there = counted | set(classified)
    if wanted is not None and wanted not in there:
        named = f"on file are {', '.join(sorted(there))}" if there else "no case and no count is on file"
        raise MainstayError(NO_DISEASE, f"Nothing is on file under '{wanted}'; {named}.", {"disease": wanted})
    if wanted is not None:
        return wanted
    return min(counted or there, key=lambda name: (-people.get(name, 0), name), default=None)


# --- totals and their rows ----------------------------------------------------------------------------------


def _published(counts: Counts, city: str, day: date) -> Totals:
    """The last count of each measure up to a day, with the day it is of."""
    found: dict[str, Any] = {}
    for measure in MEASURES:
        total = counts.total(city, measure)
        last = max((one for one in total if one <= day), default=None)
        if last is not None:
            found |= {measure: total[last], f"{measure}_date": last}
    return Totals(**found)


def _confirmed(cases: Iterable[CaseRow]) -> tuple[CaseRow, ...]:
    return tuple(case for case in cases if case.value == CONFIRMED)


def _counted(confirmed: Iterable[CaseRow], day: date, cures_told: bool) -> Totals:
    ended = [case.ended and case.ended.value for case in confirmed]
    cured = sum(value in CURED for value in ended) if cures_told else None
    return Totals(len(ended), cured, ended.count(DIED), day, day, day)


def _published_rows(basis: _Basis, measure: str) -> list[CountedRow]:
    """The count that holds; where counts are of single days, that of each day up to it."""
    held = getattr(_published(basis.counts, basis.city, basis.on), f"{measure}_date")
    last: dict[date, series_reads.CountRow] = {}
    for row in sorted(basis.counts.rows.get((basis.city, measure), ()), key=lambda row: row.point):
        last[row.point.date] = row
    daily = (basis.city, measure) in basis.counts.daily
    return [
        CountedRow(row.root, row.place, measure, day, row.point.stamped_date, row.point.value)
        for day, row in last.items()
        if held is not None and (day == held or (daily and day < held))
    ]


def _case_rows(confirmed: Iterable[CaseRow], measure: str) -> list[CountedRow]:
    if measure == CONFIRMED:
        return [CountedRow(case.fact, str(case.person), measure, case.confirmed, None, 1) for case in confirmed]
    values = (DIED,) if measure == DEATHS else CURED
    return [
        CountedRow(case.ended.id, str(case.person), measure, case.ended.date, None, 1)
        for case in confirmed
        if case.ended is not None and case.ended.value in values
    ]


# --- what the series shows ----------------------------------------------------------------------------------


def _findings(basis: _Basis, language: str) -> tuple[list[Finding], list[Missing]]:
    """(all that was found in the city's counts and beside the whole, where it could not be looked for)."""
    found: list[Finding] = []
    unsure: list[Missing] = []
    counts, city = basis.counts, basis.city
    for measure in MEASURES if basis.in_series else ():
        points, total = counts.points(city, measure), counts.total(city, measure)
        found += [*rules.restated(points, city, measure), *rules.falls(total, city, measure)]
        if measure == CONFIRMED:
            # Definitions change what is confirmed; people are discharged in batches, and nothing is wrong.
            found += [*rules.shifts(points, city), *rules.jumps(total, city, measure)]
        holes = rules.missing_days(total)
        if holes:
            unsure.append(missing("days_without_count", language, measure=measure, count=len(holes)))
    for whole in dict.fromkeys([counts.within.get(city, ""), city]):
        _compare(basis, whole, language, found, unsure)
    return [*found, *_reconciled(basis)], unsure


def _compare(basis: _Basis, whole: str, language: str, found: list[Finding], unsure: list[Missing]) -> None:
    """The parts of a place beside its own count: of the confirmed day by day, of the others the largest difference."""
    parts = basis.counts.parts(whole) if whole else []
    for measure in MEASURES if parts else ():
        totals = [basis.counts.total(part, measure) for part in parts]
        compared = rules.remainders(totals, basis.counts.total(whole, measure), whole, measure, basis.on)
        each = compared.remainders
        found += each if measure == CONFIRMED else rules.largest(each)
        if compared.incomplete:
            unsure.append(missing("days_not_compared", language, measure=measure, count=len(compared.incomplete)))


def _reconciled(basis: _Basis) -> list[Finding]:
    """Where register and series both count the city: how far they are apart on the day."""
    if not basis.in_series:
        return []
    published, counted = basis.totals(), basis.counted()
    found = []
    for measure in MEASURES:
        theirs, ours = getattr(published, measure), getattr(counted, measure)
        if None not in (theirs, ours) and ours != theirs:
            found.append(Finding(basis.on, basis.city, "reconciliation", measure, ours - theirs, theirs, ours))
    return found


# --- the rest -----------------------------------------------------------------------------------------------


def _number(basis: _Basis) -> int | None:
    """The day's number, counted from the first day of which anything is known; None before it."""
    days = [row.point.date for measure in MEASURES for row in basis.counts.rows.get((basis.city, measure), ())]
    days += [item.date for item in (*basis.facts.classes, *basis.facts.reports) if item.date is not None]
    first = min(days, default=basis.on + ONE_DAY)
    return (basis.on - first).days + 1 if first <= basis.on else None


def _coverage(basis: _Basis) -> tuple[tuple[Coverage, ...], tuple[Coverage, ...]]:
    """(by kind, by kind and community)."""
    wanted = Wanted(basis.on, day_end(basis.on, basis.facts.zone), to_entry=basis.view.to_entry)
    by_place = coverage_lines(wanted)  # sorted by kind
    names = ("should", "done", "overdue", "missed", "excused")
    whole = []
    for kind, same in groupby(by_place, key=lambda line: line.kind):
        lines = list(same)
        whole.append(Coverage(kind, None, *(sum(getattr(line, name) for line in lines) for name in names)))
    return tuple(whole), by_place


def _unknowns(basis: _Basis, now: Totals, coverage: tuple[Coverage, ...], language: str) -> Iterable[Missing]:
    if now.confirmed is None:
        yield missing("nothing_counted", language)
    if basis.series and not basis.in_series:
        yield missing("city_not_in_series", language, place=basis.city)
    for measure in MEASURES if basis.in_series else ():
        day = getattr(now, f"{measure}_date")
        if day is not None and day != basis.on:
            yield missing("not_counted_that_day", language, measure=measure, day=day)
    yield from _unknown_of_cases(basis, language)
    yield from _differences(basis, language)
    for name, count in sorted(basis.people.items()):
        if name != basis.disease:
            yield missing("other_disease", language, disease=name, count=count)
    for row in basis.others:
        yield missing("other_series", language, series=row.name)
    if not coverage:
        yield missing("no_duties", language)
    if basis.course.no_rt:
        yield missing("no_reproduction_number", language, reason=basis.course.no_rt)


def _differences(basis: _Basis, language: str) -> Iterable[Missing]:
    """Where register, hospital and laboratory contradict each other: which is right is not known."""
    if basis.disease is None:
        found = [one for some in find_differences(on=basis.on, seal=basis.seal).values() for one in some]
    else:
        sides = read_sides(disease=basis.disease, on=basis.on, seal=basis.seal, facts=basis.facts)
        found = list(differences(sides))
    if found:
        yield missing("differences", language, count=len({one.person for one in found}), differences=len(found))
    passed_on = len({one.person for one in found if one.kind == "positive_not_in_register"})
    if passed_on:
        yield missing("positive_not_in_register", language, count=passed_on)


def _unknown_of_cases(basis: _Basis, language: str) -> Iterable[Missing]:
    cases, confirmed = basis.course.cases, basis.confirmed
    counted = {
        "not_confirmed": len(cases) - len(confirmed),
        "onset_unknown": sum(case.onset is None for case in cases),
        "outcome_unknown": sum(case.ended is None for case in confirmed),
        "death_undated": sum(
            case.ended is not None and case.ended.value == DIED and case.ended.date is None for case in confirmed
        ),
    }
    for name, count in counted.items():
        if count:
            yield missing(name, language, count=count)
    if confirmed and not basis.tells_cures:
        yield missing("no_cure_on_file", language)
