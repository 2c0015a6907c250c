"""Shares with their intervals, attack rates, and the share of new cases already in quarantine."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from counts_twin import in_quarantine_by_days, wilson_by_halving
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.science.indicators.attack import Group, attack_rates, secondary_attack_rate
from mainstay.science.indicators.quarantine import NewCase, Stay, share_in_quarantine, was_in_quarantine
from mainstay.science.indicators.shares import share
from mainstay.science.inputs import InputError


def february(day: int) -> date:
    return date(2020, 2, 1) + timedelta(days=day - 1)


# Shares


def test_a_share_of_nobody_is_unknown_and_not_nought():
    assert (share(0, 0).value, share(0, 0).low, share(0, 0).high, share(0, 0).small) == (None, None, None, True)
    assert share(0, 40).value == 0


def test_small_is_out_of_few_or_with_a_wide_interval():
    assert share(1, 29).small
    assert not share(1, 30).small
    assert share(15, 30).small  # 33 to 67 %


@pytest.mark.parametrize("pair", [(-1, 5), (6, 5)])
def test_more_than_the_whole_is_refused(pair):
    with pytest.raises(InputError, match="is no share"):
        share(*pair)


@settings(max_examples=60)
@given(st.integers(0, 200).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_agrees_with_the_twin(pair):
    found = share(*pair)
    if found.of:
        low, high = wilson_by_halving(*pair)
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
        assert 0 <= found.low <= found.value <= found.high <= 1


# Attack rates


def test_attack_rates_of_two_towns_and_one_that_nobody_has_counted():
    lake, hill, new = attack_rates([Group("Lake", 40, 80_000), Group("Hill", 3, 500), Group("New", 5, None)])
    assert (lake.per_100_000, lake.small, lake.status) == (40 / 80_000 * 100_000, False, "estimate")
    assert hill.rate.value == 3 / 500
    assert hill.small
    assert (new.status, new.cases, new.rate, new.per_100_000) == ("unknown", 5, None, None)


def test_a_group_of_nobody_has_no_rate():
    (empty,) = attack_rates([Group("Island", 0, 0)])
    assert (empty.status, empty.rate) == ("unknown", None)


@pytest.mark.parametrize("group", [Group("Mill", 6, 5), Group("Mill", -1, 5), Group("Mill", -1, None)])
def test_more_cases_than_people_is_two_borders(group):
    with pytest.raises(InputError, match="Mill.*same border") as caught:
        attack_rates([Group("Lake", 1, 10), group])
    assert (caught.value.code, caught.value.ids) == ("attack_group", ("Mill",))


def test_contacts_whose_end_is_not_known_are_in_no_share_and_in_the_bounds():
    found = secondary_attack_rate([True, False, False, False, None])
    assert (found.contacts, found.outcome_unknown, found.rate.value) == (5, 1, 1 / 4)
    assert (found.lowest, found.highest) == (1 / 5, (1 + 1) / 5)


def test_without_contacts_nothing_is_known():
    found = secondary_attack_rate([])
    assert (found.rate.value, found.lowest, found.highest) == (None, None, None)


@given(st.lists(st.sampled_from([True, False, None]), max_size=30))
def test_the_bounds_hold_the_share(outcomes):
    found = secondary_attack_rate(outcomes)
    json.dumps(found.as_data(), allow_nan=False)
    if found.rate.of:
        assert found.lowest <= found.rate.value <= found.highest
        worst = [outcome is not False for outcome in outcomes]
        assert found.highest == sum(worst) / len(worst)


# In quarantine when found


def test_whoever_was_in_quarantine_the_day_before_was_found_in_it():
    assert was_in_quarantine(february(10), [Stay(february(9))])
    assert was_in_quarantine(february(10), [Stay(february(3), february(10))])
    assert not was_in_quarantine(february(10), [Stay(february(10))])  # ordered because the case was found
    assert not was_in_quarantine(february(10), [Stay(february(1), february(9))])
    assert not was_in_quarantine(february(10), [])


def test_four_new_cases_of_a_week():
    inside, outside = (Stay(february(5)),), ()
    found = share_in_quarantine(
        [
            NewCase(february(8), inside),
            NewCase(february(9), inside),
            NewCase(february(9), outside),
            NewCase(february(10), None),
            NewCase(february(20), inside),
            NewCase(None, inside),
        ],
        february(7),
        february(13),
    )
    assert (found.cases, found.not_known, found.without_date) == (4, 1, 1)
    assert (found.share.count, found.share.of, found.share.small) == (2, 4 - 1, True)
    assert (found.lowest, found.highest) == (2 / 4, (2 + 1) / 4)


def test_a_week_without_cases_has_no_share():
    found = share_in_quarantine([], february(1), february(7))
    assert (found.cases, found.share.value, found.lowest, found.highest) == (0, None, None, None)


def test_dates_turned_round_are_refused():
    with pytest.raises(InputError, match="ends before it starts"):
        Stay(february(2), february(1))
    with pytest.raises(InputError, match="turn them round"):
        share_in_quarantine([], february(2), february(1))


STAYS = st.lists(
    st.tuples(st.integers(1, 20), st.none() | st.integers(0, 10)).map(
        lambda t: (february(t[0]), None if t[1] is None else february(t[0] + t[1]))
    ),
    max_size=4,
)


@given(st.lists(st.tuples(st.integers(1, 24), st.none() | STAYS), max_size=12))
def test_agrees_with_the_twin(rows):
    cases = [(february(day), stays) for day, stays in rows]
    found = share_in_quarantine(
        [NewCase(day, None if stays is None else tuple(Stay(*stay) for stay in stays)) for day, stays in cases],
        february(3),
        february(18),
    )
    json.dumps(found.as_data(), allow_nan=False)
    within = [(day, stays) for day, stays in cases if february(3) <= day <= february(18)]
    known = [in_quarantine_by_days(day, stays) for day, stays in within if stays is not None]
    assert (found.cases, found.not_known) == (len(within), len(within) - len(known))
    assert (found.share.count, found.share.of) == (sum(known), len(known))
