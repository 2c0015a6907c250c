"""Who looked at whom: by account, by person, by purpose and by day; and who saw most."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mainstay.accounts import queries
from mainstay.accounts.pages.presenters import PURPOSES
from mainstay.accounts.queries import Looker, LookRow
from mainstay.accounts.rules import Permission, Purpose
from mainstay.people.pages.typed import cleaned
from mainstay.people.queries import ReadAs, find_person
from mainstay.platform.clock import day_end, day_start, local_date
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

ROWS = 50
FILTERS = ("account", "person", "purpose", "from", "to")
# So far back lists are read for one person, and the sums go, where no first day is given.
BACK = timedelta(days=14)
LISTED = 200

# What a look's page is called; one that is not here is shown by its own name.
PAGES = {
    "find": gettext_lazy("who was found"),
    "list": gettext_lazy("the list"),
    "list-export": gettext_lazy("the list, taken along"),
    "person": gettext_lazy("a person"),
    "calls": gettext_lazy("who to call"),
    "call": gettext_lazy("a call"),
    "explained": gettext_lazy("why something is owed"),
    "report_rows": gettext_lazy("rows of the report"),
    "coverage_rows": gettext_lazy("duties behind a number"),
    "reconciliation": gettext_lazy("register, hospital and laboratory"),
    "sheet": gettext_lazy("the list as a sheet"),
    "duties": gettext_lazy("duties"),
    "visit": gettext_lazy("duties at a door"),
    "stays": gettext_lazy("stays"),
    "case": gettext_lazy("a case"),
    "tracing": gettext_lazy("tracing"),
    "contacts": gettext_lazy("contacts"),
    "delivery-back": gettext_lazy("a file given back"),
    "files-check": gettext_lazy("a file before it was taken in"),
    "delivery": gettext_lazy("a file received"),
    "isolation-orders": gettext_lazy("orders and objections"),
    "isolation-order": gettext_lazy("an order"),
    "isolation-order-sheet": gettext_lazy("the sheet of an order"),
    "give-order": gettext_lazy("giving an order"),
    "objection": gettext_lazy("an objection"),
}


@door(Permission.SEE_AUDIT, entry="audit")
@require_safe
@city_time
def audit(request: Any) -> HttpResponse:
    """Looks, the newest first. Nobody's name is shown here but the readers': people stand as records."""
    chosen = {name: cleaned(request.GET.get(name, "")) for name in FILTERS}
    since, until = _start(chosen["from"], request), _end(chosen["to"], request)
    account, purpose = _account_id(chosen["account"]), _purpose(chosen["purpose"])
    person = find_person(chosen["person"]) if chosen["person"] else None
    nobody = bool(chosen["person"]) and person is None
    before = request.GET.get("before", "")
    rows: list[LookRow] = []
    if not nobody:
        rows = queries.list_looks(
            account=account,
            subject=_read_as(person) if person else (),
            purpose=purpose,
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
            since=since,
            until=until,
            limit=ROWS + 1,
        )
    from_when = since or request.at - BACK
    context = {
        "rows": [_row(row, chosen, request.today) for row in rows[:ROWS]],
        "older_href": _address(chosen, before=str(rows[ROWS - 1].entry)) if len(rows) > ROWS else "",
        "listed": _listed(person, from_when, until, account, purpose, chosen, request.today) if person else [],
        "lookers": [_looker(one, chosen) for one in queries.lookers(from_when, until)],
        "since": wording.day(local_date(from_when, request.zone), request.today),
        "chosen": chosen | {"purpose": purpose or ""},
        "first": chosen["from"],
        "last": chosen["to"],
        "nobody": nobody,
        "of": _record(person) if person else "",
        "purposes": [("", _("any purpose")), *((one.value, word) for one, word in PURPOSES.items())],
        "clear_href": reverse("audit") if any(chosen.values()) else "",
        "loud_href": _address({"purpose": Purpose.EMERGENCY.value}),
    }
    return render(request, "accounts/audit.html", context)


def _row(row: LookRow, chosen: dict[str, str], today: date) -> dict[str, Any]:
    return {
        "entry": row.entry,
        "at": wording.moment(row.at, today),
        "who": f"{row.name} ({row.username})",
        "who_href": _address(chosen, account=row.username),
        "page": str(PAGES.get(row.page, row.page)),
        "record": _record(row.subject) if row.subject else "",
        "record_href": _address(chosen, person=str(row.subject)) if row.subject else "",
        "purpose": PURPOSES[Purpose(row.purpose)],
        "reason": row.reason if row.reason != row.purpose else "",
        "loud": row.purpose == Purpose.EMERGENCY,
        "count": wording.count(row.count),
    }


def _listed(
    person: UUID,
    since: datetime,
    until: datetime | None,
    account: UUID | None,
    purpose: str | None,
    chosen: dict[str, str],
    today: date,
) -> list[dict[str, Any]]:
    """The lists on which somebody, or a record read as theirs, was shown."""
    found = [row for one in _read_as(person) for row in queries.listed_looks(one, since, until, account, LISTED)]
    wanted = {row.entry: row for row in found if purpose is None or row.purpose == purpose}
    return [_row(wanted[entry], chosen, today) for entry in sorted(wanted, reverse=True)]


def _looker(one: Looker, chosen: dict[str, str]) -> dict[str, Any]:
    return {
        "who": f"{one.name} ({one.username})",
        "href": _address(chosen, account=one.username),
        "looks": one.looks,
        "people": one.people,
        "without_duty": one.without_duty,
        "emergencies": one.emergencies,
    }


def _record(person: UUID) -> str:
    return _("Record %(digits)s") % {"digits": person.hex[-8:]}


def _read_as(person: UUID) -> list[UUID]:
    """Somebody and every record read as theirs."""
    read_as = ReadAs()
    return read_as.members(read_as.survivor(person))


def _address(chosen: dict[str, str], **changes: str) -> str:
    kept = {name: value for name, value in (chosen | changes).items() if value}
    return f"{reverse('audit')}?{urlencode(kept)}" if kept else reverse("audit")


# --- what is typed ------------------------------------------------------------------------------------


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 < found.year < 2200 else None


def _start(text: str, request: Any) -> datetime | None:
    found = _day(text)
    return day_start(found, request.zone) if found else None


def _end(text: str, request: Any) -> datetime | None:
    found = _day(text)
    return day_end(found, request.zone) if found else None


def _purpose(given: str) -> str | None:
    return given if given in set(Purpose) else None


def _account_id(username: str) -> UUID | None:
    if not username:
        return None
    found = queries.account_by_name(username)
    return found.id if found else UUID(int=0)  # nobody's: nothing matches
