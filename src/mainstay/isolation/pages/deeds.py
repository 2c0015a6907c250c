"""What is done about orders and objections, at the pages and at the API alike, and by whom.

`request` has passed a door: its `scope`, `rights`, `by` and `moment` are used. `key` tells a second sending.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from mainstay.accounts.rules import Permission, Whereabouts
from mainstay.isolation import services
from mainstay.isolation.pages import said
from mainstay.isolation.pages.typed import Draft, unreadable
from mainstay.people.queries import ReadAs
from mainstay.platform.identity import derived_id
from mainstay.reports.queries.orders import ObjectionRow, OrderRow, objections_to, one_order, order_objected_to

SERVE, REVIEW, END, OBJECT = "serve", "review", "end", "object"
# Who may do what where the person is: one of these.
PERMISSIONS = {
    SERVE: (Permission.RECORD_FACTS, Permission.GIVE_ORDERS),
    REVIEW: (Permission.GIVE_ORDERS,),
    END: (Permission.GIVE_ORDERS,),
    # Nobody who hears an objection may be unable to write it down.
    OBJECT: (Permission.SEE_PEOPLE,),
}


def may(request: Any, act: str, there: Whereabouts) -> bool:
    """Whether the reader may do this about an order on somebody who is there."""
    return any(said.may(request.rights, one, there) for one in PERMISSIONS.get(act, ()))


# --- which order, which objection ---------------------------------------------------------------------


def found(request: Any, root: UUID) -> tuple[OrderRow, Whereabouts]:
    """An order and where its person is; out of the door's scope it reads as not found."""
    row = one_order(root, request.moment)
    if row is None:
        raise Http404
    there = said.where(row.person, request.moment, ReadAs())
    if not request.scope.covers(there):
        raise Http404
    return row, there


def found_for(request: Any, root: UUID, act: str) -> OrderRow:
    """The same for somebody who would do something about it; it reads as not found where they may not."""
    row, there = found(request, root)
    if not may(request, act, there):
        raise Http404
    return row


def found_objection(request: Any, objection: UUID) -> tuple[OrderRow, ObjectionRow]:
    """The order that an objection is to, and the objection as it stands; out of scope it reads as not found."""
    root = order_objected_to(objection)
    if root is None:
        raise Http404
    row, _there = found(request, root)
    mine = next((one for one in objections_to(root) if one.root == objection), None)
    if mine is None:
        raise Http404
    return row, mine


# --- giving -------------------------------------------------------------------------------------------


def offer(
    request: Any, person: UUID, diseases: Collection[str], *, disease: str, kind: str, accepted: bool | None, day: date,
    key: str,
) -> UUID:  # fmt: skip
    """A place was offered to somebody now, with what they answered (None: nothing yet); its root."""
    if disease not in diseases:
        raise unreadable("offer_disease", _("Choose the disease."))
    return services.offer_place(
        person=person,
        disease=disease,
        kind=kind,
        observed=day,
        known_at=request.moment,
        accepted=accepted,
        by=request.by,
        at=request.moment,
        fact_id=derived_id("offer", person.hex, key),
    )


def give(request: Any, person: UUID, asked: Draft, *, day: date, key: str) -> UUID:
    """Give an order here and now; the official is whoever is signed in. Its root."""
    return services.issue_order(
        person=person,
        disease=asked.disease,
        kind=asked.kind,
        basis=asked.basis,
        reason=asked.reason,
        starts_at=asked.starts,
        ends_at=asked.ends,
        review_at=asked.review,
        observed=day,
        oral=asked.oral,
        by=request.by,
        at=request.moment,
        fact_id=derived_id("order", person.hex, key),
    )


# --- what becomes of it -------------------------------------------------------------------------------


def serve(request: Any, row: OrderRow, *, served_at: datetime, how: str) -> None:
    """It was served; in writing that confirms one given by word of mouth."""
    services.serve_order(
        root=row.root, served_at=served_at, how=how, known_at=request.moment, by=request.by, at=request.moment
    )


def review(request: Any, row: OrderRow, *, still_needed: bool, why: str, day: date, key: str) -> None:
    """Somebody looked whether it is still needed; where it is not, it ends now."""
    services.review_order(
        root=row.root,
        still_needed=still_needed,
        reason=why,
        observed=day,
        by=request.by,
        at=request.moment,
        fact_id=derived_id("order-review", row.root.hex, key),
    )


def end(request: Any, row: OrderRow, *, why: str) -> None:
    """It ends now, before its time; one that is over stays as it is, so that this may be sent twice."""
    if request.moment >= row.paper.ends:
        return
    services.end_order(
        root=row.root, ends_at=request.moment, reason=why, known_at=request.moment, by=request.by, at=request.moment
    )


def object_to(request: Any, row: OrderRow, *, ground: str, came: str, day: date, key: str) -> UUID:
    """Write down an objection in the words of who objects, and how it came; its root."""
    if row.paper.released:
        raise unreadable("ground", _("It was released already."))
    return services.object_to(
        order=row.root,
        ground=ground,
        observed=day,
        known_at=request.moment,
        by=request.by,
        at=request.moment,
        source=came,
        fact_id=derived_id("objection", row.root.hex, key),
    )


def decide(request: Any, objection: UUID, *, decision: str, reasons: str) -> None:
    """Decide an objection here and now, as whoever is signed in; never who gave the order."""
    services.rule_on_objection(root=objection, decision=decision, reasons=reasons, by=request.by, at=request.moment)
