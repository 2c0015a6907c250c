"""Writes of isolation: stays, offers, orders and the objections against them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from mainstay.isolation.models import Objection, Offer, Order, Stay
from mainstay.isolation.rules import decider_fault, early_end_fault, order_fault
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.facts import corrected, new_fact
from mainstay.platform.models import Actor

ORDER_INCOMPLETE = code("order.incomplete", "An order lacks what it must have to confine somebody.")
ORDER_END = code("order.end", "An order cannot end early as asked.")
ORDER_UNKNOWN = code("order.unknown", "There is no such order.")
OBJECTION_DECISION = code("objection.decision", "An objection is decided by a word that is no decision.")
OBJECTION_DECIDER = code("objection.decider", "An objection would be decided by who gave the order.")


DECISIONS = ("upheld", "rejected")


def record_stay(
    *,
    person: UUID,
    kind: str,
    starts: date | None,
    known_at: datetime,
    by: Actor,
    at: datetime,
    facility: UUID | None = None,
    ends: date | None = None,
    certain: bool = True,
    fact_id: UUID | None = None,
) -> UUID:
    """Where somebody stays (home, site, ward), from day to day (None: unknown, or until further notice); its root."""
    fact = new_fact(
        Stay, id=fact_id, person_id=person, kind=kind, facility_id=facility, starts_date=starts, ends_date=ends,
        certain=certain,
        observed_date=starts, known_at=known_at,
    )  # fmt: skip
    ledger.append([fact], by=by, at=at, verb="stay.record")
    return fact.id


def end_stay(*, root: UUID, ends: date, known_at: datetime, by: Actor, at: datetime) -> UUID:
    """The stay ended on a day; a new version of it; raises `fact.unknown`."""
    fact = corrected(Stay, root, known_at=known_at, ends_date=ends)
    ledger.append([fact], by=by, at=at, verb="stay.end")
    return fact.root


def offer_place(
    *,
    person: UUID,
    disease: str,
    kind: str,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    accepted: bool | None = None,
    fact_id: UUID | None = None,
) -> UUID:
    """A place for isolation or quarantine was offered; a refusal has no consequence by itself; its root."""
    fact = new_fact(
        Offer,
        id=fact_id,
        person_id=person,
        disease=disease,
        kind=kind,
        accepted=accepted,
        observed_date=observed,
        known_at=known_at,
    )
    ledger.append([fact], by=by, at=at, verb="offer.make")
    return fact.id


def give_order(
    *,
    person: UUID,
    disease: str,
    kind: str,
    basis: str,
    reason: str,
    official: str,
    starts_at: datetime,
    ends_at: datetime,
    review_at: datetime,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    oral: bool = False,
    served_at: datetime | None = None,
    served_how: str = "",
) -> UUID:
    """An order that confines; refused (`order.incomplete`) without basis, reason, official, start, end and review."""
    fault = order_fault(basis, reason, official, starts_at, ends_at, review_at)
    if fault:
        raise MainstayError(
            ORDER_INCOMPLETE, f"This order cannot confine anybody: {fault}. Complete it and give it again."
        )
    fact = new_fact(
        Order, person_id=person, disease=disease, kind=kind, basis=basis, reason=reason, official=official,
        starts_at=starts_at, ends_at=ends_at, review_at=review_at,
        oral=oral, served_at=served_at, served_how=served_how,
        observed_date=observed, known_at=known_at,
    )  # fmt: skip
    ledger.append([fact], by=by, at=at, verb="order.give")
    return fact.id


def serve_order(*, root: UUID, served_at: datetime, how: str, known_at: datetime, by: Actor, at: datetime) -> UUID:
    """The order was served, when and how; in writing it also confirms an oral one; raises `fact.unknown`."""
    fact = corrected(Order, root, known_at=known_at, served_at=served_at, served_how=how, oral=False)
    ledger.append([fact], by=by, at=at, verb="order.serve")
    return fact.root


def end_order(*, root: UUID, ends_at: datetime, reason: str, known_at: datetime, by: Actor, at: datetime) -> UUID:
    """The order ends before its time, and nothing is asked under it from then on; raises `order.unknown`, `order.end`.

    The grounds it was given on stay as they are; why it ends stands in the ledger entry. A review that would
    come later moves to the end.
    """
    order = _last_order(root)
    fault = early_end_fault(order.starts_at, order.ends_at, ends_at, reason)
    if fault:
        raise MainstayError(
            ORDER_END,
            f"This order cannot end at {ends_at:%F %R}: {fault}. It runs from {order.starts_at:%F %R} to "
            f"{order.ends_at:%F %R}; name an instant between, and why.",
            {"order": str(root)},
        )
    review_at = min(order.review_at, ends_at)
    fact = corrected(Order, root, known_at=known_at, ends_at=ends_at, review_at=review_at)
    ledger.append([fact], by=by, at=at, verb="order.end", purpose=reason[:200])
    return fact.root


def _last_order(root: UUID) -> Order:
    order = Order.objects.filter(root=root).order_by("-version").first()
    if order is None:
        raise MainstayError(ORDER_UNKNOWN, f"There is no order {root}; look it up again.", {"order": str(root)})
    return order


def object_to(*, order: UUID, ground: str, observed: date, known_at: datetime, by: Actor, at: datetime) -> UUID:
    """Somebody objects to an order: a duty to decide within 48 hours follows; raises `order.unknown`; its root."""
    given = _last_order(order)
    fact = new_fact(
        Objection, person_id=given.person_id, disease=given.disease, order_root=order, ground=ground,
        observed_date=observed, known_at=known_at,
    )  # fmt: skip
    ledger.append([fact], by=by, at=at, verb="objection.make")
    return fact.id


def decide_objection(
    *, root: UUID, decision: str, decided_by: str, decided_at: datetime, known_at: datetime, by: Actor, at: datetime
) -> UUID:
    """Uphold or reject an objection; refused (`objection.decider`) where the order's own official decides.

    `decision` is upheld or rejected; anything else is refused (`objection.decision`).
    """
    if decision not in DECISIONS:
        raise MainstayError(
            OBJECTION_DECISION, f"'{decision}' decides nothing; write upheld or rejected.", {"decision": decision}
        )
    fact = corrected(
        Objection, root, known_at=known_at, decision=decision, decided_by=decided_by, decided_at=decided_at
    )
    order = Order.objects.filter(root=fact.order_root).order_by("-version").first()
    fault = decider_fault(order.official, decided_by) if order else None
    if fault:
        raise MainstayError(OBJECTION_DECIDER, f"This objection stays open: {fault}; name somebody else.")
    ledger.append([fact], by=by, at=at, verb="objection.decide")
    return fact.root
