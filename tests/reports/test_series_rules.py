"""What is found in a series, told in small numbers; and the same as a plain loop finds, on generated ones."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mainstay.reports.rules.series import (
    Finding,
    Point,
    Told,
    by_day,
    explained,
    falls,
    jumps,
    largest,
    missing_days,
    remainders,
    restated,
    shifts,
    summed,
)
from tests.reports import series_twin

FEB = date(2020, 2, 1)


def feb(day: int) -> date:
    return date(2020, 2, day)


def by_stamp(*values: int, first: date = FEB, late: int = 0) -> list[Point]:
    """A count a day, stamped so many days late."""
    days = [first + timedelta(days=n) for n in range(len(values))]
    return [Point(day, day + timedelta(days=late), value) for day, value in zip(days, values, strict=True)]


def rising(*rises: int, first: date = FEB, start: int = 0) -> dict[date, int]:
    """A total that begins with `start` and rises by these."""
    total, days = start, {first: start}
    for n, rise in enumerate(rises, 1):
        total += rise
        days[first + timedelta(days=n)] = total
    return days


# --- points -------------------------------------------------------------------------------------------------


def test_of_two_stamps_of_one_day_the_later_counts() -> None:
    points = [Point(feb(6), feb(7), 9), Point(feb(6), feb(6), 0), Point(feb(7), feb(8), 33)]
    assert by_day(points) == {feb(6): 9, feb(7): 33}
    assert restated(points, "a", "cured") == [Finding(feb(6), "a", "restated", "cured", 9 - 0, 0, 9)]


def test_two_counts_of_one_stamp_leave_the_day_unknown_until_a_later_stamp_settles_it() -> None:
    torn = [Point(feb(6), feb(7), 40), Point(feb(6), feb(7), 42)]
    assert by_day(torn) == {}
    assert restated(torn, "a", "confirmed") == [Finding(feb(6), "a", "conflict", "confirmed", 42 - 40, 40, 42)]
    assert by_day([*torn, Point(feb(6), feb(8), 41)]) == {feb(6): 41}


def test_the_same_count_twice_is_nothing_to_name() -> None:
    points = [Point(feb(6), feb(6), 471), Point(feb(6), feb(7), 471)]
    assert by_day(points) == {feb(6): 471}
    assert restated(points, "a", "confirmed") == []


def test_stamps_that_are_off_are_named_once_for_each_run() -> None:
    points = [*by_stamp(1, 2), *by_stamp(3, 4, 5, first=feb(3), late=1), *by_stamp(6, first=feb(20))]
    assert shifts(points, "a") == [Finding(feb(4), "a", "shift", "", -1)]


def test_counts_of_single_days_are_summed_up_to_the_first_that_is_missing() -> None:
    assert summed({feb(1): 2, feb(2): 3, feb(4): 5}) == {feb(1): 2, feb(2): 2 + 3}


# --- falls and jumps ----------------------------------------------------------------------------------------


def test_a_fall_is_named_with_what_stood_before_also_across_a_day_that_is_missing() -> None:
    assert falls({feb(1): 1343, feb(2): 1338, feb(4): 1336}, "a", "confirmed") == [
        Finding(feb(2), "a", "fall", "confirmed", -5, 1343, 1338),
        Finding(feb(4), "a", "fall", "confirmed", -2, 1338, 1336),
    ]
    assert missing_days({feb(1): 1343, feb(2): 1338, feb(4): 1336}) == [feb(3)]


WEEK = (10,) * 7


def test_a_jump_stands_out_from_both_sides() -> None:
    assert jumps(rising(*WEEK, 21, *WEEK), "a", "confirmed") == [
        Finding(feb(9), "a", "jump", "confirmed", 21, 70, 70 + 21)
    ]


def test_twice_as_much_is_not_yet_more_than_twice() -> None:
    assert jumps(rising(*WEEK, 20, *WEEK), "a", "confirmed") == []


def test_growth_that_goes_on_is_no_jump_but_on_the_newest_day_nobody_can_tell() -> None:
    assert jumps(rising(*WEEK, 30, 30, 30, 30, 30, 30, 30), "a", "confirmed") == []
    assert [one.delta for one in jumps(rising(*WEEK, 30), "a", "confirmed")] == [30]


def test_ten_are_too_few_and_six_days_before_too_few_to_tell() -> None:
    nothing = (0,) * 7
    assert jumps(rising(*nothing, 10, *nothing), "a", "confirmed") == []
    assert [one.delta for one in jumps(rising(*nothing, 11, *nothing), "a", "confirmed")] == [11]
    assert jumps(rising(*WEEK[:6], 99), "a", "confirmed") == []


def test_across_a_missing_day_no_jump_is_named() -> None:
    total = rising(*WEEK, 99, *WEEK)
    del total[feb(5)]
    assert jumps(total, "a", "confirmed") == []


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 400), max_size=40))
def test_falls_and_jumps_are_those_that_a_plain_loop_finds(counts: dict[int, int]) -> None:
    total = {FEB + timedelta(days=n): value for n, value in counts.items()}
    assert [(one.date, one.delta) for one in falls(total, "a", "confirmed")] == series_twin.falls(total)
    assert [(one.date, one.delta) for one in jumps(total, "a", "confirmed")] == series_twin.jumps(total)


@given(st.lists(st.integers(-3, 60), min_size=9, max_size=40))
def test_the_same_on_series_without_holes(rises: list[int]) -> None:
    total = rising(*rises, start=500)
    assert [(one.date, one.delta) for one in jumps(total, "a", "confirmed")] == series_twin.jumps(total)


# --- parts and whole ----------------------------------------------------------------------------------------


def test_what_parts_come_to_beside_the_whole_is_named_day_by_day() -> None:
    east, west = rising(1, 1, start=10), rising(2, 2, start=20)
    whole = {feb(1): 10 + 20, feb(2): 11 + 22 - 4, feb(3): 12 + 24}
    found = remainders([east, west], whole, "w", "confirmed", feb(3))
    assert found.remainders == (Finding(feb(2), "w", "remainder", "confirmed", 4, 29, 33),)
    assert (found.days, found.incomplete) == (3, ())


def test_where_a_part_is_missing_nothing_is_compared() -> None:
    whole = {feb(1): 30, feb(2): 33, feb(3): 36}
    found = remainders([{feb(1): 10, feb(3): 12}, rising(2, 2, start=20)], whole, "w", "confirmed", feb(3))
    assert (found.remainders, found.days, found.incomplete) == ((), 2, (feb(2),))


def test_a_part_that_has_not_come_on_the_last_day_is_waited_for() -> None:
    whole = {feb(1): 30, feb(2): 33}
    found = remainders([{feb(1): 10}, rising(2, start=20)], whole, "w", "confirmed", feb(2))
    assert (found.remainders, found.incomplete) == ((), (feb(2),))


def test_a_part_ends_with_nothing_left_or_after_a_week() -> None:
    whole = {FEB + timedelta(days=n): 20 for n in range(9)}
    nowhere, abroad, there = {feb(1): 0}, {feb(2): 5}, dict.fromkeys(whole, 20)
    found = remainders([nowhere, abroad, there], whole, "w", "confirmed", feb(9))
    assert [(one.date, one.delta) for one in found.remainders] == [(feb(2), 5)]
    assert found.incomplete == ()
    soon = remainders([nowhere, abroad, there], whole, "w", "confirmed", feb(8))
    assert soon.incomplete == tuple(feb(day) for day in range(3, 9))


@given(
    st.lists(st.dictionaries(st.integers(0, 20), st.integers(0, 5), max_size=20), min_size=1, max_size=4),
    st.dictionaries(st.integers(0, 20), st.integers(0, 12), min_size=1),
    st.integers(0, 20),
)
def test_remainders_are_those_that_a_plain_loop_finds(
    parts: list[dict[int, int]], whole: dict[int, int], on: int
) -> None:
    until = FEB + timedelta(days=on)
    of_parts = [{FEB + timedelta(days=n): value for n, value in part.items() if n <= on} for part in parts]
    of_whole = {FEB + timedelta(days=n): value for n, value in whole.items() if n <= on}
    found = remainders(of_parts, of_whole, "w", "confirmed", until)
    assert [(one.date, one.delta) for one in found.remainders] == series_twin.remainders(of_parts, of_whole, until)


def test_many_differences_as_one_the_largest() -> None:
    found = [Finding(feb(day), "w", "remainder", "cured", delta, 0, delta) for day, delta in ((1, 3), (2, -9), (3, 9))]
    assert largest(found) == [Finding(feb(2), "w", "remainders", "cured", -9, 0, -9, days=3)]
    assert largest([]) == []


# --- explanations -------------------------------------------------------------------------------------------


def test_an_explanation_fits_by_day_and_kind_and_the_closest_goes_first() -> None:
    fall = Finding(feb(19), "a", "fall", "confirmed", -5)
    everywhere = Told(feb(19), "", "fall", "", "ten cities")
    here = Told(feb(19), "a", "fall", "", "this city")
    others = [
        Told(feb(18), "a", "fall", "", "x"),
        Told(feb(19), "b", "fall", "", "x"),
        Told(feb(19), "a", "jump", "", "x"),
    ]

    assert explained([fall], [everywhere, here, *others])[0].explanation == "this city"
    assert explained([fall], [everywhere, *others])[0].explanation == "ten cities"
    assert explained([fall], others)[0].explanation is None
    assert explained([fall], [Told(feb(19), "a", "fall", "cured", "x")])[0].explanation is None


def test_findings_stand_by_day() -> None:
    late, early = Finding(feb(19), "a", "fall", "confirmed", -5), Finding(feb(12), "a", "jump", "confirmed", 204)
    assert explained([late, early], []) == (early, late)
