"""The effective reproduction number after Cori: small stories, the twin, and EpiEstim's output to 1e-9."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reproduction_twin import QUANTILES, rt_by_loops

from mainstay.science.distributions import DiscretisedGamma, GivenByDay
from mainstay.science.indicators.reproduction import Prior, Rt, RtWindow, effective_reproduction_number
from mainstay.science.indicators.series import DayCases
from mainstay.science.inputs import InputError

FIRST = date(2020, 2, 1)
# Half infect after one day, half after two.
SHORT = GivenByDay([0, 0.5, 0.5])


def series(*counts: int | tuple[int, int]) -> list[DayCases]:
    """New cases day by day; a pair is cases and the imported ones among them."""
    pairs = [count if isinstance(count, tuple) else (count, 0) for count in counts]
    return [DayCases(FIRST + timedelta(days=ahead), *pair) for ahead, pair in enumerate(pairs)]


def only_window(*counts: int | tuple[int, int], prior: Prior | None = None) -> RtWindow:
    """R over all days but the first."""
    found = effective_reproduction_number(series(*counts), SHORT, len(counts) - 1, prior or Prior())
    (window,) = found.rows
    return window


# Stories


def test_a_window_of_three_days():
    window = only_window(4, 2, 3, 6)
    infectiousness = 4 * 0.5 + (2 * 0.5 + 4 * 0.5) + (3 * 0.5 + 2 * 0.5)
    assert (window.start_date, window.end_date) == (date(2020, 2, 2), date(2020, 2, 4))
    assert window.infectiousness == infectiousness
    assert (window.cases, window.status, window.small) == (2 + 3 + 6, "estimate", False)
    # The prior of mean 5 and sd 5 has shape 1 and scale 5.
    assert window.mean == pytest.approx((1 + 11) / (1 / 5 + infectiousness))
    assert window.sd == pytest.approx(sqrt(1 + 11) / (1 / 5 + infectiousness))


def test_ten_cases_are_few_and_eleven_are_not():
    assert only_window(4, 10).small
    assert not only_window(4, 11).small


def test_a_window_without_cases_is_the_prior_and_no_finding():
    window = only_window(4, 0, 0)
    infectiousness = 4 * 0.5 + 4 * 0.5
    assert (window.cases, window.status, window.small) == (0, "prior_only", True)
    assert window.mean == pytest.approx(1 / (1 / 5 + infectiousness))


def test_where_nobody_could_infect_r_is_unknown():
    last = effective_reproduction_number(series(4, 1, 0, 0, 0, 0), SHORT, window_days=2).rows[-1]
    assert (last.status, last.cases, last.infectiousness) == ("unknown", 0, 0)
    assert [last.mean, last.sd, *(getattr(last, name) for name in QUANTILES)] == [None] * 9


def test_cases_that_nobody_could_have_caused_are_named():
    rows = effective_reproduction_number(series(2, 0, 0, 0, 3, 1), SHORT, window_days=2).rows
    assert [(row.cases, row.without_infector, row.status) for row in rows] == [
        (0, 0, "prior_only"),
        (0, 0, "prior_only"),
        (3, 3, "unknown"),
        (3 + 1, 3, "estimate"),
    ]


def test_imported_cases_infect_and_are_not_explained():
    plain, imported = only_window(4, 6, 2), only_window(4, (6, 5), 2)
    assert imported.infectiousness == plain.infectiousness
    assert (imported.cases, imported.imported) == (6 + 2, 5)
    assert imported.mean == pytest.approx((1 + 8 - 5) / (1 / 5 + plain.infectiousness))
    assert only_window(4, (6, 6), (2, 2)).status == "prior_only"


def test_before_one_serial_interval_has_passed_the_estimate_is_early():
    counts = series(*[3] * 8)
    rows = effective_reproduction_number(counts, DiscretisedGamma(4.5, 2.0), window_days=2).rows
    assert [row.early for row in rows] == [True, True, False, False, False, False]


def test_another_prior():
    window = only_window(4, 3, prior=Prior(mean=2.0, sd=1.0))
    shape, scale = 2.0**2 / 1.0**2, 1.0**2 / 2.0
    assert window.mean == pytest.approx((shape + 3) / (1 / scale + 4 * 0.5))


def test_a_series_shorter_than_its_window_has_no_estimate():
    for counts in ((), (3,), (3, 2, 1)):
        assert effective_reproduction_number(series(*counts), SHORT, window_days=3).rows == ()


def test_the_order_of_days_does_not_matter():
    days = series(4, 2, 3, 6, 1)
    forwards = effective_reproduction_number(days, SHORT, 2)
    assert effective_reproduction_number(reversed(days), SHORT, 2) == forwards


def test_as_data_has_the_keys_of_the_contract():
    data = effective_reproduction_number(series(4, 2, 0, 0, 0, 0), SHORT, window_days=2).as_data()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["prior"] == {"mean": 5.0, "sd": 5.0}
    assert data["si"] == {"mean_days": 1.5, "sd_days": 0.5, "pmf": [0, 0.5, 0.5, 0, 0, 0]}
    wanted = {"start_date", "end_date", "cases", "mean", "sd", "q025", "median", "q975", "status"}
    assert all(wanted <= set(row) for row in data["rows"])
    assert data["rows"][0]["start_date"] == "2020-02-02"


# Refusals


def test_a_day_that_is_missing_is_not_a_day_without_cases():
    days = [day for day in series(4, 2, 3, 6) if day.date != date(2020, 2, 3)]
    with pytest.raises(InputError, match=r"1 day\(s\) are missing .*2020-02-03.*give 0") as caught:
        effective_reproduction_number(days, SHORT)
    assert (caught.value.code, caught.value.ids) == ("day_missing", ("2020-02-03",))


def test_a_day_that_comes_twice_is_for_a_person_to_settle():
    with pytest.raises(InputError, match="come twice: 2020-02-01") as caught:
        effective_reproduction_number([*series(4, 2), *series(5)], SHORT)
    assert caught.value.code == "day_twice"


@pytest.mark.parametrize("pair", [(-1, 0), (2, 3), (2, -1)])
def test_a_fall_in_a_cumulative_series_is_no_number_of_cases(pair):
    with pytest.raises(InputError, match="0 or more"):
        series(pair)


def test_settings_that_cannot_be():
    with pytest.raises(InputError, match="holds no day"):
        effective_reproduction_number(series(1, 2), SHORT, window_days=0)
    with pytest.raises(InputError, match="both above 0"):
        Prior(mean=5, sd=0)
    with pytest.raises(InputError, match="gives day 0"):
        effective_reproduction_number(series(1, 2), GivenByDay([0.5, 0.5]))


# The twin

DAYS = st.lists(
    st.integers(0, 12).flatmap(lambda n: st.tuples(st.just(n), st.just(0) | st.integers(0, n))), max_size=14
)
WEIGHTS = st.lists(st.integers(0, 5), min_size=1, max_size=5).filter(any)


@settings(max_examples=40, deadline=None)
@given(DAYS, WEIGHTS, st.integers(1, 5))
def test_agrees_with_the_twin(days, weights, window):
    w = [0.0, *(weight / sum(weights) for weight in weights)]
    fast = effective_reproduction_number(series(*days), GivenByDay(w), window)
    slow = rt_by_loops(days, w, window)
    assert len(fast.rows) == len(slow)
    for row, expected in zip(fast.rows, slow, strict=True):
        assert (row.cases, row.status) == (expected["cases"], expected["status"])
        for name in ("mean", "sd", *QUANTILES):
            slowly = expected.get(name)
            assert getattr(row, name) == (None if slowly is None else pytest.approx(slowly, rel=1e-9))
    json.dumps(fast.as_data(), allow_nan=False)


# EpiEstim 2.2.4 on influenza in a school, 2009: measured against, and nothing was tuned on it. Window, prior and serial
# intervals are those that its output was made with.

COLUMNS = {
    "Mean(R)": "mean",
    "Std(R)": "sd",
    "Quantile.0.025(R)": "q025",
    "Quantile.0.05(R)": "q05",
    "Quantile.0.25(R)": "q25",
    "Median(R)": "median",
    "Quantile.0.75(R)": "q75",
    "Quantile.0.95(R)": "q95",
    "Quantile.0.975(R)": "q975",
}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def influenza(folder: Path) -> list[DayCases]:
    return [
        DayCases(date.fromisoformat(row["dates"]), int(row["I"])) for row in rows(folder / "Flu2009__incidence.csv")
    ]


def assert_equals_epiestim(ours: Rt, file: Path) -> None:
    theirs = rows(file)
    assert len(theirs) == 25
    for row, expected in zip(ours.rows, theirs, strict=True):
        day_one = date(2009, 4, 27)
        assert ((row.start_date - day_one).days + 1, (row.end_date - day_one).days + 1) == (
            int(expected["t_start"]),
            int(expected["t_end"]),
        )
        assert row.status == "estimate"
        for column, name in COLUMNS.items():
            assert getattr(row, name) == pytest.approx(float(expected[column]), abs=1e-12)


def test_influenza_2009_with_its_serial_interval_as_given(testdata: Path):
    folder = testdata / "reproduction_number"
    given_as = GivenByDay([float(row["value"]) for row in rows(folder / "Flu2009__si_distr.csv")])
    found = effective_reproduction_number(influenza(folder), given_as)
    assert_equals_epiestim(found, folder / "Flu2009_nonparam_w7_R.csv")
    assert found.rows[0].mean == pytest.approx(1.73560890945907, abs=1e-12)


def test_influenza_2009_with_a_parametric_serial_interval(testdata: Path):
    folder = testdata / "reproduction_number"
    found = effective_reproduction_number(influenza(folder), DiscretisedGamma(2.6, 1.5))
    assert_equals_epiestim(found, folder / "Flu2009_param_2.6_1.5_w7_R.csv")
    assert [row.small for row in found.rows][-1]  # four cases in the last week
