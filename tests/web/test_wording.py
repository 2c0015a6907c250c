"""Numbers, times and delays as the look writes them, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from mainstay.web import wording

TODAY = date(2031, 2, 14)


def test_counts_have_commas_in_every_language_and_a_true_minus():
    for language in ("en", "zh-hans", "zh-hant"):
        with translation.override(language):
            assert wording.count(1079353) == "1,079,353"
    assert (wording.count(0), wording.count(-1234), wording.count(None)) == ("0", "−1,234", "–")
    assert [wording.signed(number) for number in (14, 0, -2, None)] == ["+14", "0", "−2", "–"]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(61, 100, "61\xa0%"), (26, 34, "76\xa0%"), (1, 200, "1\xa0%"), (0, 7, "0\xa0%"), (7, 7, "100\xa0%"), (0, 0, "–")],
)
def test_shares_are_whole_and_of_nothing_there_is_none(part, whole, said):
    assert wording.percent(part, whole) == said


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (0, "0 min", "0分"),
        (25, "25 min", "25分"),
        (60, "1 h", "1小时"),
        (5 * 60 + 10, "5 h 10 min", "5小时10分"),
        (4 * 60 + 5, "4 h 05 min", "4小时05分"),
        (28 * 60 + 59, "1 d 4 h", "1天4小时"),
        (2 * 1440, "2 d", "2天"),
        (-5, "0 min", "0分"),
    ],
)
def test_delays_are_said_in_their_two_largest_units(minutes, english, chinese):
    with translation.override("en"):
        assert wording.delay(timedelta(minutes=minutes)) == english
    with translation.override("zh-hans"):
        assert wording.delay(timedelta(minutes=minutes)) == chinese


@pytest.mark.parametrize(
    ("language", "this_year", "another"),
    [
        ("en", "Fri 14 Feb", "Tue 31 Dec 2030"),
        ("zh-hans", "2月14日 周五", "2030年12月31日 周二"),
        ("zh-hant", "2月14日 週五", "2030年12月31日 週二"),
    ],
)
def test_days_bear_the_year_when_it_is_another(language, this_year, another):
    with translation.override(language):
        assert wording.day(TODAY, TODAY) == this_year
        assert wording.day(date(2030, 12, 31), TODAY) == another


def test_instants_are_shown_in_the_citys_time():
    at = datetime(2031, 2, 14, 18, 40, tzinfo=UTC)
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        assert wording.moment(at, TODAY) == "Sat 15 Feb 02:40"
        assert wording.clock(at) == "02:40"
