"""Duties towards people as they stand now: counted, as single rows, and as cards by person or by door.

One condition lies beneath all of them, so that a number and the rows it opens cannot differ.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.accounts.rules import Scope
from mainstay.isolation.queries import within
from mainstay.people.queries import ReadAs
from mainstay.platform import bulk
from mainstay.platform.rows import as_date, as_instant, as_uuid, parameter, same, table_reader

# What a duty can be asked for by: `to_do` is what is open and not only for a later day, `overdue` that of it whose
# deadline has passed, `in_time` the rest of it; `all` adds what was closed since a day.
STATUSES = ("to_do", "overdue", "in_time", "done", "missed", "excused", "all")
CLOSED = ("done", "missed", "excused")
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which duties: within a scope, at a moment of a city's day; None asks for all.

    `answering`: of these posts; `unowned`: that nobody answers for. `since`: closed ones from that period on.
    `asks`: those of one clause, which asks for something unknown.
    """

    scope: Scope
    at: datetime
    today: date
    status: str = "to_do"
    since: date | None = None
    kind: str | None = None
    kinds: tuple[str, ...] | None = None
    answering: frozenset[UUID] | None = None
    unowned: bool = False
    where: Scope | None = None
    asks: str | None = None
    duty: UUID | None = None


@dataclass(frozen=True, slots=True)
class CardRow:
    """What is owed together: to one person, or at one door (`door`); `people` are those to whom."""

    door: str
    oldest: datetime
    duties: int
    overdue: int


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty for a list. `closed_on` is the period in which it ended, None while it is open."""

    id: UUID
    person: UUID
    door: str
    disease: str
    edition: str
    clause: str
    kind: str
    occurrence: date | None
    starts_at: datetime
    due_at: datetime
    status: str
    level: int
    post: UUID | None
    answering: UUID | None
    seq: int
    closed_on: date | None

    def is_overdue(self, at: datetime) -> bool:
        return self.status == "open" and self.due_at < at


@dataclass(frozen=True, slots=True)
class Counted:
    """How many duties, towards how many people, and how many of them are overdue."""

    duties: int
    people: int
    overdue: int


@dataclass(frozen=True, slots=True)
class KindRow:
    """What became of one kind of duty: should is the sum of the others. `oldest` is its longest overdue deadline."""

    kind: str
    done: int
    in_time: int
    overdue: int
    missed: int
    excused: int
    oldest: datetime | None

    @property
    def should(self) -> int:
        return self.done + self.in_time + self.overdue + self.missed + self.excused


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """A post with what is overdue of its duties, since when, how high the highest was raised, and the oldest duty."""

    post: UUID | None
    overdue: int
    oldest: datetime
    level: int


# --- reading ------------------------------------------------------------------------------------------


def count_duties(asked: Asked) -> Counted:
    """How many match; one statement beside those of the scope."""
    source, params = _source(asked)
    sql = (
        "SELECT COUNT(*), COUNT(DISTINCT s.subject_id), "
        f"COALESCE(SUM(CASE WHEN s.status = 'open' AND s.due_at < %s THEN 1 ELSE 0 END), 0) {source}"
    )
    (row,) = _ask(sql, [parameter(asked.at), *params])
    return Counted(*map(int, row))


def by_kind(asked: Asked) -> list[KindRow]:
    """Of each kind what became of it, in order of the kinds; one statement beside those of the scope."""
    source, params = _source(asked)
    late = "s.status = 'open' AND s.due_at < %s"
    counted = ", ".join(
        f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"
        for condition in (
            "s.status = 'done'",
            "s.status = 'open' AND s.due_at >= %s",
            late,
            "s.status = 'missed'",
            "s.status = 'excused'",
        )
    )
    sql = f"SELECT d.kind, {counted}, MIN(CASE WHEN {late} THEN s.due_at END) {source} GROUP BY d.kind ORDER BY d.kind"
    return [KindRow(*row) for row in _READ_KIND(_ask(sql, [parameter(asked.at)] * 3 + params))]


_READ_KIND = table_reader(same, same, same, same, same, same, as_instant)


def by_owner(asked: Asked, limit: int = 6) -> list[OwnerRow]:
    """Whose the overdue ones are, the longest delay first; one statement beside those of the scope."""
    source, params = _source(replace(asked, status="overdue"))
    sql = (
        f"SELECT s.answering_id, COUNT(*), MIN(s.due_at), MAX(s.level) {source} "
        f"GROUP BY s.answering_id ORDER BY MIN(s.due_at), s.answering_id LIMIT {int(limit)}"
    )
    return [OwnerRow(*row) for row in _READ_OWNER(_ask(sql, params))]


_READ_OWNER = table_reader(as_uuid, same, as_instant, same)


def raised(asked: Asked) -> dict[UUID | None, date]:
    """{post that answers: when something overdue of it was last raised to who stands above}; one statement."""
    source, params = _source(replace(asked, status="overdue"))
    joined = source.replace(
        " WHERE ", " JOIN duties_dutyevent r ON r.duty_id = s.duty_id AND r.verb = 'escalated' WHERE ", 1
    )
    return dict(
        _READ_RAISED(_ask(f"SELECT s.answering_id, MAX(r.period_date) {joined} GROUP BY s.answering_id", params))
    )


_READ_RAISED = table_reader(as_uuid, as_date)


def deadlines(asked: Asked) -> dict[str, tuple[int, datetime]]:
    """{kind: (how many, the earliest deadline)} of what is asked; one statement beside those of the scope."""
    source, params = _source(asked)
    rows = _ask(f"SELECT d.kind, COUNT(*), MIN(s.due_at) {source} GROUP BY d.kind", params)
    return {kind: (int(number), due) for kind, number, due in _READ_DEADLINE(rows)}


_READ_DEADLINE = table_reader(same, same, as_instant)


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """Something that open duties ask for: their clause, an edition of it, and how many are asked."""

    clause: str
    edition: str
    number: int


def by_unknown(asked: Asked) -> list[UnknownRow]:
    """What the open duties to find something out ask for, the most first; one statement beside those of the scope."""
    source, params = _source(replace(asked, status="to_do", kind="establish"))
    sql = f"SELECT d.clause, MAX(d.edition), COUNT(*) {source} GROUP BY d.clause ORDER BY COUNT(*) DESC, d.clause"
    return [UnknownRow(clause, edition, int(number)) for clause, edition, number in _ask(sql, params)]


def list_duties(asked: Asked, after: tuple[datetime, UUID] | None = None, limit: int = 50) -> list[DutyRow]:
    """One page of duties, the earliest deadline first; one statement beside those of the scope."""
    source, params = _source(asked)
    if after is not None:
        source += " AND (s.due_at, s.duty_id) > (%s, %s)"
        params = [*params, parameter(after[0]), *bulk.id_values([after[1]])]
    return _duties(f"SELECT {_COLUMNS} {source} ORDER BY s.due_at, s.duty_id LIMIT {int(limit)}", params)


def list_cards(
    asked: Asked, *, by_door: bool, after: tuple[datetime, str] | None = None, limit: int = 25
) -> list[CardRow]:
    """One page of cards, the longest overdue first; one statement beside those of the scope."""
    source, params = _source(asked)
    key = _DOOR if by_door else _PERSON
    start = ""
    if after is not None:
        start, params = "WHERE (oldest, door) > (%s, %s) ", [*params, parameter(after[0]), after[1]]
    sql = (
        f"SELECT door, oldest, number, late FROM (SELECT {key} AS door, MIN(s.due_at) AS oldest, COUNT(*) AS number, "
        f"SUM(CASE WHEN s.due_at < %s THEN 1 ELSE 0 END) AS late {source} GROUP BY {key}) AS cards "
        f"{start}ORDER BY oldest, door LIMIT {int(limit)}"
    )
    return [CardRow(*row) for row in _READ_CARD(_ask(sql, [parameter(asked.at), *params]))]


_READ_CARD = table_reader(same, as_instant, same, same)


def duties_at(asked: Asked, doors: Collection[str], *, by_door: bool) -> list[DutyRow]:
    """All that matches at these doors (or towards these people), the earliest deadline first; one statement."""
    if not doors:
        return []
    source, params = _source(asked)
    marks = ", ".join(["%s"] * len(doors))
    key = _DOOR if by_door else _PERSON
    sql = f"SELECT {_COLUMNS} {source} AND {key} IN ({marks}) ORDER BY s.due_at, s.duty_id"
    return _duties(sql, [*params, *doors])


# --- the condition beneath all ------------------------------------------------------------------------

# A door: the household or building where somebody lives, else their address as it was typed; whoever lies in a ward or
# site is visited by its people one by one, and so is whoever has neither.
_HEX = "REPLACE(CAST({0} AS CHAR(36)), '-', '')"
_PERSON = "'p' || " + _HEX.format("p.id")
_DOOR = (
    "CASE WHEN o.facility_id IS NOT NULL THEN " + _PERSON + " "
    "WHEN h.kind IN ('household', 'building') THEN 'h' || " + _HEX.format("h.id") + " "
    "ELSE COALESCE((SELECT 'a' || MIN(i.blind) FROM people_identifier i "
    "WHERE i.person_id = p.id AND i.scheme = 'address'), " + _PERSON + ") END"
)
_COLUMNS = (
    f"s.duty_id, s.subject_id, {_DOOR}, d.disease, d.edition, d.clause, d.kind, d.occurrence, d.starts_at, s.due_at, "
    "s.status, s.level, s.post_id, s.answering_id, s.seq, "
    "CASE WHEN s.status <> 'open' THEN (SELECT e.period_date FROM duties_dutyevent e "
    "WHERE e.duty_id = s.duty_id AND e.seq = s.seq) END"
)
_READ = table_reader(
    as_uuid, as_uuid, same, same, same, same, same, as_date, as_instant, as_instant,
    same, same, as_uuid, as_uuid, same, as_date,
)  # fmt: skip


def _source(asked: Asked) -> tuple[str, list[Any]]:
    """FROM and WHERE of what is asked."""
    conditions, params = ["s.subject_type = 'person'", "p.merged_into_id IS NULL"], []

    def add(sql: str, some: Sequence[Any] = ()) -> None:
        conditions.append(sql)
        params.extend(some)

    add(*_of_status(asked))
    read_as = ReadAs()
    for scope in (asked.scope, asked.where):
        if scope is not None and not scope.everywhere:
            add(*within(scope, asked.at, read_as))
    for column, value in (("d.kind", asked.kind), ("d.clause", asked.asks)):
        if value is not None:
            add(f"{column} = %s", [value])
    if asked.kinds is not None:
        add(f"d.kind IN ({', '.join(['%s'] * len(asked.kinds))})", asked.kinds)
    duty = frozenset({asked.duty}) if asked.duty is not None else None
    for column, ids in (("s.answering_id", asked.answering), ("s.duty_id", duty)):
        if ids is not None:
            add(*bulk.in_list(column, sorted(ids)))
    if asked.unowned:
        add("s.answering_id IS NULL AND s.status = 'open'")
    return (
        "FROM duties_dutystate s JOIN duties_duty d ON d.id = s.duty_id JOIN people_person p ON p.id = s.subject_id "
        "LEFT JOIN places_place h ON h.id = p.home_id LEFT JOIN organisations_post o ON o.id = s.answering_id "
        f"WHERE {' AND '.join(conditions)}",
        params,
    )


def _of_status(asked: Asked) -> tuple[str, list[Any]]:
    is_open = "s.status = 'open' AND (d.occurrence IS NULL OR d.occurrence <= %s)"
    moment, today = parameter(asked.at), parameter(asked.today)
    if asked.status == "overdue":
        return f"{is_open} AND s.due_at < %s", [today, moment]
    if asked.status == "in_time":
        return f"{is_open} AND s.due_at >= %s", [today, moment]
    if asked.status == "to_do":
        return is_open, [today]
    closed = CLOSED if asked.status == "all" else (asked.status,)
    ended, params = f"s.status IN ({', '.join(['%s'] * len(closed))})", list(closed)
    if asked.since is not None:
        ended += (
            " AND EXISTS (SELECT 1 FROM duties_dutyevent e WHERE e.duty_id = s.duty_id AND e.seq = s.seq "
            "AND e.period_date >= %s)"
        )
        params.append(parameter(asked.since))
    return (f"(({is_open}) OR ({ended}))", [today, *params]) if asked.status == "all" else (ended, params)


def _ask(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def _duties(sql: str, params: Sequence[Any]) -> list[DutyRow]:
    return [DutyRow(*row) for row in _READ(_ask(sql, params))]
