"""Case fatality, naive and corrected: small stories, the twin, truth recovered, and two real outbreaks."""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from math import exp, log
from pathlib import Path

import pytest
from delays_twin import deaths_due_by_persons
from hypothesis import given
from hypothesis import strategies as st

from mainstay.science.distributions import DayCensored, Gamma, GivenByDay
from mainstay.science.indicators.fatality import CaseOutcome, case_fatality, corrected_fatality
from mainstay.science.indicators.series import DayCases
from mainstay.science.indicators.shares import share
from mainstay.science.inputs import InputError

ON = date(2020, 2, 20)
# Those who die, die after ten days or after twenty.
TEN_OR_TWENTY = GivenByDay([0] * 10 + [0.5] + [0] * 9 + [0.5])


def ill(days: int, outcome: str | None = None, ended: int | None = None) -> CaseOutcome:
    """Fell ill `days` before ON; the illness ended `ended` days before ON."""
    end = None if ended is None else ON - timedelta(days=ended)
    return CaseOutcome(ON - timedelta(days=days), outcome, end)


# Stories


def test_half_the_deaths_of_those_ill_for_two_weeks_are_still_to_come():
    cases = [*[ill(14)] * 36, *[ill(14, "died", 4)] * 4]
    found = case_fatality(cases, TEN_OR_TWENTY, ON)
    assert found.naive.value == 4 / 40
    assert found.corrected.share_due == 0.5
    assert found.corrected.value == 4 / (40 * 0.5)
    assert found.corrected.small  # it rests on 40 * 0.5 = 20 cases


def test_without_a_delay_the_plain_ratios_stand_and_the_corrected_is_unknown():
    found = case_fatality([*[ill(14)] * 36, *[ill(14, "died", 4)] * 4], None, ON)
    assert found.naive.value == 4 / 40
    assert (found.corrected.cases, found.corrected.deaths) == (40, 4)
    assert (found.corrected.status, found.corrected.small, found.corrected.value) == ("no_delay", True, None)


def test_every_case_is_counted_once():
    found = case_fatality(
        [
            ill(30, "died", 12),
            ill(30, "recovered", 5),
            ill(30, "died"),  # on an unknown day, so it has happened
            ill(30, "died", -3),  # only three days from now
            ill(5),
            ill(-2),  # falls ill only in two days
            CaseOutcome(None, "died", ON),
        ],
        TEN_OR_TWENTY,
        ON,
    )
    assert (found.cases, found.after, found.without_onset) == (6, 1, 1)
    assert (found.deaths, found.recovered, found.outcome_unknown) == (3, 1, 2)
    assert found.among_ended.value == 3 / (3 + 1)
    assert (found.corrected.cases, found.corrected.deaths) == (5, 2)


def test_cases_too_young_to_have_died_say_nothing_yet():
    corrected = case_fatality([ill(9)] * 50, TEN_OR_TWENTY, ON).corrected
    assert (corrected.status, corrected.cases, corrected.value, corrected.small) == ("too_early", 50, None, True)


def test_more_deaths_than_the_delay_allows_are_no_ratio():
    corrected = case_fatality([ill(9, "died", 1), ill(12)], TEN_OR_TWENTY, ON).corrected
    assert (corrected.status, corrected.share_due, corrected.value) == ("more_than_due", 0.5 / 2, None)


def test_without_cases_nothing_is_known():
    found = case_fatality([], TEN_OR_TWENTY, ON)
    assert (found.cases, found.naive.value, found.among_ended.value) == (0, None, None)
    assert found.corrected.status == "too_early"


def test_numbers_alone_give_the_same():
    cases = [*[ill(25)] * 30, *[ill(25, "died", 2)] * 5, *[ill(12)] * 40]
    series = [DayCases(ON - timedelta(days=25), 35), DayCases(ON - timedelta(days=12), 40)]
    assert corrected_fatality(series, 5, TEN_OR_TWENTY, ON) == case_fatality(cases, TEN_OR_TWENTY, ON).corrected


def test_more_deaths_than_cases_are_refused():
    with pytest.raises(InputError, match="3 deaths among 2 cases"):
        corrected_fatality([DayCases(ON, 2), DayCases(ON + timedelta(days=1), 9)], 3, TEN_OR_TWENTY, ON)


# The twin

WEIGHTS = st.lists(st.integers(0, 5), min_size=1, max_size=12).filter(any)
PEOPLE = st.lists(st.tuples(st.none() | st.integers(-3, 20), st.sampled_from(["died", "recovered", None])), max_size=30)


@given(PEOPLE, WEIGHTS)
def test_agrees_with_the_twin(people, weights):
    by_day = [weight / sum(weights) for weight in weights]
    cases = [CaseOutcome(None if days is None else ON - timedelta(days=days), outcome) for days, outcome in people]
    found = case_fatality(cases, GivenByDay(by_day), ON)
    json.dumps(found.as_data(), allow_nan=False)
    there = [case for case in cases if case.onset_date is None or case.onset_date <= ON]
    dead = len([case for case in there if case.outcome == "died"])
    assert (found.cases, found.after, found.deaths) == (len(there), len(cases) - len(there), dead)
    assert found.cases == found.deaths + found.recovered + found.outcome_unknown

    onsets = [case.onset_date for case in there if case.onset_date is not None]
    dated = len([case for case in there if case.outcome == "died" and case.onset_date is not None])
    due = deaths_due_by_persons(onsets, by_day, ON)
    corrected = found.corrected
    if due > 1e-9 and abs(due - dated) > 1e-9:
        assert corrected.status == ("estimate" if dated <= due else "more_than_due")
    if corrected.status == "estimate":
        assert corrected.value == pytest.approx(dated / due)
        assert 0 <= corrected.low <= corrected.value + 1e-12
        assert corrected.value <= corrected.high + 1e-12 <= 1 + 1e-11


def test_when_all_is_over_the_corrected_is_the_naive():
    found = case_fatality([*[ill(90, "recovered", 60)] * 95, *[ill(90, "died", 70)] * 5], TEN_OR_TWENTY, ON)
    assert found.corrected.value == pytest.approx(found.naive.value)
    assert (found.corrected.low, found.corrected.high) == pytest.approx((found.naive.low, found.naive.high))


# Truth recovered


def test_a_growing_outbreak_looks_mild_and_the_correction_sees_through_it():
    """Cases grow by 10 % a day, one in ten dies, after a mean of 18 days: by now fewer than half of them have."""
    dice, delay = random.Random(4), Gamma(18, 8)
    cases = []
    for _ in range(6_000):
        age = -log(1 - dice.random()) / 0.10
        dies_after = dice.gammavariate(delay.shape, delay.scale) if dice.random() < 0.10 else None
        dead = dies_after is not None and dies_after <= age
        cases.append(ill(int(age), "died" if dead else None, int(age - dies_after) if dead else None))
    found = case_fatality(cases, DayCensored(delay), ON)
    assert found.naive.high < 0.10 * exp(-0.10 * 5)
    assert found.corrected.low < 0.10 < found.corrected.high


# Real outbreaks


def test_mers_in_korea(testdata: Path):
    """19 dead of 162, 9 of them without a date of death; the delay is that of the 10 with both dates, none tuned."""

    def day(text: str) -> date | None:
        return None if text in ("", "NA") else date.fromisoformat(text)

    with (testdata / "line_lists" / "mers_korea_2015__linelist.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    ends = {"Alive": None, "Dead": "died"}
    cases = [CaseOutcome(day(row["dt_onset"]), ends[row["outcome"]], day(row["dt_death"])) for row in rows]
    delays = [(one.outcome_date - one.onset_date).days for one in cases if one.outcome_date and one.onset_date]
    mean = sum(delays) / len(delays)
    found = case_fatality(cases, DayCensored(Gamma(mean, mean / 2)), date(2015, 6, 30))
    assert (found.cases, found.deaths, found.naive.value) == (162, 19, 19 / 162)
    assert found.corrected.value >= found.corrected.deaths / found.corrected.cases


def test_the_citys_series_of_2020(testdata: Path):
    """1,394 confirmed, 59 dead by 26 March: by then nothing is left to correct, on 15 February much was.

    Confirmation to death: 17.8 days from onset (Verity et al. 2020) less 11.1 from onset to diagnosis in Wuhan, sd as
    mean; both from the literature, none from this series.
    """
    with (testdata / "city_series" / "ezhou_daily_dataday.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    delay = DayCensored(Gamma(17.8 - 11.1, 6.7))

    def by(day: str) -> tuple[float, float]:
        known = [row for row in rows if row["date"] <= day]
        # The one fall, by five, is a correction of cases counted before: it comes off the days before it.
        series, take_off = [], 0
        for row in reversed(known):
            new = int(row["new_confirmed"]) - take_off
            take_off = max(-new, 0)
            series.append(DayCases(date.fromisoformat(row["date"]), max(new, 0)))
        dead, confirmed = int(known[-1]["dead"]), int(known[-1]["confirmed"])
        corrected = corrected_fatality(series, dead, delay, date.fromisoformat(day))
        assert corrected.cases == confirmed
        return share(dead, confirmed).value, corrected.value

    naive, corrected = by("2020-03-26")
    assert naive == 59 / 1_394
    assert corrected == pytest.approx(naive, rel=0.03)
    naive, corrected = by("2020-02-15")
    assert corrected > 1.3 * naive
