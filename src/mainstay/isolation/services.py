"""Writes of isolation: stays, offers, orders and the objections against them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from mainstay.duties.models import Evidence
from mainstay.isolation.models import Grounds, Objection, Offer, Order, Stay
from mainstay.isolation.queries import givers
from mainstay.isolation.rules import WRITTEN, decider_fault, early_end_fault, order_fault, serving_fault
from mainstay.people.queries import ReadAs
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.facts import DESK, corrected, new_fact
from mainstay.platform.models import Actor, Fact

ORDER_INCOMPLETE = code("order.incomplete", "An order lacks what it must have to confine somebody.")
ORDER_END = code("order.end", "An order cannot end early as asked.")
ORDER_UNKNOWN = code("order.unknown", "There is no such order.")
ORDER_NO_OFFER = code("order.no_offer", "An order would be given before a place was offered.")
ORDER_SERVED = code("order.served", "An order cannot have been served as told.")
ORDER_REVIEW = code("order.review", "A review says nothing, or of an order that is over.")
OBJECTION_DECISION = code("objection.decision", "An objection is decided by a word that is no decision.")
OBJECTION_DECIDER = code("objection.decider", "An objection would be decided by who gave the order.")
OBJECTION_UNKNOWN = code("objection.unknown", "There is no such objection.")
OBJECTION_DECIDED = code("objection.decided", "An objection has been decided already.")
OBJECTION_REASONS = code("objection.reasons", "An objection is made or decided without a word why.")


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
    """A place for isolation or quarantine was offered; a refusal has no consequence by itself; its root.

    `fact_id` is given by a form that may be sent twice; so everywhere below.
    """
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
    fact_id: UUID | None = None,
) -> UUID:
    """An order that confines, as it was given by the official it names; its root.

    Refused (`order.incomplete`) without basis, reason, official, start, end and review.
    """
    fault = order_fault(basis, reason, official, starts_at, ends_at, review_at)
    if fault:
        raise MainstayError(
            ORDER_INCOMPLETE, f"This order cannot confine anybody: {fault}. Complete it and give it again."
        )
    fact = new_fact(
        Order, id=fact_id,
        person_id=person, disease=disease, kind=kind, basis=basis, reason=reason, official=official,
        starts_at=starts_at, ends_at=ends_at, review_at=review_at,
        oral=oral, served_at=served_at, served_how=served_how,
        observed_date=observed, known_at=known_at,
    )  # fmt: skip
    ledger.append([fact], by=by, at=at, verb="order.give")
    return fact.id


def issue_order(
    *,
    person: UUID,
    disease: str,
    kind: str,
    basis: str,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    review_at: datetime,
    observed: date,
    by: Actor,
    at: datetime,
    oral: bool = False,
    fact_id: UUID | None = None,
) -> UUID:
    """An order given here and now by who is signed in: the official is `by`, by their own name; its root.

    Refused (`order.no_offer`) unless a place of that kind was offered before, to this person or to a record read as
    theirs; what came of the offer makes no difference. Else as `give_order`.
    """
    members = ReadAs().everybody([person])
    if not _offered(members, kind):
        raise MainstayError(
            ORDER_NO_OFFER,
            f"No place for {kind} was offered yet: offer one, and give an order only where that is not enough.",
            {"person": str(person), "kind": kind},
        )
    return give_order(
        person=person, disease=disease, kind=kind, basis=basis, reason=reason, official=by.name,
        starts_at=starts_at, ends_at=ends_at, review_at=review_at, observed=observed, known_at=at,
        oral=oral, by=by, at=at, fact_id=fact_id,
    )  # fmt: skip


def _offered(people: list[UUID], kind: str) -> bool:
    rows = Offer.objects.filter(person_id__in=people, kind=kind).order_by("root", "-version")
    latest: dict[UUID, bool] = {}
    for root, retracted in rows.values_list("root", "retracted"):
        latest.setdefault(root, retracted)
    return not all(latest.values())


def serve_order(*, root: UUID, served_at: datetime, how: str, known_at: datetime, by: Actor, at: datetime) -> UUID:
    """The order was served, when and how; in writing that also confirms an oral one; the same once more is nothing new.

    Raises `order.unknown`, and `order.served` where it cannot have been so or was served in another way already.
    """
    order = _last_order(root)
    if (order.served_at, order.served_how) == (served_at, how):
        return root
    fault = serving_fault(how, served_at, order.starts_at, max(at, known_at))
    if fault is None and order.served_at is not None and not order.oral:
        fault = "it was served before"
    if fault:
        raise MainstayError(
            ORDER_SERVED,
            f"This order was not served like that: {fault}. Say when and how it was.",
            {"order": str(root)},
        )
    oral = order.oral and how not in WRITTEN
    fact = corrected(Order, root, known_at=known_at, last=order, served_at=served_at, served_how=how, oral=oral)
    ledger.append([fact], by=by, at=at, verb="order.serve")
    return fact.root


def end_order(*, root: UUID, ends_at: datetime, reason: str, known_at: datetime, by: Actor, at: datetime) -> UUID:
    """The order ends before its time, and nothing is asked under it from then on; raises `order.unknown`, `order.end`.

    The grounds it was given on stay as they are; why it ends stands beside them and in the ledger entry. A review
    that would come later moves to the end.
    """
    order = _last_order(root)
    rows = [_ended(order, ends_at, reason, known_at), _grounds(order, Grounds.Of.END, root, reason, known_at)]
    ledger.append(rows, by=by, at=at, verb="order.end", purpose=reason[:200])
    return root


def _ended(order: Order, ends_at: datetime, reason: str, known_at: datetime) -> Order:
    fault = early_end_fault(order.starts_at, order.ends_at, ends_at, reason)
    if fault:
        raise MainstayError(
            ORDER_END,
            f"This order cannot end at {ends_at:%F %R}: {fault}. It runs from {order.starts_at:%F %R} to "
            f"{order.ends_at:%F %R}; name an instant between, and why.",
            {"order": str(order.root)},
        )
    review_at = min(order.review_at, ends_at)
    return corrected(Order, order.root, known_at=known_at, last=order, ends_at=ends_at, review_at=review_at)


def _grounds(
    order: Order, of: Grounds.Of, about: UUID, text: str, known_at: datetime, fact_id: UUID | None = None
) -> Grounds:
    return new_fact(
        Grounds, id=fact_id, person_id=order.person_id, disease=order.disease, order_root=order.root, about=about,
        of=of.value, text=text[:2000], known_at=known_at,
    )  # fmt: skip


def review_order(
    *, root: UUID, still_needed: bool, reason: str, observed: date, by: Actor, at: datetime, fact_id: UUID | None = None
) -> UUID:
    """Somebody looked whether the order is still needed, and why; where it is not, it ends at once. Its root.

    Closes the duty to review. With the same `fact_id` once more nothing is written again. Raises `order.unknown`,
    and `order.review` without a word why or for an order that is over or has not begun.
    """
    order = _last_order(root)
    if fact_id is not None and Grounds.objects.filter(id=fact_id).exists():
        return root
    if not reason.strip() or not order.starts_at < at < order.ends_at:
        raise MainstayError(
            ORDER_REVIEW,
            "Say why the order is still needed or not; only one that runs is reviewed.",
            {"order": str(root)},
        )
    rows: list[Fact] = [
        _grounds(order, Grounds.Of.REVIEW, root, reason, at, fact_id),
        new_fact(
            Evidence, person_id=order.person_id, disease=order.disease, kind="order_review",
            note="still needed" if still_needed else "no longer needed", observed_date=observed, known_at=at,
        ),
    ]  # fmt: skip
    if not still_needed:
        rows.append(_ended(order, at, reason, at))
    ledger.append(rows, by=by, at=at, verb="order.review", purpose="still needed" if still_needed else "ends")
    return root


def _last_order(root: UUID) -> Order:
    order = Order.objects.filter(root=root).order_by("-version").first()
    if order is None:
        raise MainstayError(ORDER_UNKNOWN, f"There is no order {root}; look it up again.", {"order": str(root)})
    return order


# --- objections ---------------------------------------------------------------------------------------


def object_to(
    *,
    order: UUID,
    ground: str,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    source: str = DESK,
    fact_id: UUID | None = None,
) -> UUID:
    """Somebody objects to an order: a duty to decide within 48 hours follows; raises `order.unknown`; its root.

    `source` says how it came: `telephone`, `paper`, `in person`.
    """
    given = _last_order(order)
    fact = new_fact(
        Objection, id=fact_id, person_id=given.person_id, disease=given.disease, order_root=order, ground=ground,
        observed_date=observed, known_at=known_at, source=source,
    )  # fmt: skip
    ledger.append([fact], by=by, at=at, verb="objection.make")
    return fact.id


def decide_objection(
    *,
    root: UUID,
    decision: str,
    decided_by: str,
    decided_at: datetime,
    known_at: datetime,
    by: Actor,
    at: datetime,
    reasons: str = "",
) -> UUID:
    """Uphold or reject an objection, as whoever is named decided it; upheld, it releases. Its root.

    Refused (`objection.decider`) where that is who gave the order, by the paper or by the ledger. `decision` is upheld
    or rejected; anything else is refused (`objection.decision`). The same decision once more is nothing new; another
    is refused (`objection.decided`): two who decide at the same time are one and one told `fact.overtaken`.
    """
    if decision not in DECISIONS:
        raise MainstayError(
            OBJECTION_DECISION, f"'{decision}' decides nothing; write upheld or rejected.", {"decision": decision}
        )
    last = _last_objection(root)
    order = _last_order(last.order_root)
    fault = decider_fault(givers(order.root), decided_by)
    if fault:
        raise MainstayError(OBJECTION_DECIDER, f"This objection stays open: {fault}; name somebody else.")
    if last.decision:
        if (last.decision, last.decided_by) == (decision, decided_by):
            return root
        raise MainstayError(
            OBJECTION_DECIDED, f"This objection was {last.decision} by {last.decided_by} already; read it again."
        )
    rows: list[Fact] = [
        # On top of what was read above: whoever decided since makes this fail.
        corrected(
            Objection,
            root,
            known_at=known_at,
            last=last,
            decision=decision,
            decided_by=decided_by,
            decided_at=decided_at,
        )
    ]
    if reasons.strip():
        rows.append(_grounds(order, Grounds.Of.DECISION, root, reasons, known_at))
    ledger.append(rows, by=by, at=at, verb="objection.decide")
    return root


def rule_on_objection(*, root: UUID, decision: str, reasons: str, by: Actor, at: datetime) -> UUID:
    """Decide an objection here and now: the decider is `by`, by their own name; its root.

    Refused without reasons (`objection.reasons`); else as `decide_objection`.
    """
    if not reasons.strip():
        raise MainstayError(OBJECTION_REASONS, "Say why: who objects is told the reasons.", {"objection": str(root)})
    return decide_objection(
        root=root, decision=decision, decided_by=by.name, decided_at=at, known_at=at, by=by, at=at, reasons=reasons
    )


def _last_objection(root: UUID) -> Objection:
    objection = Objection.objects.filter(root=root).order_by("-version").first()
    if objection is None:
        raise MainstayError(
            OBJECTION_UNKNOWN, f"There is no objection {root}; look it up again.", {"objection": str(root)}
        )
    return objection
