"""Contacts and their daily follow-up: who named whom, and day by day what was done, missed or is due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.accounts.rules import Scope
from mainstay.duties.models import DutyState
from mainstay.duties.rules.concern import NEVER
from mainstay.isolation.queries import within
from mainstay.people.doors import doors
from mainstay.people.models import Person
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform import bulk
from mainstay.platform.rows import as_instant, as_uuid, fetched, parameter, same, table_reader
from mainstay.tracing.models import Contact

DAYS = 14


@dataclass(frozen=True, slots=True)
class IndexRow:
    """Somebody who named contacts: how many people, how many duties towards them are overdue, since when."""

    id: UUID
    name: str
    contacts: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class DayCell:
    """What became of one day's duties towards one contact: the worst of them, and how many there were."""

    day: date
    status: str  # missed, overdue, due, done, excused, or nothing
    number: int


@dataclass(frozen=True, slots=True)
class FollowedRow:
    """A contact of somebody: how they met, at which door they live, and each day's follow-up, the earliest first."""

    id: UUID
    name: str
    kind: str
    setting: str
    last: date | None
    door: str
    place: str
    days: tuple[DayCell, ...]


# --- those who named somebody ---------------------------------------------------------------------------


def list_indexes(
    scope: Scope, at: datetime, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[IndexRow]:
    """One page of those who named contacts, first those to whose contacts something is overdue the longest."""
    read_as = ReadAs()
    sql, params = _indexes(scope, at, read_as)
    start = ""
    if after is not None:
        start = "WHERE (oldest, id) > (%s, %s) "
        params = [*params, parameter(after[0]), *bulk.id_values([after[1]])]
    rows = fetched(
        f"SELECT id, contacts, overdue, oldest FROM ({sql}) AS found {start}ORDER BY oldest, id LIMIT {int(limit)}",
        params,
    )
    found = list(_READ_INDEX(rows))
    names = names_of([row[0] for row in found], read_as)
    return [
        IndexRow(person, names.get(person, ""), int(contacts), int(overdue), oldest if overdue else None)
        for person, contacts, overdue, oldest in found
    ]


_READ_INDEX = table_reader(as_uuid, same, same, as_instant)


def count_indexes(scope: Scope, at: datetime) -> tuple[int, int]:
    """(how many named contacts, to the contacts of how many of them something is overdue)."""
    sql, params = _indexes(scope, at, ReadAs())
    ((people, overdue),) = fetched(
        f"SELECT COUNT(*), COALESCE(SUM(CASE WHEN overdue > 0 THEN 1 ELSE 0 END), 0) FROM ({sql}) AS found", params
    )
    return int(people), int(overdue)


def _indexes(scope: Scope, at: datetime, read_as: ReadAs) -> tuple[str, list[Any]]:
    """Everybody within the scope who named a contact that stands, through merges, with what is overdue to these."""
    inside, params = within(scope, at, read_as)
    # Few are read as another: what they named is added by whom they are read as.
    moved = Contact.objects.filter(index_id__in=list(read_as.into)).values_list("index_id", flat=True).distinct()
    into = {index: read_as.survivor(index) for index in moved}
    cases = "".join(" WHEN %s THEN %s" for _index in into)
    mapped = f"CASE c.index_id{cases} ELSE c.index_id END" if into else "c.index_id"
    swaps = [value for index, survivor in into.items() for value in bulk.id_values([index, survivor])]
    false = "FALSE" if connection.vendor == "postgresql" else "0"
    late = "s.subject_type = 'person' AND s.status = 'open' AND s.due_at < %s"
    return (
        "SELECT p.id AS id, n.contacts AS contacts, n.overdue AS overdue, n.oldest AS oldest FROM people_person p "
        f"JOIN (SELECT m.index_id AS index_id, COUNT(*) AS contacts, COALESCE(SUM(l.number), 0) AS overdue, "
        "COALESCE(MIN(l.oldest), %s) AS oldest FROM "
        f"(SELECT DISTINCT {mapped} AS index_id, c.person_id AS person_id FROM tracing_contact c "
        f"WHERE c.retracted = {false} AND NOT EXISTS (SELECT 1 FROM tracing_contact v WHERE v.root = c.root "
        "AND v.version > c.version)) m "
        f"LEFT JOIN (SELECT s.subject_id, COUNT(*) AS number, MIN(s.due_at) AS oldest FROM duties_dutystate s "
        f"WHERE {late} GROUP BY s.subject_id) l ON l.subject_id = m.person_id GROUP BY m.index_id) n "
        f"ON n.index_id = p.id WHERE p.merged_into_id IS NULL AND {inside}",
        [parameter(NEVER), *swaps, parameter(at), *params],
    )


# --- the contacts of one --------------------------------------------------------------------------------


def followed(index: UUID, today: date, at: datetime, read_as: ReadAs) -> list[FollowedRow]:
    """The contacts that somebody named, with the last days of their daily follow-up, the worst first.

    Six statements, however many there are.
    """
    contacts = _contacts(index, read_as)
    ids = list(contacts)
    names, at_doors, homes, days = names_of(ids, read_as), doors(ids), _homes(ids), _days(ids, today, at)
    found = [
        FollowedRow(
            person,
            names.get(person, ""),
            row["kind"],
            row["setting"],
            row["last_date"],
            at_doors[person],
            homes.get(person, ""),
            days[person],
        )
        for person, row in contacts.items()
    ]
    return sorted(found, key=lambda row: (-_badness(row), row.door, row.name, row.id))


def _contacts(index: UUID, read_as: ReadAs) -> dict[UUID, dict[str, Any]]:
    rows = Contact.objects.filter(index_id__in=read_as.members(index)).order_by("root", "-version")
    latest: dict[UUID, dict[str, Any]] = {}
    for row in rows.values("root", "retracted", "person_id", "kind", "setting", "last_date"):
        latest.setdefault(row["root"], row)
    found: dict[UUID, dict[str, Any]] = {}
    for row in latest.values():
        if not row["retracted"]:
            found.setdefault(read_as.survivor(row["person_id"]), row)
    return found


def _homes(people: Collection[UUID]) -> dict[UUID, str]:
    """{person: what their home is called}, where it is known."""
    rows = Person.objects.filter(id__in=people).exclude(home=None)
    return dict(rows.values_list("id", "home__name"))


_WORST = ("missed", "overdue", "due", "done", "excused")


def _days(people: Collection[UUID], today: date, at: datetime) -> dict[UUID, tuple[DayCell, ...]]:
    """{person: one cell a day of the last two weeks}; one statement."""
    first = today - timedelta(days=DAYS - 1)
    rows = DutyState.objects.filter(
        subject_type="person", subject_id__in=people, occurrence__range=(first, today)
    ).exclude(status="withdrawn")
    told: dict[tuple[UUID, date], list[str]] = {}
    for person, day, status, due in rows.values_list("subject_id", "occurrence", "status", "due_at"):
        shown = ("overdue" if due < at else "due") if status == "open" else status
        told.setdefault((person, day), []).append(shown)
    return {
        person: tuple(
            DayCell(
                day, min(told.get((person, day), ()), key=_WORST.index, default=""), len(told.get((person, day), ()))
            )
            for day in (first + timedelta(days=number) for number in range(DAYS))
        )
        for person in people
    }


def _badness(row: FollowedRow) -> int:
    """First those to whom something is overdue, then those of whom a day was missed."""
    statuses = {cell.status for cell in row.days}
    return 2 * ("overdue" in statuses) + ("missed" in statuses)
