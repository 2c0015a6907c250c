"""Who is to be called, worst first, one card a person; and the sheet of one call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.queries import Colleague, colleagues
from mainstay.accounts.rules import Permission, Purpose, Scope
from mainstay.accounts.services import record_look
from mainstay.cycle.now import judge_now
from mainstay.duties.pages.call_form import HOW, OUTCOMES, outcome_word, read_call
from mainstay.duties.pages.sharing import TOLD, handed_words, split_words
from mainstay.duties.queries import Assigned, assigned
from mainstay.duties.titles import Titles, titles
from mainstay.isolation.queries import whereabouts
from mainstay.people.pages import words
from mainstay.people.pages.person import my_duty, of_person
from mainstay.people.pages.typed import cursor_from, cursor_text, form_key
from mainstay.people.queries import NAME, PHONE, ReadAs, identifiers_of
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.line_list import Asked, Totals, count_people
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
from mainstay.reports.queries.sharing import able
from mainstay.reports.queries.to_call import cards_of
from mainstay.reports.queries.worst import WorstRow, list_worst
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
    """Those towards whom something is owed by today: of the reader's own posts, else within their bounds.

    Where the list is shared out, the reader's own share first; the worst first in each.
    """
    posts = posts_of(request.by.id, request.moment)
    mine = bool(posts) and request.GET.get("all") != "1"
    every = "" if mine else "1"
    whole = Asked(request.scope, request.moment, to_do=request.today, answering=posts if mine else None)
    joined = colleagues(Permission.RECORD_FACTS, request.at)
    shares = Shares.of(whole, joined, request)
    after = cursor_from(request.GET.get("after", ""))
    found = list_worst(shares.asked, after, CARDS + 1)
    shown = found[:CARDS]
    may_record = request.rights.may(Permission.RECORD_FACTS)
    if shown:
        record_look(
            account=request.user,
            page="calls",
            purpose=Purpose.DUTY if mine else Purpose.INVESTIGATION if may_record else Purpose.SUPERVISION,
            listed=[one.row.id for one in shown],
            by=request.by,
            at=request.at,
        )
    here = {"all": every, "with": shares.current}
    context = {
        "cards": _cards(shown, request, posts if mine else None, joined, with_phones=mine or may_record),
        "totals": shares.totals,
        "outside": count_people(replace(whole, scope=Scope(everywhere=True))).people - shares.whole if mine else 0,
        "mine": mine,
        "views": shares.views(every),
        "holds_posts": bool(posts),
        "with_phones": mine or may_record,
        "first_href": f"?{urlencode(here)}",
        "other_href": f"{reverse('who-to-call')}?all={'1' if mine else ''}",
        "split_href": f"{reverse('split')}?all={every}" if request.rights.may(Permission.ASSIGN_DUTIES) else "",
        "next_href": f"?{urlencode(here | {'after': cursor_text(shown[-1].row.cursor)})}" if len(found) > CARDS else "",
        "is_first": after is None,
        "notices": _notices(request),
        "may_record": may_record,
    }
    return render(request, "duties/calls.html", context)


def _notices(request: Any) -> list[tuple[str, str]]:
    """(tone, sentence) of what was just done, by what the address says."""
    said = []
    if request.GET.get("saved") == "1":
        said.append(("done", _("Recorded, and what follows from it is judged.")))
    elif "saved" in request.GET:
        said.append(("done", _("Recorded. What follows from it is judged with the next run of the period.")))
    if "split" in request.GET:
        said.append(("done", split_words(request.GET["split"])))
    if "handed" in request.GET:
        said.append(("done", _("Handed over.")))
    if told := request.session.pop(TOLD, ""):
        said.append(("late", told))
    return said


@dataclass(frozen=True)
class Shares:
    """A list as it is shared out: mine, nobody's yet, all; `asked` is the part looked at."""

    asked: Asked
    current: str
    whole: int
    totals: Totals
    numbers: dict[str, int]

    @classmethod
    def of(cls, whole: Asked, joined: Collection[Colleague], request: Any) -> Shares:
        """By default one's own share, where one has any; three counts at most."""
        staff = frozenset(one.actor for one in joined)
        parts = {
            "me": replace(whole, staff=frozenset({request.by.id})),
            "nobody": replace(whole, staff=staff, is_with=False),
            "all": whole,
        }
        totals = {"all": count_people(whole), "nobody": count_people(parts["nobody"])}
        is_shared = totals["nobody"].people < totals["all"].people
        if is_shared:
            totals["me"] = count_people(parts["me"])
        current = request.GET.get("with", "")
        if current not in parts or not is_shared:
            current = "me" if is_shared and totals["me"].people else "all"
        numbers = {name: totals[name].people for name in parts if is_shared}
        return cls(parts[current], current, totals["all"].people, totals[current], numbers)

    def views(self, every: str) -> list[dict[str, Any]]:
        """As tabs; none where nothing is shared out."""
        words = {"me": _("Mine"), "nobody": _("With nobody yet"), "all": _("Everybody's")}
        return [
            {
                "name": words[name],
                "number": number,
                "href": f"?{urlencode({'all': every, 'with': name})}",
                "current": name == self.current,
            }
            for name, number in self.numbers.items()
        ]


def _cards(
    rows: list[WorstRow],
    request: Any,
    posts: Collection[UUID] | None,
    joined: Collection[Colleague],
    *,
    with_phones: bool,
) -> list[dict[str, Any]]:
    """What a card says, in words."""
    cards = cards_of([one.row for one in rows], day=request.today, posts=posts, with_phones=with_phones)
    ids = [card.person.id for card in cards]
    whose, there = assigned(ids), whereabouts(ids, request.moment, ReadAs())
    called = titles({one.edition for card in cards for one in card.owed})
    return [
        {
            "id": card.person.id,
            "name": words.called(card.person.name, card.person.id),
            "category": words.category(card.person.category) if card.person.category else None,
            "why": words.why(found.signs, card.person.oldest, request.moment),
            "where": words.where(card.person.kind_of_place, card.person.place),
            "phones": list(card.phones),
            "last": last_call(card.last, request),
            "waits": card.waits,
            "duties": [_duty(called, one, request) for one in card.owed],
            "with": handed_words(whose.get(card.person.id), request.by.id),
            "seen": whose[card.person.id].to if card.person.id in whose else None,
            "colleagues": _others(
                card.person.id,
                whose,
                able(joined, [there[card.person.id]] if card.person.id in there else []),
                request,
            ),
        }
        for found, card in zip(rows, cards, strict=True)
    ]


def _others(
    person: UUID, whose: dict[UUID, Assigned], offered: Collection[Colleague], request: Any
) -> list[tuple[str, str]]:
    """To whom the reader may hand a card: one's own or nobody's, and anybody's for whoever assigns."""
    now = whose[person].to if person in whose else None
    if now not in (None, request.by.id) and not request.rights.may(Permission.ASSIGN_DUTIES):
        return []
    return [(str(one.actor), one.name) for one in offered if one.actor != now]


def _duty(called: Titles, one: OwedRow, request: Any) -> dict[str, str]:
    return {
        "what": words.duty(called, one, request.today),
        "state": words.state(one, request.moment),
        "when": words.when(one, request.moment, request.today),
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
@of_person
def call(request: Any, read: UUID, read_as: ReadAs) -> HttpResponse:
    """The sheet of one call: dial, what came of it, the daily check, and whom they met, one a line."""
    errors: dict[str, str] = {}
    diseases = diseases_of(read)
    if request.method == "POST":
        try:
            concerned = record_call(
                person=read,
                call=read_call(request.POST, diseases),
                key=form_key(request.POST.get("key", "")),
                moment=request.moment,
                day=request.today,
                by=request.by,
                at=request.at,
            )
            judged = judge_now(people=concerned, by=request.by, at=request.at)
            return redirect(f"{reverse('who-to-call')}?saved={'1' if judged else 'later'}")
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
    context = _sheet(request, read, read_as, owed) | {
        "errors": errors,
        "diseases": [(one, words.word(one)) for one in diseases],
    }
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
