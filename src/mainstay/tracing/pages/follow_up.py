"""Who named contacts; and of one of them the contacts with each day's follow-up, recorded for many in one form."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.cycle.queries import last_judged
from mainstay.duties.pages.asked import row_cursor
from mainstay.duties.pages.call_form import SYMPTOMS
from mainstay.duties.pages.deciding import covered
from mainstay.duties.pages.visit_form import Sent, read_daily, record_visit, unreadable
from mainstay.people.pages import words
from mainstay.people.pages.person import of_person, within_bounds
from mainstay.people.pages.typed import form_key
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.reports.queries.following import NEVER, FollowedRow, count_indexes, followed, list_indexes
from mainstay.reports.queries.meanwhile import newest_entry, recorded_since
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

ROWS = 50
# A form of more fields than this is refused by the server; so many people are shown with fields at once.
MOST = 60
LONGEST_SEEN = 18


@door(Permission.SEE_PEOPLE, entry="tracing")
@require_safe
@city_time
def tracing(request: Any) -> HttpResponse:
    """Those within the reader's bounds who named contacts, first those to whose contacts something is overdue."""
    found = list_indexes(request.scope, request.moment, row_cursor(request.GET.get("after", "")), ROWS + 1)
    shown = found[:ROWS]
    if shown:
        record_look(
            account=request.user,
            page="tracing",
            purpose=Purpose.SUPERVISION,
            listed=[row.id for row in shown],
            by=request.by,
            at=request.at,
        )
    people, overdue = count_indexes(request.scope, request.moment)
    last = shown[-1] if len(found) > ROWS else None
    context = {
        "rows": [
            {
                "id": row.id,
                "name": words.called(row.name, row.id),
                "contacts": row.contacts,
                "overdue": row.overdue,
                "longest": wording.delay(request.moment - row.oldest) if row.oldest else "",
            }
            for row in shown
        ],
        "people": people,
        "overdue": overdue,
        "next_href": f"?after={_cursor(last.oldest, last.id)}" if last else "",
        "first_href": reverse("tracing") if request.GET.get("after") else "",
    }
    return render(request, "tracing/tracing.html", context)


def _cursor(oldest: datetime | None, person: UUID) -> str:
    return f"{(oldest or NEVER).astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}~{person.hex}"


@door(Permission.SEE_PEOPLE, entry="tracing")
@require_http_methods(["GET", "POST"])
@city_time
@of_person
def contacts(request: Any, read: UUID, read_as: ReadAs) -> HttpResponse:
    """The contacts somebody named; those outside the reader's bounds are only counted."""
    every = followed(read, request.today, request.moment, read_as)
    near = within_bounds(request, [row.id for row in every], read_as)
    rows = [row for row in every if row.id in near]
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _save(request, read, rows)
        except MainstayError as error:
            errors = {str(error.facts.get("field", "checks")): error.sentence}
    record_look(
        account=request.user,
        page="contacts",
        purpose=Purpose.INVESTIGATION if request.rights.may(Permission.RECORD_FACTS) else Purpose.SUPERVISION,
        subject=read,
        listed=sorted(near),
        by=request.by,
        at=request.at,
    )
    context = _page(request, read, rows, read_as) | {"errors": errors, "elsewhere": len(every) - len(rows)}
    return render(request, "tracing/contacts.html", context, status=422 if errors else 200)


def _save(request: Any, index: UUID, rows: list[FollowedRow]) -> HttpResponse:
    if not request.rights.may(Permission.RECORD_FACTS):
        raise Http404
    mine = covered(request, {row.id for row in rows}, request.rights.scope(Permission.RECORD_FACTS))
    daily = read_daily(request.POST, [row.id for row in rows if row.id in mine])
    if not daily:
        raise unreadable("checks", _("Nothing was filled in."))
    sent = Sent(form_key(request.POST.get("key", "")), request.today, request.moment, request.by, request.at)
    record_visit(daily=daily, deeds=(), sent=sent)
    seen = request.POST.get("seen", "")
    since = seen if seen.isascii() and seen.isdigit() and len(seen) <= LONGEST_SEEN else ""
    return redirect(f"{reverse('contacts', args=[index])}?saved={len(daily)}&since={since}")


# --- the page -----------------------------------------------------------------------------------------

MARKS = {"missed": "missed", "overdue": "overdue", "due": "due", "done": "done", "excused": "done"}


def _page(request: Any, index: UUID, rows: list[FollowedRow], read_as: ReadAs) -> dict[str, Any]:
    ids = [row.id for row in rows]
    recorded = recorded_since(ids, last_judged(), read_as)
    checked = {one.person for one in recorded if one.kind == "check"}
    due = [row for row in rows if row.days[-1].status in ("due", "overdue")]
    saved = request.GET.get("saved", "")
    return {
        "id": index,
        "called": words.called(names_of([index], read_as).get(index, ""), index),
        "days": [{"number": cell.day.day, "day": wording.day(cell.day, request.today)} for cell in rows[0].days]
        if rows
        else [],
        "rows": [_row(row, request, row.id in checked) for row in rows],
        "due": len([row for row in due if row.id not in checked]),
        "missed": sum(cell.status == "missed" for row in rows for cell in row.days),
        "groups": _groups([row for row in rows if row.days[-1].status != ""][:MOST] or rows[:MOST], request, checked),
        "may_record": request.rights.may(Permission.RECORD_FACTS) and bool(rows),
        "key": request.POST.get("key", "") or new_id().hex,
        "seen": newest_entry(),
        "saved": int(saved) if saved.isascii() and saved.isdigit() and len(saved) < 5 else 0,
        "meanwhile": _meanwhile(request, ids, read_as),
    }


def _row(row: FollowedRow, request: Any, checked: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": words.called(row.name, row.id),
        "how": ", ".join(part for part in (words.word(row.kind), row.setting) if part),
        "last": wording.day(row.last, request.today) if row.last else "",
        "checked": checked,
        "days": [
            {
                "mark": MARKS.get(cell.status, ""),
                "word": _status(cell.status),
                "day": wording.day(cell.day, request.today),
                "today": cell.day == request.today,
            }
            for cell in row.days
        ],
    }


def _status(status: str) -> str:
    known = {
        "missed": _("missed"),
        "overdue": _("overdue"),
        "due": _("due"),
        "done": _("done"),
        "excused": _("excused"),
    }
    return known.get(status, _("nothing due"))


def _groups(rows: list[FollowedRow], request: Any, checked: set[UUID]) -> list[dict[str, Any]]:
    """Those to be checked, door by door: who lives together is asked together."""
    found = []
    ordered = sorted(rows, key=lambda row: row.door)
    order = {row.id: place for place, row in enumerate(rows)}
    for _door, some in groupby(ordered, key=lambda row: row.door):
        together = sorted(some, key=lambda row: order[row.id])
        found.append(
            {
                "place": together[0].place if len(together) > 1 else "",
                "first": order[together[0].id],
                "people": [_fields(row, request, row.id in checked) for row in together],
            }
        )
    return sorted(found, key=lambda group: group["first"])


def _fields(row: FollowedRow, request: Any, checked: bool) -> dict[str, Any]:
    mark = row.id.hex
    return {
        "id": row.id,
        "hex": mark,
        "name": words.called(row.name, row.id),
        "checked": checked,
        "temperature": request.POST.get(f"temperature-{mark}", ""),
        "symptoms": [(one, words.word(one), one in request.POST.getlist(f"symptom-{mark}")) for one in SYMPTOMS],
        "none": request.POST.get(f"none-{mark}", ""),
    }


def _meanwhile(request: Any, ids: list[UUID], read_as: ReadAs) -> list[str]:
    """What others recorded of these contacts since the writer of the form had seen them."""
    since = request.GET.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) <= LONGEST_SEEN):
        return []
    rows = [row for row in recorded_since(ids, int(since), read_as) if row.by != request.by.id]
    names = names_of({row.person for row in rows}, read_as)
    return [
        _("%(person)s: %(what)s, %(who)s, %(moment)s")
        % {
            "person": words.called(names.get(row.person, ""), row.person),
            "what": words.said(row.kind, row.says),
            "who": row.name,
            "moment": wording.moment(row.at, request.today),
        }
        for row in rows
    ]
