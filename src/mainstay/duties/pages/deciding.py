"""Deciding about duties, at the pages and at the API alike: who may, which post is meant, what a refusal says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from mainstay.accounts.rules import Permission, Scope
from mainstay.duties import by_hand
from mainstay.isolation import queries
from mainstay.organisations.models import Post
from mainstay.people.pages.typed import cleaned
from mainstay.people.queries import ReadAs
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.reports.queries.cards import Asked, DutyRow, list_duties
from mainstay.reports.queries.owed import posts_of

LONGEST_CODE = 60


# --- who may ------------------------------------------------------------------------------------------


def meant(request: Any, duties: Sequence[UUID], day: date, status: str = "any") -> list[DutyRow]:
    """These duties, which stand so within the door's scope; raises `NotTheirs` for any that does not."""
    asked = Asked(request.scope, request.moment, day, status=status, duties=frozenset(duties))
    rows = list_duties(asked, limit=len(duties))
    if others := set(duties) - {row.id for row in rows}:
        raise NotTheirs(others)
    return rows


def may_decide(request: Any, rows: Collection[DutyRow]) -> set[UUID]:
    """Those of the duties that the reader may excuse, hand over, or take the excuse of back."""
    posts = posts_of(request.by.id, request.moment)
    others = {row.person for row in rows if row.answering not in posts}
    within = covered(request, others, request.rights.scope(Permission.ASSIGN_DUTIES))
    return {row.id for row in rows if row.answering in posts or row.person in within}


def covered(request: Any, people: Collection[UUID], scope: Scope) -> set[UUID]:
    """Those of the people whom a scope covers; nothing is read where that needs no reading."""
    if scope.everywhere:
        return set(people)
    if scope.is_empty or not people:
        return set()
    return queries.covered(people, scope, request.moment, ReadAs())


class NotTheirs(Http404):
    """Some of these duties are not there, or not the reader's to decide about: both read as not found."""

    def __init__(self, duties: Collection[UUID]) -> None:
        super().__init__()
        self.duties = frozenset(duties)


def _hold(request: Any, rows: Collection[DutyRow]) -> None:
    if others := {row.id for row in rows} - may_decide(request, rows):
        raise NotTheirs(others)


# --- what is decided ----------------------------------------------------------------------------------


def excuse(request: Any, rows: Sequence[DutyRow], reason: str) -> int:
    """Excuse these duties, of one's own posts or as whoever assigns duties there; how many were by this."""
    _hold(request, rows)
    return by_hand.excuse(duties=[row.id for row in rows], reason=reason, by=request.by, at=request.at)


def hand_over(request: Any, rows: Sequence[DutyRow], code: str, reason: str) -> int:
    """The same for handing them to the post of a code; how many changed hands by this."""
    _hold(request, rows)
    post = Post.objects.filter(code=cleaned(code)[:LONGEST_CODE]).values_list("id", flat=True).first()
    # A post that is not there is held by nobody.
    return by_hand.hand_over(
        duties=[row.id for row in rows], post=post or new_id(), reason=reason, by=request.by, at=request.at
    )


def take_back(request: Any, row: DutyRow) -> int:
    """The excuse of this duty does not hold, as whoever may excuse it says; 0 where it was taken back before."""
    _hold(request, [row])
    return by_hand.take_back(duty=row.id, by=request.by, at=request.at)


def told(error: MainstayError) -> str:
    """What a service refused, in the reader's language."""
    return {
        by_hand.NO_REASON: _("Say why, in a few words."),
        by_hand.NO_POST: _("Nobody holds that post now; choose another."),
        by_hand.NOT_OPEN: _("Somebody else did, excused or ended some of these meanwhile. This is how they stand now."),
    }.get(error.code, error.sentence)
