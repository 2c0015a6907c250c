"""The rules of fairness for confining somebody, as short checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = ("quarantine", "isolation")
# How an order reached the person. Read out over the telephone it is served, but not in writing.
WRITTEN = ("in person", "household", "post", "message")
SERVED_HOW = (*WRITTEN, "telephone")
# An oral order lapses unless it is in writing by then; an objection is decided by then (the house's own clauses).
CONFIRMED_WITHIN = timedelta(hours=24)
DECIDED_WITHIN = timedelta(hours=48)

# Where an order stands: see `Paper.stands`.
RELEASED, ENDED, LAPSED, NOT_SERVED = "released", "ended", "lapsed", "not_served"
TO_BEGIN, REVIEW_DUE, IN_FORCE = "to_begin", "review_due", "in_force"
STANDS = (RELEASED, ENDED, LAPSED, NOT_SERVED, TO_BEGIN, REVIEW_DUE, IN_FORCE)


def order_fault(
    basis: str, reason: str, official: str, starts: datetime, ends: datetime, review: datetime
) -> str | None:
    """What is missing from an order that would confine somebody; None where it is complete."""
    for name, value in (("legal basis", basis), ("reason", reason), ("named official", official)):
        if not value.strip():
            return f"it has no {name}"
    if ends <= starts:
        return "it ends before it begins"
    if not starts < review <= ends:
        return "its review does not lie between its start and its end"
    return None


def early_end_fault(starts: datetime, ends: datetime, earlier: datetime, reason: str) -> str | None:
    """Why an order cannot end before its time like that; None where it can. Ending it asks less than giving it."""
    if not reason.strip():
        return "nobody says why"
    if earlier <= starts:
        return "it would end before it begins"
    if earlier >= ends:
        return "by itself it ends no later"
    return None


def serving_fault(how: str, served: datetime, given: datetime, now: datetime) -> str | None:
    """Why an order cannot have been served like that; None where it can."""
    if how not in SERVED_HOW:
        return "nobody says how"
    if served > now:
        return "that is still to come"
    return "that is before it was given" if served < given - CONFIRMED_WITHIN else None


def decider_fault(givers: Collection[str], decider: str) -> str | None:
    """An objection is decided by somebody other than who gave the order."""
    return "whoever gave the order cannot decide on the objection to it" if decider in givers else None


@dataclass(frozen=True, slots=True)
class Paper:
    """What tells where an order stands: its times, and what was decided about it."""

    starts: datetime
    ends: datetime
    review: datetime
    served: datetime | None
    oral: bool
    released: bool  # an objection to it was upheld
    reviewed: bool

    def in_force(self, at: datetime) -> bool:
        return self.starts <= at < self.ends and not self.released

    def review_due(self, at: datetime) -> bool:
        return self.in_force(at) and self.review <= at and not self.reviewed

    def unserved(self, at: datetime) -> bool:
        """Not over, and not served: it binds nobody."""
        return at < self.ends and not self.released and self.served is None

    def lapsed(self, at: datetime) -> bool:
        """Given by word of mouth and not in writing a day later: it binds nobody any more."""
        return self.oral and at >= self.starts + CONFIRMED_WITHIN

    def stands(self, at: datetime) -> str:
        """Where it stands, in one word of STANDS: of several the one that says most about whether it binds."""
        if self.released:
            return RELEASED
        if at >= self.ends:
            return ENDED
        if self.lapsed(at):
            return LAPSED
        if self.served is None:
            return NOT_SERVED
        if at < self.starts:
            return TO_BEGIN
        return REVIEW_DUE if self.review_due(at) else IN_FORCE
