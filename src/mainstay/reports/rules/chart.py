"""The charts of a report, drawn once for the page and for what is printed: no style, no script, nothing to load.

A drawing stretches to its panel; words stand outside it, at their own size. Curve and Rt share their days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil
from typing import Any

from mainstay.reports.rules.course import Told, findings

# A day is so many units wide, the highest bar so many high.
DAY, GAP, HIGH = 10, 1, 100
# A few days alone would be drawn as slabs.
FEWEST_DAYS = 21
# An Rt above this is drawn at the edge: the first days of an outbreak would flatten all others.
LARGEST_RT = 6
INK, ACT = "#465560", "#0d5673"


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
    drawn = []
    for place, (day, count, expected) in enumerate(days):
        solid = _height(count, most)
        whole = max(solid, _height(expected, most))
        drawn.append(
            Bar(
                _start(len(days)) + place * DAY,
                HIGH - solid,
                solid,
                HIGH - whole,
                whole - solid,
                day,
                count,
                max(count, expected),
            )
        )
    return Chart(tuple(drawn), most, days[0][0], days[-1][0], _width(len(days)))


def _start(days: int) -> int:
    return max(0, FEWEST_DAYS - days) * DAY


def _width(days: int) -> int:
    return _start(days) + days * DAY


def _height(count: int, most: int) -> int:
    return max(1, round(HIGH * count / most)) if count > 0 else 0


@dataclass(frozen=True, slots=True)
class Point:
    """Rt of the window that ends on a day, with its interval."""

    date: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """Rt by the last day of its window, over the days of the curve: runs of days without a hole, and the scale."""

    runs: tuple[tuple[Point, ...], ...]
    first: date
    last: date
    most: int

    @property
    def width(self) -> int:
        return _width((self.last - self.first).days + 1)

    def x(self, day: date) -> float:
        """The middle of a day's bar."""
        return _start((self.last - self.first).days + 1) + (day - self.first).days * DAY + (DAY - GAP) / 2

    def y(self, value: float) -> float:
        return round(HIGH * (1 - min(value, self.most) / self.most), 2)


def curve_chart(told: Told) -> Chart | None:
    """Cases by day of onset; of the last days also how many are expected once all are reported."""
    expected = {row["date"]: round(row["point"]) for row in told.nowcast_rows() if row["point"] is not None}
    rows = told.curve_rows()
    return bars(
        [(date.fromisoformat(row["date"]), row["onset"], expected.get(row["date"], row["onset"])) for row in rows]
    )


def rt_chart(told: Told) -> Line | None:
    """The windows whose Rt is a finding; None where none is."""
    rows, days = findings(told), told.curve_rows()
    if not rows or not days:
        return None
    points = [Point(date.fromisoformat(row["end_date"]), row["mean"], row["q025"], row["q975"]) for row in rows]
    runs: list[list[Point]] = [[points[0]]]
    for before, point in zip(points, points[1:], strict=False):
        if (point.date - before.date).days == 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    most = min(LARGEST_RT, max(2, ceil(max(point.high for point in points))))
    first, last = (date.fromisoformat(days[at]["date"]) for at in (0, -1))
    return Line(tuple(map(tuple, runs)), first, last, most)


# --- drawn ------------------------------------------------------------------------------------------------


def curve_svg(chart: Chart, *, title: str, what: str, expected: Callable[[date, int], str]) -> str:
    """The bars as SVG; `expected` says of a day how many cases in all."""
    return _svg("curve", chart.width, INK, title, what, "".join(_bars(chart, expected)))


def _bars(chart: Chart, expected: Callable[[date, int], str]) -> Iterator[str]:
    for bar in chart.bars:
        if bar.count:
            size = f'x="{bar.x}" y="{bar.y}" width="{chart.bar_width}" height="{bar.height}"'
            yield f'<rect class="counted" fill="currentColor" {size}>{_title(f"{bar.date}: {bar.count}")}</rect>'
        if bar.expected_height:
            size = f'x="{bar.x}" y="{bar.expected_y}" width="{chart.bar_width}" height="{bar.expected_height}"'
            yield (
                '<rect class="expected" fill="none" stroke="currentColor" stroke-dasharray="3 2" '
                f'vector-effect="non-scaling-stroke" {size}>{_title(expected(bar.date, bar.expected))}</rect>'
            )


def rt_svg(line: Line, *, title: str, what: str) -> str:
    """Rt as a line with the band of its interval, and a line at 1, as SVG."""
    return _svg("rt", line.width, ACT, title, what, "".join(_lines(line)))


def _lines(line: Line) -> Iterator[str]:
    one = line.y(1)
    yield (
        f'<line class="one" x1="0" x2="{line.width}" y1="{one}" y2="{one}" stroke="{INK}" stroke-width="1.5" '
        'vector-effect="non-scaling-stroke"/>'
    )
    for run in line.runs:
        if len(run) == 1:  # a line of one point would be nothing
            x, point = line.x(run[0].date), run[0]
            yield (
                f'<line class="band" x1="{x}" x2="{x}" y1="{line.y(point.low)}" y2="{line.y(point.high)}" '
                'stroke="currentColor" stroke-width="2" stroke-opacity="0.4"/>'
            )
            yield (
                f'<line class="mean" x1="{x - DAY / 2}" x2="{x + DAY / 2}" y1="{line.y(point.mean)}" '
                f'y2="{line.y(point.mean)}" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke"/>'
            )
            continue
        upper = [(line.x(point.date), line.y(point.high)) for point in run]
        lower = [(line.x(point.date), line.y(point.low)) for point in reversed(run)]
        means = [(line.x(point.date), line.y(point.mean)) for point in run]
        yield f'<polygon class="band" fill="currentColor" fill-opacity="0.2" points="{_points([*upper, *lower])}"/>'
        yield (
            '<polyline class="mean" fill="none" stroke="currentColor" stroke-width="2" '
            f'vector-effect="non-scaling-stroke" points="{_points(means)}"/>'
        )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>"


def _svg(name: str, width: int, colour: str, title: str, what: str, drawn: str) -> str:
    opening: dict[str, Any] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width} {HIGH}",
        "preserveAspectRatio": "none",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-what",
        "color": colour,
    }
    attributes = " ".join(f'{key}="{value}"' for key, value in opening.items())
    return (
        f'<svg {attributes}><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-what">{escape(what)}</desc>{drawn}</svg>'
    )
