"""One order: its grounds, where it stands, the ledger's lines of it; serving, reviewing, ending, objecting."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission, Purpose, Whereabouts
from mainstay.accounts.services import record_look
from mainstay.isolation.models import Grounds, Objection, Order
from mainstay.isolation.pages import deeds, said
from mainstay.isolation.pages.typed import LONGEST_REASONS, LONGEST_TEXT, choice, instant, text
from mainstay.people.pages import words
from mainstay.people.pages.person import my_duty
from mainstay.people.pages.typed import form_key
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.orders import OrderRow, Step, history_of, objections_to, sealed_by
from mainstay.reports.queries.owed import owed_to
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door


@door(Permission.SEE_PEOPLE, entry="isolation-orders")
@require_http_methods(["GET", "POST"])
@city_time
def order(request: Any, order: UUID) -> HttpResponse:
    """An order on somebody within the reader's bounds."""
    row, there = deeds.found(request, order)
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if not deeds.may(request, act, there):
            raise Http404
        try:
            ACTS[act](request, row)
            return redirect("isolation-order", order=order)
        except MainstayError as error:
            errors = said.refused(error, FIELDS[act])
    look(request, row, "isolation-order")
    context = _page(request, row, there) | {"errors": errors, "given": request.POST}
    return render(request, "isolation/order.html", context, status=422 if errors else 200)


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


def _serve(request: Any, row: OrderRow) -> None:
    how = choice(request.POST, "served_how", said.SERVED, _("Choose how it was served."))
    deeds.serve(request, row, served_at=instant(request.POST, "served_at", request.zone), how=how)


def _review(request: Any, row: OrderRow) -> None:
    needed = choice(request.POST, "needed", ("yes", "no"), _("Choose whether it is still needed."))
    why = text(request.POST, "why", LONGEST_REASONS, _("Say why it is still needed or not."))
    key = form_key(request.POST.get("key", ""))
    deeds.review(request, row, still_needed=needed == "yes", why=why, day=request.today, key=key)


def _end(request: Any, row: OrderRow) -> None:
    deeds.end(request, row, why=text(request.POST, "end_reason", LONGEST_REASONS, _("Say why it ends early.")))


def _object(request: Any, row: OrderRow) -> None:
    came = choice(request.POST, "came", said.CAME, _("Choose how it came."))
    ground = text(request.POST, "ground", LONGEST_TEXT, _("Write what they say against it, in their words."))
    key = form_key(request.POST.get("key", ""))
    deeds.object_to(request, row, ground=ground, came=came, day=request.today, key=key)


# What a button does, and the field at which a refusal stands that names none.
ACTS = {deeds.SERVE: _serve, deeds.REVIEW: _review, deeds.END: _end, deeds.OBJECT: _object}
FIELDS = {deeds.SERVE: "served_at", deeds.REVIEW: "why", deeds.END: "end_reason", deeds.OBJECT: "ground"}


# --- the page -----------------------------------------------------------------------------------------


def _page(request: Any, row: OrderRow, there: Whereabouts) -> dict[str, Any]:
    at, today, paper = request.moment, request.today, row.paper
    steps = history_of(row.root)
    runs = at < paper.ends and not paper.released
    may = {act: deeds.may(request, act, there) for act in ACTS}
    return terms(row, request.moment, request.today) | {
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


def terms(row: OrderRow, at: datetime, today: date) -> dict[str, Any]:
    """The order's own words and times."""
    paper = row.paper
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
        "writing": said.writing(paper, at, today),
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
