"""Asked why somebody is watched, an instance says what would end it; and what it says comes true."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mainstay.cycle.explain import explain
from mainstay.platform.clock import day_end, day_start
from tests.cycle.stories import confirmed
from tests.world import ZONE, World

pytestmark = pytest.mark.django_db
ON = "2020-02-03"


@pytest.fixture
def watched(world: World) -> World:
    """Gao is confirmed, ill since 1 February; Hu met Gao last on the 2nd."""
    confirmed(world)
    world.met("Hu", "Gao", known="2020-02-02", last="2020-02-02")
    world.cycle(ON)
    return world


def _clause(world: World, name: str, clause: str, on: str) -> Any:
    (found,) = explain(name=str(world.person(name)), on=date.fromisoformat(on), by=world.by, at=world.at)
    return next(each for each in found.clauses if each.clause == clause)


def _said(clause: Any) -> dict[tuple[str, str], Any]:
    return {(change.fact, change.to): (change.verdict, change.at) for change in clause.would_change}


def test_what_would_end_the_watch_is_named_with_its_time(watched: World) -> None:
    clause = _clause(watched, "Hu", "contact.observe", ON)
    assert clause.verdict is True
    moment = day_end(date(2020, 2, 3), ZONE)
    said = _said(clause)
    assert said["exposure", "discarded"] == (False, moment)
    assert said["classification", "confirmed"] == (False, moment)
    assert said["clock", "false"] == (False, day_start(date(2020, 2, 17), ZONE))  # 2 + 14, and that day over


def test_the_fact_that_was_named_does_change_it(watched: World) -> None:
    watched.classified("Gao", "discarded", "2020-02-04")
    watched.cycle("2020-02-04")
    clause = _clause(watched, "Hu", "contact.observe", "2020-02-04")
    assert clause.verdict is False
    assert ("exposure", "confirmed") in _said(clause)


def test_the_clock_that_was_named_does_change_it(watched: World) -> None:
    for day, verdict in (("2020-02-15", True), ("2020-02-16", False)):
        watched.cycle(day)
        assert _clause(watched, "Hu", "contact.observe", day).verdict is verdict
