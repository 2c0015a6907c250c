"""Register, hospital and laboratory side by side, person by person: where they differ, and what each of them says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from mainstay.duties.rules.edition import DISCARDED
from mainstay.platform.clock import local_date
from mainstay.reports.rules.cases import DIED, CaseRow, survivors
from mainstay.reports.rules.sides import (
    CONFIRMED,
    DISCHARGED,
    HOSPITAL,
    LABORATORY,
    NOTHING,
    POSITIVE,
    REGISTER,
    RESULTS,
    SITE,
    SPECIMENS,
    STAYS,
    WARD,
    ClassSaid,
    Fact,
    OutcomeSaid,
    Records,
    ResultSaid,
    Said,
    SpecimenSaid,
    StaySaid,
    said,
)

# In whom a laboratory's positive is accounted for; infections without symptoms are registered apart.
INFECTED = (CONFIRMED, "asymptomatic")
HOUSES = (WARD, SITE)
# Of two stays that begin on one day the one under more care is the later.
WEIGHT = {SITE: 1, WARD: 2}
# What is entered at the desk tells of single people: that it is silent about another says nothing.
DESK = "desk"


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the sides differ about one person. `anchor`: the fact that begins it and gives it its name.

    `since` is the city's day by which all its facts were known.
    """

    person: UUID
    kind: str
    anchor: UUID
    since: date
    said: tuple[Said, ...]


SomeSaid = TypeVar("SomeSaid", ClassSaid, OutcomeSaid, ResultSaid, SpecimenSaid, StaySaid)


@dataclass(frozen=True, slots=True)
class _Person:
    """What the three sides say of one person, each list in order of day."""

    id: UUID
    all: Records
    case: CaseRow | None
    classes: Sequence[ClassSaid]
    outcomes: Sequence[OutcomeSaid]
    results: Sequence[ResultSaid]
    specimens: Sequence[SpecimenSaid]
    stays: Sequence[StaySaid]
    telling: frozenset[str]

    def day(self, fact: Fact) -> date:
        """The day it is of; where that is unknown, the city's day on which it became known."""
        return fact.date or self.known(fact)

    def known(self, fact: Fact) -> date:
        return local_date(fact.known, self.all.zone)

    @property
    def exclusion(self) -> ClassSaid | None:
        """The last time this person was excluded as a case."""
        out = [one for one in self.classes if one.value == DISCARDED]
        return max(out, key=lambda one: (self.day(one), one.known, one.root), default=None)

    @property
    def registered(self) -> ClassSaid | None:
        """The fact that makes this person a case."""
        return next((one for one in self.classes if self.case is not None and one.root == self.case.fact), None)

    @property
    def positives(self) -> list[ResultSaid]:
        """Positive results since the last exclusion: it has answered what was found before."""
        out = self.exclusion
        since = self.day(out) if out is not None else date.min
        return [one for one in self.results if one.value == POSITIVE and self.day(one) > since]

    @property
    def certain(self) -> list[StaySaid]:
        """Stays in a ward or site that are no mere suggestion."""
        return [one for one in self.stays if one.certain and one.kind in HOUSES]

    @property
    def lying(self) -> list[StaySaid]:
        """Where somebody lies: the latest stay that has begun and not ended, if it is in a ward or a site.

        A stay lasts until it ends or the next begins, at home too; its last day still counts.
        """
        there = [one for one in self.stays if one.certain and self.is_open(one)]
        last = max(
            there, key=lambda one: (one.date or date.min, WEIGHT.get(one.kind, 0), one.known, one.root), default=None
        )
        return [last] if last is not None and last.kind in HOUSES else []

    def is_open(self, stay: StaySaid) -> bool:
        on = self.all.on
        return (stay.date is None or stay.date <= on) and (stay.ends is None or stay.ends > on)

    @property
    def died(self) -> list[OutcomeSaid]:
        return [one for one in self.outcomes if one.value == DIED]

    def differs(self, kind: str, anchor: Fact, *told: Fact | Said) -> Difference:
        """A difference with what each side says; those without a fact say that nothing is there."""
        since = max(self.known(one) for one in (anchor, *told) if not isinstance(one, Said))
        return Difference(self.id, kind, anchor.root, since, tuple(said(one) for one in told))


_NO_CLASS, _NO_RESULT, _NO_SPECIMEN = (Said(side, NOTHING) for side in (REGISTER, LABORATORY, LABORATORY))
_NO_STAY = Said(HOSPITAL, NOTHING)


def _or_nothing(results: Sequence[ResultSaid]) -> Sequence[Fact | Said]:
    return results or (_NO_RESULT,)


# --- the kinds --------------------------------------------------------------------------------------------


def _positive_not_in_register(person: _Person) -> Iterator[Difference]:
    """The laboratory has a positive; the register has no case, or has excluded it before that specimen was taken."""
    if person.positives and person.case is None:
        yield person.differs(
            "positive_not_in_register", person.positives[0], *person.positives, person.exclusion or _NO_CLASS
        )


def _positive_not_confirmed(person: _Person) -> Iterator[Difference]:
    """The laboratory has a positive; in the register the person is still suspected, probable or clinical."""
    if person.positives and person.registered and person.case and person.case.value not in INFECTED:
        yield person.differs("positive_not_confirmed", person.positives[0], *person.positives, person.registered)


def _confirmed_without_result(person: _Person) -> Iterator[Difference]:
    """In a ward and confirmed in the register, and no positive stands in the laboratory."""
    ward = [one for one in person.lying if one.kind == WARD]
    case = person.registered if person.case is not None and person.case.value == CONFIRMED else None
    if ward and case and RESULTS in person.all.told and not person.positives:
        yield person.differs("confirmed_without_result", case, case, *ward, *_or_nothing(person.results))


def _hospitalised_without_stay(person: _Person) -> Iterator[Difference]:
    """The register has somebody in hospital, or discharged from it; the hospital has never had them."""
    if STAYS not in person.all.told or any(one.kind == WARD for one in person.certain):
        return
    suggested = [one for one in person.stays if not one.certain and one.kind == WARD and person.is_open(one)]
    ended = [one for one in person.outcomes if one.value == DISCHARGED]
    there: list[Fact] = [*([] if person.outcomes else suggested), *ended]
    if there:
        yield person.differs("hospitalised_without_stay", there[0], *there, _NO_STAY)


def _discharged_still_lying(person: _Person) -> Iterator[Difference]:
    """Discharged in the register; a stay that began by then goes on in the hospital."""
    discharged = [one for one in person.outcomes if one.value == DISCHARGED]
    if discharged and not person.died:
        last = discharged[-1]
        ward = [one for one in person.lying if one.kind == WARD and (one.date or date.min) <= person.day(last)]
        if ward:
            yield person.differs("discharged_still_lying", last, last, *ward)


def _died_still_lying(person: _Person) -> Iterator[Difference]:
    """Dead in the register; a stay that began by then goes on in a ward or a site."""
    if person.died:
        last = person.died[-1]
        there = [one for one in person.lying if (one.date or date.min) <= person.day(last)]
        if there:
            yield person.differs("died_still_lying", last, last, *there)


def _left_without_outcome(person: _Person) -> Iterator[Difference]:
    """A confirmed case has left the hospital for nowhere known; how it ended is not in the register."""
    case = person.registered if person.case is not None and person.case.value == CONFIRMED else None
    left = [one for one in person.certain if one.kind == WARD and one.ends and one.ends <= person.all.on]
    if not case or not left or person.outcomes or person.lying:
        return
    last = max(left, key=lambda one: (one.ends or date.min, one.root))
    if not any(one is not last and one.date and last.ends and one.date >= last.ends for one in person.certain):
        yield person.differs("left_without_outcome", last, case, last)


def _died_in_one_only(person: _Person) -> Iterator[Difference]:
    """One source has the death; another that tells of outcomes and knows this person has not."""
    if person.died:
        telling = {one.source for one in person.died}
        known_to = {one.source for one in person.classes} | {one.source for one in person.outcomes}
        silent = sorted((known_to & person.telling) - telling - {DESK})
        if silent:
            lacking = [Said(REGISTER, NOTHING, source=source) for source in silent]
            yield person.differs("died_in_one_only", person.died[0], *person.died, *lacking)


def _seen_after_death(person: _Person) -> Iterator[Difference]:
    """A specimen was taken from, or a stay begun by, somebody who had died the day before or earlier."""
    days = [one.date for one in person.died if one.date is not None]
    if days:
        later = [one for one in person.specimens if one.date and one.date > max(days)]
        tested = [one for one in person.results if one.date and one.date > max(days)]
        stays = [one for one in person.certain if one.date and one.date > max(days)]
        if later or tested or stays:
            yield person.differs("seen_after_death", person.died[-1], person.died[-1], *later, *tested, *stays)


def _result_without_specimen(person: _Person) -> Iterator[Difference]:
    """A result names a tube that nobody took; or it names none, and none was taken on its day."""
    taken = {one.root for one in person.specimens}
    days = {one.date for one in person.specimens}
    lone = [
        one
        for one in person.results
        if (one.specimen is not None and one.specimen not in taken)
        or (one.specimen is None and SPECIMENS in person.all.told and not {one.date, None} & days)
    ]
    if lone:
        yield person.differs("result_without_specimen", lone[0], *lone, _NO_SPECIMEN)


def _stays_overlap(person: _Person) -> Iterator[Difference]:
    """Two facilities have the same person at the same time; moving on the last day of a stay is no overlap."""
    dated = [one for one in person.certain if one.date is not None and one.facility is not None]
    for place, first in enumerate(dated):
        for second in dated[place + 1 :]:
            apart = _house(first.facility, person.all) != _house(second.facility, person.all)
            if apart and second.date and (first.ends is None or first.ends > second.date):
                yield person.differs("stays_overlap", second, first, second)
                return


def _house(facility: UUID | None, records: Records) -> UUID | None:
    """The whole of which a ward is part."""
    seen: set[UUID] = set()
    while facility is not None and facility not in seen and records.part_of.get(facility) is not None:
        seen.add(facility)
        facility = records.part_of[facility]
    return facility


# The gravest first: somebody infected whom nobody follows, then whoever is looked for in the wrong place.
_KINDS: dict[str, Callable[[_Person], Iterator[Difference]]] = {
    "positive_not_in_register": _positive_not_in_register,
    "positive_not_confirmed": _positive_not_confirmed,
    "confirmed_without_result": _confirmed_without_result,
    "hospitalised_without_stay": _hospitalised_without_stay,
    "stays_overlap": _stays_overlap,
    "discharged_still_lying": _discharged_still_lying,
    "died_still_lying": _died_still_lying,
    "died_in_one_only": _died_in_one_only,
    "seen_after_death": _seen_after_death,
    "left_without_outcome": _left_without_outcome,
    "result_without_specimen": _result_without_specimen,
}
KINDS = tuple(_KINDS)


def differences(records: Records) -> tuple[Difference, ...]:
    """Every difference there is, the gravest kind first, within a kind the oldest; each person once in a kind."""
    found = [one for person in _people(records) for kind in _KINDS.values() for one in kind(person)]
    return tuple(sorted(found, key=lambda one: (KINDS.index(one.kind), one.since, one.person)))


@dataclass(frozen=True, slots=True)
class Told:
    """How many people were set side by side (class, outcome or positive), and of them how many each side has.

    `not_told`: of which of results, specimens and stays nothing at all is known, so that none is missed.
    """

    people: int
    register: int
    hospital: int
    laboratory: int
    not_told: tuple[str, ...]


def told_by(records: Records) -> Told:
    """How many each side has at the end of the day."""
    people = list(_people(records))
    return Told(
        people=len(people),
        register=sum(person.case is not None for person in people),
        hospital=sum(any(one.kind == WARD for one in person.lying) for person in people),
        laboratory=sum(bool(person.positives) for person in people),
        not_told=tuple(name for name in (RESULTS, SPECIMENS, STAYS) if name not in records.told),
    )


def _people(records: Records) -> Iterator[_Person]:
    read_as = survivors(dict(records.merged))
    cases = {case.person: case for case in records.cases}
    classes, outcomes = _by_person(records.classes, read_as), _by_person(records.outcomes, read_as)
    results, specimens = _by_person(records.results, read_as), _by_person(records.specimens, read_as)
    stays = _by_person(records.stays, read_as)
    telling = frozenset(one.source for one in records.outcomes)
    positive = {person for person, theirs in results.items() if any(one.value == POSITIVE for one in theirs)}
    for person in sorted({*classes, *outcomes, *positive}):
        yield _Person(
            person, records, cases.get(person), classes[person], outcomes[person], results[person],
            specimens[person], stays[person], telling,
        )  # fmt: skip


def _by_person(facts: Iterable[SomeSaid], read_as: Mapping[UUID, UUID]) -> defaultdict[UUID, list[SomeSaid]]:
    """{who they are read as: theirs}, by day, what has none last, then by when it became known."""
    found: defaultdict[UUID, list[SomeSaid]] = defaultdict(list)
    for fact in sorted(facts, key=lambda one: (one.date or date.max, one.known, one.root)):
        found[read_as.get(fact.person, fact.person)].append(fact)
    return found
