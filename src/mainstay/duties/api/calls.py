"""Operations on calls: who is to be called, what came of a call, and whom somebody met."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from mainstay.accounts.rules import Permission, Purpose, Scope
from mainstay.duties.pages.call_form import COLDEST, HOTTEST, LONGEST_SETTING, MOST_CONTACTS, hold_together
from mainstay.people.api.people import OwedTold, PersonTold, owed_told, person_told, within_reach
from mainstay.people.pages.typed import cursor_from, cursor_text
from mainstay.people.queries import ReadAs
from mainstay.platform import cursors
from mainstay.platform.identity import derived_id
from mainstay.reports.queries.line_list import Asked as Narrowed
from mainstay.reports.queries.line_list import count_people, list_people
from mainstay.reports.queries.owed import diseases_of, posts_of
from mainstay.reports.queries.to_call import Card, cards_of
from mainstay.screening.rules import SYMPTOMS, Call, Met
from mainstay.screening.services import record_call
from mainstay.tracing.services import name_somebody
from mainstay.web.api.doors import key_of, operation, sent_under, today
from mainstay.web.api.problems import refused
from mainstay.web.api.words import Asked, Day, Line, Page, Told, Whole, Yes

router = Router(tags=["calls"])
CARDS = 25


class LastCall(Told):
    outcome: str
    at: datetime
    note: str


class CardTold(Told):
    """One person to call."""

    person: PersonTold
    phones: list[str] = Field(description="Empty for whoever only looks on.")
    last_call: LastCall | None
    to_be_judged: bool
    duties: list[OwedTold]


class Calls(Page[CardTold]):
    of_own_posts: bool = Field(description="Only what one's own posts answer for.")
    people: int
    people_overdue: int
    outside: int = Field(description="For whom one's own posts answer, but outside one's bounds: only how many.")


class CallsAsked(Asked):
    all: bool = Field(default=False, description="All within one's bounds, not only those of one's own posts.")
    cursor: str | None = None


@operation(router, "GET", "/calls", Permission.SEE_DUTIES, answer=Calls)
def who_to_call(request: Any, asked: Query[CallsAsked]) -> Any:
    """Those towards whom something is owed by today, worst first: of one's own posts, else within one's bounds."""
    posts, day = posts_of(request.by.id, request.moment), today(request)
    mine = bool(posts) and not asked.all
    narrowed = Narrowed(request.scope, request.moment, to_do=day, answering=posts if mine else None)
    after = cursor_from(str(cursors.opened("calls", asked.cursor))) if asked.cursor else None
    rows = list_people(narrowed, after, CARDS + 1)
    shown = rows[:CARDS]
    may_record = request.rights.may(Permission.RECORD_FACTS)
    if shown:
        purpose = Purpose.DUTY if mine else Purpose.INVESTIGATION if may_record else Purpose.SUPERVISION
        request.look("calls", purpose, listed=[row.id for row in shown])
    cards = cards_of(shown, day=day, posts=posts if mine else None, with_phones=mine or may_record)
    totals = count_people(narrowed)
    of_posts = count_people(replace(narrowed, scope=Scope(everywhere=True))).people if mine else totals.people
    return {
        "items": _cards(request, cards),
        "next_cursor": cursors.sealed("calls", cursor_text(shown[-1].cursor)) if len(rows) > CARDS else None,
        "of_own_posts": mine,
        "people": totals.people,
        "people_overdue": totals.overdue,
        "outside": of_posts - totals.people,
    }


def _cards(request: Any, cards: list[Card]) -> list[dict[str, Any]]:
    told = iter(owed_told(request, [one for card in cards for one in card.owed]))
    return [
        {
            "person": person_told(card.person),
            "phones": card.phones,
            "last_call": card.last,
            "to_be_judged": card.waits,
            "duties": [next(told) for _one in card.owed],
        }
        for card in cards
    ]


class MetAsked(Asked):
    """Somebody whom they met."""

    name: Annotated[Line, Field(min_length=1, max_length=100)]
    phone: Annotated[Line, Field(max_length=40)] = ""
    setting: Annotated[Line, Field(max_length=LONGEST_SETTING)] = Field(default="", description="Where, in words.")


How = Literal["household", "work", "school", "care", "vehicle", "room", "visit", "general"]
Symptom = Literal["fever", "cough", "shortness_of_breath", "chest_pain"]


class CallAsked(Asked):
    outcome: Literal["call_reached", "call_no_answer", "call_refused", "call_back"]
    back_at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = Field(
        default=None, description="For `call_back`: the time of day, like 20:20."
    )
    temperature_tenths: Annotated[Whole, Field(ge=COLDEST, le=HOTTEST)] | None = Field(
        default=None, description="In tenths of a degree Celsius: 384 is 38.4 °C."
    )
    symptoms: Annotated[list[Symptom], Field(max_length=len(SYMPTOMS))] | None = Field(
        default=None, description="Those that are there, of all that were asked; empty: none is; null: nobody asked."
    )
    met: Annotated[list[MetAsked], Field(max_length=MOST_CONTACTS)] = []
    met_nobody: Yes = False
    how: How | None = Field(default=None, description="How they met; needed where somebody is named.")
    last_met: Day | None = None
    disease: Annotated[Line, Field(max_length=40)] | None = Field(
        default=None, description="Which contacts are traced for; needed where somebody or nobody is named."
    )


class CallTold(Told):
    person: UUID
    outcome: str


@operation(
    router, "POST", "/people/{person}/calls", Permission.RECORD_FACTS, answer=CallTold, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def record_what_came_of_a_call(request: Any, person: UUID, asked: CallAsked) -> Any:
    """What came of a call: reached or not, the daily check, and whom they met, all at once."""
    read = within_reach(request, person, ReadAs())
    call = Call(
        outcome=asked.outcome,
        back_at=asked.back_at or "",
        tenths=asked.temperature_tenths,
        present=tuple(asked.symptoms or ()),
        asked_of_symptoms=asked.symptoms is not None,
        met=tuple(Met(one.name, one.phone, one.setting) for one in asked.met),
        nobody=asked.met_nobody,
        how=asked.how or "",
        last_met=asked.last_met if asked.met else None,
        disease=asked.disease or "",
    )
    if (asked.outcome == "call_back") != (asked.back_at is not None):
        raise refused("call.unreadable", "back_at", _("Give the time to call back, like 20:20."))
    hold_together(call, none=False, diseases=diseases_of(read))
    record_call(
        person=read,
        call=call,
        key=key_of(request),
        moment=request.moment,
        day=today(request),
        by=request.by,
        at=request.at,
    )
    return {"person": read, "outcome": call.outcome}


class ContactAsked(MetAsked):
    how: How
    last_met: Day | None = None
    disease: Annotated[Line, Field(min_length=1, max_length=40)]


class ContactNamed(Told):
    person: UUID = Field(description="Who was named: somebody new, known only as a contact.")
    contact: UUID


@operation(
    router, "POST", "/people/{person}/contacts", Permission.RECORD_FACTS, answer=ContactNamed, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def name_contact(request: Any, person: UUID, asked: ContactAsked) -> Any:
    """Somebody whom this person met and named; one of the household lives where they do."""
    index = within_reach(request, person, ReadAs())
    if asked.disease not in diseases_of(index):
        raise refused("call.unreadable", "disease", _("Choose the disease that contacts are traced for."))
    named = derived_id("contact", str(request.account.id), index.hex, sent_under(request))
    contact = name_somebody(
        person=named,
        index=index,
        name=asked.name,
        phone=asked.phone,
        setting=asked.setting,
        kind=asked.how,
        last=asked.last_met,
        disease=asked.disease,
        known_at=request.moment,
        by=request.by,
        at=request.at,
    )
    return {"person": named, "contact": contact}
