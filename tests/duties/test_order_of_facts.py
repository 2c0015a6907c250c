"""The order of facts goes by what they say, never by the ids that a home gives them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mainstay.duties.rules.anchors import current_class, present_spell
from mainstay.duties.rules.facts import (
    Check,
    Classified,
    Exposure,
    PersonFacts,
    Result,
    Severity,
    Stay,
    Symptom,
    Trait,
    in_order,
)

DAY = date(2020, 2, 1)
NOON = datetime(2020, 2, 1, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=9)


def _said(make: Any, *values: tuple[Any, ...], seed: int) -> list[tuple[Any, ...]]:
    """What was said, in order, under ids and in an arrival that the seed decides."""
    rng = random.Random(seed)
    items = [make(UUID(int=rng.getrandbits(128)), *value) for value in values]
    rng.shuffle(items)
    return [tuple(item[1:]) for item in in_order(items)]


def _hour(hour: int) -> datetime:
    return NOON.replace(hour=hour)


# (shape, facts in the order in which they must stand)
ORDERS: dict[str, tuple[Any, list[tuple[Any, ...]]]] = {
    "a negative and a positive of one day": (
        Result,
        [
            (NOON, None, None, "pcr", "positive"),
            (LATER, DAY, None, "pcr", "negative"),
            (NOON, DAY, _hour(1), "pcr", "positive"),
            (NOON, DAY, _hour(9), "pcr", "negative"),
            (NOON, DAY, None, "pcr", "inconclusive"),
            (NOON, DAY, None, "pcr", "positive"),
            (NOON, DAY + timedelta(1), None, "pcr", "negative"),
        ],
    ),
    "a symptom absent and present": (
        Symptom,
        [(LATER, DAY, "fever", False), (NOON, DAY, "fever", True), (NOON, DAY + timedelta(1), "fever", False)],
    ),
    "assessments": (Severity, [(LATER, DAY, "mild"), (NOON, DAY, "severe"), (NOON, DAY, "critical")]),
    "at home and in a ward": (
        Stay,
        [
            (LATER, DAY, None, "home", None, True),
            (LATER, DAY, None, "site", None, True),
            (NOON, DAY, DAY, "ward", None, True),
        ],
    ),
    "without a day, by when it became known": (
        Trait,
        [(NOON, None, "immune", "yes"), (NOON, None, "immune", "no"), (LATER, None, "immune", "yes")],
    ),
    "the same said twice, by when it became known": (
        Check,
        [(NOON, DAY, None, "temperature", 366), (LATER, DAY, None, "temperature", 366)],
    ),
}


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("seed", range(5))
def test_the_order_hangs_on_no_id_and_no_arrival(name: str, seed: int) -> None:
    shape, facts = ORDERS[name]
    assert _said(shape, *facts, seed=seed) == facts


@pytest.mark.parametrize("seed", range(5))
def test_an_exclusion_without_a_day_ends_what_was_known_before_it_and_not_what_came_after(seed: int) -> None:
    def holds(*said: tuple[datetime, str]) -> str:
        ids = random.Random(seed)
        classes = [Classified(UUID(int=ids.getrandbits(128)), known, None, value) for known, value in said]
        now = current_class(PersonFacts(classifications=in_order(classes)))
        assert now is not None
        return now.value

    assert holds((NOON, "suspected"), (LATER, "discarded")) == "discarded"
    assert holds((LATER, "suspected"), (NOON, "discarded")) == "suspected"
    assert holds((NOON, "suspected"), (NOON, "discarded")) == "suspected"  # the cautious reading


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_of_two_exposures_of_one_last_day_the_first_known_began_the_spell(ids: tuple[int, int]) -> None:
    known = (NOON, LATER)
    both = [
        Exposure(UUID(int=n), at, DAY, None, None, kind, "confirmed", None, None, None)
        for n, at, kind in zip(ids, known, ("ward", "household"), strict=True)
    ]
    assert present_spell(in_order(both), 14)[0].known == NOON
