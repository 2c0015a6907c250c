"""Operations on what people decide about duties: excused with a reason, the excuse taken back, handed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from mainstay.accounts.rules import Permission
from mainstay.duties import by_hand
from mainstay.duties.pages import deciding
from mainstay.platform.errors import MainstayError
from mainstay.web.api.doors import operation, today
from mainstay.web.api.problems import NOT_FOUND, Problem, fault, not_found, worded
from mainstay.web.api.words import Asked, Line, Told

router = Router(tags=["duties"])
MOST = 200


class Picked(Asked):
    """Which duties are meant, and why."""

    duties: Annotated[list[UUID], Field(min_length=1, max_length=MOST)]
    reason: Annotated[Line, Field(max_length=by_hand.LONGEST)]


class Handed(Picked):
    post: Annotated[Line, Field(min_length=1, max_length=deciding.LONGEST_CODE)] = Field(
        description="The code of the post that answers from now on; somebody must hold it."
    )


class Decided(Told):
    """received = done + known: all of the duties named stand so now, or none was touched."""

    received: int
    done: int = Field(description="By this request.")
    known: int = Field(description="Stood so before: handed to that post, or excused by the same hand for that reason.")


@operation(
    router, "POST", "/excuses", Permission.SEE_DUTIES, answer=Decided, takes="application/json", once=True
)  # fmt: skip
def excuse_duties(request: Any, asked: Picked) -> Any:
    """Say that open duties need not be done, and why: all of them or none.

    Of one's own posts, or, with `assign_duties`, within the bounds of that.
    """
    duties = list(dict.fromkeys(asked.duties))
    with _answered_for(asked.duties):
        done = deciding.excuse(request, deciding.meant(request, duties, today(request)), asked.reason)
    return _decided(duties, done)


@operation(router, "DELETE", "/excuses/{duty}", Permission.SEE_DUTIES, answer=Decided)
def take_back_excuse(request: Any, duty: UUID) -> Any:
    """Say that a duty's excuse does not hold after all: it stands again after the next run of the cycle.

    Of one's own posts, or, with `assign_duties`, within the bounds of that.
    """
    (row,) = deciding.meant(request, [duty], today(request))
    return _decided([duty], deciding.take_back(request, row))


@operation(
    router, "POST", "/handovers", Permission.SEE_DUTIES, answer=Decided, takes="application/json", once=True
)  # fmt: skip
def hand_over_duties(request: Any, asked: Handed) -> Any:
    """Make another post accountable for open duties, until they end: all of them or none.

    Of one's own posts, or, with `assign_duties`, within the bounds of that.
    """
    duties = list(dict.fromkeys(asked.duties))
    with _answered_for(asked.duties):
        rows = deciding.meant(request, duties, today(request))
        done = deciding.hand_over(request, rows, asked.post, asked.reason)
    return _decided(duties, done)


def _decided(duties: Sequence[UUID], done: int) -> dict[str, int]:
    return {"received": len(duties), "done": done, "known": len(duties) - done}


@contextmanager
def _answered_for(duties: Sequence[UUID]) -> Iterator[None]:
    """A refusal names the duties that it is about by their place in the request."""
    try:
        yield
    except deciding.NotTheirs as error:
        refusal = not_found()
        refusal.errors = _faults(NOT_FOUND, refusal.detail, duties, {str(one) for one in error.duties})
        raise refusal from error
    except MainstayError as error:
        if error.code != by_hand.NOT_OPEN:
            raise worded(error, deciding.told(error)) from error
        sentence = _("This duty is not open any more; read it again.")
        faults = _faults(error.code, sentence, duties, set(error.facts.get("duties", ())))
        raise Problem(409, error.code, sentence, faults) from error


def _faults(code: str, sentence: str, duties: Sequence[UUID], about: set[str]) -> list[dict[str, Any]]:
    return [fault(code, sentence, f"duties.{row}", row) for row, one in enumerate(duties) if str(one) in about]
