"""Duties towards people as they stand now: counted, as single rows, and as cards by person or by door.

One condition lies beneath all of them, so that a number and the rows it opens cannot differ.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mainstay.accounts.rules import Scope
from mainstay.isolation.queries import within
from mainstay.people.doors import DOOR, OWN_DOOR, may_live_at
from mainstay.people.queries import ReadAs
from mainstay.platform import bulk
from mainstay.platform.rows import as_date, as_instant, as_uuid, fetched, parameter, same, table_reader
from mainstay.reports.rules.behind import OpenGroup

# What a duty can be asked for by: `to_do` is what is open and not only for a later day, `overdue` that of it whose
# deadline has passed, `in_time` the rest of it; `all` adds what was closed since a day. `any`, which no page asks for,
# adds what was withdrawn too.
STATUSES = ("to_do", "overdue", "in_time", "done", "missed", "excused", "all")
CLOSED = ("done", "missed", "excused")
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which duties: within a scope, at a moment of a city's day; None asks for all.

    `answering`: of these posts; `unowned`: that nobody answers for. `since`: closed ones from that period on.
    `asks`: those of one clause, which asks for something unknown. `duties`: of these alone.
    """

    scope: Scope
    at: datetime
    today: date
    status: str = "to_do"
    since: date | None = None
    kind: str | None = None
    answering: frozenset[UUID] | None = None
    unowned: bool = False
    where: Scope | None = None
    asks: str | None = None
    duties: frozenset[UUID] | None = None


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


# --- reading ------------------------------------------------------------------------------------------


def count_duties(asked: Asked) -> Counted:
    """How many match; one statement beside those of the scope."""
    source, params = _source(asked, doors=False, duties=False)
    sql = (
        "SELECT COUNT(*), COUNT(DISTINCT s.subject_id), "
        f"COALESCE(SUM(CASE WHEN s.status = 'open' AND s.due_at < %s THEN 1 ELSE 0 END), 0) {source}"
    )
    (row,) = fetched(sql, [parameter(asked.at), *params])
    return Counted(*map(int, row))


def count_people(asked: Asked) -> int:
    """Towards how many people something matches; one statement beside those of the scope."""
    source, params = _source(asked, doors=False, duties=False)
    (row,) = fetched(f"SELECT COUNT(DISTINCT s.subject_id) {source}", params)
    return int(row[0])


def open_groups(asked: Asked) -> list[OpenGroup]:
    """What is open, together by kind and by who answers; one statement beside those of the scope."""
    source, params = _source(asked, doors=False)
    moment = parameter(asked.at)
    sql = (
        f"SELECT d.kind, {_UNKNOWN}, s.answering_id, MAX(d.edition), COUNT(*), MIN(s.due_at), "
        "SUM(CASE WHEN s.due_at < %s THEN 1 ELSE 0 END), MIN(CASE WHEN s.due_at < %s THEN s.due_at END), "
        f"MAX(CASE WHEN s.due_at < %s THEN s.level ELSE 0 END) {source} GROUP BY d.kind, {_UNKNOWN}, s.answering_id"
    )
    return [OpenGroup(*row) for row in _READ_OPEN(fetched(sql, [moment] * 3 + params))]


# What a duty to find something out asks for.
_UNKNOWN = "CASE WHEN d.kind = 'establish' THEN d.clause ELSE '' END"
_READ_OPEN = table_reader(same, same, as_uuid, same, same, as_instant, same, as_instant, same)


def closed_groups(asked: Asked) -> list[tuple[str, str, int]]:
    """(kind, what became of it, how many) of what was closed; one statement beside those of the scope."""
    source, params = _source(replace(asked, status="closed"), doors=False)
    return [
        (kind, status, int(number))
        for kind, status, number in fetched(
            f"SELECT d.kind, s.status, COUNT(*) {source} GROUP BY d.kind, s.status", params
        )
    ]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """Open duties of one post (None: of none) for which one post answers (None: nobody), and how many are overdue."""

    post: UUID | None
    answering: UUID | None
    duties: int
    overdue: int


def by_post(asked: Asked) -> list[ShareRow]:
    """Whose the open ones are and who answers for them; one statement beside those of the scope."""
    source, params = _source(replace(asked, status="to_do"), doors=False, duties=False)
    late = "SUM(CASE WHEN s.due_at < %s THEN 1 ELSE 0 END)"
    sql = f"SELECT s.post_id, s.answering_id, COUNT(*), {late} {source} GROUP BY s.post_id, s.answering_id"
    return [ShareRow(*row) for row in _READ_SHARE(fetched(sql, [parameter(asked.at), *params]))]


_READ_SHARE = table_reader(as_uuid, as_uuid, same, same)


def raised(asked: Asked, posts: Collection[UUID | None]) -> dict[UUID | None, date]:
    """{post that answers: when something overdue of it was last raised to who stands above}; one statement."""
    known = frozenset(post for post in posts if post is not None)
    if not known:
        return {}
    events = " JOIN duties_dutyevent r ON r.duty_id = s.duty_id AND r.verb = 'escalated'"
    late = replace(asked, status="overdue", answering=known)
    source, params = _source(late, doors=False, duties=False, beside=events)
    return dict(
        _READ_RAISED(fetched(f"SELECT s.answering_id, MAX(r.period_date) {source} GROUP BY s.answering_id", params))
    )


_READ_RAISED = table_reader(as_uuid, as_date)


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
    people, params = _by_person(asked)
    key = _door("o.inside") if by_door else OWN_DOOR
    start = ""
    if after is not None:
        start, params = "WHERE (oldest, door) > (%s, %s) ", [*params, parameter(after[0]), after[1]]
    sql = (
        f"SELECT door, oldest, number, late FROM (SELECT {key} AS door, "
        f"MIN(o.oldest) AS oldest, SUM(o.number) AS number, SUM(o.late) AS late FROM ({people}) AS o "
        "JOIN people_person p ON p.id = o.person LEFT JOIN places_place h ON h.id = p.home_id GROUP BY 1) AS cards "
        f"{start}ORDER BY oldest, door LIMIT {int(limit)}"
    )
    return [CardRow(*row) for row in _READ_CARD(fetched(sql, params))]


def _by_person(asked: Asked) -> tuple[str, list[Any]]:
    """What is owed to each, apart where they lie: a city's duties are added up before anybody's door is looked for."""
    source, params = _source(asked, doors=False, duties=False, beside=_ANSWERING)
    sql = (
        f"SELECT s.subject_id AS person, {_INSIDE} AS inside, MIN(s.due_at) AS oldest, COUNT(*) AS number, "
        f"SUM(CASE WHEN s.due_at < %s THEN 1 ELSE 0 END) AS late {source} GROUP BY s.subject_id, {_INSIDE}"
    )
    return sql, [parameter(asked.at), *params]


_READ_CARD = table_reader(same, as_instant, int, int)


def duties_at(asked: Asked, doors: Collection[str], *, by_door: bool) -> list[DutyRow]:
    """All that matches at these doors (or towards these people), the earliest deadline first; two statements.

    The few who may live there are named first: else SQLite works out the door of everybody.
    """
    if not doors:
        return []
    there, given = may_live_at(doors)
    few = [as_uuid(one) for (one,) in fetched(f"SELECT p.id FROM people_person p WHERE {there}", given)]
    source, params = _source(asked)
    of_them, ids = bulk.in_list("s.subject_id", few)
    where, keys = bulk.in_texts(_CARD_DOOR if by_door else OWN_DOOR, sorted(doors))
    found = _duties(f"SELECT {_COLUMNS} {source} AND {of_them} AND {where}", [*params, *ids, *keys])
    # Asked for in order, SQLite goes through everything open by its deadline.
    return sorted(found, key=lambda row: (row.due_at, row.id))


# --- the condition beneath all ------------------------------------------------------------------------

# Whoever lies in a ward or site is visited by its people one by one, wherever they live.
_INSIDE = "CASE WHEN o.facility_id IS NULL THEN 0 ELSE 1 END"
_ANSWERING = " LEFT JOIN organisations_post o ON o.id = s.answering_id"


def _door(inside: str) -> str:
    return f"CASE WHEN {inside} = 1 THEN {OWN_DOOR} ELSE {DOOR} END"


_CARD_DOOR = _door(_INSIDE)
_COLUMNS = (
    f"s.duty_id, s.subject_id, {_CARD_DOOR}, d.disease, d.edition, d.clause, d.kind, s.occurrence, d.starts_at, "
    "s.due_at, s.status, s.level, s.post_id, s.answering_id, s.seq, "
    "CASE WHEN s.status <> 'open' THEN (SELECT e.period_date FROM duties_dutyevent e "
    "WHERE e.duty_id = s.duty_id AND e.seq = s.seq) END"
)
_READ = table_reader(
    as_uuid, as_uuid, same, same, same, same, same, as_date, as_instant, as_instant,
    same, same, as_uuid, as_uuid, same, as_date,
)  # fmt: skip


def _source(asked: Asked, *, doors: bool = True, duties: bool = True, beside: str = "") -> tuple[str, list[Any]]:
    """FROM and WHERE of what is asked; without doors and duties only what counting a whole city takes.

    `beside`: what is joined to that.
    """
    scopes = [scope for scope in (asked.scope, asked.where) if scope is not None and not scope.everywhere]
    joined, unmerged = _joined(doors=doors, people=doors or bool(scopes))
    conditions, params = ["s.subject_type = 'person'", unmerged], list[Any]()

    def add(sql: str, some: Sequence[Any] = ()) -> None:
        conditions.append(sql)
        params.extend(some)

    add(*_of_status(asked))
    read_as = ReadAs()
    for scope in scopes:
        add(*within(scope, asked.at, read_as))
    for column, value in (("d.kind", asked.kind), ("d.clause", asked.asks)):
        if value is not None:
            add(f"{column} = %s", [value])
    for column, ids in (("s.answering_id", asked.answering), ("s.duty_id", asked.duties)):
        if ids is not None:
            add(*bulk.in_list(column, sorted(ids)))
    if asked.unowned:
        add("s.answering_id IS NULL AND s.status = 'open'")
    if duties or asked.kind is not None or asked.asks is not None:
        joined = f" JOIN duties_duty d ON d.id = s.duty_id{joined}"
    return f"FROM duties_dutystate s{joined}{beside} WHERE {' AND '.join(conditions)}", params


def _joined(*, doors: bool, people: bool) -> tuple[str, str]:
    """(what is joined to duties, the condition that leaves out whoever is read as another)."""
    if not people:
        return "", "s.subject_id NOT IN (SELECT id FROM people_person WHERE merged_into_id IS NOT NULL)"
    joined = " JOIN people_person p ON p.id = s.subject_id"
    if doors:
        joined += " LEFT JOIN places_place h ON h.id = p.home_id"
        joined += _ANSWERING
    return joined, "p.merged_into_id IS NULL"


def _of_status(asked: Asked) -> tuple[str, list[Any]]:
    is_open = "s.status = 'open' AND (s.occurrence IS NULL OR s.occurrence <= %s)"
    moment, today = parameter(asked.at), parameter(asked.today)
    if asked.status == "overdue":
        return f"{is_open} AND s.due_at < %s", [today, moment]
    if asked.status == "in_time":
        return f"{is_open} AND s.due_at >= %s", [today, moment]
    if asked.status == "to_do":
        return is_open, [today]
    if asked.status == "any":
        return f"({is_open} OR s.status <> 'open')", [today]
    closed = CLOSED if asked.status in ("all", "closed") else (asked.status,)
    ended, params = f"s.status IN ({', '.join(['%s'] * len(closed))})", list(closed)
    if asked.since is not None:
        ended += (
            # By the days first: of all that was ever closed, few were since.
            " AND s.duty_id IN (SELECT c.duty_id FROM duties_dutyevent c WHERE c.period_date >= %s) "
            "AND EXISTS (SELECT 1 FROM duties_dutyevent e WHERE e.duty_id = s.duty_id AND e.seq = s.seq "
            "AND e.period_date >= %s)"
        )
        params += [parameter(asked.since)] * 2
    return (f"(({is_open}) OR ({ended}))", [today, *params]) if asked.status == "all" else (ended, params)


def _duties(sql: str, params: Sequence[Any]) -> list[DutyRow]:
    return [DutyRow(*row) for row in _READ(fetched(sql, params))]
