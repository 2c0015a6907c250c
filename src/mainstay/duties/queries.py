"""Reads of duties: what stands for subjects, editions in force, and the lists by day."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.duties.models import Assignment, Edition, Excuse, HandOver
from mainstay.duties.rules.edition import Edition as Rules
from mainstay.duties.rules.in_force import InForce
from mainstay.duties.rules.parse import parse
from mainstay.duties.rules.reconcile import Standing
from mainstay.platform import bulk
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_bool, as_date, as_instant, as_uuid, parameter, same, table_reader

_STANDING = (
    "s.subject_id, d.disease, d.id, d.clause, d.episode, d.occurrence, d.starts_at, d.due_at, "
    "s.status, s.seq, s.level, s.post_id, s.answering_id, s.evidence, s.required"
)
_READ = table_reader(
    as_uuid,
    same,
    as_uuid,
    same,
    same,
    as_date,
    as_instant,
    as_instant,
    same,
    same,
    same,
    as_uuid,
    as_uuid,
    as_uuid,
    as_bool,
)


def standing_duties(
    subjects: Sequence[UUID], since: date | None = None
) -> dict[tuple[UUID, str], dict[UUID, Standing]]:
    """{(subject, disease): {duty: Standing}} of these subjects.

    With `since` only what can still change by the clock: what is open, one-off, or of that day or later.
    """
    where, params = bulk.in_list("s.subject_id", subjects)
    if since is not None:
        where += " AND (s.status = 'open' OR d.occurrence IS NULL OR d.occurrence >= %s)"
        params = [*params, parameter(since)]
    sql = (
        f"SELECT {_STANDING} FROM duties_dutystate s JOIN duties_duty d ON d.id = s.duty_id WHERE {where} ORDER BY d.id"
    )
    found: dict[tuple[UUID, str], dict[UUID, Standing]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for values in _READ(cursor.fetchall()):
            found.setdefault((values[0], values[1]), {})[values[2]] = Standing(*values[2:])
    return found


def editions_put_into_force(to_entry: int | None = None) -> list[InForce]:
    """Every adoption in the order it was made, up to a ledger number."""
    rows = Edition.objects.order_by("entry_id")
    if to_entry is not None:
        rows = rows.filter(entry_id__lte=to_entry)
    return [InForce(_parsed(row.text), row.from_date, row.withdrawn) for row in rows]


@lru_cache(maxsize=64)
def _parsed(text: str) -> Rules:
    """An edition was validated when it was put into force; a stricter schema of later must not refuse it now."""
    return parse(tomllib.loads(text))


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about duties: {duty: the record of its excuse} and {duty: the post it was handed to}."""

    excused: dict[UUID, UUID]
    handed: dict[UUID, UUID]


def decided(people: Sequence[UUID]) -> Decided:
    """What stands now of excuses and of duties handed over, towards these people; two statements.

    Not as known by a moment: a decision changed the duty's state when it was made, and a run of a period that was
    missed before it must not take it back.
    """
    if not people:
        return Decided({}, {})
    theirs = bulk.in_list("f.person_id", people)
    excused, handed = (
        {as_uuid(duty): as_uuid(other) for duty, other in standing(model, ("duty_id", column), View(), theirs)}
        for model, column in ((Excuse, "root"), (HandOver, "post_id"))
    )
    return Decided(excused, handed)


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why somebody excused a duty (`excused`) or handed it over, and who did."""

    excused: bool
    reason: str
    by: str


def reasons(duties: Sequence[UUID]) -> dict[UUID, ReasonRow]:
    """{duty: why it was excused, else why it was handed over, as that stands now}; two statements."""
    found = {}
    for model, excused in ((HandOver, False), (Excuse, True)):
        rows = model.objects.filter(duty_id__in=duties).order_by("root", "version")
        for duty, retracted, reason, by in rows.values_list("duty_id", "retracted", "reason", "entry__actor__name"):
            if not retracted:
                found[duty] = ReasonRow(excused, reason, by)
            elif duty in found and found[duty].excused is excused:
                del found[duty]
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which duties of a day: None asks for all. `moment` is the day's end."""

    day: date
    moment: datetime
    to_entry: int | None = None
    kind: str | None = None
    post: UUID | None = None
    place: tuple[str, UUID] | None = None  # (scope column, place)
    status: str | None = None
    subject: UUID | None = None
    duty: UUID | None = None
    without: str | None = None  # a scope column in which a duty has no place
    withdrawn: bool = True  # whether those that were never owed are among them
    # Only duties towards people for whom this holds, a condition on `people_person p` with its parameters.
    people: tuple[str, list[Any]] | None = None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty as it stood at a day's end."""

    id: UUID
    subject_type: str
    subject_id: UUID
    disease: str
    edition: str
    clause: str
    episode: str
    occurrence: date | None
    kind: str
    starts_at: datetime
    due_at: datetime
    status: str
    level: int
    post: UUID | None
    answering: UUID | None
    evidence: UUID | None
    required: bool
    cause: str


@dataclass(frozen=True, slots=True)
class KindTotal:
    """One kind's count: `should` is the sum of the others, each duty in one; withdrawn ones are outside."""

    kind: str
    done: int
    open: int
    overdue: int
    missed: int
    excused: int

    @property
    def should(self) -> int:
        return self.done + self.open + self.overdue + self.missed + self.excused


_ROW = (
    "d.id, d.subject_type, d.subject_id, d.disease, d.edition, d.clause, d.episode, d.occurrence, d.kind, "
    "d.starts_at, d.due_at, e.status, e.level, e.post_id, e.answering_id, e.evidence, e.required, e.cause"
)
_READ_ROW = table_reader(
    as_uuid,
    same,
    as_uuid,
    same,
    same,
    same,
    same,
    as_date,
    same,
    as_instant,
    as_instant,
    same,
    same,
    as_uuid,
    as_uuid,
    as_uuid,
    as_bool,
    same,
)
# The columns by which duties are scoped, from the widest place to the narrowest.
SCOPES = ("district_id", "community_id", "unit_id")
# "overdue" is no status that is stored: it is an open duty whose deadline has passed by the day's end.
_SHOWN = "CASE WHEN e.status = 'open' AND d.due_at < %s THEN 'overdue' ELSE e.status END"


def list_duties(wanted: Wanted, after: UUID | None = None, limit: int | None = None) -> list[DutyRow]:
    """Duties as they stood at the end of a day, by id, one page from `after` on; one statement.

    Tomorrow's occurrences, which exist already, are not that day's and left out.
    """
    from_id, params = (" AND d.id > %s", bulk.id_values([after])) if after is not None else ("", [])
    return _rows(wanted, f"{from_id} ORDER BY d.id", params, limit)


def longest_overdue(wanted: Wanted, limit: int) -> list[DutyRow]:
    """Of all that is wanted what is overdue, the longest first, at most so many; one statement."""
    if wanted.status not in (None, "overdue"):
        return []
    return _rows(replace(wanted, status="overdue"), " ORDER BY d.due_at, d.id", [], limit)


def _rows(wanted: Wanted, tail: str, tail_params: list[Any], limit: int | None) -> list[DutyRow]:
    source, params = _as_of(wanted)
    shown = _ROW.replace("e.status", _SHOWN)
    page = f" LIMIT {int(limit)}" if limit is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shown} {source}{tail}{page}", [parameter(wanted.moment), *params, *tail_params])
        return [DutyRow(*row) for row in _READ_ROW(cursor.fetchall())]


def duty_totals(wanted: Wanted) -> list[KindTotal]:
    """Per kind of duty how many should have been, and what became of them; one statement."""
    source, params = _as_of(wanted)
    with connection.cursor() as cursor:
        sql = f"SELECT d.kind, {_SHOWN} AS shown, COUNT(*) {source} AND e.status <> 'withdrawn' GROUP BY d.kind, shown"
        cursor.execute(sql, [parameter(wanted.moment), *params])
        counts: dict[str, dict[str, int]] = {}
        for kind, shown, number in cursor.fetchall():
            counts.setdefault(kind, {})[shown] = number
    return _kind_totals(counts)


def duty_totals_by(wanted: Wanted, column: str) -> dict[UUID | None, list[KindTotal]]:
    """{place: `duty_totals` of it} by a scope column (district_id, community_id, unit_id); one statement.

    None holds what has no such place. By where their people live now: a move moves past duties with it.
    """
    column = _scope(column)
    source, params = _as_of(wanted)
    sql = (
        f"SELECT s.{column}, d.kind, {_SHOWN} AS shown, COUNT(*) {source} AND e.status <> 'withdrawn' "
        f"GROUP BY s.{column}, d.kind, shown"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [parameter(wanted.moment), *params])
        counts: dict[UUID | None, dict[str, dict[str, int]]] = {}
        for place, kind, shown, number in cursor.fetchall():
            counts.setdefault(as_uuid(place), {}).setdefault(kind, {})[shown] = number
    return {place: _kind_totals(kinds) for place, kinds in counts.items()}


def _scope(column: str) -> str:
    if column not in SCOPES:
        raise ValueError(f"{column} is no scope; it may be one of {', '.join(SCOPES)}")
    return column


def _kind_totals(counts: dict[str, dict[str, int]]) -> list[KindTotal]:
    names = ("done", "open", "overdue", "missed", "excused")
    return [KindTotal(kind, *(counts[kind].get(name, 0) for name in names)) for kind in sorted(counts)]


def ownership(wanted: Wanted, headquarters: UUID | None) -> tuple[int, int]:
    """(open duties that nobody answers for, open duties that have fallen to headquarters); one statement."""
    source, params = _as_of(wanted)
    there = bulk.id_values([headquarters])[0] if headquarters else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) - COUNT(e.answering_id), "
            f"COALESCE(SUM(CASE WHEN e.answering_id = %s THEN 1 ELSE 0 END), 0) {source} AND e.status = 'open'",
            [there, *params],
        )
        unowned, at_headquarters = cursor.fetchone()
    return int(unowned), int(at_headquarters)


def _as_of(wanted: Wanted) -> tuple[str, list[Any]]:
    """FROM and WHERE of duties with their last event by the day (and by the ledger number)."""
    bound, bounds = "period_date <= %s", [parameter(wanted.day)]
    if wanted.to_entry is not None:
        bound, bounds = bound + " AND entry_id <= %s", [*bounds, wanted.to_entry]
    mine = " AND ".join("e." + part for part in bound.split(" AND "))
    later = " AND ".join("l." + part for part in bound.split(" AND "))
    sql = (
        "FROM duties_duty d JOIN duties_dutyevent e ON e.duty_id = d.id "
        "JOIN duties_dutystate s ON s.duty_id = d.id "
        f"WHERE {mine} AND (d.occurrence IS NULL OR d.occurrence <= %s) AND NOT EXISTS ("
        f"SELECT 1 FROM duties_dutyevent l WHERE l.duty_id = d.id AND l.seq > e.seq AND {later})"
    )
    params = [*bounds, parameter(wanted.day), *bounds]
    filters, values = _filters(wanted)
    return sql + filters, [*params, *values]


def _filters(wanted: Wanted) -> tuple[str, list[Any]]:
    sql, params = "", list[Any]()
    for column, value in (("d.subject_id", wanted.subject), ("d.id", wanted.duty)):
        if value is not None:
            sql, params = sql + f" AND {column} = %s", [*params, *bulk.id_values([value])]
    if wanted.kind is not None:
        sql, params = sql + " AND d.kind = %s", [*params, wanted.kind]
    if wanted.post is not None:
        post = bulk.id_values([wanted.post])[0]
        sql, params = sql + " AND (e.post_id = %s OR e.answering_id = %s)", [*params, post, post]
    if wanted.place is not None:
        column, place = wanted.place
        sql, params = sql + f" AND s.{column} = %s", [*params, *bulk.id_values([place])]
    if wanted.without is not None:
        sql += f" AND s.{_scope(wanted.without)} IS NULL"
    if not wanted.withdrawn:
        sql += " AND e.status <> 'withdrawn'"
    if wanted.status is not None:
        sql, params = sql + f" AND {_SHOWN} = %s", [*params, parameter(wanted.moment), wanted.status]
    if wanted.people is not None:
        condition, some = wanted.people
        theirs = f"SELECT 1 FROM people_person p WHERE p.id = d.subject_id AND {condition}"
        sql, params = sql + f" AND d.subject_type = 'person' AND EXISTS ({theirs})", [*params, *some]
    return sql, params


# --- who looks after whom -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assigned:
    """Whose somebody is among colleagues (None: nobody's any more), since when and by whom."""

    to: UUID | None
    name: str
    seq: int
    by: str
    at: datetime


def assigned(people: Collection[UUID]) -> dict[UUID, Assigned]:
    """{person: the last assignment}; whoever never was anybody's is left out. One statement."""
    rows = Assignment.objects.filter(person_id__in=people).order_by("person_id", "seq")
    columns = ("person_id", "to_id", "to__name", "seq", "entry__actor__name", "entry__at")
    return {
        person: Assigned(to, name or "", seq, by, at) for person, to, name, seq, by, at in rows.values_list(*columns)
    }


def is_with(staff: Collection[UUID], person: str) -> tuple[str, list[Any]]:
    """As a condition: the last assignment of a person (a column) is to one of these."""
    ids, params = bulk.in_list("a.to_id", sorted(staff))
    return (
        f"EXISTS (SELECT 1 FROM duties_assignment a WHERE a.person_id = {person} AND {ids} AND NOT EXISTS "
        "(SELECT 1 FROM duties_assignment b WHERE b.person_id = a.person_id AND b.seq > a.seq))",
        params,
    )
