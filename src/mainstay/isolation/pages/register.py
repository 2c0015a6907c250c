"""The register: every order on people within the reader's bounds, and where each stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.duties.pages.asked import cursor_text, row_cursor
from mainstay.isolation.pages import said
from mainstay.isolation.rules import KINDS
from mainstay.people.pages import words
from mainstay.people.pages.typed import cleaned
from mainstay.people.queries import ReadAs
from mainstay.reports.queries.orders import STATES, Cursor, OrderRow, Wanted, count_orders, cursor_of, list_orders
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

ROWS = 50
DEFAULT, ALL = "in_force", "all"


@door(Permission.SEE_PEOPLE, entry="isolation-orders")
@require_safe
@city_time
def register(request: Any) -> HttpResponse:
    """Orders, the latest first; filters and page stand in the address."""
    chosen = {name: cleaned(request.GET.get(name, "")) for name in ("state", "kind", "person")}
    person = _uuid(chosen["person"])
    state = chosen["state"] if chosen["state"] in (*STATES, ALL) else state_without(person)
    wanted = narrowed(request, state, chosen["kind"] if chosen["kind"] in KINDS else None, person)
    rows = list_orders(wanted, _cursor(request.GET.get("after", "")), ROWS + 1)
    shown = rows[:ROWS]
    if shown:
        record_look(
            account=request.user,
            page="isolation-orders",
            purpose=Purpose.SUPERVISION,
            listed=sorted({row.person for row in shown}),
            by=request.by,
            at=request.at,
        )
    counts = count_orders(wanted)
    context = {
        "rows": [_row(row, request) for row in shown],
        "counts": counts,
        "views": _views(chosen, state, counts),
        "kinds": [
            {"word": word, "href": _address(chosen, kind=key), "current": "1" if key == (wanted.kind or "") else ""}
            for key, word in [("", _("all")), *said.KINDS.items()]
        ],
        "of_person": words.called(shown[0].name, shown[0].person) if person and shown else "",
        "next_href": _address(chosen, after=_after(cursor_of(shown[-1]))) if len(rows) > ROWS else "",
        "first_href": _address(chosen) if request.GET.get("after") else "",
        "whole_href": _address(chosen, person="") if person else "",
    }
    return render(request, "isolation/register.html", context)


def state_without(person: UUID | None) -> str:
    """In which state orders are shown where none is asked for: of one person all."""
    return ALL if person else DEFAULT


def narrowed(request: Any, state: str, kind: str | None, person: UUID | None) -> Wanted:
    """Orders on people within the door's scope, narrowed; a record that is read as another is that one's."""
    read = ReadAs().survivor(person) if person else None
    return Wanted(request.scope, request.moment, state=state, kind=kind, person=read)


def _row(row: OrderRow, request: Any) -> dict[str, Any]:
    at, today = request.moment, request.today
    return {
        "id": row.root,
        "number": row.number,
        "kind": said.kind(row.kind),
        "person": row.person,
        "name": words.called(row.name, row.person),
        "basis": row.basis,
        "reason": row.reason,
        "official": row.official,
        "starts": wording.moment(row.paper.starts, today),
        "ends": wording.moment(row.paper.ends, today),
        "review": wording.moment(row.paper.review, today),
        "reviewed": row.paper.reviewed,
        "served": wording.moment(row.paper.served, today) if row.paper.served else "",
        "how": str(said.SERVED.get(row.served_how, row.served_how)),
        "writing": said.writing(row.paper, at, today) if row.paper.oral else "",
        "offer": str(said.OFFERS[row.offer]),
        "state": said.state(row, at, today),
        "objection": said.waiting(row.objected_at, at, today),
    }


def _views(chosen: dict[str, str], state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    names = {
        "in_force": _("In force"),
        "unserved": _("Not served"),
        "review_due": _("Review due"),
        "objected": _("Objection open"),
        "over": _("Ended"),
        "all": _("All"),
    }
    return [
        {"name": name, "number": counts[key], "href": _address(chosen, state=key), "current": key == state}
        for key, name in names.items()
    ]


def _address(chosen: dict[str, str], **changes: str) -> str:
    kept = {name: value for name, value in (chosen | changes).items() if value}
    return f"{reverse('isolation-orders')}?{urlencode(kept)}" if kept else reverse("isolation-orders")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _after(cursor: Cursor) -> str:
    return cursor_text(cursor.starts, cursor.root.hex)


def _cursor(text: str) -> Cursor | None:
    """The cursor of an address; None for anything that is none, which is the first page."""
    found = row_cursor(text)
    return Cursor(*found) if found is not None else None
