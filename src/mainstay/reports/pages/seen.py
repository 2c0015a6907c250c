"""Which people on a page of the report its reader may see: those within their bounds, each look recorded."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.isolation.queries import covered
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform import bulk

AT_ONCE = 5_000


def within_sight(request: Any, people: Collection[UUID]) -> set[UUID]:
    """Those of these people whom the reader may see, by where they are now; a constant number of statements."""
    scope = request.rights.scope(Permission.SEE_PEOPLE)
    if scope.everywhere:
        return set(people)
    if scope.is_empty:
        return set()
    read_as = ReadAs()
    found: set[UUID] = set()
    for some in bulk.chunks(sorted(people), AT_ONCE):
        found |= covered(some, scope, request.moment, read_as)
    return found


def look_at(request: Any, people: Collection[UUID], page: str) -> dict[UUID, str]:
    """{person: what they are called} of everybody shown on a page; the look is recorded."""
    if not people:
        return {}
    # They are read while the lists are looked after: no duty towards one of them is claimed.
    record_look(
        account=request.user,
        page=page,
        purpose=Purpose.SUPERVISION,
        listed=sorted(people),
        by=request.by,
        at=request.at,
    )
    return names_of(people, ReadAs())


def short_name(person: UUID, names: dict[UUID, str]) -> str:
    """What a person is called; else the beginning of their number, which tells two of them apart."""
    return names.get(person) or person.hex[-8:]
