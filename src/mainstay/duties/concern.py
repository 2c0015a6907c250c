"""The row of each person of concern, counted anew from what is owed to them and what they are.

Beside it stands its slow twin, the check, which folds the same from everything there is (`cycle/check/concern.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from mainstay.duties.models import PersonOfConcern, SubjectState
from mainstay.duties.rules.concern import NEVER, NOT_URGENT, PLACING, RANKED_NONE, gravest
from mainstay.platform import bulk
from mainstay.platform.bulk import Rows
from mainstay.platform.rows import as_instant, as_uuid, same, table_reader

# Subjects of one statement: fewer than SQLite takes parameters.
AT_ONCE = 5_000


class ConcernRow(NamedTuple):
    """A person of concern as written, in the order of the table's columns (a test holds it to them)."""

    person_id: UUID
    urgency: int
    category: str
    due_at: datetime
    open: int
    waits_since: datetime | None
    place_due_at: datetime | None


def recount(people: Mapping[UUID, int | None]) -> None:
    """Bring the rows of these people up to date, in the transaction that changed what they follow from.

    {person: how urgent (0 the most), None to leave that as it was}. Whoever is of concern no more has no row.
    Four statements.
    """
    for some in bulk.chunks(people, AT_ONCE):
        owed, categories = _owed(some), _categories(some)
        urgencies = _urgencies([person for person in some if people[person] is None])
        rows = []
        for person in some:
            category = gravest(categories.get(person, ()))
            number, due_at, waits_since, place_due_at = owed.get(person, _NOTHING)
            if category != RANKED_NONE or number:
                urgency = people[person]
                urgency = urgencies.get(person, NOT_URGENT) if urgency is None else urgency
                rows.append(ConcernRow(person, urgency, category, due_at or NEVER, number, waits_since, place_due_at))
        _delete(set(some) - {row.person_id for row in rows})
        bulk.upsert_values(Rows(PersonOfConcern, rows), key=("person_id",))


_Owed = tuple[int, datetime | None, datetime | None, datetime | None]
_NOTHING: _Owed = (0, None, None, None)
_READ = table_reader(as_uuid, same, as_instant, as_instant, as_instant)
_IS_PLACING = f"d.kind IN ({', '.join(repr(kind) for kind in PLACING)})"


def _owed(people: Collection[UUID]) -> dict[UUID, _Owed]:
    """{person: how much is open, its earliest deadline; since when a place is waited for, and until when at most}."""
    where, params = bulk.in_list("s.subject_id", sorted(people))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.subject_id, COUNT(*), MIN(s.due_at), MIN(CASE WHEN {_IS_PLACING} THEN d.starts_at END), "
            f"MIN(CASE WHEN {_IS_PLACING} THEN s.due_at END) "
            "FROM duties_dutystate s JOIN duties_duty d ON d.id = s.duty_id "
            f"WHERE {where} AND s.subject_type = 'person' AND s.status = 'open' GROUP BY s.subject_id",
            params,
        )
        return {row[0]: row[1:] for row in _READ(cursor.fetchall())}


def _categories(people: Collection[UUID]) -> dict[UUID, list[str]]:
    rows = SubjectState.objects.filter(subject_type="person", subject_id__in=people).exclude(category="")
    found: dict[UUID, list[str]] = {}
    for person, category in rows.values_list("subject_id", "category"):
        found.setdefault(person, []).append(category)
    return found


def _urgencies(people: Collection[UUID]) -> dict[UUID, int]:
    if not people:
        return {}
    return dict(PersonOfConcern.objects.filter(person_id__in=people).values_list("person_id", "urgency"))


def _delete(people: Collection[UUID]) -> None:
    if not people:
        return
    where, params = bulk.in_list("person_id", sorted(people))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM duties_personofconcern WHERE {where}", params)
