"""The file of one case: its classes, how ill, every tube with its results; and forms to add to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.cases.pages.case_form import (
    CLASSES,
    FORMS,
    NEW_TUBE,
    OUTCOMES,
    RESULTS,
    SEVERITIES,
    TESTS,
    About,
    record,
)
from mainstay.isolation.queries import whereabouts
from mainstay.people.pages import words
from mainstay.people.pages.person import looked_at, of_person
from mainstay.people.pages.typed import form_key
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.reports.queries.case_file import CaseFile, ResultRow, SaidRow, TubeRow, case_file
from mainstay.reports.queries.meanwhile import newest_entry
from mainstay.reports.queries.owed import categories_of, diseases_of, to_be_judged
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

LONGEST_SEEN = 18


@door(Permission.SEE_PEOPLE, entry="line-list")
@require_http_methods(["GET", "POST"])
@city_time
@of_person
def case(request: Any, read: UUID, read_as: ReadAs) -> HttpResponse:
    """The file of somebody within the reader's bounds; a record read as another leads to that one."""
    errors: dict[str, str] = {}
    form = request.POST.get("form", "")
    if request.method == "POST":
        try:
            return _save(request, read, form, read_as)
        except MainstayError as error:
            errors = {str(error.facts.get("field", "form")): error.sentence}
    looked_at(request, read, "case")
    context = _page(request, read, read_as) | _forms(request, read, form, errors)
    return render(request, "cases/case.html", context, status=422 if errors else 200)


def _save(request: Any, person: UUID, form: str, read_as: ReadAs) -> HttpResponse:
    if form not in FORMS or form not in _may(request, person):
        raise Http404
    found = case_file(person, read_as)
    about = About(
        person=person,
        diseases=diseases_of(person),
        tubes={one.root.hex: (one.root, one.disease, one.day, one.at) for one in found.tubes if one.root},
        key=form_key(request.POST.get("key", "")),
        today=request.today,
        moment=request.moment,
        zone=request.zone,
        by=request.by,
        at=request.at,
    )
    record(form, request.POST, about)
    seen = request.POST.get("seen", "")
    since = seen if seen.isascii() and seen.isdigit() and len(seen) <= LONGEST_SEEN else ""
    return redirect(f"{reverse('case', args=[person])}?saved=1&since={since}")


def _may(request: Any, person: UUID) -> list[str]:
    """Which forms the reader may send about this person."""
    there = whereabouts([person], request.moment, ReadAs()).get(person)
    if there is None:
        return []
    return [form for form, permission in FORMS.items() if request.rights.scope(permission).covers(there)]


# --- the page -----------------------------------------------------------------------------------------


def _page(request: Any, person: UUID, read_as: ReadAs) -> dict[str, Any]:
    found = case_file(person, read_as)
    return {
        "id": person,
        "called": words.called(names_of([person], read_as).get(person, ""), person),
        "categories": [
            {**words.category(value), "disease": words.word(disease)} for disease, value in categories_of(person)
        ],
        "waits": bool(to_be_judged([person])),
        "classes": [_said(one, request) for one in found.classes],
        "severities": [_said(one, request) for one in found.severities],
        "others": _others(found, request),
        "tubes": [_tube(one, request) for one in found.tubes],
        "waiting_tubes": sum(not one.results for one in found.tubes),
        "meanwhile": _meanwhile(found, request),
        "saved": "saved" in request.GET,
        "tube_options": [
            (NEW_TUBE, _("a new tube")),
            *((one.root.hex, _tube_word(one, request)) for one in found.tubes if one.root),
        ],
    }


def _others(found: CaseFile, request: Any) -> list[dict[str, Any]]:
    """Onset, outcome and report with what they are called."""
    named = (("onset", found.onsets), ("outcome", found.outcomes), ("report", found.reports))
    return [
        {**_said(one, request), "word": words.said(kind, {"value": one.value})} for kind, all_ in named for one in all_
    ]


def _said(one: SaidRow, request: Any) -> dict[str, Any]:
    return {
        "value": one.value,
        "word": words.word(one.value),
        "disease": words.word(one.disease),
        "basis": one.basis,
        "day": wording.day(one.day, request.today) if one.day else "",
        "by": one.by,
        "recorded": wording.moment(one.recorded_at, request.today),
        "stands": one.stands,
    }


def _tube(one: TubeRow, request: Any) -> dict[str, Any]:
    return {
        "kind": one.kind.replace("_", " "),
        "known": one.root is not None,
        "disease": words.word(one.disease),
        "day": _when(one, request),
        "results": [_result(result, request) for result in one.results],
    }


def _result(one: ResultRow, request: Any) -> dict[str, Any]:
    return {
        "test": one.test.upper().replace("_", " "),
        "value": one.value,
        "word": words.word(one.value),
        "by": one.by,
        "recorded": wording.moment(one.recorded_at, request.today),
    }


def _when(one: TubeRow, request: Any) -> str:
    if one.at is not None:
        return wording.moment(one.at, request.today)
    return wording.day(one.day, request.today) if one.day else ""


def _tube_word(one: TubeRow, request: Any) -> str:
    return ", ".join(part for part in (_when(one, request), one.kind.replace("_", " ")) if part) or _("a tube")


def _meanwhile(found: CaseFile, request: Any) -> list[str]:
    """Which classes and assessments others recorded since the writer of a form had seen the file."""
    since = request.GET.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) <= LONGEST_SEEN):
        return []
    return [
        _("%(what)s, %(who)s, %(moment)s")
        % {
            "what": words.said(kind, {"value": one.value}),
            "who": one.by,
            "moment": wording.moment(one.recorded_at, request.today),
        }
        for kind, all_ in (("classification", found.classes), ("severity", found.severities))
        for one in all_
        if one.entry > int(since) and one.by != request.by.name
    ]


def _forms(request: Any, person: UUID, form: str, errors: dict[str, str]) -> dict[str, Any]:
    """The forms the reader may send; what was typed into the one that could not be read stays in it."""

    def choice(values: tuple[str, ...]) -> list[tuple[str, str]]:
        return [("", "–"), *((value, words.word(value)) for value in values)]

    diseases = diseases_of(person)
    asked = [("", "–")] if len(diseases) != 1 else []
    return {
        "may": _may(request, person),
        "form": form,
        "errors": errors,
        "given": request.POST if errors else {},
        "key": (request.POST.get("key", "") if errors else "") or new_id().hex,
        "seen": newest_entry(),
        "today": request.today.isoformat(),
        "diseases": [*asked, *((one, words.word(one)) for one in diseases)],
        "class_options": choice(CLASSES),
        "severity_options": choice(SEVERITIES),
        "outcome_options": choice(OUTCOMES),
        "result_options": choice(RESULTS),
        "test_options": [(one, one.upper().replace("_", " ")) for one in TESTS],
    }
