"""The list of people of concern to be taken along: who is in it, found at once, and what is told of them, by blocks.

Who is in it and in which order is one statement's answer. So nobody is left out or told twice because a category or a
deadline changed while the list was being written: such a person keeps their place, and is told as they stand when
their block is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.accounts.rules import Scope
from mainstay.cases.models import Onset, Result
from mainstay.duties.rules.concern import NEVER, NOT_URGENT, RANKED_NONE
from mainstay.isolation.queries import present_stays
from mainstay.people.queries import ADDRESS, PHONE, Known, ReadAs, homes, identifiers_of
from mainstay.places.models import Place
from mainstay.platform import bulk
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_date, as_uuid, table_reader
from mainstay.reports.queries.added import Told, last_told
from mainstay.reports.queries.line_list import (
    Asked,
    Candidate,
    PersonRow,
    candidates,
    shown,
)
from mainstay.reports.queries.owed import OwedRow, owed_to
from mainstay.reports.queries.worst import signs_of
from mainstay.reports.rules.worst import Sign

# So many people are held in memory at a time.
BLOCK = 2_000
WIDTH = 16  # bytes of a record's id


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One person as the list shows them, why they stand there, how to reach them, and what is owed to them next."""

    row: PersonRow
    signs: tuple[Sign, ...]
    phone: str
    address: str
    unit: str
    onset: date | None
    result: Told | None
    next: OwedRow | None


def blocks(records: bytes) -> Iterator[list[UUID]]:
    """The records again, BLOCK at a time."""
    return bulk.chunks(_ids(records), BLOCK)


def _ids(records: bytes) -> Iterator[UUID]:
    return (UUID(bytes=records[start : start + WIDTH]) for start in range(0, len(records), WIDTH))


def told(people: Sequence[UUID], at: datetime, read_as: ReadAs) -> list[ExportRow]:
    """What is told of these people, in their order; the same number of statements however many they are.

    Whoever is of no concern any more, since it was found out who is in the list, is told as that.
    """
    found = {one.id: one for one in candidates(Asked(_EVERYWHERE, at, people=people), read_as, len(people))}
    rows = [found.get(one) or Candidate(one, NOT_URGENT, RANKED_NONE, 0, 0, NEVER) for one in people]
    stays = present_stays(people, at, read_as)
    urgent = signs_of(rows, stays, at, read_as)
    reached = identifiers_of(people, read_as, (PHONE, ADDRESS))
    members = read_as.everybody(people)
    onsets, results = _onsets(members, at, read_as), last_told(Result, "test", members, at, read_as)
    units, following = _units(people, read_as), _next(people)
    return [
        ExportRow(
            row,
            urgent[row.id],
            *(_first(reached.get(row.id, ()), scheme) for scheme in (PHONE, ADDRESS)),
            units.get(row.id, ""),
            onsets.get(row.id),
            results.get(row.id),
            following.get(row.id),
        )
        for row in shown(rows, stays, read_as)
    ]


# The bounds held when it was found out who is in the list.
_EVERYWHERE = Scope(everywhere=True)


def _first(known: Collection[Known], scheme: str) -> str:
    return next((one.value for one in known if one.scheme == scheme), "")


_READ_ONSET = table_reader(as_uuid, as_date)


def _onsets(members: list[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, date]:
    """{person: the earliest first day of illness that stands}, which is the one that a protocol counts from."""
    theirs = bulk.in_list("f.person_id", members)
    found: dict[UUID, date] = {}
    for person, day in _READ_ONSET(standing(Onset, ("person_id", "observed_date"), View(known_by=at), theirs)):
        survivor = read_as.survivor(person)
        if day is not None and (survivor not in found or day < found[survivor]):
            found[survivor] = day
    return found


def _units(people: Collection[UUID], read_as: ReadAs) -> dict[UUID, str]:
    """{person: the code of the unit where they live}; two statements."""
    living = {person: home.unit for person, home in homes(people, read_as).items() if home.unit is not None}
    codes = dict(Place.objects.filter(id__in=set(living.values())).values_list("id", "code"))
    return {person: codes[unit] for person, unit in living.items() if unit in codes}


def _next(people: Collection[UUID]) -> dict[UUID, OwedRow]:
    """{person: the open duty whose deadline is the earliest}; one statement."""
    found: dict[UUID, OwedRow] = {}
    for row in owed_to(people):
        found.setdefault(row.person, row)
    return found
