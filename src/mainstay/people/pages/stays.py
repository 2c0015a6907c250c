"""Where somebody was and is, from when to when; a stay recorded, and the present one ended."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.isolation import services as isolation
from mainstay.organisations.models import Facility
from mainstay.people.pages import words
from mainstay.people.pages.person import looked_at, of_person
from mainstay.people.pages.typed import cleaned, form_key, read_day
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id, new_id
from mainstay.reports.queries.owed import to_be_judged
from mainstay.reports.queries.stays import StayRow, stays_of
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

STAY_UNREADABLE = code("stay.unreadable", "Something on the form of a stay cannot be read.")

# Which kinds of facility somebody can be in by which kind of stay.
KINDS = {"home": (), "site": ("site",), "ward": ("ward", "hospital")}
FACILITIES = 500


@door(Permission.SEE_PEOPLE, entry="line-list")
@require_http_methods(["GET", "POST"])
@city_time
@of_person
def stays(request: Any, read: UUID, read_as: ReadAs) -> HttpResponse:
    """The stays of somebody within the reader's bounds; a record read as another leads to that one."""
    rows = stays_of(read, request.moment, read_as)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _save(request, read, rows)
        except MainstayError as error:
            errors = {str(error.facts.get("field", "kind")): error.sentence}
    looked_at(request, read, "stays")
    context = {
        "id": read,
        "called": words.called(names_of([read], read_as).get(read, ""), read),
        "stays": [words.stay(row, request.today) for row in rows],
        "present": next((row.root for row in rows if row.present), None),
        "waits": bool(to_be_judged([read])),
        "may_record": request.rights.may(Permission.RECORD_FACTS),
        "kinds": [("", "–"), *((kind, words.word(kind)) for kind in KINDS)],
        "facilities": [("", "–"), *Facility.objects.order_by("name").values_list("code", "name")[:FACILITIES]],
        "given": request.POST if errors else {"starts": request.today.isoformat()},
        "errors": errors,
        "key": (request.POST.get("key", "") if errors else "") or new_id().hex,
        "saved": "saved" in request.GET,
        "today": request.today.isoformat(),
    }
    return render(request, "people/stays.html", context, status=422 if errors else 200)


# --- saving -------------------------------------------------------------------------------------------


def _save(request: Any, person: UUID, rows: list[StayRow]) -> HttpResponse:
    if not request.rights.may(Permission.RECORD_FACTS):
        raise Http404
    common: dict[str, Any] = {"known_at": request.moment, "by": request.by, "at": request.at}
    if request.POST.get("form") == "end":
        _end(request, rows, common)
    else:
        _record(request, person, common)
    return redirect(f"{reverse('stays', args=[person])}?saved=1")


def _record(request: Any, person: UUID, common: dict[str, Any]) -> None:
    given = request.POST
    kind = given.get("kind", "")
    if kind not in KINDS:
        raise _unreadable("kind", _("Choose where they are."))
    named = cleaned(given.get("facility", ""))[:60]
    facility = Facility.objects.filter(code=named).first() if named else None
    if KINDS[kind] and (facility is None or facility.kind not in KINDS[kind]):
        raise _unreadable("facility", _("Choose the ward, hospital or site."))
    starts = _day(given.get("starts", ""), "starts", request.today)
    ends = _day(given.get("ends", ""), "ends", None)
    if starts and ends and ends < starts:
        raise _unreadable("ends", _("It would end before it begins; give a later day."))
    isolation.record_stay(
        person=person,
        kind=kind,
        facility=facility.id if facility and KINDS[kind] else None,
        starts=starts,
        ends=ends,
        fact_id=derived_id("stay-form", person.hex, form_key(given.get("key", ""))),
        **common,
    )


def _end(request: Any, rows: list[StayRow], common: dict[str, Any]) -> None:
    """End the stay that is named; sent twice it ends once."""
    stay = next((row for row in rows if row.root.hex == request.POST.get("stay", "")), None)
    if stay is None:
        raise _unreadable("ended", _("This stay is not there any more; look at them again."))
    ends = _day(request.POST.get("ended", ""), "ended", request.today)
    if ends is None or (stay.starts and ends < stay.starts):
        raise _unreadable("ended", _("Give its last day, not before its first."))
    if stay.ends != ends:
        isolation.end_stay(root=stay.root, ends=ends, **common)


def _day(text: str, field: str, latest: date | None) -> date | None:
    return read_day(text, latest, partial(_unreadable, field), _("Give the day, like 2020-02-14, or leave it empty."))


def _unreadable(field: str, sentence: str) -> MainstayError:
    return MainstayError(STAY_UNREADABLE, sentence, {"field": field})
