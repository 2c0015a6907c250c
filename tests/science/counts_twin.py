"""The slow, obvious twins of the counts and shares: lists walked through, and bounds found by halving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Any


def curve_by_walking(rows: Sequence[tuple[date | None, date | None, date | None]], start: date, end: date) -> Any:
    """For each of the three dates: the number on each day, without date, before, after."""
    found = []
    for column in range(3):
        days, without, before, after = {}, 0, 0, 0
        day = start
        while day <= end:
            days[day] = len([row for row in rows if row[column] == day])
            day += timedelta(days=1)
        for row in rows:
            if row[column] is None:
                without += 1
            elif row[column] < start:
                before += 1
            elif row[column] > end:
                after += 1
        found.append((days, (without, before, after)))
    return found


def wilson_by_halving(count: int, of: int) -> tuple[float, float]:
    """The shares from which what was counted lies just 1.96 of their own standard errors away."""
    seen = count / of

    def edge(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            away = abs(seen - middle) > 1.959963984540054 * sqrt(middle * (1 - middle) / of)
            inside, outside = (inside, middle) if away else (middle, outside)
        return inside

    return edge(seen, 0.0), edge(seen, 1.0)


def in_quarantine_by_days(found: date, stays: Sequence[tuple[date, date | None]]) -> bool:
    """Whether any quarantine holds both the day a case was found and the day before."""
    for start, end in stays:
        held = [start + timedelta(days=ahead) for ahead in range(((end or found) - start).days + 1)]
        if found in held and found - timedelta(days=1) in held:
            return True
    return False
