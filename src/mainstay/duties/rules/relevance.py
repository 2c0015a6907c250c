"""Which clauses can bind a person at all, by the kinds of facts there are about them.

Most clauses speak of people in another situation: without a class no case clause binds, without an
exposure no contact clause. What is left out here would be found false by its predicates, only later.
"""

from __future__ import annotations

from functools import lru_cache

from mainstay.duties.rules import edition as words
from mainstay.duties.rules.edition import CategoryRule, Clause, Condition, Ruleset
from mainstay.duties.rules.facts import FIELDS, PersonFacts

# What is there: the names of the lists that hold something, and `classification:NAME`, `symptom:NAME`.
Present = frozenset[str]

# A predicate that is false where this list is empty (those that are unknown then are not named here).
_LISTS: dict[type, str] = {
    words.Sustained: "checks",
    words.TestIs: "results",
    words.ExposedTo: "exposures",
    words.OutcomeIs: "outcomes",
    words.OrderIs: "orders",
    words.ObjectionIs: "objections",
}


def present_in(facts: PersonFacts) -> Present:
    """What there is about a person."""
    found = [name for name in FIELDS if getattr(facts, name)]
    found += [f"classification:{item.value}" for item in facts.classifications]
    found += [f"symptom:{item.name}" for item in facts.symptoms]
    return frozenset(found)


@lru_cache(maxsize=4096)
def relevant(rules: Ruleset, present: Present) -> tuple[tuple[Clause, ...], tuple[CategoryRule, ...]]:
    """The clauses about persons and the categories that can be other than false, in the order of the rules."""
    clauses = tuple(clause for clause in rules.by_subject["person"] if possible(clause.when, present))
    return clauses, tuple(rule for rule in rules.categories if possible(rule.when, present))


def possible(condition: Condition, present: Present) -> bool:
    """Whether a condition can be true or unknown; True wherever that cannot be ruled out."""
    match condition:
        case words.AllOf(parts):
            return all(possible(part, present) for part in parts)
        case words.AnyOf(parts):
            return any(possible(part, present) for part in parts)
        case words.AtLeast(count, parts):
            return sum(possible(part, present) for part in parts) >= count
        case words.NoneOf(parts):
            return not any(certain(part, present) for part in parts)
        case words.ClassificationIs(values):
            return any(f"classification:{value}" in present for value in values)
        case _:
            needed = _LISTS.get(type(condition))
            return needed is None or needed in present


def certain(condition: Condition, present: Present) -> bool:
    """Whether a condition is true without looking further: nobody has spoken of a symptom or a severity."""
    if not isinstance(condition, words.Unknown):
        return False
    if condition.name == "severity":
        return "severities" not in present
    return condition.name.startswith("symptom:") and condition.name not in present
