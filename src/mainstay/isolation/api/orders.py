"""Operations on orders: the register, one order and its sheet, giving, serving, reviewing and ending one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from mainstay.accounts.rules import Permission, Purpose
from mainstay.isolation.api.told import (
    How,
    Kind,
    OrderAfter,
    OrderTold,
    WholeOrder,
    at_field,
    look,
    objection_told,
    order_told,
    step_told,
)
from mainstay.isolation.pages import deeds
from mainstay.isolation.pages.register import narrowed, state_without
from mainstay.isolation.pages.sheet_words import languages, sheets
from mainstay.isolation.pages.typed import LONGEST_BASIS, LONGEST_REASONS, LONGEST_TEXT, Draft, hold_together
from mainstay.people.api.people import within_reach
from mainstay.people.queries import ReadAs
from mainstay.platform import cursors
from mainstay.reports.queries.orders import (
    Cursor,
    count_orders,
    cursor_of,
    history_of,
    list_orders,
    objections_to,
    sealed_by,
)
from mainstay.reports.queries.owed import diseases_of
from mainstay.web.api.doors import key_of, operation, today
from mainstay.web.api.words import Asked, Instant, Line, Page, Told, Yes

router = Router(tags=["orders"])
ROWS = 50


# --- the register ---------------------------------------------------------------------------------------


class Counts(Told):
    """How many orders there are in each state, whichever is shown; one order may be in several."""

    all: int
    in_force: int
    unserved: int
    review_due: int
    objected: int
    over: int


class Orders(Page[OrderTold]):
    counts: Counts


class OrdersAsked(Asked):
    state: Literal["in_force", "unserved", "review_due", "objected", "over", "all"] | None = Field(
        default=None, description="Without it those in force, or of one person all."
    )
    kind: Kind | None = None
    person: UUID | None = None
    cursor: str | None = None


@operation(router, "GET", "/orders", Permission.SEE_PEOPLE, answer=Orders)
def register_of_orders(request: Any, asked: Query[OrdersAsked]) -> Any:
    """Orders on people within one's bounds, the latest begun first, and how many are in each state."""
    wanted = narrowed(request, asked.state or state_without(asked.person), asked.kind, asked.person)
    rows = list_orders(wanted, _after(asked.cursor), ROWS + 1)
    shown = rows[:ROWS]
    if shown:
        request.look("orders", Purpose.SUPERVISION, listed=sorted({row.person for row in shown}))
    return {
        "items": [order_told(row, request.moment) for row in shown],
        "next_cursor": _sealed(cursor_of(shown[-1])) if len(rows) > ROWS else None,
        "counts": count_orders(wanted),
    }


def _sealed(cursor: Cursor) -> str:
    return cursors.sealed("orders", [cursor.starts.isoformat(), cursor.root.hex])


def _after(text: str | None) -> Cursor | None:
    if not text:
        return None
    starts, root = cursors.opened("orders", text)
    return Cursor(datetime.fromisoformat(starts), UUID(root))


@operation(router, "GET", "/orders/{order}", Permission.SEE_PEOPLE, answer=WholeOrder)
def read_order(request: Any, order: UUID) -> Any:
    """One order with the objections to it and its lines in the ledger."""
    row, _there = deeds.found(request, order)
    look(request, row, "order")
    steps = history_of(row.root)
    return {
        **order_told(row, request.moment),
        "objections": [objection_told(one) for one in objections_to(row.root)],
        "history": [step_told(one) for one in steps],
        "sealed_by": sealed_by(steps[-1].entry) if steps else None,
    }


# --- the sheet ------------------------------------------------------------------------------------------


class TermTold(Told):
    label: str
    text: str


class PartTold(Told):
    heading: str
    lines: list[str]


class SheetTold(Told):
    """What stands on the sheet in one language, from above to below, in the city's time."""

    language: str
    title: str
    heading: str
    name: str
    left: str = Field(description="How many days are left; empty once it is over.")
    ends_by_itself: str = Field(description="When it is looked at again; empty once it is over.")
    terms: list[TermTold]
    objecting: PartTold
    meanwhile: PartTold
    by_pen: list[str] = Field(description="What is filled in by hand.")


class OrderSheet(Told):
    order: OrderTold
    sheets: list[SheetTold]


class SheetAsked(Asked):
    language: Literal["en", "zh-hans", "zh-hant", "all"] | None = Field(
        default=None, description="What the person reads; without it the language of the request."
    )


@operation(router, "GET", "/orders/{order}/sheet", Permission.SEE_PEOPLE, answer=OrderSheet)
def read_order_sheet(request: Any, order: UUID, asked: Query[SheetAsked]) -> Any:
    """What is printed on the sheet that is handed over: the order in plain words, and how to object."""
    row, _there = deeds.found(request, order)
    look(request, row, "order-sheet")
    wanted = languages(asked.language or "", request.LANGUAGE_CODE)
    return {
        "order": order_told(row, request.moment),
        "sheets": sheets(row, wanted, request.moment, request.zone),
    }


# --- giving ---------------------------------------------------------------------------------------------


class NewOffer(Asked):
    kind: Kind
    disease: Annotated[Line, Field(min_length=1, max_length=40)]
    accepted: Yes | None = Field(default=None, description="What they answered; null: nothing yet.")


class OfferMade(Told):
    offer: UUID


@operation(
    router, "POST", "/people/{person}/offers", Permission.GIVE_ORDERS, answer=OfferMade, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def offer_place(request: Any, person: UUID, asked: NewOffer) -> Any:
    """Say that a place for quarantine or isolation was offered, and what was answered; a refusal is no offence."""
    read = within_reach(request, person, ReadAs())
    with at_field("kind", {"offer_disease": "disease"}):
        made = deeds.offer(
            request, read, diseases_of(read), disease=asked.disease, kind=asked.kind, accepted=asked.accepted,
            day=today(request), key=key_of(request),
        )  # fmt: skip
    return {"offer": made}


class NewOrder(Asked):
    kind: Kind
    disease: Annotated[Line, Field(min_length=1, max_length=40)]
    basis: Annotated[Line, Field(min_length=1, max_length=LONGEST_BASIS)] = Field(
        description="The law and article it rests on."
    )
    reason: Annotated[Line, Field(min_length=1, max_length=LONGEST_TEXT)] = Field(
        description="Why this person, in words they understand."
    )
    starts_at: Instant | None = Field(default=None, description="From now on without it.")
    ends_at: Instant
    review_at: Instant = Field(description="After its start, at its end at the latest.")
    oral: Yes = Field(default=False, description="By word of mouth: it lapses unless it is in writing within 24 hours.")


class OrderGiven(Told):
    order: UUID


@operation(
    router, "POST", "/people/{person}/orders", Permission.GIVE_ORDERS, answer=OrderGiven, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def give_order(request: Any, person: UUID, asked: NewOrder) -> Any:
    """Order quarantine or isolation, once a place of that kind was offered; the official is whoever the token is of."""
    read = within_reach(request, person, ReadAs())
    draft = Draft(
        kind=asked.kind,
        disease=asked.disease,
        basis=asked.basis,
        reason=asked.reason,
        starts=asked.starts_at or request.moment,
        ends=asked.ends_at,
        review=asked.review_at,
        oral=asked.oral,
    )
    with at_field("kind", {"ends": "ends_at", "review": "review_at"}):
        hold_together(draft, diseases_of(read))
        return {"order": deeds.give(request, read, draft, day=today(request), key=key_of(request))}


# --- what becomes of it ---------------------------------------------------------------------------------


class Serving(Asked):
    served_at: Instant
    how: How = Field(description="All but `telephone` are in writing, which confirms one given by word of mouth.")


@operation(
    router, "POST", "/orders/{order}/serving", Permission.SEE_PEOPLE, answer=OrderAfter, takes="application/json",
    once=True,
)  # fmt: skip
def serve_order(request: Any, order: UUID, asked: Serving) -> Any:
    """Say when and how an order was served; in writing that confirms one given by word of mouth.

    Asks for `record_facts` or `give_orders` too.
    """
    row = deeds.found_for(request, order, deeds.SERVE)
    with at_field("served_at"):
        deeds.serve(request, row, served_at=asked.served_at, how=asked.how)
    return _after_that(request, order)


class Review(Asked):
    still_needed: Yes
    why: Annotated[Line, Field(min_length=1, max_length=LONGEST_REASONS)]


@operation(
    router, "POST", "/orders/{order}/reviews", Permission.GIVE_ORDERS, answer=OrderAfter, takes="application/json",
    once=True,
)  # fmt: skip
def review_order(request: Any, order: UUID, asked: Review) -> Any:
    """Say whether an order that runs is still needed, and why; where it is not, it ends at once."""
    row = deeds.found_for(request, order, deeds.REVIEW)
    with at_field("why"):
        deeds.review(
            request, row, still_needed=asked.still_needed, why=asked.why, day=today(request), key=key_of(request)
        )
    return _after_that(request, order)


class Ending(Asked):
    why: Annotated[Line, Field(min_length=1, max_length=LONGEST_REASONS)]


@operation(
    router, "POST", "/orders/{order}/ending", Permission.GIVE_ORDERS, answer=OrderAfter, takes="application/json",
    once=True,
)  # fmt: skip
def end_order(request: Any, order: UUID, asked: Ending) -> Any:
    """End an order now, before its time, and say why; one that is over stays as it is."""
    row = deeds.found_for(request, order, deeds.END)
    with at_field("why"):
        deeds.end(request, row, why=asked.why)
    return _after_that(request, order)


def _after_that(request: Any, order: UUID) -> dict[str, Any]:
    row, _there = deeds.found(request, order)
    return {"order": row.root, "stands": row.paper.stands(request.moment), "ends_at": row.paper.ends}
