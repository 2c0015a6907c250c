"""Pages of the situation report: the report of a day, the rows behind a figure, and tonight's number to send."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.platform import ledger
from mainstay.platform.clock import local_date
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Instance, Seal
from mainstay.reports.pages import presenters
from mainstay.reports.queries.situation import FIGURE_ROWS, counted_rows, situation
from mainstay.reports.rules.situation import REGISTER, text
from mainstay.web.doors import door

# Records of an epidemic lie within these years; beyond them a day is a slip of the hand.
YEARS = range(1900, 2200)
LONGEST_NUMBER = 9
ROWS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, and what in it cannot be read: a sentence by field."""

    on: date
    known_at: int | None
    disease: str | None
    start: int
    today: date
    zone: str
    given: dict[str, str]
    errors: dict[str, str]

    @property
    def options(self) -> dict[str, Any]:
        return {"on": self.on, "known_at": self.known_at, "disease": self.disease}


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
def report(request: Any) -> HttpResponse:
    """The report of any day, as known at any seal."""
    asked = _asked(request)
    found = _made(request, asked)
    if found is None:
        return render(request, "reports/report.html", presenters.form(asked), status=422)
    return render(request, "reports/report.html", presenters.form(asked) | presenters.report_page(found, asked.today))


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
def report_rows(request: Any) -> HttpResponse:
    """The rows that a figure counts. Counts are open; people only to who may see those of the whole city."""
    asked, figure = _asked(request), request.GET.get("figure", "")
    if figure not in FIGURE_ROWS:
        asked.errors["figure"] = _("Choose a figure from the list.")
    found = _made(request, asked)
    if found is None:
        return render(request, "reports/rows.html", presenters.form(asked), status=422)
    rows = counted_rows(figure=figure, **asked.options | {"known_at": found.known_at, "disease": found.disease})
    shown = rows[asked.start : asked.start + ROWS_A_PAGE]
    people = {UUID(row.subject) for row in shown} if found.figures[0].source == REGISTER else set()
    hidden = bool(people) and not request.rights.scope(Permission.SEE_PEOPLE).everywhere
    if people and not hidden:
        # They are read while the figure is looked after: no duty towards one of them is claimed.
        record_look(
            account=request.user,
            page="report_rows",
            purpose=Purpose.SUPERVISION,
            listed=sorted(people),
            by=request.by,
            at=request.at,
        )
    context = presenters.rows_page(found, figure, () if hidden else shown, asked.today)
    context |= {"hidden": hidden, "count": presenters.rows_word(len(rows))}
    context |= presenters.cursor(found, figure, asked.start, ROWS_A_PAGE, len(rows))
    return render(request, "reports/rows.html", presenters.form(asked) | context)


@door(Permission.SEE_FIGURES, entry="tonight")
@require_http_methods(["GET", "HEAD", "POST"])
def tonight(request: Any) -> HttpResponse:
    """The number as a table and as a text to paste; counting again seals what was written since."""
    if request.method == "POST":
        ledger.seal(at=request.at)
        return redirect("tonight")
    asked = _asked(request)
    found = _made(request, asked)
    if found is None:
        return render(request, "reports/tonight.html", presenters.form(asked), status=422)
    context = presenters.report_page(found, asked.today) | {"text": text(found)}
    return render(request, "reports/tonight.html", presenters.form(asked) | context)


# --- what is asked --------------------------------------------------------------------------------------


def _asked(request: Any) -> Asked:
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    today = local_date(request.at, zone)
    given = {name: request.GET.get(name, "").strip() for name in ("on", "known_at", "disease", "figure", "start")}
    errors: dict[str, str] = {}
    on, known_at, start = today, None, 0
    if given["on"]:
        try:
            on = date.fromisoformat(given["on"])
        except ValueError:
            errors["on"] = _("This is no day; write it like 2020-02-14.")
        if on.year not in YEARS:
            errors["on"] = _("Give a day of the years 1900 to 2199.")
    if given["known_at"]:
        known_at = _number(given["known_at"])
        if known_at is None:
            errors["known_at"] = _("Give the number of a seal, or nothing for the last one.")
    if given["start"]:
        start = _number(given["start"]) or 0
    return Asked(on, known_at, given["disease"] or None, start, today, zone, given, errors)


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER else None


def _made(request: Any, asked: Asked) -> Any:
    """The report that is asked for, its moment on the shell; None where something cannot be read, with the reason."""
    if asked.errors:
        return None
    try:
        found = situation(language=request.LANGUAGE_CODE, **asked.options)
    except MainstayError as error:
        asked.errors[presenters.FIELDS[error.code]] = presenters.sentence(error)
        return None
    seal = Seal.objects.filter(no=found.known_at).first()
    last = Seal.objects.order_by("-no").first()
    live = asked.on == asked.today and seal == last
    moment = presenters.moment(asked.on, seal, asked.zone, asked.today, live)
    request.shell = replace(request.shell, moment=moment)
    return found
