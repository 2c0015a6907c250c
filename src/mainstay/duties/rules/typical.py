"""What a protocol asks for from the moment on at which somebody comes into a category, with nothing else known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mainstay.duties.rules import facts as shapes
from mainstay.duties.rules.edition import Clause, Ruleset
from mainstay.duties.rules.facts import PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.judge import judge, verdict_at
from mainstay.duties.rules.sitting import Sitting

SUPPOSED = UUID(int=0)
# A category that follows from a class is named like it.
OF_A_CLASS = ("confirmed", "clinical", "asymptomatic", "suspected")


@dataclass(frozen=True, slots=True)
class Asked:
    """Clauses that bind at once, and those that hang on what is still to be found out (with its names)."""

    at_once: tuple[Clause, ...]
    if_known: tuple[tuple[Clause, tuple[str, ...]], ...]


def newly(category: str, horizon: Horizon) -> PersonFacts:
    """The one fact that makes somebody of a category, of the day judged."""
    day = horizon.today
    if category in OF_A_CLASS:
        return PersonFacts(classifications=(shapes.Classified(SUPPOSED, horizon.moment, day, category),))
    if category == "fever_patient":
        return PersonFacts(symptoms=(shapes.Symptom(SUPPOSED, horizon.moment, day, "fever", True),))
    ill = day - timedelta(days=1)
    met = shapes.Exposure(SUPPOSED, horizon.moment, day, day, day, "household", "confirmed", ill, ill, day)
    return PersonFacts(exposures=(met,))


def asked_of(category: str, rules: Ruleset, horizon: Horizon) -> Asked | None:
    """What binds somebody newly of this category, by the judge itself; None where these rules do not place them there.

    Shortest time first, then what is daily.
    """
    facts = newly(category, horizon)
    if judge("person", facts, rules, horizon).category != category:
        return None
    sitting = Sitting(facts, rules, horizon)
    verdicts = [(clause, verdict_at(clause, sitting)) for clause in rules.by_subject["person"]]
    at_once = sorted((clause for clause, verdict in verdicts if verdict.value), key=_by_when)
    if_known = sorted(
        ((clause, verdict.unknown) for clause, verdict in verdicts if verdict.value is None),
        key=lambda one: _by_when(one[0]),
    )
    return Asked(tuple(at_once), tuple(if_known))


def owned_by(owner: str, rules: Ruleset) -> tuple[tuple[Clause, bool], ...]:
    """Clauses that may come to an owner, each with whether it comes to them first; shortest time first."""
    mine = [clause for clause in rules.clauses if owner in clause.owner]
    return tuple((clause, clause.owner[0] == owner) for clause in sorted(mine, key=_by_when))


def _by_when(clause: Clause) -> tuple[bool, timedelta, str]:
    return (clause.demand.daily, clause.demand.within, clause.id)
