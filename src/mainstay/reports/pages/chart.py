"""A chart of daily counts as plain numbers for a template: no style attribute, no script, nothing to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# The drawing stretches to its panel: a day is so many units wide, the highest bar so many high.
DAY, GAP, HIGH = 10, 1, 100
# A few days alone would be drawn as slabs.
FEWEST_DAYS = 21


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: where it is drawn, what it counts, and how much is expected to be reported yet."""

    x: int
    y: int
    height: int
    expected_y: int
    expected_height: int
    date: date
    count: int
    expected: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of every day, the highest number, the first and the last day; `width` by `height` units."""

    bars: tuple[Bar, ...]
    most: int
    first: date
    last: date
    width: int
    height: int = HIGH
    bar_width: int = DAY - GAP


def bars(days: Sequence[tuple[date, int, int]]) -> Chart | None:
    """From (day, counted, expected in all), in order and without holes; None where there is no day.

    A count above 0 is never drawn as nothing.
    """
    if not days:
        return None
    most = max(max(count, expected) for _day, count, expected in days)
    start = max(0, FEWEST_DAYS - len(days)) * DAY
    drawn = []
    for place, (day, count, expected) in enumerate(days):
        solid = _height(count, most)
        whole = max(solid, _height(expected, most))
        drawn.append(
            Bar(start + place * DAY, HIGH - solid, solid, HIGH - whole, whole - solid, day, count, max(count, expected))
        )
    return Chart(tuple(drawn), most, days[0][0], days[-1][0], start + len(days) * DAY)


def _height(count: int, most: int) -> int:
    return max(1, round(HIGH * count / most)) if count > 0 else 0
