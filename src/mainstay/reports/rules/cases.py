"""From the facts as they were known to cases and to who met them: each person once, through merges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from mainstay.duties.rules.anchors import current_class, current_spell
from mainstay.duties.rules.edition import DISCARDED
from mainstay.duties.rules.facts import Classified, Outcome, PersonFacts, Trait, in_order
from mainstay.platform.clock import local_date
from mainstay.science.indicators.quarantine import Stay

DIED = "died"
CURED = ("discharged", "recovered")


class ClassFact(NamedTuple):
    """A class given to a person."""

    person: UUID
    id: UUID
    known: datetime
    date: date | None
    value: str


class DayFact(NamedTuple):
    """An onset or a report, on a day."""

    person: UUID
    known: datetime
    date: date | None


class OutcomeFact(NamedTuple):
    """How an illness ended; `date` None where only that it did is known."""

    person: UUID
    id: UUID
    known: datetime
    date: date | None
    value: str


class StayFact(NamedTuple):
    """Where somebody stays, from day to day."""

    person: UUID
    starts: date | None
    ends: date | None
    kind: str
    certain: bool


class OrderFact(NamedTuple):
    """An order that confines, by the city's days; `served` None where it was not (yet)."""

    person: UUID
    root: UUID
    starts: date
    ends: date
    served: date | None
    oral: bool


@dataclass(frozen=True, slots=True)
class ContactVersion:
    """One version of a named contact; `known` None where the report of the index tells it, else its receipt."""

    root: UUID
    version: int
    retracted: bool
    person: UUID
    index: UUID
    kind: str
    first: date | None
    last: date | None
    known: datetime | None
    received: datetime


class TraitFact(NamedTuple):
    """Something lasting about a person."""

    person: UUID
    id: UUID
    known: datetime
    date: date | None
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the cases and indicators of one disease are made from, as it was known at the end of day `on`.

    `known_by` is that end in the city's `zone`. Retracted and superseded versions are left out, but for contacts,
    whose time of becoming known may hang on a report: of them every version stands here. `reports_known`: (person,
    when it became known) of every report that stood at some time by then. `upheld`: the day of the decision by order.
    """

    on: date
    known_by: datetime
    zone: str
    merged: dict[UUID, UUID]
    classes: tuple[ClassFact, ...] = ()
    onsets: tuple[DayFact, ...] = ()
    reports: tuple[DayFact, ...] = ()
    reports_known: tuple[tuple[UUID, datetime], ...] = ()
    outcomes: tuple[OutcomeFact, ...] = ()
    stays: tuple[StayFact, ...] = ()
    orders: tuple[OrderFact, ...] = ()
    upheld: dict[UUID, date] | None = None
    contacts: tuple[ContactVersion, ...] = ()
    traits: tuple[TraitFact, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One person in a class by their days; None where unknown.

    `value` is the class that holds, `fact` the first since the last exclusion that gave it. `found` is the first day of
    a report or of a class; `isolated` the first of a stay or a served order that had not ended before onset.
    `quarantines` None where nothing is recorded of where the person was. `ended` is the last death, else the last
    discharge or recovery.
    """

    person: UUID
    value: str
    fact: UUID
    onset: date | None
    report: date | None
    confirmed: date | None
    found: date | None
    isolated: date | None
    quarantines: tuple[Stay, ...] | None
    sex: str | None
    age: int | None
    ended: Outcome | None = None

    @property
    def began(self) -> date | None:
        """Onset, or the day found where that is not known: what orders two cases."""
        return self.onset or self.found


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Two persons who met, as named by the index; `known_date` is the city's day on which that became known."""

    person: UUID
    index: UUID
    kind: str
    first: date | None
    last: date | None
    known_date: date


PersonFact = TypeVar("PersonFact", ClassFact, DayFact, OutcomeFact, StayFact, OrderFact, TraitFact)


def survivors(merged: dict[UUID, UUID]) -> dict[UUID, UUID]:
    """{who was merged: whom they are read as in the end}."""
    found = {}
    for person in merged:
        seen, at = {person}, merged[person]
        while at in merged and at not in seen:
            seen.add(at)
            at = merged[at]
        found[person] = at
    return found


def class_rows(facts: Facts) -> tuple[CaseRow, ...]:
    """Everybody who is in a class, those excluded left out, in order of the day found, unknown last."""
    read_as = survivors(facts.merged)
    onsets, reports = _by_person(facts.onsets, read_as), _by_person(facts.reports, read_as)
    stays, orders = _by_person(facts.stays, read_as), _by_person(facts.orders, read_as)
    traits, outcomes = _by_person(facts.traits, read_as), _by_person(facts.outcomes, read_as)
    found = []
    for person, given in _by_person(facts.classes, read_as).items():
        spell, holds, excluded = _class_of(given)
        if holds in ("", DISCARDED):
            continue
        confined = _confined(stays[person], orders[person], facts.upheld or {})
        onset = _first(onsets[person], excluded)
        report = _first(reports[person], excluded)
        sex, age = _sex_and_age(traits[person], facts.on)
        found.append(
            CaseRow(
                person=person,
                value=holds,
                fact=min((item for item in spell if item.value == holds), key=lambda item: item.date or date.max).id,
                onset=onset,
                report=report,
                confirmed=min((item.date for item in spell if item.date and item.value == "confirmed"), default=None),
                found=min((day for day in (report, *(item.date for item in spell)) if day), default=None),
                isolated=_isolated(confined, onset),
                quarantines=None if confined is None else tuple(stay for stay, kind in confined if kind != "ward"),
                sex=sex,
                age=age,
                ended=_ended(outcomes[person]),
            )
        )
    return tuple(sorted(found, key=lambda case: (case.found or date.max, case.onset or date.max, case.person)))


def contact_rows(facts: Facts) -> tuple[ContactRow, ...]:
    """The contacts that stood, each known with its index's first report, else its own, else receipt, unless dated.

    A report taken back later has told of them all the same.
    """
    read_as = survivors(facts.merged)
    reported: dict[UUID, datetime] = {}
    for one_reported, known in facts.reports_known:
        person = read_as.get(one_reported, one_reported)
        reported[person] = min(known, reported.get(person, known))
    standing: dict[UUID, tuple[ContactVersion, ContactRow]] = {}
    for one in facts.contacts:
        person, index = read_as.get(one.person, one.person), read_as.get(one.index, one.index)
        known = one.known or reported.get(index) or reported.get(person) or one.received
        if known <= facts.known_by and (one.root not in standing or standing[one.root][0].version < one.version):
            day = local_date(known, facts.zone)
            standing[one.root] = one, ContactRow(person, index, one.kind, one.first, one.last, day)
    return tuple(
        row
        for root in sorted(standing)
        for one, row in [standing[root]]
        if not one.retracted and row.person != row.index and (row.first or row.last or facts.on) <= facts.on
    )


def _by_person(facts: Iterable[PersonFact], read_as: dict[UUID, UUID]) -> defaultdict[UUID, list[PersonFact]]:
    found: defaultdict[UUID, list[PersonFact]] = defaultdict(list)
    for fact in facts:
        found[read_as.get(fact.person, fact.person)].append(fact)
    return found


def _class_of(given: Iterable[ClassFact]) -> tuple[Sequence[Classified], str, date | None]:
    """(the classes since the last exclusion, the one that holds, the day of that exclusion)."""
    ordered = in_order(Classified(one.id, one.known, one.date, one.value) for one in given)
    facts = PersonFacts(classifications=ordered)
    holds = current_class(facts)
    excluded = [item.date for item in ordered if item.value == DISCARDED and item.date is not None]
    return current_spell(facts), holds.value if holds else "", max(excluded, default=None)


def _first(facts: Iterable[DayFact], excluded: date | None) -> date | None:
    """The first day since the last exclusion; where there is none since, the first of all: the illness went on."""
    days = [fact.date for fact in facts if fact.date is not None]
    since = [day for day in days if excluded is None or day > excluded]
    return min(since or days, default=None)


def _ended(outcomes: Iterable[OutcomeFact]) -> Outcome | None:
    """The last death, else the last cure: whoever died after a discharge died."""
    ordered = in_order(Outcome(one.id, one.known, one.date, one.value) for one in outcomes)
    for values in ((DIED,), CURED):
        told: list[Outcome] = [one for one in ordered if one.value in values]
        if told:
            return told[-1]
    return None


Confined = list[tuple[Stay, str]]


def _confined(stays: list[StayFact], orders: list[OrderFact], upheld: dict[UUID, date]) -> Confined | None:
    """[(from when to when, home, site, ward or order)]; None where no stay has a day and no order was served.

    A stay lasts until it ends or the next begins; an order until it ends or an objection to it is upheld.
    """
    dated = sorted(
        (stay.starts, stay.ends or date.max, stay.kind) for stay in stays if stay.certain and stay.starts is not None
    )
    found: Confined = []
    for place, (starts, ends, kind) in enumerate(dated):
        moved = dated[place + 1][0] if place + 1 < len(dated) else date.max
        last = min(ends, moved)
        if last >= starts:
            found.append((Stay(starts, None if last == date.max else last), kind))
    for order in orders:
        if order.served is None and not order.oral:
            continue
        starts = max(order.starts, order.served or order.starts)
        last = min(order.ends, upheld.get(order.root, order.ends))
        if last >= starts:
            found.append((Stay(starts, last), "order"))
    return found or None


def _isolated(confined: Confined | None, onset: date | None) -> date | None:
    days = [
        stay.start_date
        for stay, _kind in confined or ()
        if onset is None or stay.end_date is None or stay.end_date >= onset
    ]
    return min(days, default=None)


def _sex_and_age(traits: Iterable[TraitFact], on: date) -> tuple[str | None, int | None]:
    """The last said of each; an age from the day of birth where that is known."""
    said = {
        item.name: item.value
        for item in in_order(Trait(one.id, one.known, one.date, one.name, one.value) for one in traits)
    }
    age = _whole(said.get("age"))
    born = _day(said.get("birth_date"))
    if born is not None and born <= on:
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return said.get("sex"), age


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 3 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
