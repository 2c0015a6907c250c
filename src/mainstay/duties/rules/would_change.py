"""What would change a clause's verdict: which single fact, learned now, and when the clock alone does it.

Each supposition is tried against the rules themselves; only what flips the verdict to true or false is told. What is
unknown and cannot decide by itself (two findings are missing) is told as something to be learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from uuid import UUID

from mainstay.duties.rules.edition import Clause, Ruleset
from mainstay.duties.rules.facts import PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.judge import verdict_at
from mainstay.duties.rules.sitting import Sitting
from mainstay.duties.rules.supposing import Supposition, known, retractions, suppositions
from mainstay.duties.rules.verdict import Verdict

CLOCK = "clock"
KNOWN = "known"
# So many facts are tried for one clause, and so many later instants: an answer never takes long.
MAX_TRIES = 200
MAX_LOOKS = 64


@dataclass(frozen=True, slots=True)
class WouldChange:
    """`fact` becoming `to` would make the verdict `verdict` from `at` on.

    `id` is the root of the fact that would be corrected or taken back, None where one would be added.
    For `clock` nothing need be learned: at that instant the verdict changes by itself. Where `to` is `known`, the
    fact is missing and does not decide alone: `at` and `verdict` are None.
    """

    fact: str
    to: str
    at: datetime | None
    verdict: bool | None
    id: UUID | None = None


def would_change(clause: Clause, facts: PersonFacts, rules: Ruleset, horizon: Horizon) -> tuple[WouldChange, ...]:
    """All that would flip a clause's verdict on one person, in the order in which the clause asks; the clock last."""
    now = _verdict(clause, facts, rules, horizon.moment, horizon)
    flips = [
        WouldChange(supposed.fact, supposed.to, horizon.moment, verdict, supposed.id)
        for supposed, verdict in flipping(clause, facts, rules, horizon)
    ]
    answered = {change.fact for change in flips}
    missing = [WouldChange(name, KNOWN, None, None) for name in dict.fromkeys(now.unknown) if name not in answered]
    return (*flips, *missing, *by_the_clock(clause, facts, rules, horizon))


def flipping(
    clause: Clause, facts: PersonFacts, rules: Ruleset, horizon: Horizon
) -> Iterator[tuple[Supposition, bool]]:
    """The suppositions that make the verdict true or false where it is not, each with what it makes it."""
    now = _verdict(clause, facts, rules, horizon.moment, horizon)
    base = known(clause, facts, rules, horizon)
    told: set[tuple[str, str, UUID | None]] = set()
    for supposed in islice(chain(suppositions(clause, base), retractions(now.facts, base)), MAX_TRIES):
        then = _verdict(clause, supposed.facts, rules, horizon.moment, horizon).value
        change = (supposed.fact, supposed.to, supposed.id)
        if then is not None and then != now.value and change not in told:
            told.add(change)
            yield supposed, then


def by_the_clock(clause: Clause, facts: PersonFacts, rules: Ruleset, horizon: Horizon) -> tuple[WouldChange, ...]:
    """The instant at which the verdict changes with nothing learned; empty where that is not to be foreseen."""
    own = Horizon(horizon.moment, horizon.period, horizon.zone)
    now = verdict_at(clause, Sitting(facts, rules, own)).value
    for _look in range(MAX_LOOKS):
        if own.next_look is None:
            break
        own = Horizon(own.next_look, horizon.period, horizon.zone)
        then = verdict_at(clause, Sitting(facts, rules, own)).value
        if then != now:
            return (WouldChange(CLOCK, {True: "true", False: "false", None: "unknown"}[then], own.moment, then),)
    return ()


def _verdict(clause: Clause, facts: PersonFacts, rules: Ruleset, moment: datetime, like: Horizon) -> Verdict:
    return verdict_at(clause, Sitting(facts, rules, Horizon(moment, like.period, like.zone)))
