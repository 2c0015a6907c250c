"""Figures counted from cases: who is a confirmed case as of a day, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mainstay.duties.rules.anchors import current_class
from mainstay.duties.rules.facts import PersonFacts, in_order

LISTS = ("classifications", "onsets", "reports", "outcomes")
CONFIRMED = "confirmed"
DIED = "died"
CURED = ("discharged", "recovered")


@dataclass(frozen=True, slots=True)
class Case:
    """One confirmed case as of a day: its days, None where unknown, and the facts that say so."""

    person: UUID
    confirmed: UUID
    confirmed_date: date | None
    onset_date: date | None
    report_date: date | None
    outcome: str = ""  # died, cured, or nothing on file
    outcome_fact: UUID | None = None
    outcome_date: date | None = None


def as_of(facts: PersonFacts, day: date, ends_at: datetime) -> PersonFacts:
    """What had happened by a day, which ends at an instant; an undated fact counts from when it became known."""

    def kept(items: Iterable[Any]) -> tuple[Any, ...]:
        return in_order(item for item in items if (item.date <= day if item.date else item.known < ends_at))

    return replace(facts, **{name: kept(getattr(facts, name)) for name in LISTS})


def confirmed_cases(people: Mapping[UUID, PersonFacts], day: date, ends_at: datetime) -> tuple[Case, ...]:
    """The confirmed cases as of a day, by person: those whose class is confirmed and who were not excluded since."""
    found = [_case(person, as_of(people[person], day, ends_at)) for person in sorted(people)]
    return tuple(case for case in found if case is not None)


def _case(person: UUID, facts: PersonFacts) -> Case | None:
    now = current_class(facts)
    if now is None or now.value != CONFIRMED:
        return None
    onset = facts.onsets[-1].date if facts.onsets else None
    reports = [item.date for item in facts.reports if item.date is not None]
    case = Case(person, now.id, now.date, onset, min(reports, default=None))
    died = [item for item in facts.outcomes if item.value == DIED]
    ended = died or [item for item in facts.outcomes if item.value in CURED]
    if not ended:
        return case
    last = ended[-1]
    return replace(case, outcome=DIED if died else "cured", outcome_fact=last.id, outcome_date=last.date)


def tells_cures(people: Iterable[PersonFacts]) -> bool:
    """Whether any discharge or recovery is on file: if not, nobody can say that none was cured."""
    return any(item.value in CURED for facts in people for item in facts.outcomes)
