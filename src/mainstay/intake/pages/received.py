"""Files received: all of them with their sums, and one with what is held of it, to be mended in the row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts import services as accounts
from mainstay.accounts.rules import Permission, Purpose
from mainstay.cycle import held
from mainstay.cycle.giving_back import FILE_NOT_KEPT, give_back
from mainstay.cycle.mending import mend_cells
from mainstay.cycle.now import judge_waiting
from mainstay.intake import queries, taken_in, uploads
from mainstay.intake.pages import mended, presenters, said
from mainstay.intake.queries import DeliveryRow
from mainstay.platform.errors import MainstayError
from mainstay.platform.keys import load_keys
from mainstay.platform.models import Instance
from mainstay.platform.sheets import XLSX
from mainstay.web.doors import door

A_PAGE = 50
ROWS_A_PAGE = 50


# Whoever takes in files may mend rows too (a test holds the roles to it), so this opens both to look.
@door(Permission.MEND_ROWS, entry="files")
@require_safe
def files(request: Any) -> HttpResponse:
    """Every file received, the newest first."""
    uploads.sweep()
    taken_in.sweep()
    before = request.GET.get("before", "")
    rows = queries.deliveries(before=_number(before), limit=A_PAGE + 1)
    context = presenters.files_page(rows, A_PAGE, _zone(), request.at)
    context["may_take_in"] = request.rights.may(Permission.TAKE_IN_FILES)
    return render(request, "intake/files.html", context)


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _zone() -> str:
    return Instance.objects.get(id=1).zone


@door(Permission.MEND_ROWS, entry="files")
@require_http_methods(["GET", "POST"])
def delivery(request: Any, identity: UUID) -> HttpResponse:
    """One file: its sum, and what is held of it; what was typed is sent again row by row."""
    row = queries.delivery(identity)
    if row is None:
        raise Http404
    opened = may_see_rows(request, row)
    outcome = mended.NOTHING
    if request.method == "POST":
        if not opened:
            raise Http404
        outcome = _mend(request, identity)
        row = queries.delivery(identity) or row
    rejects = _rejects(request, identity) if opened and row.open else []
    mapping = mended.mapping_of(identity)
    context = presenters.delivery_page(row, rejects, outcome, mapping, zone=_zone(), at=request.at)
    context["may_see_rows"] = opened
    context["back"] = row.sum is not None and row.sum.persons and request.rights.may(Permission.EXPORT_PEOPLE)
    context["may_run"] = row.sum is not None and row.sum.persons and request.rights.may(Permission.CLOSE_PERIOD)
    context["is_kept"] = taken_in.is_kept(identity)
    return render(request, "intake/delivery.html", context, status=422 if outcome.errors else 200)


@door(Permission.EXPORT_PEOPLE, entry="files")
@require_safe
def back(request: Any, identity: UUID) -> HttpResponse:
    """The file as their own workbook, with what was added; whom it shows is recorded as looked at."""
    try:
        given = give_back(
            delivery=identity, scope=request.scope, by=request.by, at=request.at, language=request.LANGUAGE_CODE
        )
    except MainstayError as error:
        if error.code != FILE_NOT_KEPT:
            raise Http404 from error
        return render(request, "intake/not_kept.html", {"identity": identity}, status=410)
    if not request.scope.everywhere and not given.people:
        raise Http404  # out of scope reads as not found
    accounts.record_look(
        account=request.user,
        page="delivery-back",
        purpose=Purpose.SUPERVISION,
        listed=given.people,
        by=request.by,
        at=request.at,
    )
    reply = HttpResponse(given.content, content_type=XLSX)
    reply["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=given.name)
    reply["Cache-Control"] = "no-store"
    return reply


def may_see_rows(request: Any, row: DeliveryRow) -> bool:
    """Held rows are nobody's yet, so no place bounds them: whoever mends for the whole city, or sent the file."""
    return request.scope.everywhere or row.actor == request.by.id


def _rejects(request: Any, identity: UUID) -> list[held.Opened]:
    keys = load_keys()
    found = [held.opened(one, keys) for one in queries.open_of([identity]).order_by("row_no", "column")[:ROWS_A_PAGE]]
    accounts.record_look(
        account=request.user,
        page="delivery",
        purpose=Purpose.QUALITY,
        listed=list(dict.fromkeys(one.reject.record for one in found)),
        by=request.by,
        at=request.at,
    )
    return found


def _mend(request: Any, identity: UUID) -> mended.Outcome:
    keys = load_keys()
    waiting = [held.opened(one, keys) for one in queries.open_of([identity])]
    mapping = mended.mapping_of(identity)
    cells = mended.typed(request.POST, waiting, mapping)
    try:
        done = mend_cells([(one.reject, one.column, one.value) for one in cells], by=request.by, at=request.at)
    except MainstayError as error:
        return mended.Outcome(given=request.POST, errors={"form": said.refused(error)[0]}, tried=True)
    judge_waiting(by=request.by, at=request.at)
    return mended.outcome(cells, done, waiting, request.POST, mapping, zone=_zone(), at=request.at)
