"""Pages of the situation report: the report of a day, the rows behind a figure, and tonight's number to send."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.rules import Permission
from mainstay.platform import ledger
from mainstay.reports.pages import presenters
from mainstay.reports.pages.asked import asked_of, made
from mainstay.reports.pages.seen import look_at
from mainstay.reports.queries.frozen import frozen_reports
from mainstay.reports.queries.situation import FIGURE_ROWS, counted_rows
from mainstay.reports.rules.situation import REGISTER, text
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

ROWS_A_PAGE = 100


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
@city_time
def report(request: Any) -> HttpResponse:
    """The report of any day, as known at any seal."""
    asked = asked_of(request)
    given = made(request, asked)
    if given is None:
        return render(request, "reports/report.html", presenters.form(asked), status=422)
    context = presenters.form(asked) | presenters.report_page(given, asked.today)
    context |= presenters.frozen(frozen_reports(language=request.LANGUAGE_CODE), asked)
    context["may_close"] = request.rights.may(Permission.CLOSE_PERIOD)
    return render(request, "reports/report.html", context)


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
@city_time
def report_rows(request: Any) -> HttpResponse:
    """The rows that a figure counts. Counts are open; people only to who may see those of the whole city."""
    asked, figure = asked_of(request), request.GET.get("figure", "")
    if figure not in FIGURE_ROWS:
        asked.errors["figure"] = _("Choose a figure from the list.")
    given = made(request, asked)
    if given is None:
        return render(request, "reports/rows.html", presenters.form(asked), status=422)
    found = given.report
    rows = counted_rows(figure=figure, **asked.options | {"known_at": found.known_at, "disease": found.disease})
    shown = rows[asked.start : asked.start + ROWS_A_PAGE]
    people = {UUID(row.subject) for row in shown} if found.figures[0].source == REGISTER else set()
    hidden = bool(people) and not request.rights.scope(Permission.SEE_PEOPLE).everywhere
    names = {} if hidden else look_at(request, people, "report_rows")
    context = presenters.rows_page(found, figure, () if hidden else shown, asked.today, names)
    context |= {"hidden": hidden, "count": presenters.rows_word(len(rows))}
    context |= presenters.cursor(found, figure, asked.start, ROWS_A_PAGE, len(rows))
    return render(request, "reports/rows.html", presenters.form(asked) | context)


@door(Permission.SEE_FIGURES, entry="tonight")
@require_http_methods(["GET", "HEAD", "POST"])
@city_time
def tonight(request: Any) -> HttpResponse:
    """The number as a table and as a text to paste; counting again seals what was written since."""
    if request.method == "POST":
        ledger.seal(at=request.at)
        return redirect("tonight")
    asked = asked_of(request)
    given = made(request, asked)
    if given is None:
        return render(request, "reports/tonight.html", presenters.form(asked), status=422)
    context = presenters.report_page(given, asked.today) | {"text": text(given.report)}
    if request.rights.may(Permission.EXPORT_PEOPLE):
        context["files"] = presenters.files_to_give_back(asked)
    return render(request, "reports/tonight.html", presenters.form(asked) | context)
