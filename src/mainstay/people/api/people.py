"""Operations on people: the list, one person, somebody new, what is recorded of them, whom they met."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from mainstay.accounts.rules import Permission, Purpose, scope_of
from mainstay.duties.titles import Titles, title, titles
from mainstay.isolation.queries import covered
from mainstay.organisations.queries import jurisdiction
from mainstay.people import services
from mainstay.people.pages.line_list import home_within
from mainstay.people.pages.typed import cursor_from, cursor_text
from mainstay.people.queries import NAME, ReadAs, identifiers_of
from mainstay.platform import cursors
from mainstay.platform.errors import code
from mainstay.platform.identity import derived_id, new_id
from mainstay.reports.queries.found import find_people
from mainstay.reports.queries.line_list import CATEGORY, DUE, WORST, PersonRow, count_people, list_people
from mainstay.reports.queries.line_list import Asked as Narrowed
from mainstay.reports.queries.one_person import SHOWN, facts_of, met
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
from mainstay.reports.queries.whereabouts import where_are
from mainstay.web.api.doors import operation
from mainstay.web.api.problems import not_found, refused
from mainstay.web.api.words import Asked, Line, Page, Told

router = Router(tags=["people"])
# What the list can be sorted by.
SORTS = {"worst": WORST, "overdue": DUE, "category": CATEGORY}
ROWS = 50
CLOSED = 20
PURPOSE_LACKS = code("purpose.reason", "An emergency was named as the purpose of a look, without a sentence why.")

Category = Literal["confirmed", "clinical", "asymptomatic", "suspected", "fever_patient", "close_contact"]


class Where(Told):
    """Where somebody is; both null where nobody knows."""

    kind: Literal["home", "site", "ward"] | None
    place: str | None


class PersonTold(Told):
    """One person of concern."""

    id: UUID
    name: str | None
    category: Category | None
    since: date | None = Field(description="The day on which something was first owed to them.")
    where: Where
    open: int
    overdue: int
    overdue_since: datetime | None = Field(description="The deadline that has passed the longest.")


class People(Page[PersonTold]):
    """One page of people, and how many match in all."""

    people: int
    people_overdue: int
    is_capped: bool = Field(description="There are at least as many: counted no further.")


class OwedTold(Told):
    """A duty towards somebody as it stands now."""

    id: UUID
    disease: str
    edition: str
    clause: str
    title: str = Field(description="What is owed, in the reader's language.")
    occurrence: date | None
    starts_at: datetime
    due_at: datetime
    status: str
    is_overdue: bool
    level: int
    post: str | None
    answering: str | None = Field(description="The post that answers: another above, where the post is vacant.")
    holder: str | None


class CategoryTold(Told):
    disease: str
    category: str


class IdentifierTold(Told):
    scheme: str
    value: str


class FactTold(Told):
    """One version of one fact: what it says, when it was so, when and by whom it was recorded."""

    kind: str
    root: UUID
    version: int
    superseded: bool
    retracted: bool
    observed_date: date | None
    observed_at: datetime | None
    recorded_at: datetime
    by: str
    source: str
    says: dict[str, Any]


class ContactTold(Told):
    """Two people met; `named`: this person named the other."""

    person: UUID
    name: str | None
    named: bool
    kind: str
    setting: str
    first_date: date | None
    last_date: date | None


class WholePerson(Told):
    """All that is known of somebody, as far as the purpose allows."""

    id: UUID
    asked_id: UUID = Field(description="The id that was asked for: another where two records are read as one person.")
    name: str | None
    where: Where
    categories: list[CategoryTold]
    to_be_judged: bool = Field(description="Something was recorded that no run of the cycle has judged yet.")
    purpose: Purpose | None
    identifiers: list[IdentifierTold] | None = Field(description="Null where no purpose was stated.")
    duties: list[OwedTold]
    facts: list[FactTold]
    facts_more: int
    contacts: list[ContactTold]
    contacts_elsewhere: int = Field(description="Contacts outside one's bounds: only that there are so many.")


class PersonAdded(Told):
    id: UUID


# --- the list -------------------------------------------------------------------------------------------


class ListAsked(Asked):
    category: Category | None = None
    overdue: bool = Field(default=False, description="Only whom something is owed that is overdue.")
    where: Annotated[Line, Field(max_length=200)] | None = Field(
        default=None, description="The code of a place or facility."
    )
    sort: Literal["worst", "overdue", "category"] = "overdue"
    cursor: str | None = None


@operation(router, "GET", "/people", Permission.SEE_PEOPLE, answer=People)
def list_of_people(request: Any, asked: Query[ListAsked]) -> Any:
    """People of concern within one's bounds, the longest overdue first or by category."""
    place = jurisdiction(asked.where) if asked.where else None
    narrowed = Narrowed(
        scope=request.scope,
        at=request.moment,
        category=asked.category,
        overdue=asked.overdue,
        where=None if not asked.where else scope_of([place] if place else []),
        order=SORTS[asked.sort],
    )
    after = cursor_from(str(cursors.opened("people", asked.cursor))) if asked.cursor else None
    rows = list_people(narrowed, after, ROWS + 1)
    shown = rows[:ROWS]
    if shown:
        request.look("people", Purpose.SUPERVISION, listed=[row.id for row in shown])
    totals = count_people(narrowed)
    return {
        "items": [person_told(row) for row in shown],
        "next_cursor": cursors.sealed("people", cursor_text(shown[-1].cursor)) if len(rows) > ROWS else None,
        "people": totals.people,
        "people_overdue": totals.overdue,
        "is_capped": totals.is_capped,
    }


def person_told(row: PersonRow) -> dict[str, Any]:
    """A row of the list as it is answered."""
    return {
        "id": row.id,
        "name": row.name or None,
        "category": row.category or None,
        "since": row.since,
        "where": where_told(row.kind_of_place, row.place),
        "open": row.open,
        "overdue": row.overdue,
        "overdue_since": row.oldest,
    }


def where_told(kind: str, place: str) -> dict[str, str | None]:
    """Where somebody is, as it is answered."""
    return {"kind": kind or None, "place": place or None}


# --- finding somebody -----------------------------------------------------------------------------------


class FoundPerson(Told):
    """Somebody who is found, of concern or not."""

    id: UUID
    name: str | None
    also: str | None = Field(description="Another name of theirs, by which they were found.")
    category: Category | None
    where: Where


class FoundTold(Told):
    """Who is found, the likeliest first, a hundred at most."""

    people: list[FoundPerson]
    is_capped: bool = Field(description="Others match too, or may: so many are called so. Ask for more of the name.")
    is_complete: bool = Field(description="False while it is still being worked out by what people are found.")


class FindAsked(Asked):
    q: Annotated[Line, Field(min_length=1, max_length=200)] = Field(
        description="A name or how it sounds, initials, a telephone or its last four digits, a number from a file."
    )


@operation(router, "GET", "/find", Permission.SEE_PEOPLE, answer=FoundTold)
def find_person(request: Any, asked: Query[FindAsked]) -> Any:
    """Find people within one's bounds by name, by how it sounds, by telephone or by a number from a file.

    Whose number it is comes first, then who is written so, then who sounds so; a record that is read as another is told
    as that one.
    """
    found = find_people(asked.q, request.scope, request.moment)
    if found.rows:
        request.look("find", Purpose.SUPERVISION, listed=[row.id for row in found.rows])
    people = [
        {
            "id": row.id,
            "name": row.name or None,
            "also": row.also or None,
            "category": row.category or None,
            "where": where_told(row.kind_of_place, row.place),
        }
        for row in found.rows
    ]
    return {"people": people, "is_capped": found.more or found.common, "is_complete": not found.waits}


# --- somebody new ---------------------------------------------------------------------------------------


class NewPerson(Asked):
    name: Annotated[Line, Field(min_length=1, max_length=services.LONGEST_PARTICULAR)]
    phone: Annotated[Line, Field(max_length=services.LONGEST_PARTICULAR)] = ""
    address: Annotated[Line, Field(max_length=services.LONGEST_PARTICULAR)] = Field(
        default="", description="In free words, as it was told."
    )
    where: Annotated[Line, Field(max_length=200)] = Field(
        default="", description="The code of a unit or community; needed where one does not see the whole city."
    )


@operation(
    router, "POST", "/people", Permission.RECORD_FACTS, answer=PersonAdded, status=201, takes="application/json",
    once=True,
)  # fmt: skip
def add_person(request: Any, asked: NewPerson) -> Any:
    """Add somebody by name, telephone and address; two of one name stay two.

    Under the same Idempotency-Key they are added once, however late it comes again.
    """
    home = home_within(request.scope, asked.where)
    key = request.headers.get("Idempotency-Key") or new_id().hex
    stands = {"person": derived_id("person", str(request.account.id), key), "by": request.by, "at": request.at}
    with transaction.atomic():
        made = services.add_person(name=asked.name, phone=asked.phone, address=asked.address, **stands)
        if made and home is not None:
            services.set_home(home=home, **stands)
    return {"id": stands["person"]}


# --- one person -----------------------------------------------------------------------------------------


class PersonAsked(Asked):
    purpose: Literal["investigation", "quality", "request", "supervision", "emergency"] | None = Field(
        default=None, description="Why one looks who holds no duty towards them; without it no identifiers are told."
    )
    reason: Annotated[Line, Field(max_length=200)] = Field(default="", description="Needed for an emergency.")


@operation(router, "GET", "/people/{person}", Permission.SEE_PEOPLE, answer=WholePerson)
def read_person(request: Any, person: UUID, asked: Query[PersonAsked]) -> Any:
    """Somebody within one's bounds; identifiers for whoever holds a duty towards them or states a purpose."""
    read_as = ReadAs()
    read = within_reach(request, person, read_as)
    owed, contacts = owed_to([read], closed=CLOSED), met(read, read_as)
    near = covered([one.other for one in contacts], request.scope, request.moment, read_as)
    mine = duty_of(owed, posts_of(request.by.id, request.moment))
    purpose = Purpose.DUTY if mine else _stated(asked)
    request.look(
        "person",
        purpose or Purpose.SUPERVISION,
        subject=read,
        listed=sorted(near),
        duty=mine,
        reason="" if mine else asked.reason,
    )
    facts = facts_of(read, read_as)
    return {
        **_known(request, read, read_as, purpose),
        "asked_id": person,
        "duties": owed_told(request, owed),
        "facts": facts[:SHOWN],
        "facts_more": max(0, len(facts) - SHOWN),
        "contacts": [_met(row) for row in contacts if row.other in near],
        "contacts_elsewhere": sum(row.other not in near for row in contacts),
    }


def within_reach(request: Any, person: UUID, read_as: ReadAs) -> UUID:
    """Whom this id is read as, if the door's scope covers them; else they are as if they were not there."""
    read = read_as.survivor(person)
    if not covered([read], request.scope, request.moment, read_as):
        raise not_found()
    return read


def _stated(asked: PersonAsked) -> Purpose | None:
    if asked.purpose == Purpose.EMERGENCY and not asked.reason:
        raise refused(PURPOSE_LACKS, "reason", _("Say why it is an emergency; the sentence is reviewed."))
    return Purpose(asked.purpose) if asked.purpose else None


def _known(request: Any, person: UUID, read_as: ReadAs, purpose: Purpose | None) -> dict[str, Any]:
    kind, place = where_are([person], request.moment, read_as)[person]
    known = identifiers_of([person], read_as, () if purpose else (NAME,)).get(person, ())
    return {
        "id": person,
        "name": next((one.value for one in known if one.scheme == NAME), None),
        "where": where_told(kind, place),
        "categories": [{"disease": disease, "category": value} for disease, value in categories_of(person)],
        "to_be_judged": bool(to_be_judged([person])),
        "purpose": purpose,
        "identifiers": list(known) if purpose else None,
    }


def _met(row: Any) -> dict[str, Any]:
    return {
        "person": row.other,
        "name": row.name or None,
        "named": row.named,
        "kind": row.kind,
        "setting": row.setting,
        "first_date": row.first,
        "last_date": row.last,
    }


def owed_told(request: Any, owed: list[OwedRow]) -> list[dict[str, Any]]:
    """Duties as they are answered: what each is called, whose it is, who answers."""
    called = titles({row.edition for row in owed})
    whose = owners({post for row in owed for post in (row.post, row.answering) if post}, request.moment)
    return [_owed(row, request, called, whose) for row in owed]


def _owed(row: OwedRow, request: Any, called: Titles, whose: dict[UUID, Owner]) -> dict[str, Any]:
    columns = ("id", "disease", "edition", "clause", "occurrence", "starts_at", "due_at", "status", "level")
    post, answering = (whose.get(one) if one else None for one in (row.post, row.answering))
    return {
        **{name: getattr(row, name) for name in columns},
        "title": title(called, row.edition, row.clause, request.LANGUAGE_CODE),
        "is_overdue": row.is_overdue(request.moment),
        "post": post.post if post else None,
        "answering": answering.post if answering else None,
        "holder": (answering.holder or None) if answering else None,
    }
