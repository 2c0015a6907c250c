"""The list taken along as a file: for a stated purpose, and everybody in it stands in the audit."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.intake.uploads import workplace
from mainstay.people.pages import line_list
from mainstay.people.pages.list_file import Taken, csv_pieces, write_workbook
from mainstay.people.pages.person import PURPOSES as OF_A_PERSON
from mainstay.people.pages.typed import cleaned
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.locks import BUSY, lease
from mainstay.platform.sheets import MOST_LINES, XLSX
from mainstay.reports.queries.line_list import count_people, everybody
from mainstay.reports.queries.list_export import WIDTH
from mainstay.web.city_time import city_time
from mainstay.web.doors import door
from mainstay.web.given_files import Pieces, of_file

TOO_LONG = code("list.too_long", "More people match than a sheet of a workbook holds.")

CSV_TYPE = "text/csv; charset=utf-8"
FORMS = {"xlsx": XLSX, "csv": CSV_TYPE}
# A list is what many people have in common: that one of them asked is no reason to take it along.
PURPOSES = {one: word for one, word in OF_A_PERSON.items() if one is not Purpose.REQUEST}
# A file that is fetched slowly holds one of the few threads that answer everybody.
AT_ONCE = 2
LONGEST_REASON = 100


@door(Permission.EXPORT_PEOPLE, entry="line-list")
@require_http_methods(["GET", "HEAD", "POST"])
@city_time
def export(request: Any) -> HttpResponse | StreamingHttpResponse:
    """Who would be in the file, and why it is needed; then the file. Filters and order stand in the address."""
    asked, filters, place = line_list.asked_for(request)
    errors: dict[str, Any] = {}
    given = {"purpose": request.POST.get("purpose", ""), "reason": cleaned(request.POST.get("reason", ""))}
    if request.method == "POST":
        errors = _lacks(given)
        if not errors:
            try:
                return _file(request, asked, filters, given)
            except MainstayError as error:
                errors = {"form": error.sentence}
    context = {
        "totals": count_people(asked),
        "filters": [chip["word"] for chip in line_list.chips(asked, filters, place)],
        "sorted": line_list.SORTED[line_list.sort_of(filters)],
        "back_href": line_list.address(filters),
        "purposes": [("", _("choose")), *((one.value, word) for one, word in PURPOSES.items())],
        "given": given,
        "errors": errors,
        "most": MOST_LINES - 1,
    }
    return render(request, "people/export.html", context, status=422 if errors else 200)


def _lacks(given: dict[str, str]) -> dict[str, Any]:
    if given["purpose"] not in {one.value for one in PURPOSES}:
        return {"purpose": _WHY}
    if given["purpose"] == Purpose.EMERGENCY and not given["reason"]:
        return {"reason": _WHICH}
    return {}


_WHY = gettext_lazy("Choose why the list is needed.")
_WHICH = gettext_lazy("Say in a few words which emergency.")


def _file(request: Any, asked: Any, filters: dict[str, str], given: dict[str, str]) -> StreamingHttpResponse:
    """The file that was asked for; the look at everybody in it is written before its first byte leaves."""
    form = "csv" if request.POST.get("form") == "csv" else "xlsx"
    with ExitStack() as held:
        _hold_a_place(held)
        records = everybody(asked)
        number = len(records) // WIDTH
        if form == "xlsx" and number >= MOST_LINES:
            raise MainstayError(
                TOO_LONG,
                _("%(number)s people match, and a sheet holds %(most)s: narrow the list, or take it as CSV.")
                % {"number": f"{number:,}", "most": f"{MOST_LINES - 1:,}"},
                {"people": number},
            )
        _record(request, records, _said(form, filters, given["reason"]), Purpose(given["purpose"]))
        taken = Taken(records, request.moment, request.today, request.zone, request.LANGUAGE_CODE)
        if form == "csv":
            pieces = csv_pieces(taken)
        else:
            folder = held.enter_context(workplace())
            write_workbook(taken, folder / "list.xlsx", folder)
            pieces = of_file(folder / "list.xlsx")
        # From here on whoever serves lets go of what is held.
        reply = StreamingHttpResponse(Pieces(pieces, held.pop_all()), content_type=FORMS[form])
    name = f"list-{request.own.report_day.isoformat()}-{number}.{form}"
    reply["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    reply["Cache-Control"] = "no-store"
    return reply


def _hold_a_place(held: ExitStack) -> None:
    """One of the few places for lists on their way; a killed server's comes free by itself."""
    for number in range(1, AT_ONCE + 1):
        try:
            held.enter_context(lease(f"list export {number}", timedelta(0)))
            return
        except MainstayError as error:
            if error.code != BUSY:
                raise
    raise MainstayError(
        BUSY, _("%(number)s lists are being taken along just now; try again in a minute.") % {"number": AT_ONCE}
    )


def _record(request: Any, records: bytes, reason: str, purpose: Purpose) -> None:
    if records:
        record_look(
            account=request.user,
            page="list-export",
            purpose=purpose,
            reason=reason,
            records=records,
            by=request.by,
            at=request.at,
        )


def _said(form: str, filters: dict[str, str], reason: str) -> str:
    """What the audit says of it: the kind of file, by which filters, and the words that were typed."""
    narrowed = [f"{name}={value[:40]}" for name, value in filters.items() if value]
    return "; ".join(filter(None, [f"{form}, {' '.join(narrowed) or 'everybody'}", reason[:LONGEST_REASON]]))
