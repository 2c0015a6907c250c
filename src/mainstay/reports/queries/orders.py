"""The register of orders and the objections to them: one page of it, its counts, and one order's whole history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.accounts.rules import Scope
from mainstay.isolation.models import Grounds, Objection, Offer, Order
from mainstay.isolation.queries import within
from mainstay.isolation.rules import Paper
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform import bulk
from mainstay.platform.models import Entry, Seal
from mainstay.platform.rows import as_bool, as_instant, as_uuid, parameter, same, table_reader

# What the register can be narrowed to, in the order of its tabs; each a column of the statement below.
STATES = ("in_force", "unserved", "review_due", "objected", "over")
CAP = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders: on people within a scope, as they stand at a moment; `state` None asks for all."""

    scope: Scope
    at: datetime
    state: str | None = None
    kind: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as it stands. `objected_at`: since when an objection to it waits; `offer`: what came of the last one.

    `number` is the ledger entry that gave it.
    """

    root: UUID
    number: int
    person: UUID
    name: str
    disease: str
    kind: str
    basis: str
    reason: str
    official: str
    served_how: str
    paper: Paper
    objected_at: datetime | None
    offer: str  # taken, not taken, made, none


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which order a page begins."""

    starts: datetime
    root: UUID


def list_orders(wanted: Wanted, after: Cursor | None = None, limit: int = 50) -> list[OrderRow]:
    """One page of the register, the latest begun first; a constant number of statements."""
    read_as = ReadAs()
    sql, params = _orders(wanted, read_as)
    start = ""
    if after is not None:
        start = " AND (starts_at, root) < (%s, %s)"
        params += [parameter(after.starts), bulk.id_values([after.root])[0]]
    state = f"{wanted.state} = 1" if wanted.state in STATES else "1 = 1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SHOWN} FROM ({sql}) AS found WHERE {state}{start} "
            f"ORDER BY starts_at DESC, root DESC LIMIT {int(limit)}",
            params,
        )
        return _rows([_Row(*row) for row in _READ(cursor.fetchall())], read_as)


def count_orders(wanted: Wanted) -> dict[str, int]:
    """{state: how many}, and under `all` how many there are; counted up to CAP, whatever state is wanted."""
    sql, params = _orders(wanted, ReadAs())
    sums = ", ".join(f"COALESCE(SUM({state}), 0)" for state in STATES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*), {sums} FROM (SELECT * FROM ({sql}) AS found LIMIT {CAP}) AS capped", params)
        whole, *counts = cursor.fetchone()
    return {"all": int(whole), **{state: int(count) for state, count in zip(STATES, counts, strict=True)}}


def one_order(root: UUID, at: datetime) -> OrderRow | None:
    """The same of one order, whoever may see it; None where there is none or it was taken back."""
    read_as = ReadAs()
    sql, params = _orders(Wanted(Scope(everywhere=True), at), read_as, ("o.root = %s", bulk.id_values([root])))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_SHOWN} FROM ({sql}) AS found", params)
        rows = _rows([_Row(*row) for row in _READ(cursor.fetchall())], read_as)
    return rows[0] if rows else None


def cursor_of(row: OrderRow) -> Cursor:
    """The order after which the next page begins."""
    return Cursor(row.paper.starts, row.root)


# --- the statement ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    root: UUID
    number: int
    person: UUID
    disease: str
    kind: str
    basis: str
    reason: str
    official: str
    starts: datetime
    ends: datetime
    review: datetime
    served: datetime | None
    served_how: str
    oral: bool
    released: bool
    reviewed: bool
    objected_at: datetime | None


_SHOWN = (
    "root, number, person, disease, kind, basis, reason, official, starts_at, ends_at, review_at, served_at, "
    "served_how, oral, released, reviewed, objected_at"
)
_READ = table_reader(
    as_uuid, same, as_uuid, same, same, same, same, same, as_instant, as_instant, as_instant, as_instant,
    same, as_bool, as_bool, as_bool, as_instant,
)  # fmt: skip
_LAST = "NOT EXISTS (SELECT 1 FROM {table} l WHERE l.root = {alias}.root AND l.version > {alias}.version)"


def _orders(wanted: Wanted, read_as: ReadAs, only: tuple[str, list[Any]] = ("1 = 1", [])) -> tuple[str, list[Any]]:
    """Every order in its last version, whose it is as read now, and which states it is in at the moment."""
    false = "FALSE" if connection.vendor == "postgresql" else "0"
    scope, scope_params = within(wanted.scope, wanted.at, read_as)
    conditions, params = (
        [f"o.retracted = {false}", _LAST.format(table="isolation_order", alias="o"), only[0], scope],
        [],
    )
    params += [*only[1], *scope_params]
    if wanted.kind is not None:
        conditions.append("o.kind = %s")
        params.append(wanted.kind)
    if wanted.person is not None:
        conditions.append("p.id = %s")
        params += bulk.id_values([wanted.person])
    told = (
        "SELECT b.order_root, MAX(CASE WHEN b.decision = 'upheld' THEN 1 ELSE 0 END) AS released, "
        "MIN(CASE WHEN b.decision = '' THEN b.became_known_at END) AS objected_at FROM isolation_objection b "
        f"WHERE b.retracted = {false} AND {_LAST.format(table='isolation_objection', alias='b')} GROUP BY b.order_root"
    )
    reviewed = (
        "EXISTS (SELECT 1 FROM duties_evidence v WHERE v.person_id IN (o.person_id, p.id) AND v.kind = 'order_review' "
        f"AND v.retracted = {false} AND v.became_known_at > o.starts_at AND v.became_known_at <= %s "
        f"AND {_LAST.format(table='duties_evidence', alias='v')})"
    )
    plain = (
        "SELECT o.root, f.entry_id AS number, p.id AS person, o.disease, o.kind, o.basis, o.reason, o.official, "
        "o.starts_at, o.ends_at, o.review_at, o.served_at, o.served_how, o.oral, "
        f"COALESCE(t.released, 0) AS released, CASE WHEN {reviewed} THEN 1 ELSE 0 END AS reviewed, t.objected_at "
        "FROM isolation_order o JOIN isolation_order f ON f.root = o.root AND f.version = 1 "
        "JOIN people_person own ON own.id = o.person_id LEFT JOIN people_person m ON m.id = own.merged_into_id "
        "JOIN people_person p ON p.id = COALESCE(m.merged_into_id, own.merged_into_id, own.id) "
        f"LEFT JOIN ({told}) t ON t.order_root = o.root WHERE {' AND '.join(conditions)}"
    )
    return _with_states(plain, [parameter(wanted.at), *params], wanted.at)


def _with_states(plain: str, params: list[Any], at: datetime) -> tuple[str, list[Any]]:
    """The same words as `isolation.rules.Paper`, as columns of 0 and 1."""
    moment = parameter(at)
    runs = "(starts_at <= %s AND ends_at > %s AND released = 0)"
    cases = {
        "in_force": (runs, 2),
        "unserved": ("(ends_at > %s AND released = 0 AND served_at IS NULL)", 1),
        "review_due": (f"({runs} AND review_at <= %s AND reviewed = 0)", 3),
        "objected": ("objected_at IS NOT NULL", 0),
        "over": ("(ends_at <= %s OR released = 1)", 1),
    }
    columns = ", ".join(f"CASE WHEN {sql} THEN 1 ELSE 0 END AS {state}" for state, (sql, _times) in cases.items())
    times = sum(times for _sql, times in cases.values())
    return f"SELECT told.*, {columns} FROM ({plain}) AS told", [*[moment] * times, *params]


def _rows(found: list[_Row], read_as: ReadAs) -> list[OrderRow]:
    people = {row.person for row in found}
    names, offers = names_of(people, read_as), last_offers(people, read_as)
    return [
        OrderRow(
            row.root, row.number, row.person, names.get(row.person, ""), row.disease, row.kind, row.basis, row.reason,
            row.official, row.served_how,
            Paper(row.starts, row.ends, row.review, row.served, row.oral, row.released, row.reviewed),
            row.objected_at, _came_of(offers.get((row.person, row.kind))),
        )
        for row in found
    ]  # fmt: skip


def _came_of(offer: Offered | None) -> str:
    if offer is None:
        return "none"
    return {True: "taken", False: "not taken", None: "made"}[offer.accepted]


@dataclass(frozen=True, slots=True)
class Offered:
    """A place that was offered, on which day, and whether it was taken (None: nobody has said)."""

    day: date | None
    accepted: bool | None


def last_offers(people: Collection[UUID], read_as: ReadAs) -> dict[tuple[UUID, str], Offered]:
    """{(person, kind): the last place of that kind offered to them}; one statement."""
    rows = Offer.objects.filter(person_id__in=read_as.everybody(people)).order_by("root", "-version")
    latest: dict[UUID, Any] = {}
    for row in rows.values_list("root", "retracted", "person_id", "kind", "observed_date", "accepted"):
        latest.setdefault(row[0], row)
    standing = [row for row in latest.values() if not row[1]]
    standing.sort(key=lambda row: (row[4] or date.min, row[0]))
    return {(read_as.survivor(person), kind): Offered(day, taken) for _root, _no, person, kind, day, taken in standing}


# --- one order's history ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One ledger entry of an order's history: who wrote what when; `facts` are the rows it brought."""

    entry: int
    verb: str
    actor: str
    at: datetime
    recorded_at: datetime
    facts: tuple[Order | Objection | Grounds, ...]


def history_of(root: UUID) -> list[Step]:
    """Every version of an order, of the objections to it and of the grounds of decisions, by ledger entry.

    The oldest first; four statements.
    """
    rows: list[Order | Objection | Grounds] = [
        *Order.objects.filter(root=root),
        *Objection.objects.filter(order_root=root),
        *Grounds.objects.filter(order_root=root),
    ]
    by_entry: dict[int, list[Order | Objection | Grounds]] = {}
    for row in rows:
        by_entry.setdefault(row.entry_id, []).append(row)
    entries = Entry.objects.filter(no__in=by_entry).select_related("actor").order_by("no")
    return [Step(one.no, one.verb, one.actor.name, one.at, one.recorded_at, tuple(by_entry[one.no])) for one in entries]


def sealed_by(entry: int) -> int | None:
    """The number of the seal that closes a ledger entry; None where none does yet. One statement."""
    return Seal.objects.filter(to_entry__gte=entry).order_by("to_entry").values_list("no", flat=True).first()


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """An objection as it stands, with the reasons of its decision where they were given."""

    root: UUID
    order: UUID
    person: UUID
    ground: str
    source: str
    made: datetime | None
    decision: str
    decided_by: str
    decided_at: datetime | None
    reasons: str


def objections_to(order: UUID) -> list[ObjectionRow]:
    """All objections to an order, the latest first; two statements."""
    rows = list(Objection.objects.filter(order_root=order).order_by("root", "version"))
    latest = {row.root: row for row in rows}
    first = {row.root: row.became_known_at for row in rows if row.version == 1}
    reasons = dict(Grounds.objects.filter(order_root=order, of=Grounds.Of.DECISION).values_list("about", "text"))
    standing = sorted((row for row in latest.values() if not row.retracted), key=lambda row: row.entry_id, reverse=True)
    return [
        ObjectionRow(
            row.root, order, row.person_id, row.ground, row.source, first.get(row.root), row.decision,
            row.decided_by, row.decided_at, reasons.get(row.root, ""),
        )
        for row in standing
    ]  # fmt: skip


def order_objected_to(objection: UUID) -> UUID | None:
    """Which order an objection is to; None where there is no such objection. One statement."""
    rows = Objection.objects.filter(root=objection).order_by("-version")
    return rows.values_list("order_root", flat=True).first()
