"""Operations on objections: writing one down, reading and deciding it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from mainstay.accounts.rules import Permission
from mainstay.isolation.api.told import Came, ObjectionTold, OrderTold, at_field, look, objection_told, order_told
from mainstay.isolation.pages import deeds
from mainstay.isolation.pages.typed import LONGEST_REASONS, LONGEST_TEXT
from mainstay.isolation.queries import givers
from mainstay.web.api.doors import key_of, operation, today
from mainstay.web.api.words import Asked, Line, Told

router = Router(tags=["orders"])


class NewObjection(Asked):
    ground: Annotated[Line, Field(min_length=1, max_length=LONGEST_TEXT)] = Field(
        description="What they say against it, in their words."
    )
    came: Came


class ObjectionMade(Told):
    objection: UUID


@operation(
    router, "POST", "/orders/{order}/objections", Permission.SEE_PEOPLE, answer=ObjectionMade, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def object_to_order(request: Any, order: UUID, asked: NewObjection) -> Any:
    """Write down that somebody objects to an order; somebody else than gave it decides within 48 hours."""
    row = deeds.found_for(request, order, deeds.OBJECT)
    with at_field("ground"):
        made = deeds.object_to(
            request, row, ground=asked.ground, came=asked.came, day=today(request), key=key_of(request)
        )
    return {"objection": made}


class WholeObjection(ObjectionTold):
    """An objection with the order that it is to."""

    order: OrderTold
    gave_it: bool = Field(description="Whoever asks gave the order, and so cannot decide.")


@operation(router, "GET", "/objections/{objection}", Permission.DECIDE_OBJECTIONS, answer=WholeObjection)
def read_objection(request: Any, objection: UUID) -> Any:
    """One objection with the order that it is to, for whoever decides objections."""
    row, mine = deeds.found_objection(request, objection)
    look(request, row, "objection")
    return {
        **objection_told(mine),
        "order": order_told(row, request.moment),
        "gave_it": request.by.name in givers(row.root),
    }


class Decision(Asked):
    decision: Literal["upheld", "rejected"]
    reasons: Annotated[Line, Field(min_length=1, max_length=LONGEST_REASONS)] = Field(
        description="Who objects is told them."
    )


class ObjectionDecided(Told):
    objection: UUID
    decision: Literal["upheld", "rejected"]
    order: UUID


@operation(
    router, "POST", "/objections/{objection}/decision", Permission.DECIDE_OBJECTIONS, answer=ObjectionDecided,
    takes="application/json", once=True,
)  # fmt: skip
def decide_objection(request: Any, objection: UUID, asked: Decision) -> Any:
    """Uphold or reject an objection, with reasons; upheld, the order binds no more. Never by who gave the order."""
    row, _mine = deeds.found_objection(request, objection)
    with at_field("decision"):
        deeds.decide(request, objection, decision=asked.decision, reasons=asked.reasons)
    return {"objection": objection, "decision": asked.decision, "order": row.root}
