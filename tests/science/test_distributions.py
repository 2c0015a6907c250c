"""Gamma and log-normal delays, and what is left of them in dates; against sums of slices and EpiEstim's table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from distributions_twin import (
    delay_of_days,
    erlang_quantile,
    erlang_share_below,
    gamma_density,
    log_normal_density,
    summed,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstay.science.distributions import (
    DayCensored,
    DiscretisedGamma,
    Gamma,
    GivenByDay,
    LogNormal,
    require_no_same_day,
)
from mainstay.science.gamma import gamma_quantile, gamma_tails
from mainstay.science.inputs import InputError

CHANCES = st.floats(0.001, 0.999)

# The gamma distribution


@given(st.integers(1, 40), st.floats(0.01, 80))
def test_tails_agree_with_the_twin(shape, x):
    below, above = gamma_tails(shape, x)
    assert below == pytest.approx(erlang_share_below(shape, x), abs=1e-12)
    assert below + above == pytest.approx(1, abs=1e-15)


@given(CHANCES, st.integers(1, 40))
def test_quantiles_agree_with_the_twin(chance, shape):
    assert gamma_quantile(chance, shape) == pytest.approx(erlang_quantile(chance, shape), rel=1e-10)


@given(CHANCES, st.floats(0.05, 1e5))
def test_a_quantile_is_the_value_below_which_its_share_lies(chance, shape):
    below, above = gamma_tails(shape, gamma_quantile(chance, shape))
    assert below == pytest.approx(chance, rel=1e-9)
    assert above == pytest.approx(1 - chance, rel=1e-9)


def test_the_ends_of_the_gamma_distribution():
    assert gamma_tails(3.0, 0.0) == (0.0, 1.0)
    assert gamma_tails(3.0, float("inf")) == (1.0, 0.0)
    assert gamma_tails(3.0, 1e4) == (1.0, 0.0)
    assert gamma_quantile(0.5, 1e-6) < 1e-290  # a shape that leaves nearly all at 0


# Delays in days

MEANS, SDS = st.floats(1.5, 15), st.floats(1, 8)


@settings(max_examples=15, deadline=None)
@given(MEANS, SDS, st.integers(1, 20))
def test_censored_gamma_agrees_with_the_twin(mean, sd, days):
    found = DayCensored(Gamma(mean, sd)).probabilities(days)[days]
    assert found == pytest.approx(delay_of_days(gamma_density(mean, sd), days), abs=2e-4)


@settings(max_examples=15, deadline=None)
@given(MEANS, SDS, st.integers(1, 20))
def test_censored_log_normal_agrees_with_the_twin(mean, sd, days):
    found = DayCensored(LogNormal(mean, sd)).probabilities(days)[days]
    assert found == pytest.approx(delay_of_days(log_normal_density(mean, sd), days), abs=2e-5)


@given(st.sampled_from([Gamma, LogNormal]), MEANS, SDS, st.floats(-3, 60))
@example(Gamma, 2.0, 2.0, 5e-324)
def test_the_two_ways_to_write_the_integral_of_the_distribution_agree(family, mean, sd, x):
    delay = family(mean, sd)
    assert delay.excess(x) == pytest.approx(delay.cdf_integral(x) - x + mean, abs=1e-10)


def test_mean_and_sd_are_those_that_were_asked_for():
    for density in (gamma_density(6.0, 3.0), log_normal_density(6.0, 3.0)):
        assert summed(lambda x, d=density: d(x) * x, 0, 150) == pytest.approx(6.0, abs=1e-3)
        assert summed(lambda x, d=density: d(x) * (x - 6.0) ** 2, 0, 150) == pytest.approx(3.0**2, abs=1e-1)
    assert LogNormal(6.0, 3.0).quantile(0.5) < 6.0
    assert Gamma(2.0, 2.0).quantile(0.5) == pytest.approx(2.0 * 0.6931471805599453)  # an exponential


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([Gamma, LogNormal]), MEANS, st.floats(0.1, 1))
def test_days_hold_the_mean_of_the_time_that_passes(family, mean, variation):
    censored = DayCensored(family(mean, variation * mean))
    by_day = censored.probabilities(400)
    assert all(chance >= 0 for chance in by_day)
    assert sum(by_day) == pytest.approx(1, abs=1e-4)
    assert sum(day * chance for day, chance in enumerate(by_day)) == pytest.approx(censored.mean_days, rel=1e-2)


def test_the_last_days_of_a_tail_are_small_and_not_nought():
    by_day = DiscretisedGamma(2.6, 1.5).probabilities(60)
    assert 0 < by_day[60] < 1e-15
    assert all(earlier > later for earlier, later in zip(by_day[2:], by_day[3:], strict=False))


def test_nobody_infects_on_the_day_of_falling_ill():
    assert DiscretisedGamma(2.6, 1.5).probabilities(0) == (0.0,)
    with pytest.raises(InputError, match="gives day 0 a probability of 0.1") as caught:
        require_no_same_day(GivenByDay([0.1, 0.9]))
    assert caught.value.code == "serial_interval"


def test_given_probabilities_are_used_as_they_are():
    given_as = GivenByDay([0, 0.25, 0.5, 0.245])
    assert given_as.probabilities(1) == (0, 0.25)
    assert given_as.probabilities(5) == (0, 0.25, 0.5, 0.245, 0, 0)
    assert given_as.mean_days == 1 * 0.25 + 2 * 0.5 + 3 * 0.245


@pytest.mark.parametrize("by_day", [[0, 0.5, 0.4], [0, 1.5, -0.5], [0, float("nan"), 1], []])
def test_probabilities_that_are_none_are_refused(by_day):
    with pytest.raises(InputError, match="one for each day from day 0 on") as caught:
        GivenByDay(by_day)
    assert caught.value.code == "probabilities"


@pytest.mark.parametrize(("mean", "sd"), [(1.0, 1.0), (0.5, 1.0), (3.0, 0.0), (float("nan"), 1.0), (3.0, -1.0)])
def test_a_serial_interval_needs_a_mean_above_a_day(mean, sd):
    with pytest.raises(InputError, match="mean above 1 day"):
        DiscretisedGamma(mean, sd)


@pytest.mark.parametrize("family", [Gamma, LogNormal])
def test_a_delay_needs_a_mean_and_an_sd(family):
    with pytest.raises(InputError, match="both above 0"):
        family(0.0, 1.0)
    with pytest.raises(InputError, match="both above 0"):
        family(1.0, float("inf"))


# EpiEstim's table of discretised serial intervals, measured against and not tuned on: equal to its 15 digits.


def test_the_discretised_gamma_equals_epiestims(testdata: Path):
    with (testdata / "reproduction_number" / "discr_si.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    assert len(table) == 21
    for mean, sd in ((2.6, 1.5), (4.7, 2.9), (8.4, 3.8)):
        ours = DiscretisedGamma(mean, sd).probabilities(20)
        theirs = [float(row[f"w_{mean}_{sd}"]) for row in table]
        assert ours == pytest.approx(theirs, abs=1e-13)
