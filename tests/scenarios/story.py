"""Stories: facts on days, a clock, and the duties they must bring; told in TOML, run through the pure rules.

A story is run day by day as the cycle would: at each day's end whatever is known by then is judged,
and what changed is held against what the story says. Of the clauses it `shows` it must tell every
event; others it may pass over. README.md beside this file explains each word.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from mainstay.duties.library import load
from mainstay.duties.rules.edition import Edition, Ruleset
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import HOUSE, InForce, rulesets_on
from mainstay.duties.rules.judge import judge
from mainstay.duties.rules.reconcile import OPEN, Change, Standing, Subject, owed_for_period, reconcile
from mainstay.platform.clock import ONE_DAY, day_end
from tests.scenarios.told import Teller

FOLDER = Path(__file__).parent
DEFAULT_ZONE = "Asia/Shanghai"
VERBS = ("opened", "done", "missed", "withdrawn", "reopened", "not_required", "required")
STATES = ("overdue", "open")
TOP = {"title", "rule", "under", "beside", "own_days", "shows", "never", "subject", "zone", "day"}
DAY = {"on", "to", "happens", "then", "why"}
THEN = {*VERBS, *STATES, "category", "due"}
POST = UUID(int=7)


class StoryError(Exception):
    """A story that cannot be understood, with the file and the day."""


@dataclass(frozen=True)
class Day:
    """One day as told: what became known, and what must follow (None: nothing is said of it)."""

    date: date
    happens: tuple[dict[str, Any], ...] = ()
    then: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """A story read; `under` are the editions it is told under, each once, always beside the house's."""

    name: str
    title: str
    rule: str
    under: tuple[str, ...]
    beside: tuple[str, ...]
    own_days: bool
    shows: tuple[str, ...]
    never: tuple[str, ...]
    subject: str
    zone: str
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a story: where it and the rules differ, and which (edition, clause) opened a duty."""

    differences: tuple[str, ...]
    opened: frozenset[tuple[str, str]]


@cache
def edition(name: str) -> Edition:
    """A shipped edition, read once."""
    return load(name)[0]


def all_stories() -> list[Story]:
    return [read(path) for path in sorted(FOLDER.glob("*.toml"))]


def read(path: Path) -> Story:
    """A story from its file; raises StoryError on any word that is not known."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    _only(data, TOP, path.name)
    days: dict[date, Day] = {}
    for table in data["day"]:
        _only(table, DAY, f"{path.name}, {table.get('on')}")
        _only(table.get("then", {}), THEN, f"{path.name}, {table['on']}, then")
        for day in _span(table["on"], table.get("to", table["on"])):
            if day in days:
                raise StoryError(f"{path.name}: {day} is told twice")
            days[day] = Day(day, tuple(table.get("happens", ())), table.get("then", {}))
    return Story(
        name=path.stem,
        title=data["title"],
        rule=data.get("rule", ""),
        under=tuple(data["under"]),
        beside=tuple(data.get("beside", ())),
        own_days=data.get("own_days", False),
        shows=tuple(data.get("shows", ())),
        never=tuple(data.get("never", ())),
        subject=data.get("subject", "person"),
        zone=data.get("zone", DEFAULT_ZONE),
        days=tuple(days.get(day, Day(day)) for day in _span(min(days), max(days))),
    )


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise StoryError(f"{where}: unknown word {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _from_day(name: str, story: Story, under: str) -> date:
    """An edition's own day; that under which a story of earlier days is told holds from the story's first."""
    told = edition(name)
    succeeds = any(edition(other).series == told.series for other in story.beside if other != name)
    if name != under or story.own_days or succeeds:
        return told.effective_from
    return min(told.effective_from, story.days[0].date)


def run(story: Story, under: str) -> Outcome:
    """Tell a story under one edition, day by day."""
    telling = _Telling(story, under)
    for day in story.days:
        telling.close(day)
    return Outcome(tuple(telling.differences), frozenset(telling.opened))


class _Telling:
    """One run of a story: what is known so far, and the duties as they stand."""

    def __init__(self, story: Story, under: str) -> None:
        self.story = story
        self.teller = Teller(story.zone)
        names = ("house", under, *story.beside)
        self.rows = [InForce(edition(name), _from_day(name, story, under)) for name in dict.fromkeys(names)]
        self.disease = HOUSE if story.subject != "person" else edition(under).disease
        self.standing: dict[UUID, Standing] = {}
        self.differences: list[str] = []
        self.opened: set[tuple[str, str]] = set()

    def close(self, day: Day) -> None:
        """The end of a day: take in what became known, judge, reconcile, compare."""
        for table in day.happens:
            self.teller.take(table, day.date)
        horizon = Horizon(day_end(day.date, self.story.zone), day.date, self.story.zone)
        changes, category = self._reconciled(horizon, bool(day.happens))
        for change in changes:
            self.standing[change.after.id] = change.after
            if change.owed is not None:
                self.opened.add((change.owed.edition, change.owed.clause))
        self._compare(day, changes, category, horizon)

    def _reconciled(self, horizon: Horizon, changed: bool) -> tuple[list[Change], str]:
        kind = self.story.subject
        rules, before = self._rules(horizon.period + ONE_DAY), self._rules(horizon.period)
        facts = self.teller.facts(kind)
        now = judge(kind, facts, rules, horizon)
        of_period = now if rules.editions == before.editions else judge(kind, facts, before, horizon)
        owed = owed_for_period(now, of_period, horizon.period)
        subject = Subject(kind, POST, facts, rules, before, changed)
        changes = reconcile(subject, owed, self.standing, horizon, lambda _owners: (POST, POST))
        return changes, now.category

    def _rules(self, day: date) -> Ruleset:
        found = rulesets_on(day, self.rows)
        if self.disease not in found:
            raise StoryError(f"{self.story.name}: no edition is in force on {day}; tell later days")
        return found[self.disease]

    # --- comparing ---------------------------------------------------------------------------------

    def _compare(self, day: Day, changes: list[Change], category: str, horizon: Horizon) -> None:
        told = {verb: sorted(day.then.get(verb, ())) for verb in VERBS}
        found: dict[str, list[str]] = {verb: [] for verb in VERBS}
        for change in changes:
            clause = change.after.clause
            if change.verb in VERBS and clause in self.story.shows:
                found[change.verb].append(_label(change, day.date))
            if change.verb == "opened" and clause in self.story.never:
                self._differs(day, f"{clause} was opened, which must never be")
        for verb in VERBS:
            self._same(day, verb, told[verb], sorted(found[verb]))
        for state in STATES:
            if state in day.then:
                self._same(day, state, sorted(day.then[state]), self._in_state(state, horizon))
        if "category" in day.then:
            self._same(day, "category", day.then["category"], category)
        for clause, due in day.then.get("due", {}).items():
            self._same(day, f"due {clause}", due, self._due(clause))

    def _in_state(self, state: str, horizon: Horizon) -> list[str]:
        names = [
            standing.clause
            for standing in self.standing.values()
            if standing.status == OPEN
            and standing.clause in self.story.shows
            and (state == "open" or standing.due_at <= horizon.moment)
        ]
        return sorted(names)

    def _due(self, clause: str) -> str:
        due = [item.due_at for item in self.standing.values() if item.clause == clause and item.status == OPEN]
        return self.teller.local(max(due)) if due else "no such duty"

    def _same(self, day: Day, what: str, told: Any, found: Any) -> None:
        if told != found:
            self._differs(day, f"{what}: the story says {told or 'nothing'}, the rules say {found or 'nothing'}")

    def _differs(self, day: Day, sentence: str) -> None:
        self.differences.append(f"{day.date}: {sentence}")


def _label(change: Change, day: date) -> str:
    """A clause; with its day where that is not the one the verb speaks of (today, for `opened` tomorrow)."""
    occurrence = change.after.occurrence
    usual = day + ONE_DAY if change.verb == "opened" else day
    return change.after.clause if occurrence in (None, usual) else f"{change.after.clause}@{occurrence}"
