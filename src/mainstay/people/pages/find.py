"""Finding somebody: by name, by how it sounds, by telephone, or by a number from a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.people.pages import words
from mainstay.people.pages.typed import LONGEST, cleaned
from mainstay.reports.queries.found import FoundRow, find_people
from mainstay.web.city_time import city_time
from mainstay.web.doors import door
from mainstay.web.shell import FIND


@door(Permission.SEE_PEOPLE, entry=FIND)
@require_safe
@city_time
def find(request: Any) -> HttpResponse:
    """Whom the query finds within the reader's bounds; a whole number of one person leads to their page."""
    query = cleaned(request.GET.get("q", ""))[:LONGEST]
    found = find_people(query, request.scope, request.moment)
    if found.number_of is not None:
        return redirect("person", person=found.number_of)
    if found.rows:
        record_look(
            account=request.user,
            page="find",
            purpose=Purpose.SUPERVISION,
            listed=[row.id for row in found.rows],
            by=request.by,
            at=request.at,
        )
    return render(
        request,
        "people/find.html",
        {
            "query": query,
            "rows": [_row(row) for row in found.rows],
            "found": found,
            "may_add": request.rights.may(Permission.RECORD_FACTS),
        },
    )


def _row(row: FoundRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": words.called(row.name, row.id),
        "also": row.also,
        "category": words.category(row.category) if row.category else None,
        "where": words.where(row.kind_of_place, row.place),
    }
