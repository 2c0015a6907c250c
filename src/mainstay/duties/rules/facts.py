"""The shapes of what is judged. The areas fill them; `cycle` brings them here.

Every item begins alike: `id` the root of the fact's record, `known` the instant it could first be
acted on, `date` the city's day it was so (None where unknown). Lists stand in the order of `in_order`,
which goes by what the facts say: the same facts give the same answer in any order of arrival and under
any home's keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID


class Classified(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    value: str


class Onset(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None


class Severity(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    value: str


class Symptom(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    name: str
    present: bool


class Specimen(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    at: datetime | None
    kind: str


class Result(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    at: datetime | None
    test: str
    value: str


class Outcome(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    value: str


class Reported(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None


class Exposure(NamedTuple):
    """`date` is the last day of the meeting, `first` its first, `latest` the latest it can have been."""

    id: UUID
    known: datetime
    date: dt.date | None
    first: dt.date | None
    latest: dt.date | None
    kind: str
    index_class: str
    index_onset: dt.date | None
    index_positive: dt.date | None
    index_report: dt.date | None


class Named(NamedTuple):
    """This person, as an index, named somebody."""

    id: UUID
    known: datetime
    date: dt.date | None


class Presence(NamedTuple):
    """`date` is the last day there, None while it lasts or where unknown."""

    id: UUID
    known: datetime
    date: dt.date | None
    first: dt.date | None
    area: str


class Stay(NamedTuple):
    """`date` is the first day, `ends` the last; `facility` None at home."""

    id: UUID
    known: datetime
    date: dt.date | None
    ends: dt.date | None
    kind: str
    facility: UUID | None
    certain: bool


class Check(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    at: datetime | None
    of: str
    tenths: int | None


class Evidence(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    kind: str


class Treatment(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    kind: str


class Offer(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    kind: str
    accepted: bool | None


class Order(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    kind: str
    starts: datetime
    ends: datetime
    review: datetime
    served: datetime | None
    oral: bool


class Objection(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    order: UUID
    decision: str


class Trait(NamedTuple):
    id: UUID
    known: datetime
    date: dt.date | None
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """All that is known of one person under one disease."""

    classifications: tuple[Classified, ...] = ()
    onsets: tuple[Onset, ...] = ()
    severities: tuple[Severity, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    results: tuple[Result, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    reports: tuple[Reported, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    named: tuple[Named, ...] = ()
    presences: tuple[Presence, ...] = ()
    stays: tuple[Stay, ...] = ()
    checks: tuple[Check, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    offers: tuple[Offer, ...] = ()
    orders: tuple[Order, ...] = ()
    objections: tuple[Objection, ...] = ()
    traits: tuple[Trait, ...] = ()

    def dated_by(self, day: dt.date) -> PersonFacts:
        """What is known of the time up to a day: for asking, later, what that day called for."""
        kept: dict[str, tuple[Any, ...]] = {}
        for name in FIELDS:
            items: tuple[Any, ...] = getattr(self, name)
            if items:
                some = tuple(item for item in items if item.date is None or _begins(item) <= day)
                if len(some) != len(items):
                    kept[name] = some
        return replace(self, **kept) if kept else self

    def ids(self) -> frozenset[UUID]:
        """The roots of everything known here."""
        return frozenset(item.id for name in FIELDS for item in getattr(self, name))


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(PersonFacts))


def _begins(item: Any) -> dt.date:
    """The first day an item speaks of: a meeting or presence begins before its last day."""
    first: dt.date | None = getattr(item, "first", None)
    day: dt.date = item.date
    return first if first is not None else day


def in_order(items: Iterable[Any]) -> tuple[Any, ...]:
    """The stated order of every list, in which the later of two facts is the one that counts.

    Unknown days first, among them by when they became known: nothing else tells when they were so.
    Then by day, and within a day by the time where it is known. A fact of a day without its time may
    have been so at any hour of it: the cautious reading is taken. What would release somebody stands
    before the day's timed facts, what keeps somebody under care after them, and of two without times
    the graver is the later. Then by all that they say, then by when they became known. Ids come last:
    they hang on a home's keys and decide only between facts that say the same.
    """
    found = tuple(items)
    if len(found) < 2:
        return found
    days = {item.date for item in found}
    by_day_alone = len(days) == len(found) and None not in days
    return tuple(sorted(found, key=attrgetter("date") if by_day_alone else _place))


def _place(item: Any) -> tuple[Any, ...]:
    name, ranks = _GRAVITY.get(type(item), ("", _NO_RANKS))
    grave = ranks.get(getattr(item, name), _MIDDLE) if name else 0
    says = tuple((value is not None, None if type(value) is UUID else value) for value in item[3:])
    if item.date is None:
        return (_NEVER, item.known, 0, _LONG_AGO, grave, says, item.known, item.id)
    at = getattr(item, "at", None)
    hour = 1 if at is not None else 2 if grave else 0
    return (item.date, _LONG_AGO, hour, at or _LONG_AGO, grave, says, item.known, item.id)


_NEVER = dt.date.min
_LONG_AGO = datetime(1, 1, 2, tzinfo=dt.UTC)
_NO_RANKS: dict[Any, int] = {}
_MIDDLE = 1
# What a fact's value weighs against another's of the same day: the higher keeps somebody longer under care.
_GRAVITY: dict[type, tuple[str, dict[Any, int]]] = {
    Classified: (
        "value",
        {"discarded": 0, "suspected": 1, "asymptomatic": 2, "probable": 3, "clinical": 4, "confirmed": 5},
    ),
    Severity: ("value", {"mild": 0, "ordinary": 1, "severe": 2, "critical": 3}),
    Symptom: ("present", {False: 0, True: 1}),
    Result: ("value", {"negative": 0, "inconclusive": 1, "positive": 2}),
    Stay: ("kind", {"home": 0, "site": 1, "ward": 2}),
    # Known to be immune, one need not be watched.
    Trait: ("value", {"yes": 0}),
}


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What is known of a post: since when nobody holds it (None while somebody does), and who does by which fact.

    `spell` names the vacancy: the instant the last holder left, or that nobody ever held it.
    """

    id: UUID
    vacant_since: datetime | None
    spell: str = ""
    answered_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """Something a received row left open."""

    id: UUID
    known: datetime
    kind: str
    answered_by: UUID | None
