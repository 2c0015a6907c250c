"""One person: what is known, what is owed, whom they met; identifiers only for a stated purpose."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission, Purpose
from mainstay.accounts.services import record_look
from mainstay.duties.rules.edition import CATEGORIES
from mainstay.duties.titles import titles
from mainstay.isolation.queries import covered
from mainstay.people.pages import words
from mainstay.people.pages.typed import cleaned
from mainstay.people.queries import NAME, Known, ReadAs, identifiers_of
from mainstay.reports.queries.one_person import SHOWN, FactRow, MetRow, facts_of, met
from mainstay.reports.queries.owed import (
    OwedRow,
    Owner,
    categories_of,
    duty_of,
    owed_to,
    owners,
    posts_of,
    to_be_judged,
)
from mainstay.reports.queries.stays import stays_of
from mainstay.reports.queries.whereabouts import where_are
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

SHOWN_FOR = timedelta(minutes=15)
CLOSED = 20
SHOWN_STAYS = 5
# Why one may look who holds no duty; the duty itself needs no word.
PURPOSES = {
    Purpose.INVESTIGATION: gettext_lazy("Investigation, tracing"),
    Purpose.QUALITY: gettext_lazy("Mending data"),
    Purpose.REQUEST: gettext_lazy("The person asked"),
    Purpose.SUPERVISION: gettext_lazy("Supervision"),
    Purpose.EMERGENCY: gettext_lazy("Emergency"),
}
SCHEMES = {"name": gettext_lazy("Name"), "phone": gettext_lazy("Telephone"), "address": gettext_lazy("Address")}
SCHEMES["identity-number"] = gettext_lazy("Identity number")


def of_person(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Beneath the door and the city's time: a page about one person within the reader's bounds.

    The view is given who they are read as, and `read_as`; asked for under another record, it leads to that one's page.
    """

    @wraps(view)
    def there(request: Any, person: UUID) -> HttpResponse:
        read_as = ReadAs()
        read = read_as.survivor(person)
        admit(request, read, read_as)
        if read != person:
            return redirect(request.resolver_match.view_name, person=read)
        return view(request, read, read_as)

    return there


def looked_at(request: Any, person: UUID, page: str) -> None:
    """That the reader saw this page of a person: for a duty where they have one, else as whoever supervises."""
    mine = my_duty(owed_to([person]), request)
    record_look(
        account=request.user,
        page=page,
        purpose=Purpose.DUTY if mine else Purpose.SUPERVISION,
        subject=person,
        duty=mine,
        by=request.by,
        at=request.at,
    )


@door(Permission.SEE_PEOPLE, entry="line-list")
@require_http_methods(["GET", "POST"])
@city_time
@of_person
def person(request: Any, read: UUID, read_as: ReadAs) -> HttpResponse:
    """The page of somebody within the reader's bounds; a record read as another leads to that one."""
    if request.method == "POST":
        return _state_purpose(request, read)
    owed, contacts = owed_to([read], closed=CLOSED), met(read, read_as)
    near = within_bounds(request, [one.other for one in contacts], read_as)
    mine = my_duty(owed, request)
    purpose, reason = (Purpose.DUTY, "") if mine else _stated(request, read)
    record_look(
        account=request.user,
        page="person",
        purpose=purpose or Purpose.SUPERVISION,
        reason=reason,
        subject=read,
        listed=sorted(near),
        duty=mine,
        by=request.by,
        at=request.at,
    )
    context = _page(request, read, read_as, owed)
    context |= _known(request, read, read_as, contacts, near)
    context |= _identifiers(read, read_as, shown=purpose is not None)
    return render(request, "people/person.html", context)


def admit(request: Any, person: UUID, read_as: ReadAs) -> None:
    """Nothing where the door's scope covers the person; else they read as not found, as if they were not there."""
    if person not in within_bounds(request, [person], read_as):
        raise Http404


def within_bounds(request: Any, people: Collection[UUID], read_as: ReadAs) -> set[UUID]:
    """Those of them whom the door's scope covers."""
    return covered(people, request.scope, request.moment, read_as)


# --- identifiers for a purpose ------------------------------------------------------------------------


def my_duty(owed: list[OwedRow], request: Any) -> UUID | None:
    """An open duty towards this person for which the reader answers."""
    return duty_of(owed, posts_of(request.by.id, request.moment))


def _state_purpose(request: Any, person: UUID) -> HttpResponse:
    """Keep in the session what was stated, for a quarter of an hour; an emergency needs a sentence."""
    given, reason = request.POST.get("purpose", ""), cleaned(request.POST.get("reason", ""))
    if given in {one.value for one in PURPOSES} and (reason or given != Purpose.EMERGENCY):
        until = (request.at + SHOWN_FOR).isoformat()
        request.session[_key(person)] = [given, reason[:200], until]
        return redirect("person", person=person)
    return redirect(f"{request.path}?lacks=reason#purpose-bar")


def _stated(request: Any, person: UUID) -> tuple[Purpose | None, str]:
    given = request.session.get(_key(person))
    if given is None or datetime.fromisoformat(given[2]) <= request.at:
        return None, ""
    return Purpose(given[0]), given[1]


def _key(person: UUID) -> str:
    return f"purpose {person.hex}"


def _identifiers(person: UUID, read_as: ReadAs, *, shown: bool) -> dict[str, Any]:
    """The name; with a purpose all identifiers. What is not shown is not decrypted."""
    known = identifiers_of([person], read_as, () if shown else (NAME,)).get(person, ())
    name = next((one.value for one in known if one.scheme == NAME), "")
    return {
        "called": words.called(name, person),
        "shown": shown,
        "identifiers": [_identifier(one) for one in known] if shown else [],
        "purposes": [(one.value, word) for one, word in PURPOSES.items()],
    }


def _identifier(one: Known) -> dict[str, Any]:
    return {"scheme": SCHEMES.get(one.scheme, one.scheme), "value": one.value, "dial": one.scheme == "phone"}


# --- the page -----------------------------------------------------------------------------------------


def _page(request: Any, person: UUID, read_as: ReadAs, owed: list[OwedRow]) -> dict[str, Any]:
    kind, place = where_are([person], request.moment, read_as)[person]
    return {
        "id": person,
        "lacks": request.GET.get("lacks") == "reason",
        "where": words.where(kind, place),
        "stays": [words.stay(row, request.today) for row in stays_of(person, request.moment, read_as)[:SHOWN_STAYS]],
        "duties": _duties(owed, request),
        "open": sum(row.status == "open" for row in owed),
        "waits": bool(to_be_judged([person])),
        "may_record": request.rights.may(Permission.RECORD_FACTS),
        "may_order": request.rights.may(Permission.GIVE_ORDERS),
    }


def _known(
    request: Any, person: UUID, read_as: ReadAs, contacts: list[MetRow], near: Collection[UUID]
) -> dict[str, Any]:
    """Facts, category and contacts; of a contact outside the reader's bounds only that there is one."""
    facts = facts_of(person, read_as)
    shown = _said_once(facts)
    return {
        "categories": _categories(person, facts, [row for row in contacts if row.other in near]),
        "facts": [_fact(row, request, times) for row, times in shown[:SHOWN]],
        "more": max(0, len(shown) - SHOWN),
        "met": [_met(row, request.today) for row in contacts if row.other in near],
        "elsewhere": sum(row.other not in near for row in contacts),
    }


def _categories(person: UUID, facts: list[FactRow], contacts: list[MetRow]) -> list[dict[str, Any]]:
    """Each protocol's category with the fact it rests on; the gravest first."""
    found = sorted(categories_of(person), key=lambda one: CATEGORIES.index(one[1]) if one[1] in CATEGORIES else 99)
    return [
        {**words.category(value), "disease": words.word(disease), "why": _why(value, facts, contacts)}
        for disease, value in found
    ]


def _why(category: str, facts: list[FactRow], contacts: list[MetRow]) -> str:
    """The latest standing fact of the kind that such a category rests on, in a few words."""
    if category == "close_contact":
        named = [row for row in contacts if not row.named]
        return _("was named by %(who)s") % {"who": words.called(named[0].name, named[0].other)} if named else ""
    wanted = ("symptom", "check") if category == "fever_patient" else ("classification",)
    for row in facts:
        if row.kind in wanted and not row.superseded and not row.retracted and _is_fever_or_class(row):
            return words.fact(row)
    return ""


def _is_fever_or_class(row: FactRow) -> bool:
    if row.kind == "symptom":
        return row.says["name"] == "fever" and bool(row.says["present"])
    return row.kind == "classification" or (row.says["tenths"] or 0) >= FEVER_TENTHS


FEVER_TENTHS = 373


def _duties(owed: list[OwedRow], request: Any) -> list[dict[str, Any]]:
    called = titles({row.edition for row in owed})
    whose = owners({post for row in owed for post in (row.post, row.answering) if post}, request.moment)
    return [
        {
            "what": words.duty(called, row, request.today),
            "state": words.state(row, request.moment),
            "when": words.when(row, request.moment, request.today) if row.status == "open" else "",
            "owner": who_answers(row, whose),
            "why": row.edition,
        }
        for row in owed
    ]


def who_answers(row: OwedRow, whose: dict[UUID, Owner]) -> str:
    """The post and its holder; where it is vacant, who answers above."""
    owner = whose.get(row.answering) if row.answering else None
    if owner is None:
        return _("nobody answers yet")
    if row.post != row.answering and row.post in whose:
        return _("%(post)s is vacant: %(above)s, %(holder)s") % {
            "post": whose[row.post].post,
            "above": owner.post,
            "holder": owner.holder,
        }
    return f"{owner.post}, {owner.holder}" if owner.holder else owner.post


def _said_once(facts: list[FactRow]) -> list[tuple[FactRow, int]]:
    """What was said without a day (a sex, a birthday) stands once, as said first, with how often; all else as it is."""
    first: dict[tuple[str, str], int] = {}
    shown: list[tuple[FactRow, int]] = []
    for row in facts:
        undated = row.observed_date is None and row.observed_at is None
        if not undated or row.superseded or row.retracted or row.version > 1:
            shown.append((row, 1))
            continue
        place = first.setdefault((row.kind, words.fact(row)), len(shown))
        if place == len(shown):
            shown.append((row, 1))
        else:
            before, times = shown[place]
            shown[place] = (min(before, row, key=lambda one: one.entry), times + 1)
    return shown


def _fact(row: FactRow, request: Any, times: int) -> dict[str, Any]:
    said = words.fact(row)
    source = ", ".join(part for part in (row.by, row.source) if part)
    if times > 1:
        source = _("%(source)s, and said so %(times)s times in all") % {"source": source, "times": times}
    if row.observed_at is not None:
        observed = wording.moment(row.observed_at, request.today)
    else:
        observed = wording.day(row.observed_date, request.today) if row.observed_date else _("not known")
    return {
        "what": _("Taken back: %(fact)s") % {"fact": said} if row.retracted else said,
        "observed": observed,
        "recorded": wording.moment(row.recorded_at, request.today),
        "source": source,
        "icon": words.ICONS.get(row.kind, "flag"),
        "corrected": "1" if row.superseded else "",
        "correction": "1" if row.version > 1 and not row.superseded else "",
    }


def _met(row: MetRow, today: date) -> dict[str, Any]:
    last = row.last or row.first
    return {
        "id": row.other,
        "name": words.called(row.name, row.other),
        "how": ", ".join(part for part in (words.word(row.kind), row.setting) if part),
        "named": row.named,
        "last": wording.day(last, today) if last else "",
    }
