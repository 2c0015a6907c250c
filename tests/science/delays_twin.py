"""The slow, obvious twins of the delays, the nowcast and the corrected fatality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from math import log

from distributions_twin import summed

Density = Callable[[float], float]


# Slices of a day; a power of two, so that every edge is exact.
SLICES = 64


def log_likelihood_by_slices(density: Density, observed: Sequence[tuple[int, int, int, int | None]]) -> float:
    """For each (width, second_from, second_to, cut): the first event in the middle of each of many thin slices."""
    below = [0.0]

    def share_below(x: float) -> float:
        """Slice by slice from 0, each half as wide, since the first event lies in the middle of one."""
        while len(below) <= x * 2 * SLICES:
            start = (len(below) - 1) / (2 * SLICES)
            below.append(below[-1] + summed(density, start, start + 1 / (2 * SLICES), 4))
        return below[int(x * 2 * SLICES)] if x > 0 else 0.0

    total = 0.0
    for width, start, end, cut in observed:
        times = [(step + 0.5) / SLICES for step in range(width * SLICES)]
        chance = sum(share_below(end - p) - share_below(start - p) for p in times) / len(times)
        seen = 1.0 if cut is None else sum(share_below(cut - p) for p in times) / len(times)
        total += log(chance) - log(seen)
    return total


def nowcast_by_the_triangle(
    cases: Sequence[tuple[date, date]], on: date, longest: int, oldest: int
) -> dict[int, float | None]:
    """By age in days, the expected cases in all, by chain ladder: each column of running totals grows to the next by
    the factor by which it grew for those days of onset of which both are known."""
    totals = {
        age: [
            sum(
                1
                for onset, report in cases
                if (on - onset).days == age and report <= on and min(max((report - onset).days, 0), longest) <= delay
            )
            for delay in range(min(age, longest) + 1)
        ]
        for age in range(oldest + 1)
    }
    expected: dict[int, float | None] = {}
    for age in range(min(longest, oldest) + 1):
        value: float | None = float(totals[age][-1])
        for delay in range(age, min(longest, oldest)):
            both = [row for row in totals.values() if len(row) > delay + 1]
            before, after = sum(row[delay] for row in both), sum(row[delay + 1] for row in both)
            if before == 0:
                value = None
                break
            value = value * after / before
        expected[age] = value
    return expected


def deaths_due_by_persons(onsets: Sequence[date], by_day: Sequence[float], on: date) -> float:
    """Of all who would die if everybody did, how many by the end of `on`: person by person, day by day."""
    due = 0.0
    for onset in onsets:
        for day in range((on - onset).days + 1):
            due += by_day[day] if day < len(by_day) else 0.0
    return due
