"""Deciding an objection: by somebody else than gave the order, with reasons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.isolation import services
from mainstay.isolation.pages import said
from mainstay.isolation.pages.order import found, look, terms
from mainstay.isolation.pages.typed import LONGEST_REASONS, choice, text
from mainstay.isolation.queries import givers
from mainstay.people.pages import words
from mainstay.people.queries import ReadAs
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.line_list import where_are
from mainstay.reports.queries.orders import objections_to, order_objected_to
from mainstay.web.city_time import city_time
from mainstay.web.doors import door


@door(Permission.DECIDE_OBJECTIONS, entry="isolation-orders")
@require_http_methods(["GET", "POST"])
@city_time
def decide(request: Any, objection: UUID) -> HttpResponse:
    """The objection, the order it is to, and a form for whoever may decide it."""
    root = order_objected_to(objection)
    if root is None:
        raise Http404
    row, _there = found(request, root)
    mine = next((one for one in objections_to(root) if one.root == objection), None)
    if mine is None:
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            services.rule_on_objection(
                root=objection,
                decision=choice(request.POST, "decision", said.DECISIONS, _("Choose a decision.")),
                reasons=text(request.POST, "reasons", LONGEST_REASONS, _("Say why: who objects is told the reasons.")),
                by=request.by,
                at=request.moment,
            )
            return redirect("objection", objection=objection)
        except MainstayError as error:
            errors = said.refused(error, "decision")
    look(request, row, "objection")
    kind, place = where_are([row.person], request.moment, ReadAs())[row.person]
    context = terms(row, request) | {
        "order": root,
        "title": said.title(row),
        "person": row.person,
        "name": words.called(row.name, row.person),
        "objection": said.objection(mine, request.moment, request.today),
        "where": words.where(kind, place),
        "upheld": mine.decision == "upheld",
        "gave_it": request.by.name in givers(root),
        "given": request.POST,
        "errors": errors,
        "state": said.state(row, request.moment, request.today),
    }
    return render(request, "isolation/objection.html", context, status=422 if errors else 200)
