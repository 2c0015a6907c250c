"""Leaving out the clauses that cannot bind answers as asking every clause does."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from mainstay.duties.rules.edition import combine
from mainstay.duties.rules.facts import FIELDS, PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.judge import verdict_at
from mainstay.duties.rules.relevance import present_in, relevant
from mainstay.duties.rules.sitting import Sitting
from mainstay.platform.clock import day_end
from tests.scenarios.story import Story, all_stories, edition
from tests.scenarios.told import Teller

STORIES = [story for story in all_stories() if story.subject == "person"]


def _facts_at_the_end(story: Story) -> PersonFacts:
    teller = Teller(story.zone)
    for day in story.days:
        for table in day.happens:
            teller.take(table, day.date)
    return teller.facts("person")


def _fewer(facts: PersonFacts, rng: Random) -> PersonFacts:
    """The same person with some lists of facts forgotten."""
    return replace(facts, **{name: () for name in FIELDS if rng.random() < 0.3})


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_clause_left_out_is_false_when_asked(story: Story) -> None:
    rng = Random(story.name)
    whole, last = _facts_at_the_end(story), story.days[-1].date
    left_out = 0
    for under in story.under:
        rules = combine(tuple(edition(name) for name in (under, *story.beside)))
        for facts in [whole, *(_fewer(whole, rng) for _ in range(5))]:
            clauses, _categories = relevant(rules, present_in(facts))
            sitting = Sitting(facts, rules, Horizon(day_end(last, story.zone), last, story.zone))
            others = [clause for clause in rules.by_subject["person"] if clause not in clauses]
            assert {clause.id for clause in others if verdict_at(clause, sitting).value is not False} == set()
            left_out += len(others)
    assert left_out > 0
