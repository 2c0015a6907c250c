"""Every story is true of the rules; every clause of every shipped edition has one."""

from __future__ import annotations

from functools import cache

import pytest

from mainstay.duties.library import shipped
from tests.scenarios.story import VERBS, Outcome, Story, all_stories, edition, run

STORIES = {story.name: story for story in all_stories()}
TELLINGS = [(story.name, under) for story in STORIES.values() for under in story.under]
# Stories the rules do not tell yet. Strict: whoever mends the rules takes the line out.
NOT_YET = {
    "a-second-vacancy": "the first vacancy's duty reopens: a post knows only its present holder",
    "all-four-criteria-for-release": "`sustained` begins with its last reading, before the last day is over",
    "mers-two-negatives-release": "`sustained` begins with its last reading, before the last day is over",
    "order-reviewed": "a review due counts from the day of the order",
}


@cache
def told(name: str, under: str) -> Outcome:
    return run(STORIES[name], under)


def _expected(name: str, under: str) -> object:
    marks = [pytest.mark.xfail(reason=NOT_YET[name], strict=True)] if name in NOT_YET else []
    return pytest.param(name, under, marks=marks, id=f"{name}-{under}")


@pytest.mark.parametrize(("name", "under"), [_expected(*telling) for telling in TELLINGS])
def test_the_rules_do_what_the_story_says(name: str, under: str) -> None:
    differences = told(name, under).differences
    assert not differences, f"{STORIES[name].title} (under {under})\n" + "\n".join(differences)


@pytest.mark.parametrize("issue", sorted(shipped()))
def test_every_clause_has_a_story(issue: str) -> None:
    clauses = {clause.id for clause in edition(issue).clauses}
    shown = {
        clause
        for name, under in TELLINGS
        for opened_by, clause in told(name, under).opened
        if opened_by == issue and clause in STORIES[name].shows
    }
    assert clauses - shown == set()


@pytest.mark.parametrize("story", STORIES.values(), ids=lambda story: story.name)
def test_a_story_expects_something(story: Story) -> None:
    expected = {
        label.partition("@")[0] for day in story.days for verb in VERBS for label in day.then.get(verb, ())
    }
    assert story.shows or story.never
    assert expected == set(story.shows), "what a story shows and what it expects are the same clauses"
    if not story.shows:
        assert any("category" in day.then for day in story.days) or story.never


def test_stories_are_told_once() -> None:
    titles = [story.title for story in STORIES.values()]
    assert len(titles) == len(set(titles))
