"""The sheet that is handed over: the order in plain words, in the languages somebody reads, and how to object."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission
from mainstay.isolation.pages import said
from mainstay.isolation.pages.order import found, look, terms
from mainstay.people.pages import words
from mainstay.people.queries import ReadAs
from mainstay.platform.clock import local_date
from mainstay.reports.queries.line_list import where_are
from mainstay.reports.queries.orders import OrderRow
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

LANGUAGES = {"en": "English", "zh-hans": "简体", "zh-hant": "繁體"}
ALL = "all"


@door(Permission.SEE_PEOPLE, entry="isolation-orders")
@require_safe
@city_time
def sheet(request: Any, order: UUID) -> HttpResponse:
    """One sheet a language: the one asked for, the reader's own, or all three."""
    row, _there = found(request, order)
    look(request, row, "isolation-order-sheet")
    own = request.LANGUAGE_CODE if request.LANGUAGE_CODE in LANGUAGES else "en"
    asked = request.GET.get("in", own)
    wanted = list(LANGUAGES) if asked == ALL else [asked if asked in LANGUAGES else own]
    context = {
        "id": order,
        "title": said.title(row),
        "sheets": [(language, _in(language, row, request)) for language in wanted],
        "languages": [(key, word, [key] == wanted) for key, word in LANGUAGES.items()],
        "all": len(wanted) > 1,
        "unserved": row.paper.served is None,
    }
    return render(request, "isolation/sheet.html", context)


def _in(language: str, row: OrderRow, request: Any) -> SafeString:
    with translation.override(language):
        kind, place = where_are([row.person], request.moment, ReadAs())[row.person]
        days = (local_date(row.paper.ends, request.zone) - request.today).days
        left = ngettext("%(days)s day left.", "%(days)s days left.", days) % {"days": days} if days > 0 else ""
        context = terms(row, request) | {
            "title": said.title(row),
            "name": words.called(row.name, row.person),
            "where": words.where(kind, place) or _("where you are now"),
            "left": left,
            "over": request.moment >= row.paper.ends or row.paper.released,
            "is_isolation": row.kind == "isolation",
            "number": row.number,
        }
        return mark_safe(render_to_string("isolation/sheet_in.html", context))
