"""Who is to be called, worst first, one card a person; and the sheet of one call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.rules import Permission, Purpose, Scope
from mainstay.accounts.services import record_look
from mainstay.duties.pages.call_form import HOW, OUTCOMES, outcome_word, read_call
from mainstay.duties.titles import Titles, titles
from mainstay.people.pages import words
from mainstay.people.pages.person import admit, my_duty
from mainstay.people.pages.typed import cursor_from, cursor_text, form_key
from mainstay.people.queries import NAME, PHONE, ReadAs, identifiers_of
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.line_list import Asked, PersonRow, count_people, cursor_of, list_people
from mainstay.reports.queries.owed import (
    CALL_BACK,
    CallRow,
    OwedRow,
    diseases_of,
    last_calls,
    owed_to,
    posts_of,
    to_be_judged,
)
from mainstay.reports.queries.to_call import cards_of
from mainstay.screening.rules import SYMPTOMS
from mainstay.screening.services import record_call
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

CARDS = 25


@door(Permission.SEE_DUTIES, entry="who-to-call")
@require_safe
@city_time
def who_to_call(request: Any) -> HttpResponse:
    """Those towards whom something is owed by today: of the reader's own posts, else within their bounds."""
    posts = posts_of(request.by.id, request.at)
    mine = bool(posts) and request.GET.get("all") != "1"
    asked = Asked(request.scope, request.at, to_do=request.today, answering=posts if mine else None)
    rows = list_people(asked, cursor_from(request.GET.get("after", "")), CARDS + 1)
    shown = rows[:CARDS]
    may_record = request.rights.may(Permission.RECORD_FACTS)
    if shown:
        record_look(
            account=request.user,
            page="calls",
            purpose=Purpose.DUTY if mine else Purpose.INVESTIGATION if may_record else Purpose.SUPERVISION,
            listed=[row.id for row in shown],
            by=request.by,
            at=request.at,
        )
    every, totals = "" if mine else "1", count_people(asked)
    after = cursor_text(cursor_of(shown[-1])) if len(rows) > CARDS else ""
    context = {
        "cards": _cards(shown, request, posts if mine else None, with_phones=mine or may_record),
        "totals": totals,
        "outside": count_people(replace(asked, scope=Scope(everywhere=True))).people - totals.people if mine else 0,
        "mine": mine,
        "holds_posts": bool(posts),
        "with_phones": mine or may_record,
        "first_href": f"{reverse('who-to-call')}?all={every}",
        "other_href": f"{reverse('who-to-call')}?all={'1' if mine else ''}",
        "next_href": f"?{urlencode({'all': every, 'after': after})}" if after else "",
        "is_first": "after" not in request.GET,
        "saved": "saved" in request.GET,
        "may_record": may_record,
    }
    return render(request, "duties/calls.html", context)


def _cards(
    rows: list[PersonRow], request: Any, posts: Collection[UUID] | None, *, with_phones: bool
) -> list[dict[str, Any]]:
    """What a card says, in words."""
    cards = cards_of(rows, day=request.today, posts=posts, with_phones=with_phones)
    called = titles({one.edition for card in cards for one in card.owed})
    return [
        {
            "id": card.person.id,
            "name": words.called(card.person.name, card.person.id),
            "category": words.category(card.person.category) if card.person.category else None,
            "where": words.where(card.person.kind_of_place, card.person.place),
            "phones": list(card.phones),
            "last": last_call(card.last, request),
            "waits": card.waits,
            "duties": [_duty(called, one, request) for one in card.owed],
        }
        for card in cards
    ]


def _duty(called: Titles, one: OwedRow, request: Any) -> dict[str, str]:
    return {
        "what": words.duty(called, one, request.today),
        "state": words.state(one, request.at),
        "when": words.when(one, request.at, request.today),
    }


def last_call(call: CallRow | None, request: Any) -> str:
    """What became of the last call, and when to call back."""
    if call is None:
        return ""
    moment = wording.moment(call.at, request.today)
    if call.outcome == CALL_BACK:
        return _("call back at %(time)s, as agreed %(moment)s") % {"time": call.note, "moment": moment}
    return _("%(outcome)s, %(moment)s") % {"outcome": outcome_word(call.outcome), "moment": moment}


# --- one call -----------------------------------------------------------------------------------------


@door(Permission.RECORD_FACTS, entry="who-to-call")
@require_http_methods(["GET", "POST"])
@city_time
def call(request: Any, person: UUID) -> HttpResponse:
    """The sheet of one call: dial, what came of it, the daily check, and whom they met, one a line."""
    read_as = ReadAs()
    read = read_as.survivor(person)
    admit(request, read, read_as)
    if read != person:
        return redirect("call", person=read)
    errors: dict[str, str] = {}
    diseases = diseases_of(read)
    if request.method == "POST":
        try:
            record_call(
                person=read,
                call=read_call(request.POST, diseases),
                key=form_key(request.POST.get("key", "")),
                day=request.today,
                by=request.by,
                at=request.at,
            )
            return redirect(f"{reverse('who-to-call')}?saved=1")
        except MainstayError as error:
            errors = {str(error.facts.get("field", "outcome")): error.sentence}
    owed = owed_to([read])
    mine = my_duty(owed, request)
    record_look(
        account=request.user,
        page="call",
        purpose=Purpose.DUTY if mine else Purpose.INVESTIGATION,
        subject=read,
        duty=mine,
        by=request.by,
        at=request.at,
    )
    context = _sheet(request, read, read_as, owed) | {"errors": errors, "diseases": [(one, one) for one in diseases]}
    return render(request, "duties/call.html", context, status=422 if errors else 200)


def _sheet(request: Any, person: UUID, read_as: ReadAs, standing: list[OwedRow]) -> dict[str, Any]:
    known = identifiers_of([person], read_as, (NAME, PHONE)).get(person, ())
    owed = [one for one in standing if one.is_for(request.today)]
    called = titles({one.edition for one in owed})
    return {
        "id": person,
        "name": words.called(next((one.value for one in known if one.scheme == NAME), ""), person),
        "phones": [one.value for one in known if one.scheme == PHONE],
        "last": last_call(last_calls([person]).get(person), request),
        "waits": bool(to_be_judged([person])),
        "duties": [_duty(called, one, request) for one in owed],
        "given": request.POST,
        "key": form_key(request.POST.get("key", "")),
        "outcomes": [(one, outcome_word(one)) for one in OUTCOMES],
        "symptoms": [(one, words.word(one), one in request.POST.getlist("symptom")) for one in SYMPTOMS],
        "how": [(one, words.word(one)) for one in HOW],
    }
