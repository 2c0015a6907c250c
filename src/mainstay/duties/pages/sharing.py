"""Sharing out: a list split evenly among colleagues in two clicks, and one person handed to another colleague."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mainstay.accounts.queries import colleagues
from mainstay.accounts.rules import Permission
from mainstay.duties.queries import Assigned, assigned
from mainstay.duties.sharing import HANDED_MEANWHILE, Terms, hand_over, split
from mainstay.isolation.queries import whereabouts
from mainstay.people.pages.person import admit, within_bounds
from mainstay.people.pages.typed import form_key
from mainstay.people.queries import ReadAs
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.doors import doors_of
from mainstay.reports.queries.sharing import (
    MOST_CHOSEN,
    able,
    covers_all,
    everybody_on,
    offered_to,
    terms_of,
    with_them,
)
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

NOBODY = "nobody"


def overtaken(error: MainstayError, today: date) -> str:
    """To whoever hands over what another has handed over meanwhile: who did, to whom and when."""
    whom, moment = error.facts["to"] or _("nobody"), wording.moment(error.facts["at"], today)
    sentence = _("%(who)s handed this person to %(whom)s, %(moment)s. Nothing was changed.")
    return sentence % {"who": error.facts["by"], "whom": whom, "moment": moment}


# --- a list -------------------------------------------------------------------------------------------


@door(Permission.ASSIGN_DUTIES, entry="who-to-call")
@require_http_methods(["GET", "POST"])
@city_time
def share_out(request: Any) -> HttpResponse:
    """Who gets a part of the list (all who have joined are ticked), then a press; sent twice it is done once.

    Of those chosen on the list, else of everybody on "who to call": of the reader's posts, or within their bounds.
    """
    read_as = ReadAs()
    given = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(given.getlist("person"), request, read_as)
    terms = terms_of(request.by.id, request.scope, request.moment, every=given.get("all") == "1")
    people = chosen if chosen is not None else everybody_on(terms, request.moment, request.today)
    doors = doors_of(people)
    there = whereabouts(people, request.moment, read_as)
    joined = colleagues(Permission.RECORD_FACTS, request.at)
    offered = able(joined, there.values())
    errors: dict[str, str] = {}
    if request.method == "POST":
        ticked = [one.actor for one in offered if str(one.actor) in request.POST.getlist("staff")]
        try:
            changed = split(
                doors=doors,
                staff=ticked,
                key=form_key(request.POST.get("key", "")),
                terms=None if chosen is not None else Terms(terms.scope, terms.posts, tuple(ticked)),
                by=request.by,
                at=request.at,
            )
            return redirect(f"{reverse('who-to-call')}?{urlencode({'split': changed, 'all': given.get('all', '')})}")
        except MainstayError as error:
            errors = {str(error.facts.get("field", "staff")): _("Choose at least one colleague.")}
    now = Counter(one.to for one in assigned(people).values())
    context = {
        "key": form_key(given.get("key", "")),
        "all": given.get("all", ""),
        "chosen": chosen or [],
        "people": len(people),
        "doors": len(doors),
        "staff": [(str(one.actor), one.name, now[one.actor]) for one in offered],
        "not_offered": len(joined) - len(offered),
        "errors": errors,
    }
    return render(request, "duties/split.html", context, status=422 if errors else 200)


def _chosen(given: list[str], request: Any, read_as: ReadAs) -> list[UUID] | None:
    """Those of the rows chosen that are within bounds, in the list's order; None where none was asked for."""
    if not given:
        return None
    ids = []
    for text in given[:MOST_CHOSEN]:
        try:
            ids.append(read_as.survivor(UUID(text)))
        except ValueError:
            continue
    inside = within_bounds(request, ids, read_as)
    return [one for one in dict.fromkeys(ids) if one in inside]


# --- one person ---------------------------------------------------------------------------------------


@door(Permission.RECORD_FACTS, entry="who-to-call")
@require_POST
@city_time
def hand(request: Any, person: UUID) -> HttpResponse:
    """Give a person, and whoever is called on with them, to a colleague; one's own, nobody's, or as whoever assigns."""
    read_as = ReadAs()
    read = read_as.survivor(person)
    admit(request, read, read_as)
    to, seen = _actor(request.POST.get("to", "")), _actor(request.POST.get("seen", ""))
    there = whereabouts([read], request.moment, read_as)
    if to not in (None, *offered_to(there.values(), request.at)):
        return _told(request, _("Choose a colleague who may call this person."))
    if seen not in (None, request.by.id) and not covers_all(
        request.rights.scope(Permission.ASSIGN_DUTIES), there.values()
    ):
        raise Http404
    people = with_them(read, seen, request.scope, request.moment, request.today, read_as)
    try:
        hand_over(people=people, to=to, seen=seen, by=request.by, at=request.at)
    except MainstayError as error:
        if error.code != HANDED_MEANWHILE:
            raise
        return _told(request, overtaken(error, request.today))
    return redirect(f"{reverse('who-to-call')}?{urlencode({'handed': len(people)})}")


def _told(request: Any, sentence: str) -> HttpResponse:
    """Said once, above the list; kept in the session, so that no address can put words there."""
    request.session[TOLD] = sentence
    return redirect("who-to-call")


TOLD = "told on who to call"


def _actor(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def handed_words(present: Assigned | None, me: UUID) -> str:
    """With whom a card is."""
    if present is None or present.to is None:
        return _("with nobody yet")
    return _("with you") if present.to == me else _("with %(name)s") % {"name": present.name}


def split_words(changed: str) -> str:
    """What came of sharing out."""
    number = int(changed) if changed.isascii() and changed.isdigit() and len(changed) <= 6 else 0
    if not number:
        return _("Everybody was shared out like this already.")
    return ngettext(
        "Shared out: %(number)s person changed hands.", "Shared out: %(number)s people changed hands.", number
    ) % {"number": number}
