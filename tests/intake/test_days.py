"""Days in all the forms that one column may mix: read where one reading fits, and asked where two do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.intake.rules.days import Dating, day_of

RECEIVED = date(2020, 3, 1)
FIFTH = date(2020, 1, 5)


def read(text: str, **said) -> date | str:
    day, fault = day_of(text, Dating(**said), RECEIVED)
    return fault.code if fault else day


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2020-01-05",
            "2020-1-5",
            "2020/1/5",
            "2020.1.5",
            "20200105",
            "2020年1月5日",
            "2020 年 1 月 5 日",
            "2020年1月5號",
        ),
        *("２０２０－０１－０５", "43835", "43835.604", "5 Jan 2020", "5-Jan-2020", "January 5, 2020", "Jan. 5 2020"),
    ],
)
def test_these_can_only_be_the_fifth_of_january(text: str) -> None:
    assert read(text) == FIFTH


def test_day_and_month_that_can_change_places_are_asked() -> None:
    day, fault = day_of("1/5/2020", Dating(), RECEIVED)
    assert day is None
    assert fault.reason == "'1/5/2020' can be read in two ways: 2020-01-05 or 2020-05-01."
    assert fault.remedy == ("Write 2020-01-05 or 2020-05-01, whichever it was, or state `date_order` in the mapping.")
    assert read("1/5/2020", order="month-day-year") == FIFTH
    assert read("5/1/2020", order="day-month-year") == FIFTH
    assert read("13/1/2020") == date(2020, 1, 13) == read("1/13/2020")
    assert read("1/1/2020") == date(2020, 1, 1)


def test_a_day_without_its_year_waits_for_the_year() -> None:
    assert read("1月5日") == read("1/5") == read("1-13") == "value.year"
    assert read("1月5日", year=2020) == FIFTH == read("１月５日", year=2020)
    assert read("1/13", year=2020) == date(2020, 1, 13)
    assert read("1/5", year=2020) == "value.ambiguous"
    assert read("1.5", year=2020, order="month-day-year") == FIFTH


def test_five_digits_count_days_unless_they_can_be_a_day_that_lost_its_nought() -> None:
    assert read("43862") == date(2020, 2, 1)
    # 30120 days make 18 June 1982; and 030120 without its nought is 3 January or 1 March 2020.
    day, fault = day_of("30120", Dating(), RECEIVED)
    assert fault.reason == "'30120' can be read in several ways: 1982-06-18 or 2020-01-03 or 2020-03-01."
    assert read("30120", serials=True) == date(1982, 6, 18)
    assert (read("366"), read("366", serials=True)) == ("value.date", date(1900, 12, 31))


@pytest.mark.parametrize(
    "text", ["2020-02-30", "30/2/2020", "0/1/2020", "2月30日", "5 Foo 2020", "20-1-5", "soon", "4386", "0020-01-05"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read(text, year=2020) == "value.date"


def test_nothing_lies_after_the_day_of_receipt() -> None:
    assert read("2020-03-02") == "value.future" == read("43892")


@given(st.dates(date(1928, 1, 1), RECEIVED))
def test_a_count_of_days_is_never_read_as_another_day(day: date) -> None:
    """Slow and plain: count the days one by one from what spreadsheets call day 1, with their false leap day."""
    number = sum(1 for _one in range((day - date(1900, 1, 1)).days + 1)) + 1
    assert read(str(number)) in (day, "value.ambiguous")
    assert read(str(number), serials=True) == day
    assert date(1899, 12, 30) + timedelta(days=number) == day


@given(
    st.text("0123456789-/. 年月日", max_size=12),
    st.sampled_from(["", "day-month-year", "month-day-year"]),
    st.sampled_from([None, 2020]),
    st.booleans(),
)
def test_whatever_stands_there_it_is_a_day_or_a_fault(text: str, order: str, year: int | None, serials: bool) -> None:
    day, fault = day_of(text, Dating(order, year, serials), RECEIVED)
    assert (day is None) != (fault is None)
