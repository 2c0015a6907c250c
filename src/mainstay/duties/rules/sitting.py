"""What a subject is judged in: its facts, the rules, the moment, and what was asked already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from mainstay.duties.rules import edition as words
from mainstay.duties.rules.anchors import Anchors, matching
from mainstay.duties.rules.edition import Clause, Ruleset
from mainstay.duties.rules.facts import Exposure, PersonFacts, PostFacts, QuestionFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.verdict import Verdict

SubjectFacts = PersonFacts | PostFacts | QuestionFacts

# Days of which every fact is an episode of its own -> the list of these facts.
EACH: dict[str, str] = {"order": "orders", "objection": "objections"}


def each_of(clause: Clause) -> str | None:
    """The list of whose facts each is asked by itself, as if it were the only one; None for most clauses."""
    return EACH.get(clause.episode.chain[0])


def alone(facts: Any, clause: Clause, episode: str) -> Any:
    """The facts as one order or objection knows them: of its kind there is no other."""
    name = each_of(clause)
    if name is None or not isinstance(facts, PersonFacts):
        return facts
    return replace(facts, **{name: tuple(item for item in getattr(facts, name) if item.id.hex == episode)})


class Sitting:
    """One subject before one set of rules at one moment: what was asked once is not worked out again."""

    __slots__ = ("_contexts", "_days", "answers", "facts", "found", "horizon", "rules")

    def __init__(self, facts: Any, rules: Ruleset, horizon: Horizon) -> None:
        self.facts = facts
        self.rules = rules
        self.horizon = horizon
        self.answers: dict[int, Verdict] = {}
        self.found: dict[int, tuple[Exposure, ...]] = {}
        self._days: dict[date, Sitting] = {}
        self._contexts: dict[int, Context] = {}

    def on(self, day: date) -> Sitting:
        """The same subject at the beginning of a day."""
        if day not in self._days:
            self._days[day] = Sitting(self.facts, self.rules, self.horizon.at(day))
        return self._days[day]

    def context(self, asked: words.ExposedTo | None) -> Context:
        """What every clause that asks for this exposure (or for none) is judged in."""
        key = id(asked)
        if key not in self._contexts:
            self._contexts[key] = Context(self, asked)
        return self._contexts[key]

    def matching(self, asked: words.ExposedTo | None) -> tuple[Exposure, ...]:
        """The exposures that count for what is asked; all of them where a clause asks for none."""
        if not isinstance(self.facts, PersonFacts):
            return ()
        if asked is None:
            return self.facts.exposures
        key = id(asked)
        if key not in self.found:
            self.found[key] = matching(self.facts, asked)
        return self.found[key]


class Context:
    """What a clause is judged in: the sitting, and the exposures that the clause asks for."""

    __slots__ = ("_anchors", "asked", "facts", "horizon", "rules", "sitting")

    def __init__(self, sitting: Sitting, asked: words.ExposedTo | None) -> None:
        self.sitting = sitting
        self.asked = asked
        self.facts = sitting.facts
        self.rules = sitting.rules
        self.horizon = sitting.horizon
        self._anchors: Anchors | None = None

    @property
    def anchors(self) -> Anchors:
        """The days things are counted from, as this clause sees them."""
        if self._anchors is None:
            gap = self.rules.exposure_gap_days
            self._anchors = Anchors(self.facts, self.sitting.matching(self.asked), gap)
        return self._anchors
