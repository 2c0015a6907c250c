"""What people decide about duties: excused with a reason, taken back, handed over to another post.

Each decision is a fact, which the next run of the period respects. Where no run is under way the duty's state follows
at once, so that the second of two people is told; else it follows with the run. All are safe to send twice: of several
duties sent together those that stand so already are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from mainstay.duties.models import DutyState, Excuse, HandOver
from mainstay.duties.rules.reconcile import EXCUSED, OPEN, Change, Standing
from mainstay.duties.services import write_decided
from mainstay.organisations.queries import posts_at
from mainstay.platform.clock import local_date
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.facts import corrected, new_fact, retraction
from mainstay.platform.identity import derived_id
from mainstay.platform.locks import BUSY, lease
from mainstay.platform.models import Actor, Fact, Instance
from mainstay.platform.reading import View

NOT_OPEN = code("duty.not_open", "A duty is not open any more: somebody else did, excused or ended it meanwhile.")
NO_REASON = code("duty.reason", "A duty would be excused or handed over without a reason.")
NO_POST = code("duty.post", "A duty would be handed to a post that nobody holds or that has it already.")

LONGEST = 200
# A run in progress is not waited for: what was decided then follows with it, or with the next.
PATIENCE = timedelta(seconds=2)


def excuse(*, duties: Sequence[UUID], reason: str, by: Actor, at: datetime) -> int:
    """Say that open duties towards people need not be done, and why; how many were excused by this.

    Raises `duty.reason` without a reason, `duty.not_open` where one ended otherwise meanwhile; then none is excused.
    """
    why = _reason(reason)

    def decide(states: list[DutyState]) -> tuple[list[Fact], list[Change]]:
        standing = _excused(states)
        mine = {row.duty_id for row in standing if row.entry.actor_id == by.id and row.reason == why}
        asked = [state for state in states if state.duty_id not in mine]
        # Excused while a run was under way, a duty is open until the next.
        _all_open(asked, {row.duty_id for row in standing})
        facts = [_next(Excuse, state, at, reason=why) for state in asked]
        changes = [
            Change("excused", _moved(state, status=EXCUSED), f"fact:{fact.root.hex}")
            for state, fact in zip(asked, facts, strict=True)
        ]
        return facts, changes

    return _write(duties, decide, by, at, "duty.excuse")


def take_back(*, duty: UUID, by: Actor, at: datetime) -> int:
    """The excuse does not hold: the duty stands again after the next run; raises `duty.not_open` where none stands."""

    def decide(states: list[DutyState]) -> tuple[list[Fact], list[Change]]:
        last = Excuse.objects.filter(duty_id=duty).order_by("-version").first()
        if last is None:
            raise MainstayError(NOT_OPEN, "This duty was not excused; read it again.", {"duty": str(duty)})
        return ([] if last.retracted else [retraction(Excuse, last.root, known_at=at)]), []

    return _write([duty], decide, by, at, "duty.excuse.take_back")


def hand_over(*, duties: Sequence[UUID], post: UUID, reason: str, by: Actor, at: datetime) -> int:
    """Make another post accountable for open duties towards people, until they end; how many changed hands by this.

    Raises `duty.reason`, `duty.post` where nobody holds the post, `duty.not_open`; then none changes hands.
    """
    why = _reason(reason)
    to = posts_at(at, View()).by_id.get(post)
    if to is None or not to.held:
        raise MainstayError(NO_POST, "Nobody holds that post now; choose another.", {"field": "post"})

    def decide(states: list[DutyState]) -> tuple[list[Fact], list[Change]]:
        asked = [state for state in states if state.status != OPEN or state.post_id != post]
        _all_open(asked)
        facts = [_next(HandOver, state, at, post_id=post, reason=why) for state in asked]
        return facts, [Change("handed_over", _moved(state, post=post, answering=post)) for state in asked]

    return _write(duties, decide, by, at, "duty.hand_over")


# --- how it is written --------------------------------------------------------------------------------

Decide = Callable[[list[DutyState]], tuple[list[Fact], list[Change]]]


def _write(duties: Sequence[UUID], decide: Decide, by: Actor, at: datetime, verb: str) -> int:
    """Decide with the reconciler's lease held, if it can be had; without it only the facts are written."""
    with ExitStack() as held:
        at_once = _take(held)
        states = _states(duties)
        facts, changes = decide(states)
        if not facts:
            return 0
        zone = Instance.objects.values_list("zone", flat=True).get(id=1)
        today: date = local_date(at, zone)
        changed = changes if at_once else ()
        people = {state.subject_id for state in states}
        entry = write_decided(facts=facts, changes=changed, people=people, period=today, by=by, at=at, verb=verb)
    if entry is None:
        raise MainstayError(NOT_OPEN, "Somebody else decided about this at the same moment; read it again.")
    return len(facts)


def _take(held: ExitStack) -> bool:
    try:
        held.enter_context(lease("reconciler", PATIENCE))
    except MainstayError as error:
        if error.code != BUSY:
            raise
        return False
    return True


def _states(duties: Sequence[UUID]) -> list[DutyState]:
    rows = DutyState.objects.filter(duty_id__in=duties, subject_type="person").select_related("duty")
    return list(rows.order_by("duty_id"))


def _all_open(states: Sequence[DutyState], excused: Collection[UUID] = ()) -> None:
    closed = [state for state in states if state.status != OPEN or state.duty_id in excused]
    if closed:
        status = closed[0].status if closed[0].status != OPEN else EXCUSED
        raise MainstayError(
            NOT_OPEN,
            f"{len(closed)} of these duties ended meanwhile ({status}); look at them again.",
            {"duties": [str(state.duty_id) for state in closed], "status": status},
        )


def _excused(states: Sequence[DutyState]) -> list[Excuse]:
    """The excuses of these duties that stand; one statement."""
    rows = Excuse.objects.filter(duty_id__in=[state.duty_id for state in states]).select_related("entry")
    last = {row.root: row for row in rows.order_by("root", "version")}
    return [row for row in last.values() if not row.retracted]


def _reason(given: str) -> str:
    if not given.strip():
        raise MainstayError(NO_REASON, "Say why, in a few words.", {"field": "reason"})
    return given.strip()[:LONGEST]


def _next(model: type[Any], state: DutyState, at: datetime, **says: Any) -> Any:
    """The record of this duty, or its next version; its id follows from the duty, so that there are never two."""
    root = derived_id(model._meta.model_name, state.duty_id.hex)
    if model.objects.filter(root=root).exists():
        return corrected(model, root, known_at=at, retracted=False, **says)
    return new_fact(model, id=root, person_id=state.subject_id, duty_id=state.duty_id, known_at=at, **says)


def _moved(state: DutyState, **after: Any) -> Standing:
    duty = state.duty
    now = Standing(
        state.duty_id, duty.clause, duty.episode, duty.occurrence, duty.starts_at, duty.due_at, state.status,
        state.seq, state.level, state.post_id, state.answering_id, state.evidence, state.required,
    )  # fmt: skip
    return now._replace(seq=state.seq + 1, **after)
