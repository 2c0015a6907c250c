"""Operations on who looks after whom: a list shared out among colleagues, one person handed to another of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from mainstay.accounts.queries import actors_of
from mainstay.accounts.rules import LONGEST_NAME, Permission, Whereabouts
from mainstay.duties.pages.sharing import overtaken
from mainstay.duties.sharing import HANDED_MEANWHILE, NOBODY_CHOSEN, Terms, hand_over, split
from mainstay.isolation.queries import whereabouts
from mainstay.people.api.people import within_reach
from mainstay.people.queries import ReadAs
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.doors import doors_of
from mainstay.reports.queries.sharing import MOST_CHOSEN, covers_all, everybody_on, offered_to, terms_of, with_them
from mainstay.web.api.doors import key_of, operation, today
from mainstay.web.api.problems import NOT_FOUND, Problem, fault, not_found, refused
from mainstay.web.api.words import Asked, Line, Told, Yes

router = Router(tags=["calls"])
MOST_STAFF = 100
UserName = Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]


class SplitAsked(Asked):
    staff: Annotated[list[UserName], Field(min_length=1, max_length=MOST_STAFF)] = Field(
        description="The user names of those among whom it is shared out."
    )
    people: Annotated[list[UUID], Field(min_length=1, max_length=MOST_CHOSEN)] | None = Field(
        default=None, description="Only these; null: everybody of `GET /calls`, and whoever joins that list later."
    )
    all: Yes = Field(default=False, description="Of `GET /calls?all=true`: not only what one's own posts answer for.")


class SplitTold(Told):
    people: int
    doors: int = Field(description="People of one door stay together.")
    changed: int = Field(description="So many people changed hands.")


@operation(
    router, "POST", "/splits", Permission.ASSIGN_DUTIES, answer=SplitTold, takes="application/json", once=True
)  # fmt: skip
def share_a_list_out(request: Any, asked: SplitAsked) -> Any:
    """Share a list out evenly among colleagues: nobody has two doors more than another."""
    read_as = ReadAs()
    terms = terms_of(request.by.id, request.scope, request.moment, every=asked.all)
    if asked.people is None:
        people = everybody_on(terms, request.moment, today(request))
    else:
        people = [read_as.survivor(one) for one in asked.people]
    there = whereabouts(people, request.moment, read_as)
    _hold_within_bounds(request, people, there)
    people = list(dict.fromkeys(people))
    staff = _staff(request, asked.staff, there)
    doors = doors_of(people)
    changed = split(
        doors=doors,
        staff=staff,
        key=key_of(request),
        terms=Terms(terms.scope, terms.posts, tuple(staff)) if asked.people is None else None,
        by=request.by,
        at=request.at,
    )
    return {"people": len(people), "doors": len(doors), "changed": changed}


def _hold_within_bounds(request: Any, people: Sequence[UUID], there: Mapping[UUID, Whereabouts]) -> None:
    """Refused, each by its place, where one of them is out of bounds, or nobody."""
    outside = [n for n, one in enumerate(people) if one not in there or not request.scope.covers(there[one])]
    if outside:
        refusal = not_found()
        refusal.errors = [fault(NOT_FOUND, refusal.detail, f"people.{n}", n) for n in outside]
        raise refusal


def _staff(request: Any, names: Sequence[str], there: Mapping[UUID, Whereabouts]) -> list[UUID]:
    """Their actors; refused where somebody may not record what comes of it for all of these people."""
    offered, actors = offered_to(there.values(), request.at), actors_of(names)
    sentence = _("Choose a colleague who may call all of these people.")
    faults = [
        fault(NOBODY_CHOSEN, sentence, f"staff.{n}", n)
        for n, name in enumerate(names)
        if actors.get(name) not in offered
    ]
    if faults:
        raise Problem(422, NOBODY_CHOSEN, sentence, faults)
    return list(dict.fromkeys(actors[name] for name in names))


class HandAsked(Asked):
    to: UserName | None = Field(description="The user name of the colleague; null: nobody's.")
    seen: UserName | None = Field(description="Whose they were when one looked; null: nobody's.")


class HandTold(Told):
    changed: int = Field(description="This person, and those of the same door who were with the same colleague.")


@operation(
    router, "POST", "/people/{person}/assignments", Permission.RECORD_FACTS, answer=HandTold,
    takes="application/json", once=True,
)  # fmt: skip
def give_a_person_to_a_colleague(request: Any, person: UUID, asked: HandAsked) -> Any:
    """Give a person, and whoever is called on with them, to a colleague.

    One's own, or nobody's; those of another, with `assign_duties` where they are.
    """
    read_as = ReadAs()
    read = within_reach(request, person, read_as)
    there = whereabouts([read], request.moment, read_as)
    actors = actors_of([name for name in (asked.to, asked.seen) if name is not None])
    to, seen = (actors.get(name) if name is not None else None for name in (asked.to, asked.seen))
    if asked.to is not None and to not in offered_to(there.values(), request.at):
        raise refused(NOBODY_CHOSEN, "to", _("Choose a colleague who may call this person."))
    if asked.seen is not None and seen is None:
        raise refused(NOBODY_CHOSEN, "seen", _("There is no such account; type the user name."))
    if seen not in (None, request.by.id) and not covers_all(
        request.rights.scope(Permission.ASSIGN_DUTIES), there.values()
    ):
        raise not_found()
    people = with_them(read, seen, request.scope, request.moment, today(request), read_as)
    try:
        return {"changed": hand_over(people=people, to=to, seen=seen, by=request.by, at=request.at)}
    except MainstayError as error:
        if error.code != HANDED_MEANWHILE:
            raise
        raise Problem(409, error.code, overtaken(error, today(request))) from error
