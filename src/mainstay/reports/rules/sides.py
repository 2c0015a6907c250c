"""What register, hospital and laboratory say of people, in the shapes in which they are set side by side.

The register has the classes and how an illness ended, the hospital the stays, the laboratory specimens and results.
That a side lacks something is a difference only where that side has told of anything at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from mainstay.reports.rules.cases import CaseRow

REGISTER, HOSPITAL, LABORATORY = "register", "hospital", "laboratory"
CONFIRMED, POSITIVE, DISCHARGED = "confirmed", "positive", "discharged"
WARD, SITE = "ward", "site"

# What may not be there, and is then missed only where there is any of it.
RESULTS, SPECIMENS, STAYS = "results", "specimens", "stays"


class ClassSaid(NamedTuple):
    """A class given to a person, and by whom it was told."""

    person: UUID
    root: UUID
    known: dt.datetime
    date: dt.date | None
    source: str
    value: str


class OutcomeSaid(NamedTuple):
    """How an illness ended, and by whom it was told."""

    person: UUID
    root: UUID
    known: dt.datetime
    date: dt.date | None
    source: str
    value: str


class ResultSaid(NamedTuple):
    """A test's answer; `date` is when its specimen was taken, `specimen` the tube that it names."""

    person: UUID
    root: UUID
    known: dt.datetime
    date: dt.date | None
    source: str
    value: str
    specimen: UUID | None


class SpecimenSaid(NamedTuple):
    """Material taken for a test."""

    person: UUID
    root: UUID
    known: dt.datetime
    date: dt.date | None
    source: str


class StaySaid(NamedTuple):
    """A stay in a ward, a site or at home, from day to day; not `certain` where a record only suggests it."""

    person: UUID
    root: UUID
    known: dt.datetime
    date: dt.date | None
    source: str
    ends: dt.date | None
    kind: str
    facility: UUID | None
    certain: bool


Fact = ClassSaid | OutcomeSaid | ResultSaid | SpecimenSaid | StaySaid


@dataclass(frozen=True, slots=True)
class Records:
    """All that is set side by side, as it was known at the end of day `on`, in the city's `zone`.

    `cases`: who is in a class (`rules/cases.py`). `told`: of which of RESULTS, SPECIMENS and STAYS there is any.
    """

    on: dt.date
    zone: str
    merged: Mapping[UUID, UUID]
    cases: tuple[CaseRow, ...] = ()
    classes: tuple[ClassSaid, ...] = ()
    outcomes: tuple[OutcomeSaid, ...] = ()
    results: tuple[ResultSaid, ...] = ()
    specimens: tuple[SpecimenSaid, ...] = ()
    stays: tuple[StaySaid, ...] = ()
    part_of: Mapping[UUID, UUID | None] = field(default_factory=dict)
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says: its fact with day and source; without a `fact`, that it says nothing, or `source` does not.

    `ends` and `facility` of a stay.
    """

    side: str
    value: str
    date: dt.date | None = None
    source: str = ""
    fact: UUID | None = None
    ends: dt.date | None = None
    facility: UUID | None = None


NOTHING = "nothing"


def said(one: Fact | Said) -> Said:
    """A fact as its side says it."""
    match one:
        case Said():
            return one
        case ClassSaid() | OutcomeSaid():
            return Said(REGISTER, one.value, one.date, one.source, one.root)
        case ResultSaid():
            return Said(LABORATORY, one.value, one.date, one.source, one.root)
        case SpecimenSaid():
            return Said(LABORATORY, "specimen", one.date, one.source, one.root)
        case StaySaid():
            side = HOSPITAL if one.certain else REGISTER
            return Said(side, one.kind, one.date, one.source, one.root, one.ends, one.facility)
