"""Who is called on together: the people of one door or one household."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from mainstay.people.doors import TOGETHER, doors
from mainstay.platform import bulk
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_uuid
from mainstay.tracing.models import Contact

HOUSEHOLD = "household"


def doors_of(people: Sequence[UUID]) -> list[list[UUID]]:
    """The people by door, in the order given (a door stands where the first of its people does); two statements.

    Together are those of one household or one written address, or who met as of one household. An address that is
    typed twice differently keeps two doors; nobody is lost by that.
    """
    group = {person: person for person in people}

    def head(person: UUID) -> UUID:
        while group[person] != person:
            group[person] = group[group[person]]
            person = group[person]
        return person

    for first, second in [*_of_one_door(people), *_of_one_household(people)]:
        if first in group and second in group:
            group[head(second)] = head(first)
    found: dict[UUID, list[UUID]] = {}
    for person in people:
        found.setdefault(head(person), []).append(person)
    return list(found.values())


Pairs = list[tuple[UUID, UUID]]


def _of_one_door(people: Sequence[UUID]) -> Pairs:
    together: dict[str, list[UUID]] = {}
    for person, door in sorted(doors(people).items()):
        if door[0] in TOGETHER:
            together.setdefault(door, []).append(person)
    return [pair for some in together.values() for pair in zip(some, some[1:], strict=False)]


def _of_one_household(people: Sequence[UUID]) -> Pairs:
    """Contacts of one household, whichever of the two was named."""
    if not people:
        return []
    where, params = bulk.in_list("f.person_id", sorted(people))
    rows = standing(Contact, ("person_id", "index_id"), View(), (f"{where} AND f.kind = %s", [*params, HOUSEHOLD]))
    return [(as_uuid(person), as_uuid(index)) for person, index in rows]
