"""Every story is true of the rules; every clause of every shipped edition has one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from mainstay.duties.library import shipped
from tests.scenarios.story import VERBS, Outcome, Story, all_stories, edition, run

STORIES = {story.name: story for story in all_stories()}
TELLINGS = [(story.name, under) for story in STORIES.values() for under in story.under]
# Stories the rules do not tell yet. Strict: whoever mends the rules takes the line out.
NOT_YET: dict[str, str] = {}


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
    expected = {label.partition("@")[0] for day in story.days for verb in VERBS for label in day.then.get(verb, ())}
    assert story.shows or story.never
    assert expected == set(story.shows), "what a story shows and what it expects are the same clauses"
    if not story.shows:
        assert any("category" in day.then for day in story.days) or story.never


def test_stories_are_told_once() -> None:
    titles = [story.title for story in STORIES.values()]
    assert len(titles) == len(set(titles))


# --- the pages in docs/protocols ---------------------------------------------------------------------

PAGES = Path(__file__).parents[2] / "docs" / "protocols"
RULES = [
    (page.name, rule, clauses, stories)
    for page in sorted(PAGES.glob("*.md"))
    for rule, clauses, stories in re.findall(r"^\| (.+?) \| (.+?) \| (`.+`) \|$", page.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize(("page", "rule", "clauses", "stories"), RULES, ids=lambda value: str(value)[:60])
def test_every_rule_of_the_pages_has_its_stories(page: str, rule: str, clauses: str, stories: str) -> None:
    """The stories named exist, and between them they show or forbid each clause named."""
    told_of = [STORIES[name] for name in re.findall(r"`([^`]+)`", stories)]
    named = {name for name in re.findall(r"`([^`]+)`", clauses) if "." in name}
    assert named <= {clause for story in told_of for clause in (*story.shows, *story.never)}, f"{page}: {rule}"


@pytest.mark.parametrize("issue", sorted(shipped()))
def test_every_clause_stands_on_its_page(issue: str) -> None:
    found = edition(issue)
    name = "house" if found.disease == "house" else found.disease
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    section = text.partition(f"## Rules of `{issue}`")[2].partition("\n## ")[0] or text
    missing = {clause.id for clause in found.clauses if f"`{clause.id}`" not in section}
    assert missing == set()


@pytest.mark.parametrize("issue", sorted(shipped()))
def test_what_is_recalled_is_said_on_its_page(issue: str) -> None:
    found = edition(issue)
    text = (PAGES / f"{found.disease}.md").read_text(encoding="utf-8")
    section = text.partition(f"## Rules of `{issue}`")[2].partition("\n## ")[0]
    recalled = section.partition("\nRecalled:")[2]
    assert {clause.id for clause in found.clauses if clause.recalled and f"`{clause.id}`" not in recalled} == set()
