"""The list as a sheet: cells are typed into, each change is a fact; the second of two who write is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.cases import services as cases
from mainstay.cases.models import Onset
from mainstay.cases.pages.case_form import RESULTS
from mainstay.cycle.now import judge_now
from mainstay.intake.vocabulary import CLASSES
from mainstay.isolation.services import record_stay
from mainstay.organisations.models import Facility
from mainstay.people.pages import words
from mainstay.people.pages.person import admit
from mainstay.people.pages.typed import LONGEST, cleaned, cursor_from, cursor_text
from mainstay.people.queries import ReadAs
from mainstay.people.services import call_anew
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id
from mainstay.reports.queries.line_list import Asked
from mainstay.reports.queries.owed import diseases_of
from mainstay.reports.queries.sheet import CELLS, EMPTY, PARTICULARS, Cell, cells_of
from mainstay.reports.queries.worst import list_worst
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

CELL_UNREADABLE = code("cell.unreadable", "What was typed into a cell of the list cannot be read.")
ROWS = 25
TITLES = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Telephone"),
    "address": gettext_lazy("Address"),
    "onset": gettext_lazy("First day of illness"),
    "class": gettext_lazy("Class"),
    "result": gettext_lazy("Test result"),
    "stay": gettext_lazy("Isolated where"),
}
# Which right a cell asks for beside that of recording facts.
ASKS = {"class": Permission.CLASSIFY, "result": Permission.RECORD_RESULTS}


@door(Permission.RECORD_FACTS, entry="line-list")
@require_safe
@city_time
def sheet(request: Any) -> HttpResponse:
    """People of concern within bounds, the worst first, every cell to be typed into."""
    after, read_as = cursor_from(request.GET.get("after", "")), ReadAs()
    found = list_worst(Asked(request.scope, request.moment), after, ROWS + 1)
    ids = [one.row.id for one in found[:ROWS]]
    if ids:
        _look(request, ids)
    cells = cells_of(ids, read_as)
    context = {
        "titles": [TITLES[name] for name in CELLS],
        "rows": [{"id": one, "cells": _cells(one, cells[one], request)} for one in ids],
        "next_href": f"?{urlencode({'after': cursor_text(found[ROWS - 1].row.cursor)})}" if len(found) > ROWS else "",
        "first_href": "?" if after else "",
        "kinds": kinds(),
    }
    return render(request, "people/sheet.html", context)


@door(Permission.RECORD_FACTS, entry="line-list")
@require_http_methods(["GET", "POST"])
@city_time
def sheet_row(request: Any, person: UUID) -> HttpResponse:
    """One person's row as a form of its own; sent by a cell of the sheet it answers with that cell."""
    read_as = ReadAs()
    read = read_as.survivor(person)
    admit(request, read, read_as)
    if request.method == "GET" and read != person:
        return redirect("sheet-row", person=read)
    told: dict[str, Told] = {}
    if request.method == "POST":
        told = _save(request, read, read_as)
        name = request.headers.get("HX-Target", "").removeprefix("cell-").rpartition("-")[2]
        if request.headers.get("HX-Request") == "true" and name in CELLS:
            shown = _shown(read, name, cells_of([read], read_as)[read].get(name, EMPTY), request, told.get(name))
            return render(request, "people/cell.html", {"row": read, "cell": shown, "kinds": kinds()})
        if not told:
            return redirect("sheet")
    _look(request, [read])
    cells = cells_of([read], read_as)[read]
    shown_cells = [_shown(read, name, cells.get(name, EMPTY), request, told.get(name)) for name in CELLS]
    wrong = any(one.is_error for one in told.values())
    return render(request, "people/sheet_row.html", {"id": read, "cells": shown_cells}, status=422 if wrong else 200)


def _look(request: Any, people: list[UUID]) -> None:
    record_look(
        account=request.user, page="sheet", purpose=Purpose.QUALITY, listed=people, by=request.by, at=request.at
    )


def kinds() -> list[str]:
    """Codes that may be typed for where somebody is isolated, beside `home`."""
    return ["home", *Facility.objects.order_by("code").values_list("code", flat=True)[:500]]


# --- what is shown ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What is said of a cell after it was sent: why it was not taken (and what was typed), or who wrote meanwhile."""

    sentence: str
    typed: str = ""
    is_error: bool = False


def _cells(person: UUID, cells: dict[str, Cell], request: Any) -> list[dict[str, Any]]:
    return [_shown(person, name, cells.get(name, EMPTY), request, None) for name in CELLS]


def _shown(person: UUID, name: str, cell: Cell, request: Any, told: Told | None) -> dict[str, Any]:
    is_error = told is not None and told.is_error
    value = told.typed if told is not None and is_error else _typed_form(name, cell.value)
    options = {"class": CLASSES, "result": RESULTS}.get(name, ())
    return {
        "name": name,
        "id": f"cell-{person.hex}-{name}",
        "title": TITLES[name],
        "value": value,
        "said": words.word(value) if options and value else value,
        "seen": cell.seen,
        "editable": _may(request, name),
        "options": [("", "–"), *((one, words.word(one)) for one in options)] if options else [],
        "list": "kinds" if name == "stay" else "",
        "error": told.sentence if told is not None and is_error else "",
        "note": told.sentence if told is not None and not is_error else "",
    }


def _typed_form(name: str, value: str) -> str:
    """A stay is typed as `home` or as the code of its ward or site."""
    return value.rpartition(" ")[2] if name == "stay" else value


def _may(request: Any, name: str) -> bool:
    return name not in ASKS or request.rights.may(ASKS[name])


# --- writing ------------------------------------------------------------------------------------------


def _save(request: Any, person: UUID, read_as: ReadAs) -> dict[str, Told]:
    """Write every cell that was sent and says something else than before; what is to be said of each."""
    present, told, written = cells_of([person], read_as)[person], {}, False
    for name in CELLS:
        if name not in request.POST or not _may(request, name):
            continue
        typed, cell = cleaned(request.POST[name]), present.get(name, EMPTY)
        if typed == _typed_form(name, cell.value):
            continue
        seen = request.POST.get(f"seen-{name}", "")
        if seen == cell.seen or request.POST.get(f"was-{name}") != typed:
            try:
                _WRITERS.get(name, _particular)(request, person, name, typed, cell)
                written = True
            except MainstayError as error:
                told[name] = Told(error.sentence, typed, is_error=True)
                continue
            if seen != cell.seen:
                told[name] = Told(_meanwhile(request, name, cell))
    if written:
        judge_now(people=[person], by=request.by, at=request.at)
    return told


def _meanwhile(request: Any, name: str, cell: Cell) -> str:
    """Both stand: what the other wrote is in the history, what was written last is shown."""
    said = _typed_form(name, cell.value) or _("nothing")
    if cell.at is None:
        return _("Meanwhile this said %(value)s; yours stands now, and the other is kept.") % {"value": said}
    return _("%(who)s wrote %(value)s here, %(moment)s; yours stands now, and theirs is kept.") % {
        "who": cell.by,
        "value": said,
        "moment": wording.moment(cell.at, request.today),
    }


def _unreadable(sentence: str) -> MainstayError:
    return MainstayError(CELL_UNREADABLE, sentence)


def _common(request: Any, person: UUID) -> dict[str, Any]:
    return {"person": person, "known_at": request.moment, "by": request.by, "at": request.at}


def _fact_id(person: UUID, name: str, typed: str, cell: Cell) -> UUID:
    """The same cell sent twice at once is one fact."""
    return derived_id("sheet", person.hex, name, cell.seen, typed)


def _disease(person: UUID) -> str:
    found = diseases_of(person)
    if not found:
        raise _unreadable(_("No protocol is in force yet, so nobody knows of which disease."))
    return found[0]


def _particular(request: Any, person: UUID, name: str, typed: str, cell: Cell) -> None:
    if not typed or len(typed) > LONGEST:
        raise _unreadable(_("Write something, at most %(most)s characters.") % {"most": LONGEST})
    call_anew(person=person, scheme=name, value=typed, by=request.by, at=request.at)


def _onset(request: Any, person: UUID, name: str, typed: str, cell: Cell) -> None:
    """A first day of illness that was written wrongly is corrected; an empty cell takes it back."""
    common = _common(request, person)
    if not typed and cell.root is not None:
        del common["person"]
        cases.retract(model=Onset, root=cell.root, **common)
        return
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise _unreadable(_("Give the day, like 2020-02-14, or leave it empty.")) from error
    if day > request.today or day.year < 1900:
        raise _unreadable(_("This day has not come yet, or is too long ago."))
    if cell.root is None:
        fact = _fact_id(person, name, typed, cell)
        cases.record_onset(disease=_disease(person), observed=day, fact_id=fact, **common)
    else:
        del common["person"]
        cases.correct(model=Onset, root=cell.root, observed_date=day, **common)


def _class(request: Any, person: UUID, name: str, typed: str, cell: Cell) -> None:
    """A class changes with time: a new fact of today."""
    if typed not in CLASSES:
        raise _unreadable(_("Choose a class; one that was wrong is corrected by another."))
    fact = _fact_id(person, name, typed, cell)
    common = _common(request, person)
    cases.classify(disease=_disease(person), value=typed, observed=request.today, fact_id=fact, **common)


def _result(request: Any, person: UUID, name: str, typed: str, cell: Cell) -> None:
    if typed not in RESULTS:
        raise _unreadable(_("Choose a result; one that was wrong is corrected on the person's page."))
    fact, common = _fact_id(person, name, typed, cell), _common(request, person)
    cases.record_result(
        disease=_disease(person), test="pcr", value=typed, observed=request.today, fact_id=fact, **common
    )


def _stay(request: Any, person: UUID, name: str, typed: str, cell: Cell) -> None:
    """Where somebody stays from today on: `home`, or the code of a ward or site."""
    facility = None if typed == "home" else Facility.objects.filter(code=typed).first()
    if facility is None and typed != "home":
        raise _unreadable(_("Write home, or the code of a ward or site."))
    kind = "home" if facility is None else "site" if facility.kind == Facility.Kind.SITE else "ward"
    there = facility.id if facility else None
    fact = _fact_id(person, name, typed, cell)
    record_stay(kind=kind, facility=there, starts=request.today, fact_id=fact, **_common(request, person))


_WRITERS: dict[str, Callable[[Any, UUID, str, str, Cell], None]] = {
    "onset": _onset,
    "class": _class,
    "result": _result,
    "stay": _stay,
}
assert set(CELLS) == {*_WRITERS, *PARTICULARS}
