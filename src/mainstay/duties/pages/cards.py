"""Duties as cards, by person or by door, the longest overdue first; and as single rows, which count to every number."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.duties.pages import asked as addresses
from mainstay.duties.pages import deciding
from mainstay.duties.pages.asked import Chosen
from mainstay.duties.queries import reasons
from mainstay.duties.titles import Titles, titles
from mainstay.people.pages import words
from mainstay.people.queries import ADDRESS, ReadAs, identifiers_of, names_of
from mainstay.reports.queries.cards import CardRow, DutyRow, count_duties, duties_at, list_cards, list_duties
from mainstay.reports.queries.owed import Owner, owners, to_be_judged
from mainstay.reports.queries.whereabouts import where_are
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

CARDS, ROWS = 25, 50
SHOWN = 9


@door(Permission.SEE_DUTIES, entry="duties")
@require_safe
@city_time
def cards(request: Any) -> HttpResponse:
    """What is to be done: of the reader's own posts, else within their bounds; one card a person or a door."""
    chosen = addresses.read(request)
    path = reverse("duties")
    found = list_cards(
        chosen.asked,
        by_door=chosen.by_door,
        after=addresses.card_cursor(request.GET.get("after", "")),
        limit=CARDS + 1,
    )
    shown = found[:CARDS]
    rows = duties_at(chosen.asked, [card.door for card in shown], by_door=chosen.by_door)
    _look(request, chosen, "duties", {row.person for row in rows})
    last = shown[-1] if len(found) > CARDS else None
    context = {
        "cards": _cards(shown, rows, chosen, request),
        "total": count_duties(chosen.asked),
        "next_href": _next(chosen, path, addresses.cursor_text(last.oldest, last.door)) if last else "",
        "rows_href": chosen.address(reverse("duty-rows"), by=""),
        "by_person": chosen.address(path, by=""),
        "by_door": chosen.address(path, by="door"),
        "other_href": chosen.address(path, all="1" if chosen.mine else "", post=""),
        "saved": "saved" in request.GET,
    }
    return render(request, "duties/cards.html", context | _around(chosen, path, request))


def _around(chosen: Chosen, path: str, request: Any) -> dict[str, Any]:
    chips = addresses.chips(chosen, path)
    return {
        "chosen": chosen,
        "mine": chosen.mine,
        "holds_posts": bool(chosen.posts),
        "chips": chips,
        "clear_href": path if chips else "",
        "filters": addresses.options(chosen),
        "first_href": chosen.address(path) if request.GET.get("after") else "",
    }


def _next(chosen: Chosen, path: str, after: str) -> str:
    return chosen.address(path, after=after)


def _look(request: Any, chosen: Chosen, page: str, people: set[UUID]) -> None:
    if people:
        record_look(
            account=request.user,
            page=page,
            purpose=Purpose.DUTY if chosen.mine else Purpose.SUPERVISION,
            listed=sorted(people),
            by=request.by,
            at=request.at,
        )


# --- cards --------------------------------------------------------------------------------------------


def _cards(shown: list[CardRow], rows: list[DutyRow], chosen: Chosen, request: Any) -> list[dict[str, Any]]:
    read_as = ReadAs()
    people = {row.person for row in rows}
    names, where = names_of(people, read_as), where_are(people, request.moment, read_as)
    waits = to_be_judged(people)
    addressed = identifiers_of(people, read_as, (ADDRESS,)) if chosen.by_door else {}
    called = titles({row.edition for row in rows})
    at: dict[str, list[DutyRow]] = defaultdict(list)
    for row in rows:
        at[row.door if chosen.by_door else f"p{row.person.hex}"].append(row)
    found = []
    for card in shown:
        own = at[card.door]
        ids = list(dict.fromkeys(row.person for row in own))
        place = _place(card, ids, where, addressed)
        found.append(
            {
                "door": card.door,
                "name": place if chosen.by_door and len(ids) > 1 else _who(ids, names),
                "who": _who(ids, names) if chosen.by_door and len(ids) > 1 else "",
                "person": ids[0] if ids and not chosen.by_door else None,
                "where": "" if chosen.by_door and len(ids) > 1 else place,
                "count": card.duties,
                "overdue": card.overdue,
                "more": max(0, len(own) - SHOWN),
                "duties": [duty_line(called, row, request) for row in own[:SHOWN]],
                "waits": any(person in waits for person in ids),
            }
        )
    return found


def _who(ids: list[UUID], names: dict[UUID, str]) -> str:
    """The first names, and how many more there are."""
    first = _(", ").join(words.called(names.get(one, ""), one) for one in ids[:3])
    if len(ids) <= 3:
        return first
    more = len(ids) - 3
    return ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more) % {"names": first, "more": more}


def _place(card: CardRow, ids: list[UUID], where: dict[UUID, tuple[str, str]], addressed: dict[UUID, Any]) -> str:
    if card.door[0] == "a":
        typed = next((addressed[one][0].value for one in ids if addressed.get(one)), "")
        if typed:
            return typed
    return words.where(*where[ids[0]]) if ids else ""


def duty_line(called: Titles, row: Any, request: Any) -> dict[str, Any]:
    """One duty on a card: what, how it stands, when."""
    return {
        "id": row.id,
        "what": words.duty(called, row, request.today),
        "state": words.state(row, request.moment),
        "when": words.when(row, request.moment, request.today) if row.status == "open" else "",
    }


# --- rows ---------------------------------------------------------------------------------------------


@door(Permission.SEE_DUTIES, entry="duties")
@require_safe
@city_time
def rows(request: Any) -> HttpResponse:
    """Every duty that a number counts, one a row: towards whom, how it stands, whose it is."""
    chosen = addresses.read(request)
    path = reverse("duty-rows")
    after = addresses.row_cursor(request.GET.get("after", ""))
    found = list_duties(chosen.asked, after, ROWS + 1)
    shown = found[:ROWS]
    _look(request, chosen, "duty-rows", {row.person for row in shown})
    last = shown[-1] if len(found) > ROWS else None
    context = {
        "rows": _rows(shown, request),
        "decidable": deciding.may_decide(request, [row for row in shown if row.status == "excused"]),
        "taken_back": "taken_back" in request.GET,
        "total": count_duties(chosen.asked),
        "next_href": _next(chosen, path, addresses.cursor_text(last.due_at, last.id.hex)) if last else "",
        "cards_href": chosen.address(reverse("duties"), since="", status="overdue" if _late(chosen) else ""),
    }
    return render(request, "duties/rows.html", context | _around(chosen, path, request))


def _late(chosen: Chosen) -> bool:
    return chosen.asked.status == "overdue"


def _rows(shown: list[DutyRow], request: Any) -> list[dict[str, Any]]:
    read_as = ReadAs()
    people = {row.person for row in shown}
    names, where = names_of(people, read_as), where_are(people, request.moment, read_as)
    called = titles({row.edition for row in shown})
    whose = owners({post for row in shown for post in (row.post, row.answering) if post}, request.moment)
    told = reasons([row.id for row in shown])
    return [
        {
            **duty_line(called, row, request),
            "reason": told.get(row.id),
            "person": row.person,
            "name": words.called(names.get(row.person, ""), row.person),
            "where": words.where(*where[row.person]),
            "owner": owner(row, whose),
            "word": addresses.statuses().get(row.status, "") if row.status != "open" else "",
            "closed": wording.day(row.closed_on, request.today) if row.closed_on else "",
        }
        for row in shown
    ]


@door(Permission.SEE_DUTIES, entry="duties")
@require_POST
@city_time
def take_back(request: Any, duty: UUID) -> HttpResponse:
    """An excuse does not hold after all; by whoever may excuse that duty. Sent twice it is taken back once."""
    (row,) = deciding.meant(request, [duty], request.today, status="excused")
    deciding.take_back(request, row)
    return redirect(f"{reverse('duty-rows')}?status=excused&all=1&taken_back=1")


def owner(row: Any, whose: dict[UUID, Owner]) -> str:
    """The post that answers and its holder."""
    one = whose.get(row.answering) if row.answering else None
    if one is None:
        return _("nobody answers yet")
    return f"{one.post}, {one.holder}" if one.holder else one.post
