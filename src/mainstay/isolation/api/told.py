"""How orders and objections are answered, and what a refusal about one says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from mainstay.accounts.rules import Purpose
from mainstay.isolation.models import Grounds, Objection, Order
from mainstay.isolation.pages import said
from mainstay.isolation.rules import CONFIRMED_WITHIN, DECIDED_WITHIN
from mainstay.people.pages.person import my_duty
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.orders import ObjectionRow, OrderRow, Step
from mainstay.reports.queries.owed import owed_to
from mainstay.web.api.problems import worded
from mainstay.web.api.words import Told

Kind = Literal["quarantine", "isolation"]
How = Literal["in person", "household", "post", "message", "telephone"]
Came = Literal["telephone", "paper", "in person"]
Stands = Literal["released", "ended", "lapsed", "not_served", "to_begin", "review_due", "in_force"]


class OrderTold(Told):
    """One order as it stands now."""

    id: UUID
    number: int = Field(description="The ledger entry that gave it; it stands on the paper.")
    person: UUID
    name: str | None
    disease: str
    kind: str
    basis: str
    reason: str
    official: str
    starts_at: datetime
    ends_at: datetime
    review_at: datetime
    reviewed: bool
    served_at: datetime | None = Field(description="Null where it was not served: it binds nobody then.")
    served_how: str | None
    oral: bool = Field(description="Given by word of mouth and not in writing yet.")
    lapses_at: datetime | None = Field(description="Of one by word of mouth: in writing by then, or it binds nobody.")
    stands: Stands = Field(description="Of several that are true the one that says most about whether it binds.")
    objected_at: datetime | None = Field(description="Since when an objection to it waits.")
    offer: Literal["taken", "not taken", "made", "none"] = Field(
        description="What came of the last place of that kind offered to this person."
    )


class ObjectionTold(Told):
    """One objection as it stands now."""

    id: UUID
    ground: str = Field(description="In the words of who objects.")
    came: str = Field(description="How it came: `telephone`, `paper`, `in person`.")
    made_at: datetime | None
    decide_by: datetime | None = Field(description="Null once it is decided.")
    decision: Literal["upheld", "rejected"] | None
    decided_by: str | None
    decided_at: datetime | None
    reasons: str | None


class LineTold(Told):
    """A fact that a ledger entry brought: a version of the order, of an objection, or the grounds of a decision."""

    kind: Literal["order", "objection", "grounds"]
    id: UUID = Field(description="Of the order, the objection or the grounds, in all their versions.")
    version: int
    retracted: bool
    says: dict[str, Any]


class StepTold(Told):
    """A ledger entry of an order's history."""

    entry: int
    verb: str
    by: str
    at: datetime
    recorded_at: datetime
    facts: list[LineTold]


class WholeOrder(OrderTold):
    """An order with the objections to it and its lines in the ledger."""

    objections: list[ObjectionTold]
    history: list[StepTold]
    sealed_by: int | None = Field(description="The seal that closes the last line; null where none does yet.")


class OrderAfter(Told):
    """An order after something was done about it."""

    order: UUID
    stands: Stands
    ends_at: datetime


def order_told(row: OrderRow, at: datetime) -> dict[str, Any]:
    """A row of the register as it is answered."""
    paper = row.paper
    columns = ("number", "person", "disease", "kind", "basis", "reason", "official", "objected_at", "offer")
    return {
        **{name: getattr(row, name) for name in columns},
        "id": row.root,
        "name": row.name or None,
        "starts_at": paper.starts,
        "ends_at": paper.ends,
        "review_at": paper.review,
        "reviewed": paper.reviewed,
        "served_at": paper.served,
        "served_how": row.served_how or None,
        "oral": paper.oral,
        "lapses_at": paper.starts + CONFIRMED_WITHIN if paper.oral else None,
        "stands": paper.stands(at),
    }


def objection_told(row: ObjectionRow) -> dict[str, Any]:
    """An objection as it is answered."""
    waits = not row.decision and row.made is not None
    return {
        "id": row.root,
        "ground": row.ground,
        "came": row.source,
        "made_at": row.made,
        "decide_by": row.made + DECIDED_WITHIN if waits and row.made else None,
        "decision": row.decision or None,
        "decided_by": row.decided_by or None,
        "decided_at": row.decided_at,
        "reasons": row.reasons or None,
    }


_SAYS: Mapping[type, tuple[str, tuple[str, ...]]] = {
    Order: (
        "order",
        ("official", "basis", "reason", "starts_at", "ends_at", "review_at", "served_at", "served_how", "oral"),
    ),
    Objection: ("objection", ("ground", "decision", "decided_by", "decided_at")),
    Grounds: ("grounds", ("of", "about", "text")),
}


def step_told(step: Step) -> dict[str, Any]:
    """A ledger entry as it is answered."""
    return {
        "entry": step.entry,
        "verb": step.verb,
        "by": step.actor,
        "at": step.at,
        "recorded_at": step.recorded_at,
        "facts": [_line(fact) for fact in step.facts],
    }


def _line(fact: Order | Objection | Grounds) -> dict[str, Any]:
    kind, columns = _SAYS[type(fact)]
    return {
        "kind": kind,
        "id": fact.root,
        "version": fact.version,
        "retracted": fact.retracted,
        "says": {name: getattr(fact, name) for name in columns},
    }


# --- what every operation shares ------------------------------------------------------------------------


def look(request: Any, row: OrderRow, page: str) -> None:
    """That whoever asks read this person's order."""
    mine = my_duty(owed_to([row.person]), request)
    request.look(page, Purpose.DUTY if mine else Purpose.SUPERVISION, subject=row.person, duty=mine)


@contextmanager
def at_field(field: str, called: Mapping[str, str] | None = None) -> Iterator[None]:
    """What a service refuses stands at its field, else at this one; `called`: what the form calls otherwise."""
    try:
        yield
    except MainstayError as error:
        named = str(error.facts.get("field", field))
        raise worded(error, said.why(error), (called or {}).get(named, named)) from error
