"""The protocol: which editions rule when, each edition and clause in words, and what changed between two."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission
from mainstay.duties import library
from mainstay.duties.pages import clauses
from mainstay.duties.queries import editions_put_into_force
from mainstay.duties.rules.compare import Changed, compare
from mainstay.duties.rules.edition import Clause, Edition
from mainstay.duties.rules.in_force import Spell, spells
from mainstay.people.pages import words
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

CHANGES = ("added", "removed", "changed")


def editions() -> dict[str, Edition]:
    """Every edition by its id: as it was put into force last, else as it lies ready to be."""
    found = library.editions() | {row.edition.id: row.edition for row in editions_put_into_force()}
    return dict(sorted(found.items()))


def edition_or_404(name: str) -> Edition:
    found = editions().get(name)
    if found is None:
        raise Http404
    return found


# --- which rules when ---------------------------------------------------------------------------------


@door(Permission.SEE_PROTOCOL, entry="protocol")
@require_safe
@city_time
def protocol(request: Any) -> HttpResponse:
    """Which edition of each series ruled from when until when, and what lies ready."""
    series = spells(editions_put_into_force())
    ruling = {spell.edition.id for found in series.values() for spell in found}
    every = editions()
    context = {
        "series": [
            {
                "disease": disease,
                "name": name,
                "level": clauses.scope(found[0].edition) if found else level,
                "spells": [_spell(spell, found, request.today) for spell in found],
            }
            for (disease, name, level, _area), found in series.items()
            if found
        ],
        "ready": [
            _edition_row(one) | {"from": wording.day(one.effective_from, request.today)}
            for one in every.values()
            if one.id not in ruling
        ],
        "now": sum(_rules(spell, request.today) for found in series.values() for spell in found),
        "editions": [(one.id, clauses.own(one.title)) for one in every.values()],
    }
    return render(request, "duties/protocol.html", context)


def _rules(spell: Spell, today: date) -> bool:
    return spell.from_date <= today and (spell.until is None or today < spell.until)


def _spell(spell: Spell, among: list[Spell], today: date) -> dict[str, Any]:
    place = among.index(spell)
    rules = _rules(spell, today)
    return _edition_row(spell.edition) | {
        "from": wording.day(spell.from_date, today),
        "until": wording.day(spell.until, today) if spell.until else "",
        "mark": "now" if rules else "due" if spell.from_date > today else "done",
        "word": _("rules now") if rules else _("to come") if spell.from_date > today else _("over"),
        "before": among[place - 1].edition.id if place else "",
    }


def _edition_row(one: Edition) -> dict[str, Any]:
    recalled = sum(clause.recalled for clause in one.clauses)
    return {
        "id": one.id,
        "title": clauses.own(one.title),
        "clauses": len(one.clauses),
        "recalled": recalled,
        "disease": words.word(one.disease),
        "level": clauses.scope(one),
    }


# --- one edition, one clause --------------------------------------------------------------------------


@door(Permission.SEE_PROTOCOL, entry="protocol")
@require_safe
@city_time
def edition(request: Any, edition: str) -> HttpResponse:
    """An edition's clauses in words, whose they are, and where it is from."""
    found = edition_or_404(edition)
    others = [one for one in editions().values() if one.series == found.series and one.id != found.id]
    context = _edition_row(found) | {
        "source": found.source,
        "from": wording.day(found.effective_from, request.today),
        "whole_recalled": found.recalled,
        "categories": [words.category(one.id) | {"when": clauses.condition(one.when)} for one in found.categories],
        "rows": [_clause_row(one) for one in found.clauses],
        "others": [(one.id, clauses.own(one.title)) for one in others],
        "when": None,
    }
    return render(request, "duties/edition.html", context)


def _clause_row(one: Clause) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": clauses.own(one.title),
        "text": clauses.own(one.text),
        "by_when": clauses.by_when(one),
        "kind": clauses.kind_name(one.demand.kind),
        "owner": clauses.owner(one.owner[0]),
        "recalled": one.recalled,
    }


@door(Permission.SEE_PROTOCOL, entry="protocol")
@require_safe
@city_time
def clause(request: Any, edition: str, clause: str) -> HttpResponse:
    """One clause: when it binds, what by when, what closes it, whose it is; and the same in other editions."""
    found = edition_or_404(edition)
    mine = next((one for one in found.clauses if one.id == clause), None)
    if mine is None:
        raise Http404
    context = {
        "edition": _edition_row(found),
        "clause": _clause_row(mine),
        "fields": clauses.whole(mine),
        "source": mine.source or found.source,
        "elsewhere": [
            {"id": other.id, "title": clauses.own(other.title), "fields": _(", ").join(_named(one.fields))}
            for other in editions().values()
            if other.disease == found.disease and other.id != found.id
            for one in [_same(other, mine)]
            if one is not None
        ],
    }
    return render(request, "duties/clause.html", context)


def _same(other: Edition, mine: Clause) -> Changed | None:
    """The clause of the same id in another edition, compared with this one."""
    theirs = next((one for one in other.clauses if one.id == mine.id), None)
    if theirs is None:
        return None
    fields = tuple(name for name in clauses.FIELDS if getattr(mine, name) != getattr(theirs, name))
    return Changed(mine.id, "changed" if fields else "", fields, mine, theirs)


def _named(fields: tuple[str, ...]) -> list[str]:
    return [str(clauses.FIELDS[name]) for name in fields]


# --- what changed -------------------------------------------------------------------------------------


@door(Permission.SEE_PROTOCOL, entry="protocol")
@require_safe
@city_time
def changes(request: Any) -> HttpResponse:
    """What changes from one edition to another, clause by clause, in words."""
    every = editions()
    old, new = (every.get(request.GET.get(name, "")) for name in ("old", "new"))
    context: dict[str, Any] = {
        "editions": [("", _("choose")), *((one.id, clauses.own(one.title)) for one in every.values())],
        "old": old.id if old else "",
        "new": new.id if new else "",
        "both": bool(old and new),
    }
    if old and new:
        found = compare(old, new)
        context |= {
            "old_title": clauses.own(old.title),
            "new_title": clauses.own(new.title),
            "rows": [_change(one) for one in found],
            **{name: sum(one.change == name for one in found) for name in CHANGES},
        }
    return render(request, "duties/protocol_changes.html", context)


def _change(one: Changed) -> dict[str, Any]:
    clause = one.new or one.old
    assert clause is not None
    said = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}
    return {
        "id": one.clause,
        "title": clauses.own(clause.title),
        "edition": clause.edition,
        "change": one.change,
        "word": said[one.change],
        "what": "" if one.fields else f"{clauses.kind_name(clause.demand.kind)}, {clauses.by_when(clause)}",
        "fields": [
            {
                "name": str(clauses.FIELDS[name]),
                "old": clauses.field(one.old, name),
                "new": clauses.field(one.new, name),
            }
            for name in one.fields
            if one.old is not None and one.new is not None
        ],
    }
