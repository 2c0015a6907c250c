"""The case reproduction number after Wallinga and Teunis: small stories, the twin, and a chain that is known."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reproduction_twin import infected_by_pairs

from mainstay.science.distributions import DiscretisedGamma, GivenByDay
from mainstay.science.indicators.case_reproduction import case_reproduction_number
from mainstay.science.indicators.series import DayCases
from mainstay.science.inputs import InputError

FIRST = date(2020, 2, 1)
NEXT_DAY = GivenByDay([0, 1])
SHORT = GivenByDay([0, 0.5, 0.5])


def series(*counts: int | tuple[int, int]) -> list[DayCases]:
    pairs = [count if isinstance(count, tuple) else (count, 0) for count in counts]
    return [DayCases(FIRST + timedelta(days=ahead), *pair) for ahead, pair in enumerate(pairs)]


# Stories


def test_two_then_six_then_three_where_all_infect_on_the_next_day():
    found = case_reproduction_number(series(2, 6, 3, 0), NEXT_DAY, window_days=1)
    assert [row.mean for row in found.rows] == [6 / 2, 3 / 6, 0, None]
    assert [row.status for row in found.rows] == ["estimate", "estimate", "estimate", "unknown"]
    assert [row.sd for row in found.rows[:3]] == [0, 0, 0]  # there is no doubt who infected whom
    assert (found.cases, found.attributed, found.without_infector) == (2 + 6 + 3, 6 + 3, 2)


def test_a_case_with_two_candidates_falls_half_to_each():
    found = case_reproduction_number(series(1, 1, 1, 0, 0), SHORT, window_days=1)
    # The second is the first one's for sure; the third is either's.
    assert [row.mean for row in found.rows[:3]] == [1 + 0.5, 0.5, 0]
    assert found.rows[0].sd == found.rows[1].sd == sqrt(0.5 * (1 - 0.5))


def test_the_last_cohorts_are_incomplete_and_say_so():
    found = case_reproduction_number(series(4, 4, 4, 4), SHORT, window_days=1)
    assert [row.share_seen for row in found.rows] == [1, 1, 0.5, 0]
    assert [row.status for row in found.rows] == ["estimate", "estimate", "incomplete", "incomplete"]


def test_imported_cases_infect_and_have_no_infector():
    found = case_reproduction_number(series(2, (5, 3), 0), NEXT_DAY, window_days=1)
    assert found.rows[0].mean == (5 - 3) / 2
    assert (found.cases, found.imported, found.attributed, found.without_infector) == (7, 3, 2, 2)


def test_ten_cases_are_few_and_eleven_are_not():
    assert [row.small for row in case_reproduction_number(series(10, 11, 0), NEXT_DAY, 1).rows] == [True, False, True]


def test_nothing_given_is_nothing_known():
    found = case_reproduction_number([], SHORT)
    assert (found.cases, found.attributed, found.rows) == (0, 0, ())


def test_settings_that_cannot_be():
    with pytest.raises(InputError, match="holds no day"):
        case_reproduction_number(series(1, 2), SHORT, window_days=0)
    with pytest.raises(InputError, match="gives day 0"):
        case_reproduction_number(series(1, 2), GivenByDay([0.5, 0.5]))


# The twin

DAYS = st.lists(st.integers(0, 5).flatmap(lambda n: st.tuples(st.just(n), st.just(0) | st.integers(0, n))), max_size=12)
WEIGHTS = st.lists(st.integers(0, 5), min_size=1, max_size=5).filter(any)


@settings(max_examples=40, deadline=None)
@given(DAYS, WEIGHTS, st.integers(1, 4))
def test_agrees_with_the_twin(days, weights, window):
    w = [0.0, *(weight / sum(weights) for weight in weights)]
    fast = case_reproduction_number(series(*days), GivenByDay(w), window)
    infected = infected_by_pairs(days, w)
    assert sum(infected) == pytest.approx(fast.attributed)
    assert fast.attributed + fast.imported + fast.without_infector == fast.cases
    for start, row in enumerate(fast.rows):
        cases = sum(n for n, _ in days[start : start + window])
        assert row.cases == cases
        expected = sum(infected[start : start + window]) / cases if cases else None
        assert row.mean == pytest.approx(expected)
    json.dumps(fast.as_data(), allow_nan=False)


# Measles in Hagelloch 1861, where the infector of 184 of 188 is known: what is inferred from days alone must resemble
# it. The serial interval is that of the known pairs; nothing was tuned.


def test_measles_in_hagelloch(testdata: Path):
    with (testdata / "line_lists" / "measles_hagelloch_1861.csv").open(encoding="utf-8", newline="") as lines:
        children = list(csv.DictReader(lines))
    onset = {row["case_ID"]: date.fromisoformat(row["date_of_prodrome"]) for row in children}
    infector = {row["case_ID"]: row["infector"] for row in children if row["infector"] not in ("", "NA")}
    gaps = [(onset[child] - onset[by]).days for child, by in infector.items()]
    mean = sum(gaps) / len(gaps)
    sd = sqrt(sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1))

    by_day = Counter(onset.values())
    first, last = min(by_day), max(by_day)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    found = case_reproduction_number(
        [DayCases(day, by_day[day]) for day in days], DiscretisedGamma(mean, sd), window_days=14
    )
    # Every child but those of the first day has a possible infector before it.
    assert (found.cases, found.attributed) == (188, 188 - by_day[first])
    infected_by = Counter(onset[by] for by in infector.values())
    rows = [row for row in found.rows if not row.small]
    assert len(rows) > 20
    known = [
        sum(n for day, n in infected_by.items() if row.start_date <= day <= row.end_date) / row.cases for row in rows
    ]
    apart = [abs(row.mean - truth) for row, truth in zip(rows, known, strict=True)]
    assert sum(apart) / len(apart) < 0.5
