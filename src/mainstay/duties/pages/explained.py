"""Why somebody is owed what: each clause's verdict, the facts it rests on, what is not known, what would change it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission
from mainstay.cycle.explain import ClauseVerdict, Explanation, explain_person, latest_run
from mainstay.duties.pages import clauses
from mainstay.duties.pages.protocol import editions
from mainstay.duties.rules.edition import Clause
from mainstay.duties.rules.supposing import RETRACTED
from mainstay.duties.rules.would_change import CLOCK, KNOWN, WouldChange
from mainstay.people.pages import words
from mainstay.people.pages.person import looked_at, of_person
from mainstay.people.pages.typed import cleaned
from mainstay.people.queries import ReadAs, names_of
from mainstay.reports.queries.one_person import facts_of
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

SHOWN_CHANGES = 6


@door(Permission.SEE_PEOPLE, entry="line-list")
@require_safe
@city_time
@of_person
def explained(request: Any, read: UUID, read_as: ReadAs) -> HttpResponse:
    """Somebody within the reader's bounds, as the last run judged them (or that of a day that is asked for)."""
    looked_at(request, read, "explained")
    run = latest_run(_day(request.GET.get("on", "")))
    found = explain_person(read, run) if run is not None else []
    facts = {row.root: words.fact(row) for row in facts_of(read, read_as) if not row.superseded}
    texts = {(one.id, clause.id): clause for one in editions().values() for clause in one.clauses}
    context = {
        "id": read,
        "name": words.called(names_of([read], read_as).get(read, ""), read),
        "day": wording.day(run.period_date, request.today) if run else "",
        "diseases": [_disease(one, texts, facts, request.today) for one in found],
    }
    return render(request, "duties/explained.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(cleaned(text)) if text else None
    except ValueError:
        return None


def _disease(
    one: Explanation, texts: dict[tuple[str, str], Clause], facts: dict[UUID, str], today: date
) -> dict[str, Any]:
    rows = [_clause(each, texts.get((each.edition, each.clause)), facts, today) for each in one.clauses]
    return {
        "disease": words.word(one.disease),
        "category": words.category(one.category) if one.category else None,
        "editions": _(", ").join(name for name in one.editions if name != "house"),
        "binds": [row for row in rows if row["verdict"] == "yes"],
        "unknown": [row for row in rows if row["verdict"] == "unknown"],
        "not": [row for row in rows if row["verdict"] == "no"],
    }


def _clause(one: ClauseVerdict, text: Clause | None, facts: dict[UUID, str], today: date) -> dict[str, Any]:
    return {
        "id": one.clause,
        "edition": one.edition,
        "title": clauses.own(text.title) if text else one.clause,
        "by_when": clauses.by_when(text) if text else "",
        "verdict": {True: "yes", False: "no", None: "unknown"}[one.verdict],
        "facts": list(dict.fromkeys(facts.get(root, _("a contact")) for root in one.facts)),
        "unknown": [clauses.unknown(name) for name in dict.fromkeys(one.unknown)],
        "duties": len(one.duties),
        "changes": _changes(one.would_change, facts, today),
    }


def _changes(found: tuple[WouldChange, ...], facts: dict[UUID, str], today: date) -> list[dict[str, str]]:
    """What would make the clause bind, make it bind no more, or is to be found out; the clock last."""
    grouped: dict[bool | None, list[str]] = {}
    for one in found:
        if one.fact != CLOCK:
            grouped.setdefault(None if one.to == KNOWN else one.verdict, []).append(_change(one, facts))
    said = {True: _("would bind, if:"), False: _("would not bind, if:"), None: _("to be found out:")}
    rows = [
        {"then": said[then], "what": _("; ").join(some[:SHOWN_CHANGES] + ["…"] * (len(some) > SHOWN_CHANGES))}
        for then, some in ((then, list(dict.fromkeys(grouped.get(then, ())))) for then in said)
        if some
    ]
    clock = [one for one in found if one.fact == CLOCK and one.at is not None]
    return rows + [{"then": wording.moment(one.at, today), "what": _by_itself(one.verdict)} for one in clock if one.at]


def _change(one: WouldChange, facts: dict[UUID, str]) -> str:
    """One fact, and what it would have to become."""
    what = _called(one.fact)
    if one.to == KNOWN:
        return what
    if one.to == RETRACTED:
        said = facts.get(one.id, what) if one.id else what
        return _("taken back: %(fact)s") % {"fact": said}
    return f"{what}: {words.word(one.to)}"


def _by_itself(verdict: bool | None) -> str:
    return {True: _("binds by itself"), False: _("binds no more"), None: _("cannot be told any more")}[verdict]


def _called(fact: str) -> str:
    """What kind of fact it is, in words: `order:quarantine`, `symptom:fever`, `onset`."""
    name, _mark, of = fact.partition(":")
    if name == "index_onset":
        return _("the other person's first day of illness")
    if name in clauses.EVIDENCE and name not in clauses.ANCHORS:
        said = str(clauses.EVIDENCE[name])
        return _("%(fact)s (%(of)s)") % {"fact": said, "of": words.word(of)} if of else said
    if name == "presence":
        return _("a journey (%(area)s)") % {"area": words.word(of)}
    return _("a contact") if name == "exposure" else clauses.unknown(fact)
