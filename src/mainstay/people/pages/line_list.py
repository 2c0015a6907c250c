"""The list of people of concern, and a short form that adds one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.rules import Jurisdiction, Permission, Purpose, Scope, scope_of
from mainstay.accounts.services import record_look
from mainstay.cycle.now import judge_now
from mainstay.duties.rules.concern import NO_CATEGORY
from mainstay.duties.rules.edition import CATEGORIES
from mainstay.organisations.queries import jurisdiction, jurisdictions_named
from mainstay.people import services
from mainstay.people.pages import words
from mainstay.people.pages.typed import LONGEST, cleaned, cursor_from, cursor_text, form_key
from mainstay.places.models import Place
from mainstay.places.queries import place_within
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id, new_id
from mainstay.reports.queries.line_list import (
    CATEGORY,
    DUE,
    PAST_LIMIT,
    PLACED,
    PLACINGS,
    WAITING,
    WORST,
    Asked,
    PersonRow,
    count_people,
    list_people,
)
from mainstay.reports.queries.worst import list_worst
from mainstay.reports.rules.worst import Sign
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

HOME_UNKNOWN = code("person.home", "There is no such place within one's bounds.")
ROWS = 50
NONE = "none"
CHOSEN = {NONE: NO_CATEGORY} | {category: category for category in CATEGORIES}
FILTERS = ("category", "overdue", "where", "sort", "placing")
DEFAULT = ""
SORTS = {
    DEFAULT: gettext_lazy("Sort by the worst"),
    "overdue": gettext_lazy("Sort by longest overdue"),
    "category": gettext_lazy("Sort by category"),
}
ORDER = {DEFAULT: WORST, "overdue": DUE, "category": CATEGORY}
SORTED = {
    DEFAULT: gettext_lazy("Worst first: worsening, not isolated, not tested, longest overdue"),
    "overdue": gettext_lazy("Longest overdue first"),
    "category": gettext_lazy("Sorted by category, then longest overdue"),
}


@door(Permission.SEE_PEOPLE, entry="line-list")
@require_safe
@city_time
def line_list(request: Any) -> HttpResponse:
    """People of concern within the reader's bounds; filters, order and page stand in the address."""
    asked, chosen, place = asked_for(request)
    page = _page(asked, chosen, request)
    shown = [row for row, _signs in page.rows]
    if shown:
        record_look(
            account=request.user,
            page="list",
            purpose=Purpose.SUPERVISION,
            listed=[row.id for row in shown],
            by=request.by,
            at=request.at,
        )
    context = {
        "rows": [_row(row, found, request) for row, found in page.rows],
        "totals": count_people(asked),
        "chips": chips(asked, chosen, place),
        "take_href": address(chosen, "list-export") if request.rights.may(Permission.EXPORT_PEOPLE) else "",
        "filters": _filter_form(chosen),
        "sorted": SORTED[sort_of(chosen)],
        "sorts": [(word, address(chosen, sort=one)) for one, word in SORTS.items() if one != sort_of(chosen)],
        "next_href": page.next_href,
        "first_href": address(chosen) if request.GET.get("after") else "",
        "may_add": request.rights.may(Permission.RECORD_FACTS),
        "may_split": request.rights.may(Permission.ASSIGN_DUTIES),
    }
    return render(request, "people/list.html", context)


def asked_for(request: Any) -> tuple[Asked, dict[str, str], Jurisdiction | None]:
    """Which people an address asks for, within the door's bounds; its filters as typed; the place among them."""
    chosen = {name: cleaned(request.GET.get(name, "")) for name in FILTERS}
    place = jurisdiction(chosen["where"]) if chosen["where"] else None
    asked = Asked(
        scope=request.scope,
        at=request.moment,
        category=CHOSEN.get(chosen["category"]),
        overdue=chosen["overdue"] == "1",
        where=None if not chosen["where"] else scope_of([place] if place else []),
        order=ORDER[sort_of(chosen)],
        placing=chosen["placing"] if chosen["placing"] in PLACINGS else None,
    )
    return asked, chosen, place


@dataclass(frozen=True)
class _Page:
    """Rows with the reasons they stand there for, and where the next page is."""

    rows: list[tuple[PersonRow, tuple[Sign, ...]]]
    next_href: str


def _page(asked: Asked, chosen: dict[str, str], request: Any) -> _Page:
    """One page in the order chosen, by the worst with the reasons."""
    after = cursor_from(request.GET.get("after", ""))
    if asked.order == WORST:
        worst = list_worst(asked, after, ROWS + 1)
        rows = [(one.row, one.signs) for one in worst]
    else:
        rows = [(row, ()) for row in list_people(asked, after, ROWS + 1)]
    more = cursor_text(rows[ROWS - 1][0].cursor) if len(rows) > ROWS else ""
    return _Page(rows[:ROWS], address(chosen, after=more) if more else "")


def sort_of(chosen: dict[str, str]) -> str:
    """The order that was chosen; the worst first where none was."""
    return chosen["sort"] if chosen["sort"] in SORTS else DEFAULT


def _place_name(place: Jurisdiction | None, typed: str) -> str:
    """What a place or facility is called; one that has no name of its own is shown as it was typed."""
    named = jurisdictions_named([place] if place else [])
    return named[place.id][1] if place is not None and place.id in named else typed


def _row(row: PersonRow, found: tuple[Sign, ...], request: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": words.called(row.name, row.id),
        "category": words.category(row.category) if row.category else None,
        "since": wording.day(row.since, request.today) if row.since else "",
        "where": words.where(row.kind_of_place, row.place),
        "open": row.open,
        "overdue": row.overdue,
        "why": words.why(found, row.oldest, request.moment),
    }


def address(chosen: dict[str, str], page: str = "line-list", **changes: str) -> str:
    """The list, or another page of the same people, with some of its filters changed."""
    kept = {name: value for name, value in (chosen | changes).items() if value}
    return f"{reverse(page)}?{urlencode(kept)}" if kept else reverse(page)


def chips(asked: Asked, chosen: dict[str, str], place: Jurisdiction | None) -> list[dict[str, str]]:
    """What filters stand, each with the address without it."""
    found = []
    if asked.category is not None:
        word = words.category(asked.category)["word"] if asked.category else _("in none")
        found.append({"word": _("Category: %(word)s") % {"word": word}, "href": address(chosen, category="")})
    if asked.overdue:
        found.append({"word": _("Something overdue"), "href": address(chosen, overdue="")})
    if asked.placing is not None:
        word = dict(_placings())[asked.placing]
        found.append({"word": _("Place: %(word)s") % {"word": word}, "href": address(chosen, placing="")})
    if asked.where is not None:
        found.append(
            {
                "word": _("Where: %(place)s") % {"place": _place_name(place, chosen["where"])},
                "href": address(chosen, where=""),
            }
        )
    return found


def _filter_form(chosen: dict[str, str]) -> dict[str, Any]:
    options = [("", _("all")), *((one, words.category(one)["word"]) for one in CATEGORIES), (NONE, _("in none"))]
    return {"categories": options, "placings": [("", _("all")), *_placings()], **chosen}


def _placings() -> list[tuple[str, str]]:
    return [(WAITING, _("waiting for one")), (PAST_LIMIT, _("waiting past the limit")), (PLACED, _("not waiting"))]


# --- somebody new -------------------------------------------------------------------------------------


@door(Permission.RECORD_FACTS, entry="line-list")
@require_http_methods(["GET", "POST"])
@city_time
def add(request: Any) -> HttpResponse:
    """Somebody by name, telephone, address and unit: thirty seconds, and safe to send twice."""
    given = {name: request.POST.get(name, "") for name in ("key", "name", "phone", "address", "where")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            person = _add(request, given)
            judge_now(people=[person], by=request.by, at=request.at)
            return redirect("person", person=person)
        except MainstayError as error:
            errors = {str(error.facts.get("field", "name")): error.sentence}
    given["key"] = given["key"] or new_id().hex
    return render(request, "people/add.html", {"given": given, "errors": errors}, status=422 if errors else 200)


def _add(request: HttpRequest, given: dict[str, str]) -> UUID:
    asked: Any = request
    person = derived_id("person", str(asked.user.id), form_key(given["key"]))
    home = home_within(asked.scope, cleaned(given["where"]))
    stands = {"person": person, "by": asked.by, "at": asked.at}
    named = {name: cleaned(given[name]) for name in ("name", "phone", "address")}
    with transaction.atomic():
        if services.add_person(**named, **stands) and home is not None:
            services.set_home(home=home, **stands)
    return person


def home_within(scope: Scope, typed: str) -> Place | None:
    """The place of the code that was typed; a place outside one's bounds reads as none. Nothing typed: nobody knows.

    Who does not see the whole city must say where: they could not find again whom they added.
    """
    home = place_within(typed, scope) if len(typed) <= LONGEST else None
    if home is not None or (not typed and scope.everywhere):
        return home
    raise MainstayError(
        HOME_UNKNOWN, _("There is no such place here; type the code of a unit or community."), {"field": "where"}
    )
