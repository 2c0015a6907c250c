"""Pocket cards: what is due by when, for each category of people and for each post, from the clauses that rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission
from mainstay.duties.pages import clauses
from mainstay.duties.queries import editions_put_into_force
from mainstay.duties.rules.edition import CATEGORIES, Clause, Ruleset
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import HOUSE, rulesets_on
from mainstay.duties.rules.typical import asked_of, owned_by
from mainstay.people.pages import words
from mainstay.people.pages.typed import cleaned
from mainstay.platform.clock import day_end
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

BY = ("category", "post")


@door(Permission.SEE_PROTOCOL, entry="protocol")
@require_safe
@city_time
def pocket(request: Any) -> HttpResponse:
    """Cards of one disease as it is ruled on a day (now, unless another is asked for)."""
    day = _day(request.GET.get("on", ""), request.today)
    found = rulesets_on(day, editions_put_into_force())
    diseases = [one for one in found if one != HOUSE]
    disease = request.GET.get("disease", "")
    disease = disease if disease in diseases else diseases[0] if diseases else ""
    by = request.GET.get("by", "")
    by = by if by in BY else BY[0]
    chosen = {"disease": disease, "by": by, "on": "" if day == request.today else day.isoformat()}
    rules = found.get(disease)
    cards: list[dict[str, Any]] = []
    if rules is not None:
        cards = _by_category(rules, day, request.zone) if by == "category" else _by_post(rules)
    names = {"category": _("By category of people"), "post": _("By whose it is")}
    context = {
        "cards": cards,
        "disease": words.word(disease),
        "day": wording.day(day, request.today),
        "given_day": day.isoformat(),
        "editions": [one for one in rules.editions if one != HOUSE] if rules else [],
        "diseases": [
            {"word": words.word(one), "href": _address(chosen, disease=one), "current": "1" if one == disease else ""}
            for one in diseases
        ],
        "views": [
            {"name": name, "href": _address(chosen, by=key), "current": key == by} for key, name in names.items()
        ],
        "by": by,
    }
    return render(request, "duties/pocket.html", context)


def _day(text: str, today: date) -> date:
    """A day as typed; today for what is none, or one so far off that days after it cannot be counted."""
    try:
        day = date.fromisoformat(cleaned(text))
    except ValueError:
        return today
    return day if 1000 < day.year < 9000 else today


def _address(chosen: dict[str, str], **changes: str) -> str:
    kept = {name: value for name, value in (chosen | changes).items() if value}
    return f"{reverse('protocol-cards')}?{urlencode(kept)}"


def _by_category(rules: Ruleset, day: date, zone: str) -> list[dict[str, Any]]:
    """From the moment somebody is this, with nothing else known of them."""
    horizon = Horizon(day_end(day, zone), day, zone)
    cards = []
    for category in CATEGORIES:
        asked = asked_of(category, rules, horizon)
        if asked is None:
            continue
        cards.append(
            words.category(category)
            | {
                "lines": [_line(clause) for clause in asked.at_once],
                "further": [
                    _line(clause) | {"unknown": _(", ").join(clauses.unknown(name) for name in dict.fromkeys(missing))}
                    for clause, missing in asked.if_known
                ],
            }
        )
    return cards


def _by_post(rules: Ruleset) -> list[dict[str, Any]]:
    """What comes to whom first, and how much falls to them only where nobody before them answers."""
    every = dict.fromkeys(owner for clause in rules.clauses for owner in clause.owner)
    cards = []
    for owner in every:
        mine = owned_by(owner, rules)
        first = [_line(clause) for clause, is_first in mine if is_first]
        if first:
            cards.append({"word": clauses.owner(owner), "lines": first, "others": len(mine) - len(first)})
    return cards


def _line(clause: Clause) -> dict[str, Any]:
    return {
        "title": clauses.own(clause.title),
        "by_when": clauses.by_when(clause),
        "edition": clause.edition,
        "clause": clause.id,
        "recalled": clause.recalled,
    }
