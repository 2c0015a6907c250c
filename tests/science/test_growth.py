"""Growth rate, doubling and halving: small stories, the twin, and how often the interval holds the truth."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from math import exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reproduction_twin import growth_by_climbing

from mainstay.science.indicators.growth import Growth, growth_rate
from mainstay.science.indicators.series import DayCases

FIRST = date(2020, 2, 1)


def growth(*counts: int) -> Growth:
    return growth_rate([DayCases(FIRST + timedelta(days=ahead), n) for ahead, n in enumerate(counts)])


# Stories


def test_cases_that_double_each_day():
    found = growth(5, 10, 20, 40, 80)
    assert (found.status, found.days, found.cases, found.direction) == ("estimate", 5, 5 + 10 + 20 + 40 + 80, "growing")
    assert found.rate_per_day == pytest.approx(log(2))
    assert found.doubling.days == pytest.approx(1)
    assert found.doubling.shortest < 1 < found.doubling.longest
    assert found.halving is None


def test_two_days_by_hand():
    found = growth(10, 30)
    assert found.rate_per_day == pytest.approx(log(30 / 10))
    assert found.se == pytest.approx(sqrt(1 / 10 + 1 / 30))


def test_cases_that_halve_each_day():
    found = growth(80, 40, 20, 10, 5)
    assert (found.direction, found.doubling) == ("falling", None)
    assert found.halving.days == pytest.approx(1)


def test_cases_that_stand_still_double_and_halve_in_no_time_that_can_be_named():
    found = growth(20, 20, 20, 20)
    assert found.direction == "unclear"
    assert found.rate_per_day == pytest.approx(0, abs=1e-12)
    assert (found.doubling, found.halving) == (None, None)


def test_where_the_interval_holds_nought_no_longest_time_is_named():
    found = growth(4, 5, 4, 6)
    assert (found.direction, found.small) == ("unclear", False)
    assert found.doubling.days > found.doubling.shortest > 0
    assert found.doubling.longest is None


def test_days_that_scatter_more_than_counts_do_widen_the_interval():
    smooth, rough = growth(10, 12, 14, 17, 20), growth(2, 25, 3, 30, 13)
    assert rough.cases == smooth.cases
    assert rough.se > 2 * smooth.se


@pytest.mark.parametrize("counts", [(), (7,), (0, 0, 0), (9, 0, 0), (0, 0, 9)])
def test_where_no_rate_fits_it_is_unknown(counts):
    found = growth(*counts)
    assert (found.status, found.days, found.cases) == ("unknown", len(counts), sum(counts))
    assert (found.rate_per_day, found.low, found.high, found.doubling, found.halving) == (None,) * 5
    assert found.small


def test_ten_cases_are_few():
    assert growth(2, 3, 5).small
    assert not growth(2, 3, 6).small


# The twin


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=12))
def test_agrees_with_the_twin(counts):
    found = growth(*counts)
    json.dumps(found.as_data(), allow_nan=False)
    if found.status == "estimate":
        assert found.rate_per_day == pytest.approx(growth_by_climbing(counts), abs=1e-6)
        assert found.low < found.rate_per_day < found.high
    else:
        assert sum(counts[1:-1]) == 0 and (counts[0] == 0 or counts[-1] == 0)


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=40))
def test_backwards_in_time_the_rate_turns_round(counts):
    forwards, backwards = growth(*counts), growth(*reversed(counts))
    assert forwards.status == backwards.status
    if forwards.status == "estimate":
        assert forwards.rate_per_day == pytest.approx(-backwards.rate_per_day, abs=1e-9)


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty():
    dice, held = random.Random(20200201), 0
    for _ in range(200):
        counts = [poisson(dice, 6 * exp(0.08 * day)) for day in range(14)]
        found = growth(*counts)
        held += found.low <= 0.08 <= found.high
    assert held >= 0.9 * 200


def poisson(dice: random.Random, mean: float) -> int:
    """How many exponential steps fit into `mean`."""
    count, reached = 0, dice.expovariate(1)
    while reached < mean:
        count, reached = count + 1, reached + dice.expovariate(1)
    return count
