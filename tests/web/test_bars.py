"""Shares of a bar: whole hundredths that add up, whatever is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.web.bars import capacity_bar, duty_bar

COUNTS = st.integers(min_value=0, max_value=2_000_000)


def test_a_bar_counts_should_and_draws_its_parts_in_order():
    bar = duty_bar(done=75, overdue=13, missed=2, in_time=10)
    assert bar.total == 75 + 13 + 2 + 10
    assert [(part.kind, part.count, part.share) for part in bar.parts] == [
        ("done", 75, 75),
        ("overdue", 13, 13),
        ("missed", 2, 2),
        ("in_time", 10, 10),
    ]


def test_what_is_nothing_is_not_drawn_and_what_is_little_is():
    bar = capacity_bar(occupied=9_999, held=0, free=1)
    assert [(part.kind, part.share) for part in bar.parts] == [("occupied", 100), ("free", 0)]
    assert capacity_bar(occupied=0, held=0, free=0).parts == ()


def test_less_than_nothing_is_refused():
    with pytest.raises(ValueError, match="less than nothing"):
        duty_bar(done=1, overdue=-1, missed=0, in_time=0)


@given(done=COUNTS, overdue=COUNTS, missed=COUNTS, in_time=COUNTS)
def test_the_shares_add_up_and_each_is_off_by_less_than_one(done, overdue, missed, in_time):
    bar = duty_bar(done=done, overdue=overdue, missed=missed, in_time=in_time)
    if bar.total:
        assert sum(part.share for part in bar.parts) == 100
    for part in bar.parts:
        assert abs(part.share - 100 * part.count / bar.total) < 1
