"""The situation report of any day: the one query behind the command, the page, the API and every file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from mainstay.duties.queries import Wanted, duty_totals
from mainstay.duties.rules.facts import PersonFacts
from mainstay.places.models import Place
from mainstay.platform.clock import ONE_DAY, day_end
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Instance, Seal
from mainstay.platform.reading import View
from mainstay.reports.queries import series as series_reads
from mainstay.reports.queries.register import register
from mainstay.reports.queries.series import Counts, SeriesRow
from mainstay.reports.rules import series as rules
from mainstay.reports.rules.register import DIED, Case, confirmed_cases, tells_cures
from mainstay.reports.rules.series import CONFIRMED, MEASURES, Finding
from mainstay.reports.rules.situation import (
    REGISTER,
    SERIES,
    TOTALS,
    Coverage,
    Missing,
    Situation,
    Totals,
    figures,
    missing,
)

NO_SEAL = code("seal.unknown", "There is no seal of that number.")
NO_DISEASE = code("disease.unknown", "Nothing is on file under that disease.")
NO_FIGURE = code("figure.unknown", "There is no figure of that name in the situation report.")
ROWS_URL = "/reports/situation/rows"


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
    """All that a report is made of: what was counted by others, and the cases of the register."""

    on: date
    zone: str
    view: View
    known_at: int | None
    disease: str | None
    series: SeriesRow | None
    others: tuple[SeriesRow, ...]
    counts: Counts
    city: str
    people: Mapping[str, Mapping[UUID, PersonFacts]]

    @property
    def in_series(self) -> bool:
        return any((self.city, measure) in self.counts.rows for measure in MEASURES)

    @property
    def source(self) -> str:
        """Where the figures come from: what was published for the city; else the register."""
        return SERIES if self.in_series else REGISTER

    @property
    def registered(self) -> Mapping[UUID, PersonFacts]:
        return self.people.get(self.disease or "", {})

    def cases(self, day: date) -> tuple[Case, ...]:
        """The confirmed cases as of a day."""
        return confirmed_cases(self.registered, day, day_end(day, self.zone))

    def totals(self, day: date, cases: Iterable[Case]) -> Totals:
        """The totals as of a day, from whichever source the report has; `cases` are those of that day."""
        if self.in_series:
            return _published(self.counts, self.city, day)
        return _counted(cases, day, tells_cures(self.registered.values())) if self.registered else Totals()


def situation(*, on: date, known_at: int | None = None, disease: str | None = None, language: str = "en") -> Situation:
    """The report of a day: what had happened by its end, as far as it was entered by a seal (the last one).

    Of several diseases the one with a series of counts, else the one with most people; `disease` names another.
    Raises `seal.unknown` and `disease.unknown`. The number of statements is the same for any number of rows.
    """
    basis = _read(on, known_at, disease)
    cases, before = basis.cases(on), basis.cases(on - ONE_DAY)
    now = basis.totals(on, cases)
    url = {"on": on.isoformat(), "known_at": basis.known_at, "disease": basis.disease}
    given = urlencode({name: value for name, value in url.items() if value is not None})
    coverage = _coverage(basis)
    found, unsure = _findings(basis, cases, language)
    told = series_reads.explanations(basis.series, basis.view, language) if basis.series else []
    return Situation(
        number=_number(basis),
        period_date=on,
        known_at=basis.known_at,
        disease=basis.disease,
        place=basis.city or None,
        place_name=basis.counts.names.get(basis.city) or basis.city or None,
        language=language,
        figures=figures(
            now,
            basis.totals(on - ONE_DAY, before),
            on,
            basis.source,
            f"{ROWS_URL}?figure={{figure}}&{given}",
            language,
        ),
        coverage=coverage,
        curve=_curve(cases, on),
        rt=(),
        series_notes=rules.explained(found, told),
        place_names=basis.counts.names,
        unknowns=(*_unknowns(basis, now, cases, coverage, language), *unsure),
    )


def counted_rows(
    *, figure: str, on: date, known_at: int | None = None, disease: str | None = None
) -> tuple[CountedRow, ...]:
    """The rows that a figure of the report counts, by measure, place or person; raises `figure.unknown`.

    Of a figure made of several the rows of each. Out of the series: the one count that holds.
    """
    known = {**{name: (measure,) for name, measure in TOTALS.items()}, **_MADE_OF}
    if figure not in known:
        raise MainstayError(NO_FIGURE, f"There is no figure '{figure}'; it may be {', '.join(known)}.")
    basis = _read(on, known_at, disease)
    if basis.in_series:
        return tuple(row for measure in known[figure] for row in _published_rows(basis, measure))
    cases = basis.cases(on)
    return tuple(row for measure in known[figure] for row in _case_rows(cases, measure))


_MADE_OF = {"discharge_rate_percent": ("confirmed", "cured"), "active_current": MEASURES}


# --- reading ------------------------------------------------------------------------------------------------


def _read(on: date, known_at: int | None, disease: str | None) -> _Basis:
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    known_at, view = _view(known_at)
    people, every = register(view), series_reads.all_series(view)
    disease = _disease(disease, every, people)
    mine = [row for row in every if row.disease == disease]
    series = mine[0] if mine else None
    counts = series_reads.counts(series, on, view) if series else Counts()
    cities = set(Place.objects.filter(kind=Place.Kind.CITY).values_list("code", flat=True))
    ours = sorted(cities & counts.names.keys())
    city = ours[0] if ours else series.city if series else ""
    others = tuple(row for row in every if row is not series)
    return _Basis(on, zone, view, known_at, disease, series, others, counts, city, people)


def _view(known_at: int | None) -> tuple[int | None, View]:
    """(the seal's number, what may be seen): the last seal where none is named."""
    seals = Seal.objects.order_by("-no")
    seal = (seals if known_at is None else seals.filter(no=known_at)).first()
    if seal is None and known_at is not None:
        last = seals.values_list("no", flat=True).first()
        raise MainstayError(
            NO_SEAL, f"There is no seal {known_at}; the last one is {last or 'none'}.", {"known_at": known_at}
        )
    return (seal.no, View(seal.to_entry)) if seal else (None, View(0))


def _disease(wanted: str | None, every: list[SeriesRow], people: Mapping[str, Mapping[UUID, Any]]) -> str | None:
    """The disease asked for; else of those with a series, else of all, the one with most people."""
    counted = {row.disease for row in every}
    there = counted | {name for name, some in people.items() if some}
    if wanted is not None and wanted not in there:
        named = f"on file are {', '.join(sorted(there))}" if there else "no case and no count is on file"
        raise MainstayError(NO_DISEASE, f"Nothing is on file under '{wanted}'; {named}.", {"disease": wanted})
    if wanted is not None:
        return wanted
    return min(counted or there, key=lambda name: (-len(people.get(name, ())), name), default=None)


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


def _counted(cases: Iterable[Case], day: date, cures_told: bool) -> Totals:
    ended = [case.outcome for case in cases]
    cured = ended.count("cured") if cures_told else None
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


def _case_rows(cases: Iterable[Case], measure: str) -> list[CountedRow]:
    if measure == CONFIRMED:
        return [CountedRow(case.confirmed, str(case.person), measure, case.confirmed_date, None, 1) for case in cases]
    outcome = DIED if measure == "deaths" else "cured"
    return [
        CountedRow(case.outcome_fact, str(case.person), measure, case.outcome_date, None, 1)
        for case in cases
        if case.outcome == outcome and case.outcome_fact is not None
    ]


# --- what the series shows ----------------------------------------------------------------------------------


def _findings(basis: _Basis, cases: tuple[Case, ...], language: str) -> tuple[list[Finding], list[Missing]]:
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
    return [*found, *_reconciled(basis, cases)], unsure


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


def _reconciled(basis: _Basis, cases: tuple[Case, ...]) -> list[Finding]:
    """Where register and series both count the city: how far they are apart on the day."""
    if not (basis.in_series and basis.registered):
        return []
    published = _published(basis.counts, basis.city, basis.on)
    counted = _counted(cases, basis.on, tells_cures(basis.registered.values()))
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
    for facts in basis.registered.values():
        days += [item.date for item in (*facts.classifications, *facts.reports) if item.date is not None]
    first = min(days, default=basis.on + ONE_DAY)
    return (basis.on - first).days + 1 if first <= basis.on else None


def _coverage(basis: _Basis) -> tuple[Coverage, ...]:
    wanted = Wanted(basis.on, day_end(basis.on, basis.zone), to_entry=basis.view.to_entry)
    return tuple(Coverage(total.kind, None, total.should, total.done, total.overdue) for total in duty_totals(wanted))


def _curve(cases: tuple[Case, ...], on: date) -> tuple[Mapping[str, Any], ...]:
    """Confirmed cases by onset, report and confirmation, every day up to the report's."""
    from mainstay.science.indicators.curve import CaseDates, epidemic_curve

    if not cases:
        return ()
    dated = [CaseDates(case.onset_date, case.report_date, case.confirmed_date) for case in cases]
    return tuple(
        {"date": day.date, "onset": day.onset, "reported": day.reported, "confirmed": day.confirmed}
        for day in epidemic_curve(dated, end=on).days
    )


def _unknowns(
    basis: _Basis, now: Totals, cases: tuple[Case, ...], coverage: tuple[Coverage, ...], language: str
) -> Iterable[Missing]:
    if now.confirmed is None:
        yield missing("nothing_counted", language)
    if basis.series and not basis.in_series:
        yield missing("city_not_in_series", language, place=basis.city)
    for measure in MEASURES if basis.in_series else ():
        day = getattr(now, f"{measure}_date")
        if day is not None and day != basis.on:
            yield missing("not_counted_that_day", language, measure=measure, day=day)
    yield from _unknown_of_cases(basis, cases, language)
    for name, some in sorted(basis.people.items()):
        if some and name != basis.disease:
            yield missing("other_disease", language, disease=name, count=len(some))
    for row in basis.others:
        yield missing("other_series", language, series=row.name)
    if not coverage:
        yield missing("no_duties", language)


def _unknown_of_cases(basis: _Basis, cases: tuple[Case, ...], language: str) -> Iterable[Missing]:
    counted = {
        "onset_unknown": sum(case.onset_date is None for case in cases),
        "outcome_unknown": sum(not case.outcome for case in cases),
        "death_undated": sum(case.outcome == DIED and case.outcome_date is None for case in cases),
    }
    for name, count in counted.items():
        if count:
            yield missing(name, language, count=count)
    if cases and not tells_cures(basis.registered.values()):
        yield missing("no_cure_on_file", language)
    if cases:
        yield missing("no_reproduction_number", language, disease=basis.disease)
