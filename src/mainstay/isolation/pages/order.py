"""One order: its grounds, where it stands, the ledger's lines of it; serving, reviewing, ending, objecting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission, Purpose, Whereabouts
from mainstay.accounts.services import record_look
from mainstay.isolation import services
from mainstay.isolation.models import Grounds, Objection, Order
from mainstay.isolation.pages import said
from mainstay.isolation.pages.typed import LONGEST_REASONS, LONGEST_TEXT, choice, instant, text, unreadable
from mainstay.people.pages import words
from mainstay.people.pages.person import my_duty
from mainstay.people.pages.typed import form_key
from mainstay.people.queries import ReadAs
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import derived_id
from mainstay.reports.queries.orders import OrderRow, Step, history_of, objections_to, one_order, sealed_by
from mainstay.reports.queries.owed import owed_to
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door


@door(Permission.SEE_PEOPLE, entry="isolation-orders")
@require_http_methods(["GET", "POST"])
@city_time
def order(request: Any, order: UUID) -> HttpResponse:
    """An order on somebody within the reader's bounds."""
    row, there = found(request, order)
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in ACTS or not ACTS[act].may(request, there):
            raise Http404
        try:
            ACTS[act].do(request, row)
            return redirect("isolation-order", order=order)
        except MainstayError as error:
            errors = said.refused(error, ACTS[act].field)
    look(request, row, "isolation-order")
    context = _page(request, row, there) | {"errors": errors, "given": request.POST}
    return render(request, "isolation/order.html", context, status=422 if errors else 200)


def found(request: Any, root: UUID) -> tuple[OrderRow, Whereabouts]:
    """An order and where its person is; out of the door's scope it reads as not found."""
    row = one_order(root, request.moment)
    if row is None:
        raise Http404
    there = said.where(row.person, request.moment, ReadAs())
    if not request.scope.covers(there):
        raise Http404
    return row, there


def look(request: Any, row: OrderRow, page: str) -> None:
    """That somebody read this person's order."""
    mine = my_duty(owed_to([row.person]), request)
    record_look(
        account=request.user,
        page=page,
        purpose=Purpose.DUTY if mine else Purpose.SUPERVISION,
        subject=row.person,
        duty=mine,
        by=request.by,
        at=request.at,
    )


# --- what can be done ---------------------------------------------------------------------------------


class _Act:
    """Something that a button does: who may, and how."""

    def __init__(self, do: Any, field: str, *permissions: Permission) -> None:
        self.do = do
        self.field = field
        self.permissions = permissions

    def may(self, request: Any, there: Whereabouts) -> bool:
        return any(said.may(request.rights, one, there) for one in self.permissions)


def _serve(request: Any, row: OrderRow) -> None:
    how = choice(request.POST, "served_how", said.SERVED, _("Choose how it was served."))
    services.serve_order(
        root=row.root,
        served_at=instant(request.POST, "served_at", request.zone),
        how=how,
        known_at=request.moment,
        by=request.by,
        at=request.moment,
    )


def _review(request: Any, row: OrderRow) -> None:
    needed = choice(request.POST, "needed", ("yes", "no"), _("Choose whether it is still needed."))
    services.review_order(
        root=row.root,
        still_needed=needed == "yes",
        reason=text(request.POST, "why", LONGEST_REASONS, _("Say why it is still needed or not.")),
        observed=request.today,
        by=request.by,
        at=request.moment,
        fact_id=derived_id("order-review", row.root.hex, form_key(request.POST.get("key", ""))),
    )


def _end(request: Any, row: OrderRow) -> None:
    if request.moment >= row.paper.ends:
        return  # sent twice: it is over
    services.end_order(
        root=row.root,
        ends_at=request.moment,
        reason=text(request.POST, "end_reason", LONGEST_REASONS, _("Say why it ends early.")),
        known_at=request.moment,
        by=request.by,
        at=request.moment,
    )


def _object(request: Any, row: OrderRow) -> None:
    if row.paper.released:
        raise unreadable("ground", _("It was released already."))
    came = choice(request.POST, "came", said.CAME, _("Choose how it came."))
    services.object_to(
        order=row.root,
        ground=text(request.POST, "ground", LONGEST_TEXT, _("Write what they say against it, in their words.")),
        observed=request.today,
        known_at=request.moment,
        by=request.by,
        at=request.moment,
        source=came,
        fact_id=derived_id("objection", row.root.hex, form_key(request.POST.get("key", ""))),
    )


ACTS = {
    "serve": _Act(_serve, "served_at", Permission.RECORD_FACTS, Permission.GIVE_ORDERS),
    "review": _Act(_review, "why", Permission.GIVE_ORDERS),
    "end": _Act(_end, "end_reason", Permission.GIVE_ORDERS),
    # Nobody who hears an objection may be unable to write it down.
    "object": _Act(_object, "ground", Permission.SEE_PEOPLE),
}


# --- the page -----------------------------------------------------------------------------------------


def _page(request: Any, row: OrderRow, there: Whereabouts) -> dict[str, Any]:
    at, today, paper = request.moment, request.today, row.paper
    steps = history_of(row.root)
    runs = at < paper.ends and not paper.released
    may = {name: act.may(request, there) for name, act in ACTS.items()}
    return terms(row, request) | {
        "id": row.root,
        "number": row.number,
        "title": said.title(row),
        "person": row.person,
        "name": words.called(row.name, row.person),
        "state": said.state(row, at, today),
        "objections": [said.objection(one, at, today) for one in objections_to(row.root)],
        "may_decide": said.may(request.rights, Permission.DECIDE_OBJECTIONS, there),
        "steps": [_step(one, request) for one in steps],
        "sealed": sealed_by(steps[-1].entry) if steps else None,
        "key": form_key(request.POST.get("key", "")),
        "may_serve": may["serve"] and runs and (paper.served is None or paper.oral),
        "may_review": may["review"] and paper.starts < at < paper.ends and not paper.released,
        "may_end": may["end"] and paper.starts < at < paper.ends and not paper.released,
        "may_object": not paper.released,
        "ways": [("", _("choose")), *said.SERVED.items()],
        "came": [("", _("choose")), *said.CAME.items()],
    }


def terms(row: OrderRow, request: Any) -> dict[str, Any]:
    """The order's own words and times."""
    today, paper = request.today, row.paper
    return {
        "kind": said.kind(row.kind),
        "disease": words.word(row.disease),
        "basis": row.basis,
        "reason": row.reason,
        "official": row.official,
        "starts": wording.moment(paper.starts, today),
        "ends": wording.moment(paper.ends, today),
        "review": wording.moment(paper.review, today),
        "reviewed": paper.reviewed,
        "served": said.served(row, today),
        "writing": said.writing(paper, request.moment, today),
        "oral": paper.oral,
        "offer": str(said.OFFERS[row.offer]),
    }


def _step(one: Step, request: Any) -> dict[str, Any]:
    return {
        "entry": one.entry,
        "when": wording.moment(one.at, request.today),
        "recorded": wording.moment(one.recorded_at, request.today),
        "who": one.actor,
        "what": [_fact(fact, one, request) for fact in one.facts],
    }


def _fact(fact: Order | Objection | Grounds, step: Step, request: Any) -> str:
    if fact.retracted:
        return _("taken back")
    if isinstance(fact, Grounds):
        return _("grounds: %(text)s") % {"text": fact.text}
    if isinstance(fact, Objection):
        if fact.decision:
            word = said.DECISIONS.get(fact.decision, fact.decision)
            return _("objection %(decision)s by %(who)s") % {"decision": word, "who": fact.decided_by}
        return _("objection made: %(ground)s") % {"ground": fact.ground}
    return _order(fact, step, request)


def _order(fact: Order, step: Step, request: Any) -> str:
    ends = wording.moment(fact.ends_at, request.today)
    if step.verb == "order.serve" and fact.served_at is not None:
        how = said.SERVED.get(fact.served_how, fact.served_how)
        return _("served %(when)s, %(how)s") % {"when": wording.moment(fact.served_at, request.today), "how": how}
    if step.verb in ("order.end", "order.review"):
        return _("ends %(when)s") % {"when": ends}
    if fact.version == 1:
        how = _("by word of mouth") if fact.oral else _("in writing")
        return _("given by %(official)s, %(how)s, until %(when)s") % {
            "official": fact.official,
            "how": how,
            "when": ends,
        }
    return _("corrected: version %(version)s") % {"version": fact.version}
