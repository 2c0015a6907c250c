"""The sheet that is handed over: the order in plain words, in the languages somebody reads, and how to object."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission
from mainstay.isolation.pages import said
from mainstay.isolation.pages.deeds import found
from mainstay.isolation.pages.order import look
from mainstay.isolation.pages.sheet_words import LANGUAGES, languages, sheets
from mainstay.web.city_time import city_time
from mainstay.web.doors import door


@door(Permission.SEE_PEOPLE, entry="isolation-orders")
@require_safe
@city_time
def sheet(request: Any, order: UUID) -> HttpResponse:
    """One sheet a language: the one asked for, the reader's own, or all three."""
    row, _there = found(request, order)
    look(request, row, "isolation-order-sheet")
    wanted = languages(request.GET.get("in", ""), request.LANGUAGE_CODE)
    context = {
        "id": order,
        "title": said.title(row),
        "sheets": sheets(row, wanted, request.moment, request.zone),
        "languages": [(key, word, [key] == wanted) for key, word in LANGUAGES.items()],
        "all": len(wanted) > 1,
        "unserved": row.paper.served is None,
    }
    return render(request, "isolation/sheet.html", context)
