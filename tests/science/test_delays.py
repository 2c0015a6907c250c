"""Delays: what is counted, what is fitted, what stays unknown; the twin; truth recovered from truncated dates."""

from __future__ import annotations

import csv
import json
import random
import statistics
from collections import Counter
from datetime import date, timedelta
from math import log
from pathlib import Path

import pytest
from delays_twin import log_likelihood_by_slices
from distributions_twin import gamma_density, log_normal_density
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.science.distributions import Gamma, LogNormal
from mainstay.science.indicators.delay_fit import Observed, log_likelihood
from mainstay.science.indicators.delays import Days, DelayRecord, FittedDelay, between, delays
from mainstay.science.inputs import InputError

FIRST = date(2020, 2, 1)


def february(day: int) -> date:
    return FIRST + timedelta(days=day - 1)


def lengths(*days: int) -> list[DelayRecord]:
    return [between(FIRST, FIRST + timedelta(days=length)) for length in days]


def by_family(fitted: tuple[FittedDelay, ...]) -> dict[str, FittedDelay]:
    return {one.family: one for one in fitted}


# Stories


def test_every_record_is_counted_once():
    found = delays(
        [
            between(february(1), february(4)),
            between(february(2), february(3)),
            between(None, february(3)),
            between(None, None),
            between(february(2), None),
            between(february(5), february(3)),
            between(february(3), february(11)),
        ],
        on=february(10),
    )
    assert (found.used, found.without_first, found.without_second, found.not_yet, found.second_first) == (2, 2, 1, 1, 1)
    assert found.records == 2 + 2 + 1 + 1 + 1
    assert (found.observed.n, found.observed.mean) == (2, (3 + 1) / 2)


def test_what_is_observed_is_plain_arithmetic():
    observed = delays(lengths(0, 1, 1, 2, 6)).observed
    assert (observed.mean, observed.median, observed.min, observed.max) == ((0 + 1 + 1 + 2 + 6) / 5, 1, 0, 6)
    assert observed.sd == statistics.stdev([0, 1, 1, 2, 6])


def test_a_day_that_is_not_known_stands_in_the_middle_of_its_range():
    record = DelayRecord(Days(february(1), february(3)), Days(february(8), february(9)))
    assert delays([record]).observed.mean == 8.5 - 2


def test_no_delay_is_unknown_and_one_has_no_sd():
    nothing = delays([])
    assert (nothing.observed.n, nothing.observed.mean) == (0, None)
    assert [one.status for one in nothing.fitted] == ["unknown", "unknown"]
    assert delays(lengths(4)).observed.sd is None


@pytest.mark.parametrize("same", [(3,), (3, 3, 3, 3), (0, 0, 0)])
def test_delays_that_are_all_alike_show_no_spread(same):
    for one in delays(lengths(*same)).fitted:
        assert (one.status, one.mean, one.sd, one.n, one.small) == ("no_spread", None, None, len(same), True)


def test_days_of_looking_that_end_at_once_tell_nothing_of_long_delays():
    # Each delay is as long as it could be: nobody can say how many longer ones are still to come.
    records = [between(february(day), february(10)) for day in range(1, 10)]
    assert {one.status for one in delays(records, on=february(10)).fitted} == {"not_identified"}


def test_twenty_nine_delays_are_few_and_thirty_are_not():
    some = [1, 2, 3, 4, 5, 6] * 5
    assert all(one.small for one in delays(lengths(*some[:29])).fitted)
    assert not any(one.small for one in delays(lengths(*some)).fitted)


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(InputError, match="earlier day first"):
        Days(february(3), february(2))


# The twin

OBSERVED = st.tuples(st.integers(1, 3), st.integers(0, 12), st.integers(1, 3), st.none() | st.integers(0, 9)).map(
    lambda t: (t[0], t[1], t[1] + t[2], None if t[3] is None else max(t[1] + t[2], t[0]) + t[3])
)


@settings(max_examples=40, deadline=None)
@given(st.lists(OBSERVED, min_size=1, max_size=5), st.floats(2, 9), st.floats(0.4, 0.9), st.booleans())
def test_the_likelihood_agrees_with_the_twin(rows, mean, variation, gamma):
    family, density = (Gamma, gamma_density) if gamma else (LogNormal, log_normal_density)
    fast = log_likelihood(family(mean, variation * mean), Counter(Observed(*row) for row in rows))
    slow = log_likelihood_by_slices(density(mean, variation * mean), rows)
    assert fast == pytest.approx(slow, rel=0, abs=5e-3 * len(rows))  # what slices leave in a thin tail


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=40), st.none() | st.integers(20, 30))
def test_no_neighbour_is_likelier_than_what_is_fitted(days, waited):
    found = delays(lengths(*days), on=None if waited is None else FIRST + timedelta(days=waited))
    json.dumps(found.as_data(), allow_nan=False)
    observed = Counter(Observed(1, day, day + 1, None if waited is None else waited + 1) for day in days)
    for one in found.fitted:
        family = {"gamma": Gamma, "log_normal": LogNormal}[one.family]
        if one.status == "estimate":
            assert one.mean_low < one.mean < one.mean_high
            assert one.sd_low < one.sd < one.sd_high
            assert one.log_likelihood == pytest.approx(log_likelihood(family(one.mean, one.sd), observed))
            for more in (0.97, 0.99, 1.01, 1.03):
                for wider in (0.97, 1.0, 1.03):
                    near = log_likelihood(family(one.mean * more, one.sd * wider), observed)
                    assert near <= one.log_likelihood + 1e-7


# Truth recovered


def test_a_growing_outbreak_hides_its_long_delays_and_the_fit_brings_them_back():
    """Cases grow by 15 % a day over 40 days; delays have mean 8. Those seen by then are too short by a third."""
    dice, last = random.Random(3), 40
    records = []
    for _ in range(3_000):
        onset = last + log(1 - dice.random()) / 0.15
        delay = dice.gammavariate((8 / 4) ** 2, 4**2 / 8)
        if onset >= 0 and onset + delay < last:
            records.append(between(FIRST + timedelta(days=int(onset)), FIRST + timedelta(days=int(onset + delay))))
    found = delays(records, on=FIRST + timedelta(days=last - 1))
    assert found.used == len(records) > 700
    assert found.observed.mean < 6.5
    best = found.fitted[0]
    assert best.family == "gamma"
    assert best.mean_low < 8 < best.mean_high
    assert best.sd_low < 4 < best.sd_high


def test_dates_widen_what_is_observed_and_the_fit_takes_that_back():
    dice = random.Random(5)
    records = []
    for _ in range(3_000):
        onset = dice.random()
        records.append(between(FIRST, FIRST + timedelta(days=int(onset + dice.gammavariate(4, 0.5)))))
    found = delays(records)
    fitted = by_family(found.fitted)["gamma"]
    assert found.observed.sd > 1.05
    assert fitted.mean_low < 4 * 0.5 < fitted.mean_high
    assert fitted.sd_low < 2 * 0.5 < fitted.sd_high


def test_mers_in_korea_from_onset_to_report(testdata: Path):
    with (testdata / "line_lists" / "mers_korea_2015__linelist.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    def day(text: str) -> date | None:
        return None if text in ("", "NA") else date.fromisoformat(text)

    found = delays([between(day(row["dt_onset"]), day(row["dt_report"])) for row in rows])
    assert (found.records, found.without_first, found.used) == (162, 27, 162 - 27)
    assert all(one.status == "estimate" and not one.small for one in found.fitted)
    # Waited out to the end, the fit has nothing to correct but the dates: the mean stays what was observed.
    assert by_family(found.fitted)["gamma"].mean == pytest.approx(found.observed.mean, rel=0.02)
