"""The people of concern, one row a person, worst first or by category: one page of them and how many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.accounts.rules import Scope
from mainstay.duties.queries import is_with
from mainstay.duties.rules.facts import Stay
from mainstay.isolation.queries import present_stays, within
from mainstay.organisations.models import Facility
from mainstay.people.queries import NO_HOME, ReadAs, homes, names_of
from mainstay.places.models import Place
from mainstay.platform import bulk
from mainstay.platform.rows import as_date, as_instant, as_uuid, parameter, same, table_reader

# In the order of gravity; what an edition may call a category is a closed list (docs/guide/vocabulary.md).
CATEGORIES = ("confirmed", "clinical", "asymptomatic", "suspected", "fever_patient", "close_contact")
NO_CATEGORY = ""
# Duties by which somebody gets a place: as long as one is open, they wait for it.
PLACING = ("admit", "admit_severe", "admit_to_site", "isolation", "move", "offer_isolation", "offer_quarantine")
PLACING += ("quarantine",)
WAITING, PAST_LIMIT, PLACED = "waiting", "past_limit", "placed"
PLACINGS = (WAITING, PAST_LIMIT, PLACED)
CAP = 10_000
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which people: within a scope, at a moment; None asks for all, NO_CATEGORY for those in none. `where` is a
    place or a facility.

    `to_do` leaves those to whom something is open by that day: not only what is for later days; `answering`
    those for whom one of these posts answers. What was found out today begins, for the accounts, at the day's
    end; whoever can do it now need not wait. `placing`: those who wait for a place, whose limit for it has passed,
    or who have one. `staff` leaves those who are with one of these colleagues, or with none of them (`is_with` False).
    """

    scope: Scope
    at: datetime
    category: str | None = None
    overdue: bool = False
    where: Scope | None = None
    by_category: bool = False
    to_do: date | None = None
    answering: frozenset[UUID] | None = None
    placing: str | None = None
    staff: frozenset[UUID] | None = None
    is_with: bool = True


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of concern. `oldest` is the deadline that has passed the longest; `since` the first duty's day."""

    id: UUID
    name: str
    category: str
    open: int
    overdue: int
    oldest: datetime | None
    since: date | None
    kind_of_place: str
    place: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which row a page begins."""

    category: str
    oldest: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Totals:
    """How many people match, and how many of them are owed something overdue; counted up to CAP."""

    people: int
    overdue: int

    @property
    def is_capped(self) -> bool:
        return self.people >= CAP


def list_people(asked: Asked, after: Cursor | None = None, limit: int = 50) -> list[PersonRow]:
    """One page of the people of concern, from `after` on; at most thirteen statements, however long it is."""
    read_as = ReadAs()
    sql, params = _people(asked, read_as)
    key = "category, oldest, id" if asked.by_category else "oldest, category, id"
    start = ""
    if after is not None:
        oldest, person = parameter(after.oldest), bulk.id_values([after.id])[0]
        start = f" WHERE ({key}) > (%s, %s, %s)"
        params += [after.category, oldest, person] if asked.by_category else [oldest, after.category, person]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) AS found{start} ORDER BY {key} LIMIT {int(limit)}", params)
        rows = [Candidate(*row) for row in _READ(cursor.fetchall())]
    return shown(rows, asked.at, read_as)


def candidates(asked: Asked, read_as: ReadAs, limit: int) -> list[Candidate]:
    """Who matches, the longest overdue first, without what a page shows of them; one statement and the scope's."""
    sql, params = _people(asked, read_as)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) AS found ORDER BY oldest, category, id LIMIT {int(limit)}", params)
        return [Candidate(*row) for row in _READ(cursor.fetchall())]


def count_people(asked: Asked) -> Totals:
    """How many match, up to CAP; as many statements as its scope needs, and one."""
    sql, params = _people(asked, ReadAs())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN overdue > 0 THEN 1 ELSE 0 END), 0) "
            f"FROM (SELECT overdue FROM ({sql}) AS found LIMIT {CAP}) AS capped",
            params,
        )
        people, overdue = cursor.fetchone()
    return Totals(int(people), int(overdue))


def cursor_of(row: PersonRow) -> Cursor:
    """The row after which the next page begins."""
    return Cursor(_ranked(row.category), row.oldest or NEVER, row.id)


# --- the statement ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who matches; the category ranked (`0confirmed`), `oldest` NEVER where nothing is overdue."""

    id: UUID
    category: str
    open: int
    overdue: int
    oldest: datetime


_READ = table_reader(as_uuid, same, same, same, as_instant)


def _ranked(category: str) -> str:
    """A category so that the gravest sorts first: `0confirmed` … `9` for none."""
    if category == NO_CATEGORY:
        return "9"
    rank = CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)
    return f"{rank}{category}"


_RANK = (
    "MIN(CASE c.category "
    + " ".join(f"WHEN '{one}' THEN '{rank}'" for rank, one in enumerate(CATEGORIES))
    + f" ELSE '{len(CATEGORIES)}' END || c.category)"
)


_NOT_JUDGED = "EXISTS (SELECT 1 FROM platform_dirty m WHERE m.subject_type = 'person' AND m.subject_id = p.id)"


def _people(asked: Asked, read_as: ReadAs) -> tuple[str, list[Any]]:
    """Who is of concern: has a category under some protocol, is owed something open, or is not judged yet."""
    moment = parameter(asked.at)
    conditions = ["p.merged_into_id IS NULL", f"(k.person IS NOT NULL OR o.person IS NOT NULL OR {_NOT_JUDGED})"]
    params: list[Any] = [parameter(NEVER), moment, moment]
    for scope in (asked.scope, *([asked.where] if asked.where is not None else [])):
        sql, some = within(scope, asked.at, read_as)
        conditions.append(sql)
        params += some
    if asked.category is not None:
        conditions.append("COALESCE(k.category, '9') = %s")
        params.append(_ranked(asked.category))
    if asked.overdue:
        conditions.append("o.overdue > 0")
    if asked.placing is not None:
        sql, some = _placing(asked)
        conditions.append(sql)
        params += some
    if asked.to_do is not None or asked.answering is not None:
        sql, some = _to_do(asked)
        conditions.append(sql)
        params += some
    if asked.staff is not None:
        sql, some = is_with(asked.staff, "p.id")
        conditions.append(sql if asked.is_with else f"NOT {sql}")
        params += some
    sql = (
        "SELECT p.id AS id, COALESCE(k.category, '9') AS category, COALESCE(o.still_open, 0) AS still_open, "
        "COALESCE(o.overdue, 0) AS overdue, COALESCE(o.oldest, %s) AS oldest FROM people_person p "
        f"LEFT JOIN (SELECT c.subject_id AS person, {_RANK} AS category FROM duties_subjectstate c "
        "WHERE c.subject_type = 'person' AND c.category <> '' GROUP BY c.subject_id) k ON k.person = p.id "
        "LEFT JOIN (SELECT s.subject_id AS person, COUNT(*) AS still_open, "
        "SUM(CASE WHEN s.due_at < %s THEN 1 ELSE 0 END) AS overdue, "
        "MIN(CASE WHEN s.due_at < %s THEN s.due_at END) AS oldest FROM duties_dutystate s "
        "WHERE s.subject_type = 'person' AND s.status = 'open' GROUP BY s.subject_id) o ON o.person = p.id "
        f"WHERE {' AND '.join(conditions)}"
    )
    return sql, params


def _to_do(asked: Asked) -> tuple[str, list[Any]]:
    conditions, params = ["b.subject_id = p.id", "b.subject_type = 'person'", "b.status = 'open'"], []
    if asked.to_do is not None:
        conditions.append("(d.occurrence IS NULL OR d.occurrence <= %s)")
        params.append(parameter(asked.to_do))
    if asked.answering is not None:
        sql, some = bulk.in_list("b.answering_id", sorted(asked.answering))
        conditions.append(sql)
        params += some
    joined = "duties_dutystate b JOIN duties_duty d ON d.id = b.duty_id"
    return f"EXISTS (SELECT 1 FROM {joined} WHERE {' AND '.join(conditions)})", params


_WAITS = (
    "FROM duties_dutystate w JOIN duties_duty v ON v.id = w.duty_id WHERE w.subject_type = 'person' "
    f"AND w.status = 'open' AND v.kind IN ({', '.join(repr(kind) for kind in PLACING)})"
)


def _placing(asked: Asked) -> tuple[str, list[Any]]:
    past = " AND w.due_at < %s" if asked.placing == PAST_LIMIT else ""
    sql = f"EXISTS (SELECT 1 {_WAITS} AND w.subject_id = p.id{past})"
    return f"NOT {sql}" if asked.placing == PLACED else sql, [parameter(asked.at)] if past else []


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
    """People of concern by category, the gravest first, those in none last; one statement beside the scope's."""
    sql, params = _people(asked, ReadAs())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.category, COUNT(*), COUNT(w.person), COALESCE(SUM(w.past), 0), MIN(w.since) "
            f"FROM ({sql}) AS f LEFT JOIN (SELECT w.subject_id AS person, MIN(v.starts_at) AS since, "
            f"MAX(CASE WHEN w.due_at < %s THEN 1 ELSE 0 END) AS past {_WAITS} GROUP BY w.subject_id) w "
            "ON w.person = f.id GROUP BY f.category ORDER BY f.category",
            [*params, parameter(asked.at)],
        )
        return [CategoryRow(row[0][1:], *row[1:]) for row in _READ_CATEGORY(cursor.fetchall())]


_READ_CATEGORY = table_reader(same, same, same, same, as_instant)


# --- what a page shows of them ------------------------------------------------------------------------


def shown(rows: list[Candidate], at: datetime, read_as: ReadAs) -> list[PersonRow]:
    """The same with names and places; seven statements."""
    ids = [row.id for row in rows]
    names, since, where = names_of(ids, read_as), _since(ids), where_are(ids, at, read_as)
    return [
        PersonRow(
            row.id,
            names.get(row.id, ""),
            row.category[1:],
            row.open,
            row.overdue,
            row.oldest if row.overdue else None,
            since.get(row.id),
            *where[row.id],
        )
        for row in rows
    ]


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


def where_are(people: Collection[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, tuple[str, str]]:
    """{person: (`ward`, `site`, `home` or nothing; the facility's or the home's name)}; five statements."""
    stays, living = present_stays(people, at, read_as), homes(people, read_as)
    facilities = {stay.facility for stay in stays.values() if stay.facility}
    names: dict[UUID, str] = dict(Facility.objects.filter(id__in=facilities).values_list("id", "name"))
    places = {home.place or home.unit for home in living.values()} - {None}
    names |= dict(Place.objects.filter(id__in=places).values_list("id", "name"))
    return {
        person: _where(stays.get(person), home.place or home.unit, names)
        for person, home in ((one, living.get(one, NO_HOME)) for one in people)
    }


def _where(stay: Stay | None, home: UUID | None, names: dict[UUID, str]) -> tuple[str, str]:
    if stay is not None and stay.kind != "home":
        return stay.kind, names.get(stay.facility, "") if stay.facility else ""
    name = names.get(home, "") if home else ""
    return ("home", name) if stay is not None or name else ("", "")
