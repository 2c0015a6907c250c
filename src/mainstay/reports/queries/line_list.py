"""The people of concern, one row a person, worst first or by category: one page of them and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.accounts.rules import Scope
from mainstay.duties.models import PersonOfConcern
from mainstay.duties.queries import is_with
from mainstay.duties.rules.concern import NEVER, NO_CATEGORY, NOT_URGENT, RANKED_NONE, ranked
from mainstay.duties.rules.facts import Stay
from mainstay.isolation.queries import present_stays, within
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform import bulk
from mainstay.platform.rows import as_date, as_instant, as_uuid, fetched, parameter, same, table_reader
from mainstay.reports.queries.whereabouts import where_all_are

WAITING, PAST_LIMIT, PLACED = "waiting", "past_limit", "placed"
PLACINGS = (WAITING, PAST_LIMIT, PLACED)
# The orders of the list: the most urgent first, the earliest deadline, the gravest category.
WORST, DUE, CATEGORY = "worst", "due", "category"
ORDERS = {
    WORST: ("urgency", "due_at", "category", "person_id"),
    DUE: ("due_at", "category", "person_id"),
    CATEGORY: ("category", "due_at", "person_id"),
}
CAP = 10_000
# So many records are fetched at a time of a whole list.
FETCHED = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which people: within a scope, at a moment; None asks for all, NO_CATEGORY for those in none. `where` is a
    place or a facility.

    `to_do` leaves those to whom something is open by that day: not only what is for later days; `answering`
    those for whom one of these posts answers. What was found out today begins, for the accounts, at the day's
    end; whoever can do it now need not wait. `placing`: those who wait for a place, whose limit for it has passed,
    or who have one. `staff` leaves those who are with one of these colleagues, or with none of them (`is_with` False).
    `people` leaves none but these.
    """

    scope: Scope
    at: datetime
    category: str | None = None
    overdue: bool = False
    where: Scope | None = None
    order: str = DUE
    to_do: date | None = None
    answering: frozenset[UUID] | None = None
    placing: str | None = None
    staff: frozenset[UUID] | None = None
    is_with: bool = True
    people: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which row a page begins."""

    urgency: int
    due_at: datetime
    category: str
    id: UUID


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of concern. `oldest` is the deadline that has passed the longest; `since` the first duty's day;
    `cursor` is where the next page begins after them."""

    id: UUID
    name: str
    category: str
    open: int
    overdue: int
    oldest: datetime | None
    since: date | None
    kind_of_place: str
    place: str
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Totals:
    """How many people match, and how many of them are owed something overdue; counted up to CAP."""

    people: int
    overdue: int

    @property
    def is_capped(self) -> bool:
        return self.people >= CAP


def list_people(asked: Asked, after: Cursor | None = None, limit: int = 50) -> list[PersonRow]:
    """One page of the people of concern, from `after` on; at most fourteen statements, however long it is."""
    read_as = ReadAs()
    found = candidates(asked, read_as, limit, after)
    stays = present_stays([one.id for one in found], asked.at, read_as)
    return shown(found, stays, read_as)


def candidates(asked: Asked, read_as: ReadAs, limit: int, after: Cursor | None = None) -> list[Candidate]:
    """Who matches, without what a page shows of them; two statements and the scope's.

    Whoever is not judged yet stands behind everybody else in each of the orders.
    """
    matches, found = _conditions(asked, read_as), list[Candidate]()
    for source in _sources(asked):
        if len(found) < limit:
            found += _page(source, matches, asked, limit - len(found), after)
    return found


def everybody(asked: Asked) -> bytes:
    """The records of all who match, 16 bytes each, in the list's order; one statement and the scope's.

    Of 250,000 people it is four megabytes: rows as objects would be a hundred.
    """
    where, params = _conditions(asked, ReadAs())
    order, sources = ORDERS[asked.order], _sources(asked)
    columns = ", ".join(f"t.{name}" for name in order)
    # One statement for both: who is judged between two would be in neither.
    sql = " UNION ALL ".join(f"SELECT {columns} FROM {table} WHERE {where}" for table, _given in sources)
    given = [value for _table, some in sources for value in (*some, *params)]
    found = bytearray()
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT person_id FROM ({sql}) AS found ORDER BY {', '.join(order)}", given)
        while some := cursor.fetchmany(FETCHED):
            found += b"".join(one.bytes for (value,) in some if (one := as_uuid(value)) is not None)
    return bytes(found)


def count_people(asked: Asked) -> Totals:
    """How many match, up to CAP; as many statements as its scope needs, and two."""
    (where, params), people, overdue = _conditions(asked, ReadAs()), 0, 0
    for source, given in _sources(asked):
        # Those overdue by an index of their own: to look at ten thousand deadlines took three times as long.
        counted = "(SELECT COUNT(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {}) AS capped)"
        all_ = counted.format(source, where, CAP)
        late = counted.format(source, f"t.due_at < %s AND {where}", CAP)
        (row,) = fetched(f"SELECT {all_}, {late}", [*given, *params, *given, parameter(asked.at), *params])
        people, overdue = people + int(row[0]), overdue + int(row[1])
    return Totals(min(people, CAP), min(overdue, CAP))


# --- the statement ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who matches; the category ranked (`0confirmed`), `due_at` NEVER where nothing is open."""

    id: UUID
    urgency: int
    category: str
    open: int
    overdue: int
    due_at: datetime

    @property
    def cursor(self) -> Cursor:
        """The row after which the next page begins."""
        return Cursor(self.urgency, self.due_at, self.category, self.id)


_READ = table_reader(as_uuid, same, same, same, same, as_instant)
Sql = tuple[str, list[Any]]
_OF_CONCERN = "duties_personofconcern t"
_PERSON = " {join} people_person p ON p.id = t.person_id"
_STANDS = "p.merged_into_id IS NULL"
_NOT_MERGED = "t.person_id NOT IN (SELECT m.id FROM people_person m WHERE m.merged_into_id IS NOT NULL)"
# Of whom something was recorded that no run has judged yet; what is owed to them, nobody can say.
_NOT_JUDGED = (
    f"(SELECT m.subject_id AS person_id, {NOT_URGENT} AS urgency, '{RANKED_NONE}' AS category, 0 AS open, "
    "CAST(NULL AS timestamptz) AS waits_since, CAST(NULL AS timestamptz) AS place_due_at, %s AS due_at "
    "FROM platform_dirty m "
    "WHERE m.subject_type = 'person' AND NOT EXISTS "
    "(SELECT 1 FROM duties_personofconcern k WHERE k.person_id = m.subject_id)) t"
)


def _asks_where(asked: Asked) -> bool:
    """Whether the person must be read. For a whole city the row of concern says all but who was merged, and those are
    few: thousands of persons would be read to find that out.
    """
    return not asked.scope.everywhere or (asked.where is not None and not asked.where.everywhere)


def _sources(asked: Asked) -> list[Sql]:
    """People as `t` (and `p`, `_asks_where`): those of concern, and those not judged yet, where any of these can match.

    Few are of concern among all who live there. SQLite, which knows nothing of how many there are, would rather begin
    with everybody; there a CROSS JOIN means: in this order.
    """
    join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
    person = _PERSON if _asks_where(asked) else ""
    of_concern: Sql = _OF_CONCERN + person.format(join=join), []
    # Nothing is known to be owed to whoever is not judged yet.
    owed = (
        asked.overdue
        or asked.to_do is not None
        or asked.answering is not None
        or asked.placing in (WAITING, PAST_LIMIT)
    )
    if owed or asked.category not in (None, NO_CATEGORY):
        return [of_concern]
    return [of_concern, (_NOT_JUDGED + person.format(join="JOIN"), [parameter(NEVER)])]


def _page(source: Sql, matches: Sql, asked: Asked, limit: int, after: Cursor | None) -> list[Candidate]:
    (table, given), (where, params) = source, matches
    order = ORDERS[asked.order]
    columns = ", ".join(f"t.{name}" for name in order)
    if after is not None:
        where = f"{where} AND ({columns}) > ({', '.join(['%s'] * len(order))})"
        params = [*params, *(_ASKED[name](after) for name in order)]
    overdue = (
        "SELECT COUNT(*) FROM duties_dutystate s WHERE s.subject_id = f.person_id AND s.subject_type = 'person' "
        "AND s.status = 'open' AND s.due_at < %s"
    )
    rows = fetched(
        f"SELECT f.person_id, f.urgency, f.category, f.open, ({overdue}), f.due_at FROM (SELECT t.person_id, "
        f"t.urgency, t.category, t.open, t.due_at FROM {table} WHERE {where} ORDER BY {columns} LIMIT {int(limit)}"
        f") AS f ORDER BY {', '.join(f'f.{name}' for name in order)}",
        [parameter(asked.at), *given, *params],
    )
    return [Candidate(*row) for row in _READ(rows)]


_ASKED: dict[str, Callable[[Cursor], Any]] = {
    "urgency": lambda after: after.urgency,
    "due_at": lambda after: parameter(after.due_at),
    "category": lambda after: after.category,
    "person_id": lambda after: bulk.id_values([after.id])[0],
}


def _conditions(asked: Asked, read_as: ReadAs) -> tuple[str, list[Any]]:
    """What is asked, of `t` (the row of a person of concern) and, where it is asked where, `p` (the person)."""
    conditions, params = [_STANDS if _asks_where(asked) else _NOT_MERGED], list[Any]()

    def add(sql: str, some: Sequence[Any] = ()) -> None:
        conditions.append(sql)
        params.extend(some)

    for scope in (asked.scope, asked.where):
        if scope is not None and not scope.everywhere:
            add(*within(scope, asked.at, read_as))
    if asked.people is not None:
        add(*bulk.in_list("t.person_id", list(asked.people)))
    if asked.category is not None:
        add("t.category = %s", [ranked(asked.category)])
    if asked.overdue:
        add("t.due_at < %s", [parameter(asked.at)])
    if asked.placing is not None:
        add(_PLACINGS[asked.placing], [parameter(asked.at)] if asked.placing == PAST_LIMIT else [])
    if asked.to_do is not None or asked.answering is not None:
        add(*_to_do(asked))
    if asked.staff is not None:
        sql, some = is_with(asked.staff, "t.person_id")
        add(sql if asked.is_with else f"NOT {sql}", some)
    return " AND ".join(conditions), params


_PLACINGS = {
    WAITING: "t.waits_since IS NOT NULL",
    PAST_LIMIT: "t.place_due_at < %s",
    PLACED: "t.waits_since IS NULL",
}


def _to_do(asked: Asked) -> tuple[str, list[Any]]:
    conditions, params = ["b.subject_id = t.person_id", "b.subject_type = 'person'", "b.status = 'open'"], []
    if asked.to_do is not None:
        conditions.append("(b.occurrence IS NULL OR b.occurrence <= %s)")
        params.append(parameter(asked.to_do))
    if asked.answering is not None:
        sql, some = bulk.in_list("b.answering_id", sorted(asked.answering))
        conditions.append(sql)
        params += some
    sql = f"EXISTS (SELECT 1 FROM duties_dutystate b WHERE {' AND '.join(conditions)})"
    if asked.answering is not None:
        return sql, params
    # What is overdue is never only for later days: of most people the duties need not be read.
    return f"(t.due_at < %s OR {sql})", [parameter(asked.at), *params]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """How many of a category are known, and how many wait for a place; `since`: of those who wait the longest."""

    category: str
    known: int
    waiting: int
    past_limit: int
    since: datetime | None

    @property
    def placed(self) -> int:
        return self.known - self.waiting


def count_by_category(asked: Asked) -> list[CategoryRow]:
    """People of concern by category, the gravest first, those in none last; two statements beside the scope's."""
    (where, params), found = _conditions(asked, ReadAs()), list[CategoryRow]()
    for source, given in _sources(asked):
        rows = fetched(
            "SELECT t.category, COUNT(*), COUNT(t.waits_since), "
            "COALESCE(SUM(CASE WHEN t.place_due_at < %s THEN 1 ELSE 0 END), 0), MIN(t.waits_since) "
            f"FROM {source} WHERE {where} GROUP BY t.category ORDER BY t.category",
            [parameter(asked.at), *given, *params],
        )
        found += [CategoryRow(row[0][1:], *row[1:]) for row in _READ_CATEGORY(rows)]
    return _with_the_rest(found)


def _with_the_rest(rows: list[CategoryRow]) -> list[CategoryRow]:
    """Those in no category are of both sources: to whom something is still owed, and not judged yet."""
    rest = [row for row in rows if not row.category]
    if len(rest) < 2:
        return rows
    judged, waiting = rest
    both = replace(judged, known=judged.known + waiting.known)
    return [row for row in rows if row.category] + [both]


_READ_CATEGORY = table_reader(same, same, same, same, as_instant)


# --- what a page shows of them ------------------------------------------------------------------------


def shown(rows: list[Candidate], stays: Mapping[UUID, Stay], read_as: ReadAs) -> list[PersonRow]:
    """The same with names and places, of people who stay as given (`present_stays`); five statements."""
    ids = [row.id for row in rows]
    names, since, where = names_of(ids, read_as), _since(ids), where_all_are(ids, stays, read_as)
    return [
        PersonRow(
            row.id,
            names.get(row.id, ""),
            row.category[1:],
            row.open,
            row.overdue,
            row.due_at if row.overdue else None,
            since.get(row.id),
            *where[row.id],
            row.cursor,
        )
        for row in rows
    ]


def gravest_categories(people: Collection[UUID]) -> dict[UUID, str]:
    """{person: the gravest category they have under some protocol}; one statement."""
    rows = PersonOfConcern.objects.filter(person_id__in=people).exclude(category=RANKED_NONE)
    return {person: category[1:] for person, category in rows.values_list("person_id", "category")}


def _since(people: Collection[UUID]) -> dict[UUID, date]:
    """{person: the day on which something was first owed to them}."""
    if not people:
        return {}
    where, params = bulk.in_list("s.subject_id", list(people))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.subject_id, MIN(d.opened_on) FROM duties_dutystate s JOIN duties_duty d ON d.id = s.duty_id "
            f"WHERE s.subject_type = 'person' AND {where} GROUP BY s.subject_id",
            params,
        )
        return dict(_READ_SINCE(cursor.fetchall()))


_READ_SINCE = table_reader(as_uuid, as_date)
