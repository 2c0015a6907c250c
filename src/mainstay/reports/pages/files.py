"""A report as a file, and the closing of its period."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.rules import Permission
from mainstay.platform.errors import MainstayError
from mainstay.reports.closing import close_period
from mainstay.reports.outputs.made import OUTPUTS
from mainstay.reports.pages import presenters
from mainstay.reports.pages.asked import YEARS, asked_of, made
from mainstay.reports.rules.situation import address_query
from mainstay.web.city_time import city_time
from mainstay.web.doors import door


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
@city_time
def report_file(request: Any, form: str) -> HttpResponse:
    """The report of any day, as known at any seal, as a file; its figures are those of the page."""
    if form not in OUTPUTS:
        raise Http404
    asked, output = asked_of(request), OUTPUTS[form]
    # The province's form is Chinese, and so are the sentences beneath it.
    language = "zh-hans" if form == "form" and request.LANGUAGE_CODE == "en" else request.LANGUAGE_CODE
    given = made(request, asked, language)
    if given is None:
        return render(request, "reports/report.html", presenters.form(asked), status=422)
    reply = HttpResponse(output.make(given), content_type=output.content_type)
    reply["Content-Disposition"] = f'attachment; filename="{given.stem}{output.ending}"'
    return reply


@door(Permission.CLOSE_PERIOD, entry="report")
@require_http_methods(["POST", "GET"])
@city_time
def close(request: Any) -> HttpResponse:
    """Close a period: its report is frozen; pressed twice, it stays as it was frozen first."""
    if request.method == "GET":
        return redirect("report")
    given = request.POST.get("on", "").strip()
    try:
        on = date.fromisoformat(given)
        if on.year not in YEARS:
            raise ValueError(given)
        frozen = close_period(on=on, by=request.by, at=request.at)
    except (ValueError, MainstayError) as error:
        asked = asked_of(request)
        asked.errors["close_on"] = close_refused(error)
        context = presenters.form(asked) | {"close_on": given[:20]}
        return render(request, "reports/report.html", context, status=422)
    query = address_query(on, frozen[0].seal_no, None)
    return redirect(f"{reverse('report')}?{query}#frozen")


def close_refused(error: ValueError | MainstayError) -> str:
    """Why a period is not closed, and what to do."""
    if not isinstance(error, MainstayError):
        return _("This is no day; write it like 2020-02-14.")
    if error.code == "period.not_begun":
        return _("This day has not come yet; close it in its evening or later.")
    return _("Nothing is entered yet, so there is nothing to freeze.")
