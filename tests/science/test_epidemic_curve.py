"""The epidemic curve by onset, report and confirmation; nobody falls off it uncounted."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from counts_twin import curve_by_walking
from hypothesis import given
from hypothesis import strategies as st

from mainstay.science.indicators.curve import CaseDates, CurveDay, OffTheCurve, epidemic_curve
from mainstay.science.indicators.series import DayCases
from mainstay.science.inputs import InputError


def february(day: int) -> date:
    return date(2020, 2, day)


# Stories


def test_three_cases_on_three_curves():
    found = epidemic_curve(
        [
            CaseDates(february(1), february(3), february(4)),
            CaseDates(february(1), february(4)),
            CaseDates(None, february(3), february(3)),
        ]
    )
    assert found.days == (
        CurveDay(february(1), onset=2, reported=0, confirmed=0),
        CurveDay(february(2), onset=0, reported=0, confirmed=0),
        CurveDay(february(3), onset=0, reported=2, confirmed=1),
        CurveDay(february(4), onset=0, reported=1, confirmed=1),
    )
    assert found.off_onset == OffTheCurve(without_date=1, before=0, after=0)
    assert found.off_confirmed == OffTheCurve(without_date=1, before=0, after=0)


def test_what_lies_outside_the_days_shown_is_counted_beside_them():
    cases = [CaseDates(february(day)) for day in (1, 2, 3, 4, 5, 6)]
    found = epidemic_curve(cases, start=february(2), end=february(4))
    assert [day.onset for day in found.days] == [1, 1, 1]
    assert found.off_onset == OffTheCurve(without_date=0, before=1, after=2)


def test_cases_without_any_date_are_still_cases():
    found = epidemic_curve([CaseDates(), CaseDates()])
    assert (found.cases, found.days) == (2, ())
    assert found.off_onset == found.off_reported == OffTheCurve(without_date=2, before=0, after=0)
    assert epidemic_curve([]).cases == 0
    assert len(epidemic_curve([CaseDates()], start=february(1), end=february(3)).days) == 3


def test_the_series_by_onset_begins_with_its_first_case():
    found = epidemic_curve([CaseDates(february(3), february(5)), CaseDates(None, february(1))], end=february(6))
    assert found.by_onset() == tuple(DayCases(february(day), int(day == 3)) for day in (3, 4, 5, 6))
    assert epidemic_curve([CaseDates(None, february(1))]).by_onset() == ()


def test_a_period_turned_round_is_refused():
    with pytest.raises(InputError, match="not after the last"):
        epidemic_curve([], start=february(2), end=february(1))


# The twin

DATES = st.none() | st.dates(february(1), february(1) + timedelta(days=20))


@given(st.lists(st.tuples(DATES, DATES, DATES), max_size=25), st.integers(-3, 22), st.integers(0, 9))
def test_agrees_with_the_twin(rows, first, length):
    start = february(1) + timedelta(days=first)
    end = start + timedelta(days=length)
    found = epidemic_curve([CaseDates(*row) for row in rows], start, end)
    json.dumps(found.as_data(), allow_nan=False)
    offs = (found.off_onset, found.off_reported, found.off_confirmed)
    slow = curve_by_walking(rows, start, end)
    for name, off, (days, (without, before, after)) in zip(("onset", "reported", "confirmed"), offs, slow, strict=True):
        assert {day.date: getattr(day, name) for day in found.days} == days
        assert off == OffTheCurve(without, before, after)
        assert sum(days.values()) + without + before + after == found.cases


@given(st.lists(st.tuples(DATES, DATES, DATES), max_size=25))
def test_without_a_period_nothing_lies_outside(rows):
    found = epidemic_curve([CaseDates(*row) for row in rows])
    assert {off.before + off.after for off in (found.off_onset, found.off_reported, found.off_confirmed)} == {0}


def test_mers_in_korea(testdata: Path):
    def day(text: str) -> date | None:
        return None if text in ("", "NA") else date.fromisoformat(text)

    with (testdata / "line_lists" / "mers_korea_2015__linelist.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = epidemic_curve(CaseDates(day(row["dt_onset"]), day(row["dt_report"]), day(row["dt_diag"])) for row in rows)
    assert (found.cases, found.off_onset.without_date) == (162, 27)
    assert sum(one.onset for one in found.days) == 162 - 27
    assert sum(one.reported for one in found.days) == 162 - found.off_reported.without_date
