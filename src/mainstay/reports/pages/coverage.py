"""Pages of coverage: should, done, overdue by place, from district to community to unit, and the duties behind each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission
from mainstay.duties.queries import DutyRow
from mainstay.duties.titles import titles
from mainstay.people.pages.words import duty
from mainstay.platform.clock import day_end
from mainstay.platform.errors import MainstayError
from mainstay.reports.kinds import kind_name
from mainstay.reports.pages import presenters
from mainstay.reports.pages.asked import Asked, asked_of, show_moment
from mainstay.reports.pages.seen import look_at, short_name, within_sight
from mainstay.reports.queries.coverage import (
    STATUSES,
    Counted,
    CoverageByPlace,
    PlaceRow,
    counted_duties,
    coverage_by_place,
)
from mainstay.reports.queries.owed import owners
from mainstay.reports.rules.situation import address_query
from mainstay.web import wording
from mainstay.web.bars import duty_bar
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

ROWS_A_PAGE = 100
LONGEST_CODE = 60


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
@city_time
def coverage(request: Any) -> HttpResponse:
    """The places right below one, with their sum; each number leads to its duties, each place to those below."""
    asked = asked_of(request)
    place, kind = _given(request, "place"), _given(request, "kind")
    found = None
    if not asked.errors:
        try:
            found = coverage_by_place(on=asked.on, known_at=asked.known_at, place=place, kind=kind)
        except MainstayError as error:
            _refused(asked, error)
    # The duties of all diseases are counted, and another day is asked about the same place and kind.
    context = presenters.form(asked) | {"all_diseases": True}
    context["kept"] = [(name, value) for name, value in (("place", place), ("kind", kind)) if value]
    if found is None:
        return render(request, "reports/coverage.html", context, status=422)
    show_moment(request, asked, found.known_at)
    return render(request, "reports/coverage.html", context | _page(found, asked))


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
@city_time
def coverage_rows(request: Any) -> HttpResponse:
    """The duties that a number of the table counts; those about people only within the reader's bounds."""
    asked = asked_of(request)
    number, after = request.GET.get("number", "should"), _uuid(request.GET.get("after", ""))
    if number not in STATUSES:
        asked.errors["number"] = _("Choose a number from the table.")
    place, kind, outside = _given(request, "place"), _given(request, "kind"), "outside" in request.GET
    rows: Sequence[DutyRow] | None = None
    if not asked.errors:
        try:
            counted = Counted(asked.on, asked.known_at, place, kind, number, outside)
            rows = counted_duties(counted, after=after, limit=ROWS_A_PAGE + 1)
        except MainstayError as error:
            _refused(asked, error)
    context = presenters.form(asked)
    if rows is None:
        return render(request, "reports/duty_rows.html", context, status=422)
    show_moment(request, asked, asked.known_at)
    given = {"place": place, "kind": kind, "number": number, "outside": "1" if outside else None}
    query = _query(asked, **given)
    context |= {
        "heading": _headings()[number],
        "kind": kind_name(kind) if kind else "",
        "back": _query(asked, place=place),
    }
    context |= {"day": wording.day(asked.on, asked.today), "found": True}
    context |= _rows(request, asked, rows[:ROWS_A_PAGE])
    context["next"] = f"?{query}&after={rows[ROWS_A_PAGE - 1].id}" if len(rows) > ROWS_A_PAGE else ""
    context["previous"] = f"?{query}" if after else ""
    return render(request, "reports/duty_rows.html", context)


# --- what is asked --------------------------------------------------------------------------------------


def _given(request: Any, name: str) -> str | None:
    """A code or kind of the address; what no code can be is looked for all the same, and not found."""
    return request.GET.get(name, "").replace("\0", "")[: LONGEST_CODE + 1] or None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refused(asked: Asked, error: MainstayError) -> None:
    if error.code == "place.unknown":
        asked.errors["place"] = _("There is no such place.")
    else:
        asked.errors[presenters.FIELDS[error.code]] = presenters.sentence(error)


def _query(asked: Asked, **more: str | None) -> str:
    said = {name: value for name, value in more.items() if value}
    return "&".join(filter(None, (address_query(asked.on, asked.known_at, None), urlencode(said))))


# --- what is shown --------------------------------------------------------------------------------------


def _headings() -> dict[str, str]:
    return {
        "should": _("Should have been done"),
        "done": _("Done"),
        "in_time": _("In time"),
        "overdue": _("Overdue"),
        "missed": _("Missed"),
        "excused": _("Excused"),
    }


def _page(found: CoverageByPlace, asked: Asked) -> dict[str, Any]:
    def link(row: PlaceRow, number: str) -> str:
        outside = row.code is None and row is not found.total and found.place_has_below
        given = {"place": row.code or found.place, "kind": found.kind, "number": number}
        return f"rows/?{_query(asked, **given, outside='1' if outside else None)}"

    def shown(row: PlaceRow) -> dict[str, Any]:
        numbers = [(name, getattr(row, name), link(row, name)) for name in STATUSES]
        return {
            "name": row.name,
            "href": f"?{_query(asked, place=row.code, kind=found.kind)}" if row.opens else "",
            "numbers": {name: {"count": count, "href": href if count else ""} for name, count, href in numbers},
            "bar": duty_bar(done=row.done, overdue=row.overdue, missed=row.missed, in_time=row.in_time),
        }

    return {
        "found": found,
        "day": wording.day(found.period_date, asked.today),
        "trail": [
            {"name": _("The city"), "href": f"?{_query(asked, kind=found.kind)}" if found.place else ""},
            *({"name": name, "href": f"?{_query(asked, place=code, kind=found.kind)}"} for code, name in found.trail),
            *([{"name": found.name, "href": ""}] if found.place else []),
        ],
        "heading": kind_name(found.kind) if found.kind else _("All duties"),
        "kinds": [
            {
                "name": kind_name(kind) if kind else _("All duties"),
                "href": f"?{_query(asked, place=found.place, kind=kind or None)}",
                "current": kind == (found.kind or ""),
                "number": should,
            }
            for kind, should in (("", sum(number for _kind, number in found.kinds)), *found.kinds)
        ],
        "rows": [shown(row) for row in found.rows],
        "total": shown(found.total),
        "query": _query(asked),
    }


def _rows(request: Any, asked: Asked, rows: Sequence[DutyRow]) -> dict[str, Any]:
    sight = within_sight(request, {row.subject_id for row in rows if row.subject_type == "person"})
    mine = [row for row in rows if row.subject_type != "person" or row.subject_id in sight]
    people = {row.subject_id for row in mine if row.subject_type == "person"}
    names = look_at(request, people, "coverage_rows")
    end = day_end(asked.on, request.zone)
    posts = {post for row in mine for post in (row.post, row.answering) if post is not None}
    owning = owners(posts, end) if posts else {}
    named = titles({row.edition for row in mine})
    subjects = {"post": _("a post"), "question": _("a record")}
    return {
        "rows": [
            {
                "id": row.subject_id if row.subject_type == "person" else "",
                "name": short_name(row.subject_id, names) if row.subject_id in people else subjects[row.subject_type],
                "what": duty(named, row, asked.today),
                "owner": (owning[row.answering].holder or owning[row.answering].post)
                if row.answering in owning
                else "",
                "due": wording.moment(row.due_at, asked.today),
                "status": "due" if row.status == "open" else row.status,
                "word": _headings()["in_time" if row.status == "open" else row.status],
            }
            for row in mine
        ],
        "out_of_sight": len(rows) - len(mine),
    }
