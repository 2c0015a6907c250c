"""Giving an order: only after a place was offered, with its basis, reason, end and review."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.isolation.pages import deeds, said
from mainstay.isolation.pages.typed import choice, draft
from mainstay.isolation.rules import KINDS
from mainstay.people.pages import words
from mainstay.people.pages.person import looked_at, of_person
from mainstay.people.pages.typed import form_key
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.orders import Offered, Wanted, last_offers, list_orders
from mainstay.reports.queries.owed import diseases_of
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

ANSWERS = {"": None, "yes": True, "no": False}


@door(Permission.GIVE_ORDERS, entry="isolation-orders")
@require_http_methods(["GET", "POST"])
@city_time
@of_person
def give(request: Any, read: UUID, read_as: ReadAs) -> HttpResponse:
    """Offer a place to somebody within one's bounds, and only then order."""
    diseases = diseases_of(read)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _act(request, read, diseases)
        except MainstayError as error:
            errors = said.refused(error, "kind")
    looked_at(request, read, "give-order")
    offers = {kind: offer for (_who, kind), offer in last_offers([read], read_as).items()}
    context = {
        "id": read,
        "name": words.called(names_of([read], read_as).get(read, ""), read),
        "offers": [_offer(kind, offers[kind], request) for kind in KINDS if kind in offers],
        "standing": _standing(request, read),
        "kinds": [(one, word) for one, word in said.KINDS.items() if request.method == "POST" or one in offers]
        or list(said.KINDS.items()),
        "all_kinds": list(said.KINDS.items()),
        "diseases": [(one, words.word(one)) for one in diseases],
        "answers": [("", _("no answer yet")), ("yes", _("taken")), ("no", _("not taken"))],
        "official": request.by.name,
        "now": f"{localtime(request.moment):%Y-%m-%dT%H:%M}",
        "given": request.POST,
        "errors": errors,
        "key": form_key(request.POST.get("key", "")),
    }
    return render(request, "isolation/give.html", context, status=422 if errors else 200)


def _act(request: Any, person: UUID, diseases: list[str]) -> HttpResponse:
    key = form_key(request.POST.get("key", ""))
    if request.POST.get("act") == "offer":
        deeds.offer(
            request,
            person,
            diseases,
            disease=request.POST.get("offer_disease", ""),
            kind=choice(request.POST, "offer_kind", KINDS, _("Choose quarantine or isolation.")),
            accepted=ANSWERS[choice(request.POST, "accepted", ANSWERS, _("Choose what they answered."))],
            day=request.today,
            key=key,
        )
        return redirect("give-order", person=person)
    asked = draft(request.POST, diseases, request.zone)
    return redirect("isolation-order", order=deeds.give(request, person, asked, day=request.today, key=key))


def _offer(kind: str, offer: Offered, request: Any) -> dict[str, str]:
    came = {True: _("taken"), False: _("not taken"), None: _("no answer yet")}[offer.accepted]
    return {
        "kind": said.kind(kind),
        "day": wording.day(offer.day, request.today) if offer.day else _("not known"),
        "came": came,
        "taken": "1" if offer.accepted else "",
    }


def _standing(request: Any, person: UUID) -> list[dict[str, Any]]:
    """Orders that are not over yet: another beside them is rarely what is meant."""
    rows = list_orders(Wanted(request.scope, request.moment, person=person), limit=10)
    return [
        {"id": row.root, "title": said.title(row), "ends": wording.moment(row.paper.ends, request.today)}
        for row in rows
        if row.paper.ends > request.moment and not row.paper.released
    ]
