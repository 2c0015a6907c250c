"""The page of the daily reconciliation: how many differ and how, and, for who may see people, person by person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from mainstay.accounts.rules import Permission
from mainstay.organisations.models import Facility
from mainstay.people.pages.words import WORDS, word
from mainstay.platform.clock import day_end
from mainstay.platform.errors import MainstayError
from mainstay.reports.pages import presenters
from mainstay.reports.pages.asked import Asked, asked_of, show_moment
from mainstay.reports.pages.seen import look_at, short_name, within_sight
from mainstay.reports.queries.owed import Owner, owners
from mainstay.reports.queries.reconciliation import DifferenceRow, Reconciliation, reconciliation
from mainstay.reports.rules.reconciliation import KINDS
from mainstay.reports.rules.sides import HOSPITAL, LABORATORY, NOTHING, REGISTER, Said
from mainstay.reports.rules.situation import address_query
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

ROWS_A_PAGE = 100

NAMES: dict[str, Promise] = {
    "positive_not_in_register": gettext_lazy("Positive, not in the register"),
    "positive_not_confirmed": gettext_lazy("Positive, not confirmed in the register"),
    "confirmed_without_result": gettext_lazy("Confirmed in a ward, no positive result"),
    "hospitalised_without_stay": gettext_lazy("In hospital by the register alone"),
    "stays_overlap": gettext_lazy("In two houses at once"),
    "discharged_still_lying": gettext_lazy("Discharged in the register, still lying"),
    "died_still_lying": gettext_lazy("Dead in the register, still lying"),
    "died_in_one_only": gettext_lazy("A death that one source lacks"),
    "seen_after_death": gettext_lazy("Tested or admitted after the death"),
    "left_without_outcome": gettext_lazy("Left the hospital, no outcome"),
    "result_without_specimen": gettext_lazy("Result without a specimen"),
}
NOT_TOLD: dict[str, Promise] = {
    "results": gettext_lazy("No result is on file: nobody is said to lack one."),
    "specimens": gettext_lazy("No specimen is on file: no result is said to lack one."),
    "stays": gettext_lazy("No stay in a ward is on file: nobody is said to lack one."),
}


@door(Permission.SEE_FIGURES, entry="report")
@require_safe
@city_time
def reconciliation_page(request: Any) -> HttpResponse:
    """Register, hospital and laboratory side by side. Counts are open; people only within the reader's bounds."""
    asked = asked_of(request)
    found = _made(request, asked)
    context = presenters.form(asked)
    if found is None:
        return render(request, "reports/reconciliation.html", context, status=422)
    kind = request.GET.get("kind", "")
    rows = [row for row in found.rows if kind not in NAMES or row.difference.kind == kind]
    sight = within_sight(request, {row.difference.person for row in rows})
    mine = [row for row in rows if row.difference.person in sight]
    shown = mine[asked.start : asked.start + ROWS_A_PAGE]
    names = look_at(request, {row.difference.person for row in shown}, "reconciliation")
    context |= _totals(found, asked) | {"kind": NAMES.get(kind, "")}
    context |= {
        "rows": _Rows(found, names, request.zone, asked.today).shown(shown),
        "out_of_sight": len(rows) - len(mine),
    }
    context |= _cursor(asked, found, kind, len(mine))
    return render(request, "reports/reconciliation.html", context)


def _made(request: Any, asked: Asked) -> Reconciliation | None:
    if asked.errors:
        return None
    try:
        found = reconciliation(**asked.options)
    except MainstayError as error:
        asked.errors[presenters.FIELDS[error.code]] = presenters.sentence(error)
        return None
    show_moment(request, asked, found.known_at)
    return found


def _totals(found: Reconciliation, asked: Asked) -> dict[str, Any]:
    query = address_query(found.period_date, found.known_at, asked.disease)
    counted = dict(found.kinds())
    return {
        "found": found,
        "query": query,
        "day": wording.day(found.period_date, asked.today),
        "kinds": [
            {"name": NAMES[kind], "count": counted[kind], "href": f"?{query}&kind={kind}"}
            for kind in KINDS
            if kind in counted
        ],
        "all": {"count": len(found.rows), "href": f"?{query}"},
        "said": _sentence(found),
        "compared": [
            {
                "disease": word(one.disease),
                "people": one.people,
                "agreeing": one.agreeing,
                "differing": one.differing,
                "told": one.told,
                "not_told": [NOT_TOLD[name] for name in one.told.not_told],
            }
            for one in found.compared
        ],
    }


def _sentence(found: Reconciliation) -> str:
    people, differing = (sum(getattr(one, name) for one in found.compared) for name in ("people", "differing"))
    told = ngettext(
        "About %(differing)s of %(people)s person the three sides differ.",
        "About %(differing)s of %(people)s people the three sides differ.",
        people,
    )
    return told % {"differing": wording.count(differing), "people": wording.count(people)}


def _cursor(asked: Asked, found: Reconciliation, kind: str, count: int) -> dict[str, str]:
    query = address_query(found.period_date, found.known_at, asked.disease)
    address = f"?{query}&{urlencode({'kind': kind})}&start=" if kind in NAMES else f"?{query}&start="
    start = asked.start
    return {
        "previous": f"{address}{max(0, start - ROWS_A_PAGE)}" if start else "",
        "next": f"{address}{start + ROWS_A_PAGE}" if start + ROWS_A_PAGE < count else "",
    }


@dataclass(frozen=True, slots=True)
class _Rows:
    """Words for rows of differences: names, houses and owners are looked up once for all that is shown."""

    found: Reconciliation
    names: dict[UUID, str]
    zone: str
    today: date

    def shown(self, rows: Sequence[DifferenceRow]) -> list[dict[str, Any]]:
        wanted = {said.facility for row in rows for said in row.difference.said if said.facility}
        houses = dict(Facility.objects.filter(id__in=wanted).values_list("id", "name"))
        posts = {post for row in rows for post in (row.post, row.answering) if post is not None}
        owning = owners(posts, day_end(self.found.period_date, self.zone)) if posts else {}
        return [self._row(row, houses, owning) for row in rows]

    def _row(self, row: DifferenceRow, houses: Mapping[UUID, str], owning: Mapping[UUID, Owner]) -> dict[str, Any]:
        one = row.difference
        answering = owning.get(row.answering) if row.answering else None
        return {
            "id": one.person,
            "name": short_name(one.person, self.names),
            "kind": NAMES[one.kind],
            "since": wording.day(one.since, self.today),
            "sides": [
                [self._said(said, houses) for said in one.said if said.side == side]
                for side in (REGISTER, HOSPITAL, LABORATORY)
            ],
            "owner": answering.holder or answering.post if answering else "",
            "post": answering.post if answering else "",
            "due": wording.moment(row.due_at, self.today) if row.due_at else "",
            "overdue": row.status == "overdue",
            "asked": row.duty is not None,
        }

    def _said(self, said: Said, houses: Mapping[UUID, str]) -> dict[str, Any]:
        if said.fact is None:
            return {"nothing": True, "source": said.source}
        what = _("specimen") if said.value == "specimen" else str(WORDS.get(said.value, said.value))
        if said.facility is not None:
            what = houses.get(said.facility, what)
        first = wording.day(said.date, self.today) if said.date else ""
        if said.ends is not None:
            last = wording.day(said.ends, self.today)
            first = _("%(first)s to %(last)s") % {"first": first or "…", "last": last}
        return {"what": what, "day": first, "source": said.source, "nothing": said.value == NOTHING}
