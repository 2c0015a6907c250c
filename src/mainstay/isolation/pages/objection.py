"""Deciding an objection: by somebody else than gave the order, with reasons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.isolation.pages import deeds, said
from mainstay.isolation.pages.order import look, terms
from mainstay.isolation.pages.typed import LONGEST_REASONS, choice, text
from mainstay.isolation.queries import givers
from mainstay.people.pages import words
from mainstay.people.queries import ReadAs
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.whereabouts import where_are
from mainstay.web.city_time import city_time
from mainstay.web.doors import door


@door(Permission.DECIDE_OBJECTIONS, entry="isolation-orders")
@require_http_methods(["GET", "POST"])
@city_time
def decide(request: Any, objection: UUID) -> HttpResponse:
    """The objection, the order it is to, and a form for whoever may decide it."""
    row, mine = deeds.found_objection(request, objection)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            deeds.decide(
                request,
                objection,
                decision=choice(request.POST, "decision", said.DECISIONS, _("Choose a decision.")),
                reasons=text(request.POST, "reasons", LONGEST_REASONS, _("Say why: who objects is told the reasons.")),
            )
            return redirect("objection", objection=objection)
        except MainstayError as error:
            errors = said.refused(error, "decision")
    look(request, row, "objection")
    kind, place = where_are([row.person], request.moment, ReadAs())[row.person]
    context = terms(row, request.moment, request.today) | {
        "order": row.root,
        "title": said.title(row),
        "person": row.person,
        "name": words.called(row.name, row.person),
        "objection": said.objection(mine, request.moment, request.today),
        "where": words.where(kind, place),
        "upheld": mine.decision == "upheld",
        "gave_it": request.by.name in givers(row.root),
        "given": request.POST,
        "errors": errors,
        "state": said.state(row, request.moment, request.today),
    }
    return render(request, "isolation/objection.html", context, status=422 if errors else 200)
