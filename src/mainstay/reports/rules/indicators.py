"""The epidemic indicators of one disease on one day: facts in, figures out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from mainstay.reports.rules.cases import CaseRow, ContactRow, Facts, class_rows, contact_rows
from mainstay.reports.rules.course import FEWEST, NO_INTERVAL, NO_ONSET, TOO_SHORT, Course, Settings, course
from mainstay.science.chains import Case, Chains, Pair, analyse_chains
from mainstay.science.indicators.attack import Group, attack_rates, secondary_attack_rate
from mainstay.science.indicators.delays import Days, DelayRecord, Delays, between, delays
from mainstay.science.indicators.quarantine import InQuarantine, NewCase, share_in_quarantine

AGE_BAND = 10
UNKNOWN = "unknown"
# Infected without being a case of the curve.
ASYMPTOMATIC = "asymptomatic"

NO_RT = {
    NO_INTERVAL: "no serial interval is known for this disease; give --si-mean and --si-sd, or --si-file",
    NO_ONSET: "no case on the curve has a day of onset",
    TOO_SHORT: "the curve by onset is shorter than the window",
}
NO_CASES = "no case is known"
FEW_KNOWN = "of fewer than ten new cases it is known where they were; in_quarantine has the counts"
NO_FOLLOW_UP = "no edition in force says for how long contacts are followed; give --follow-up-days"


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack rate. By `sex`, `age` or `all`: cases of a population. By `contacts`, all or of one kind: infected
    contacts of those whose end is known; `outcome_unknown` of the others, with what the rate would be if none or all
    of them were infected.
    """

    by: Literal["all", "sex", "age", "contacts"]
    name: str
    cases: int
    population: int | None
    outcome_unknown: int | None
    status: Literal["estimate", "unknown"]
    small: bool
    value: float | None
    low: float | None
    high: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True, slots=True)
class Indicators(Course):
    """The indicators of one disease, with what each rests on; None where one cannot be told, and why."""

    delays: dict[str, Delays]
    in_quarantine: InQuarantine
    in_quarantine_so_far: InQuarantine
    attack_rates: tuple[Attack, ...]
    clusters: Chains
    unknowns: tuple[tuple[str, str], ...]

    def as_data(self) -> dict[str, Any]:
        """The `data` object of `mainstay.indicators/1`."""
        nowcasted = self.nowcast.as_data()
        share = self.in_quarantine.share
        enough = share.of >= FEWEST
        return {
            "curve": self.curve_rows(),
            "rt": self.rt_rows(),
            "nowcast": nowcasted.pop("rows"),
            "delays": {name: found.as_data() for name, found in self.delays.items()},
            "in_quarantine_share": share.value if enough else None,
            "attack_rates": [asdict(row) for row in self.attack_rates],
            "clusters": self.clusters.as_data(),
            "cases": len(self.cases),
            "case_classes": list(self.settings.classes),
            "off_curve": self.off_curve(),
            "rt_basis": self.rt_basis(),
            "nowcast_basis": nowcasted,
            "in_quarantine": {
                "window_days": self.settings.window_days,
                "window": self.in_quarantine.as_data(),
                "so_far": self.in_quarantine_so_far.as_data(),
            },
            "follow_up": {"days": self.settings.follow_up_days, "source": self.settings.follow_up_source},
            "unknowns": [{"indicator": name, "reason": reason} for name, reason in self.unknowns],
        }


def indicators(facts: Facts, settings: Settings) -> Indicators:
    """All indicators as of the end of day `facts.on`, from what was known by then.

    Raises the InputErrors of `science.indicators` where a setting cannot be used, `attack_group` where a population
    is smaller than its cases.
    """
    classified, contacts, on = class_rows(facts), contact_rows(facts), facts.on
    told = course(classified, on, settings)
    cases = told.cases
    window = share_in_quarantine(_new(cases), on - timedelta(days=settings.window_days - 1), on)
    first = min((case.found for case in cases if case.found), default=on)
    found = Indicators(
        settings=settings,
        cases=cases,
        curve=told.curve,
        rt=told.rt,
        nowcast=told.nowcast,
        delays=_delays(cases, contacts, on),
        in_quarantine=window,
        in_quarantine_so_far=share_in_quarantine(_new(cases), first, on),
        attack_rates=(*_by_population(cases, settings), *_of_contacts(cases, classified, contacts, on, settings)),
        clusters=_clusters(cases, contacts),
        unknowns=(),
    )
    return _with_unknowns(found)


def _with_unknowns(found: Indicators) -> Indicators:
    """The same, with a reason for each figure that cannot be told."""
    reasons = []
    if not found.cases:
        reasons.append(("curve", NO_CASES))
    if found.no_rt:
        reasons.append(("rt", NO_RT[found.no_rt]))
    if found.in_quarantine.share.of < FEWEST:
        reasons.append(("in_quarantine_share", FEW_KNOWN))
    if found.settings.follow_up_days is None:
        reasons.append(("attack_rates", NO_FOLLOW_UP))
    return replace(found, unknowns=tuple(reasons))


def _new(cases: Iterable[CaseRow]) -> list[NewCase]:
    return [NewCase(case.found, case.quarantines) for case in cases]


def _delays(cases: Sequence[CaseRow], contacts: Sequence[ContactRow], on: date) -> dict[str, Delays]:
    exposed = _exposures(cases, contacts)
    records = {
        "onset_to_report": [between(case.onset, case.report) for case in cases],
        "onset_to_confirmation": [between(case.onset, case.confirmed) for case in cases],
        "onset_to_isolation": [between(case.onset, case.isolated) for case in cases],
        "exposure_to_onset": [DelayRecord(exposed.get(case.person), _one_day(case.onset)) for case in cases],
    }
    return {name: delays(rows, on) for name, rows in records.items()}


def _one_day(day: date | None) -> Days | None:
    return None if day is None else Days(day, day)


def _exposures(cases: Sequence[CaseRow], contacts: Sequence[ContactRow]) -> dict[UUID, Days]:
    """Of the cases that met a case on known days: from the first such day to the last before falling ill."""
    by_person = {case.person: case for case in cases}
    days: defaultdict[UUID, list[date]] = defaultdict(list)
    for contact in contacts:
        if contact.person in by_person and contact.index in by_person:
            days[contact.person] += [day for day in (contact.first, contact.last) if day is not None]
    found = {}
    for person, met in days.items():
        onset = by_person[person].onset
        before = [day for day in met if onset is None or day <= onset]
        if before:
            # A stretch that goes on beyond the onset may have infected until the very day.
            last = onset if onset is not None and max(met) > onset else max(before)
            found[person] = Days(min(before), last)
    return found


def _clusters(cases: Sequence[CaseRow], contacts: Sequence[ContactRow]) -> Chains:
    """Cases joined by having met; of two the one who fell ill earlier is taken for the infector, else the index."""
    by_person = {case.person: case for case in cases}
    pairs = []
    for contact in contacts:
        if contact.person in by_person and contact.index in by_person:
            index, person = by_person[contact.index], by_person[contact.person]
            if index.began and person.began and person.began < index.began:
                index, person = person, index
            pairs.append(Pair(str(index.person), str(person.person)))
    return analyse_chains([Case(str(case.person), case.onset) for case in cases], pairs)


def _by_population(cases: Sequence[CaseRow], settings: Settings) -> list[Attack]:
    """Cases of all people, by sex and by age, over the populations that were given."""
    people = {(by, name): number for by, name, number in settings.population}
    counts = Counter(("sex", case.sex or UNKNOWN) for case in cases)
    counts.update(("age", _band(case.age)) for case in cases)
    counts[("all", "all")] = len(cases)
    keys = sorted({*counts, *people}, key=_place)
    rates = attack_rates(Group(f"{by} {name}", counts[by, name], people.get((by, name))) for by, name in keys)
    return [
        Attack(
            by=by,  # type: ignore[arg-type]  # the door lets no other word in
            name=name,
            cases=rate.cases,
            population=rate.population,
            outcome_unknown=None,
            status=rate.status,
            small=rate.small,
            value=rate.rate.value if rate.rate else None,
            low=rate.rate.low if rate.rate else None,
            high=rate.rate.high if rate.rate else None,
            lowest=None,
            highest=None,
        )
        for (by, name), rate in zip(keys, rates, strict=True)
    ]


def _band(age: int | None) -> str:
    """`30-39`: ten years together."""
    if age is None:
        return UNKNOWN
    first = age // AGE_BAND * AGE_BAND
    return f"{first}-{first + AGE_BAND - 1}"


def _place(key: tuple[str, str]) -> tuple[Any, ...]:
    by, name = key
    first = name.partition("-")[0]
    years = int(first) if first.isdigit() else 1_000
    return ("all", "sex", "age").index(by), name == UNKNOWN, years, name


def _of_contacts(
    cases: Sequence[CaseRow],
    classified: Sequence[CaseRow],
    contacts: Sequence[ContactRow],
    on: date,
    settings: Settings,
) -> list[Attack]:
    """The secondary attack rate: of all contacts of cases, then by the way they met, each person once in each."""
    by_person = {case.person: case for case in cases}
    met: defaultdict[str, defaultdict[UUID, list[ContactRow]]] = defaultdict(lambda: defaultdict(list))
    for contact in contacts:
        index, person = by_person.get(contact.index), by_person.get(contact.person)
        if index is None or (person and person.began and index.began and person.began < index.began):
            continue  # nobody exposed, or somebody who was ill before
        met["all"][contact.person].append(contact)
        met[contact.kind or UNKNOWN][contact.person].append(contact)
    known: dict[UUID, bool | None] = {row.person: True if row.value == ASYMPTOMATIC else None for row in classified}
    known |= dict.fromkeys(by_person, True)

    def infected(person: UUID, rows: Sequence[ContactRow]) -> bool | None:
        return known[person] if person in known else _followed(rows, on, settings.follow_up_days)

    kinds = sorted(met, key=lambda kind: (kind != "all", kind))
    return [_secondary(kind, [infected(person, rows) for person, rows in met[kind].items()]) for kind in kinds]


def _followed(met: Sequence[ContactRow], on: date, follow_up_days: int | None) -> bool | None:
    """False where a contact who is in no class has been followed to the end; None where that is to come."""
    if follow_up_days is None:
        return None
    last = max(contact.last or contact.first or contact.known_date for contact in met)
    return False if (on - last).days >= follow_up_days else None


def _secondary(kind: str, outcomes: Sequence[bool | None]) -> Attack:
    found = secondary_attack_rate(outcomes)
    rate = found.rate
    return Attack(
        by="contacts",
        name=kind,
        cases=rate.count,
        population=found.contacts,
        outcome_unknown=found.outcome_unknown,
        status="estimate" if rate.of else "unknown",
        small=rate.small,
        value=rate.value,
        low=rate.low,
        high=rate.high,
        lowest=found.lowest,
        highest=found.highest,
    )
