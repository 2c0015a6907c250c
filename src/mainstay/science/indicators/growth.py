"""The growth rate of daily cases, and the time in which they double or halve.

A Poisson regression of daily cases on the day: cases grow by the factor exp(rate) a day. Days without cases count as
they are, which a line through logarithms cannot do. Where the days scatter more than Poisson counts, the standard
error is widened by that much (McCullagh & Nelder 1989, Generalized Linear Models, 6.2.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log, sqrt
from typing import Any, Literal

from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.series import SMALL_COUNT, DayCases, daily_series
from mainstay.science.indicators.shares import SURE_TO

# Per day. Slower than this (doubling in two million years) is not told from standing still.
STANDING = 1e-9


@dataclass(frozen=True, slots=True)
class DoublingTime:
    """Days in which cases double (or halve), with the bounds of a 95 % interval.

    `longest` is None where the interval of the rate reaches standing still: then no longest time can be named.
    """

    days: float
    shortest: float
    longest: float | None


@dataclass(frozen=True, slots=True)
class Growth:
    """The growth rate per day over `days` days with `cases` in all, with a 95 % interval.

    `status`: `estimate`; `unknown` where no rate fits: no cases, fewer than two days, or all cases on the first or on
    the last day. `direction` is `unclear` where the interval holds 0. `doubling` stands for a rate above 0, `halving`
    for one below. `small`: fewer than 11 cases.
    """

    start_date: date | None
    end_date: date | None
    days: int
    cases: int
    status: Literal["estimate", "unknown"]
    small: bool
    direction: Literal["growing", "falling", "unclear"] = "unclear"
    rate_per_day: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    doubling: DoublingTime | None = None
    halving: DoublingTime | None = None

    def as_data(self) -> dict[str, Any]:
        """Dicts, lists, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


def growth_rate(rows: Iterable[DayCases]) -> Growth:
    """The growth rate over all the days given; choose the days so that growth was about even among them.

    Imported cases count like the others. The last days of a curve by onset are incomplete and pull the rate down:
    leave them out, or give days of report. Raises the InputErrors of `daily_series`.
    """
    days = daily_series(rows)
    counts = [day.cases for day in days]
    total = sum(counts)
    first, last = (days[0].date, days[-1].date) if days else (None, None)
    mean_day = sum(day * count for day, count in enumerate(counts)) / total if total else 0.0
    if not 0 < mean_day < len(days) - 1:
        return Growth(first, last, len(days), total, status="unknown", small=total < SMALL_COUNT)
    rate = _rate_with_mean_day(mean_day, len(counts))
    se = _standard_error(rate, counts)
    low, high = rate - SURE_TO * se, rate + SURE_TO * se
    return Growth(
        start_date=first,
        end_date=last,
        days=len(days),
        cases=total,
        status="estimate",
        small=total < SMALL_COUNT,
        direction="growing" if low > 0 else "falling" if high < 0 else "unclear",
        rate_per_day=rate,
        se=se,
        low=low,
        high=high,
        doubling=_time(rate, low, high),
        halving=_time(-rate, -high, -low),
    )


def _shares(rate: float, days: int) -> list[float]:
    """The share of all cases that falls on each day under this rate."""
    top = max(0.0, rate * (days - 1))
    weights = [exp(rate * day - top) for day in range(days)]
    total = sum(weights)
    return [weight / total for weight in weights]


def _mean_and_variance(rate: float, days: int) -> tuple[float, float]:
    shares = _shares(rate, days)
    mean = sum(day * share for day, share in enumerate(shares))
    return mean, sum((day - mean) ** 2 * share for day, share in enumerate(shares))


def _rate_with_mean_day(mean_day: float, days: int) -> float:
    """The most likely rate: the one under which the mean day of the cases is the one observed.

    The mean day rises with the rate, so halving a bracket finds it, and Newton's steps find it sooner.
    """
    low, high = -1.0, 1.0
    while _mean_and_variance(low, days)[0] > mean_day:
        low *= 2
    while _mean_and_variance(high, days)[0] < mean_day:
        high *= 2
    rate = 0.0
    for _ in range(200):
        mean, variance = _mean_and_variance(rate, days)
        low, high = (low, rate) if mean > mean_day else (rate, high)
        following = rate + (mean_day - mean) / variance if variance > 0 else high
        following = following if low < following < high else (low + high) / 2
        if abs(following - rate) < 1e-14:
            break
        rate = following
    return rate


def _standard_error(rate: float, counts: Sequence[int]) -> float:
    total = sum(counts)
    _, variance = _mean_and_variance(rate, len(counts))
    expected = [total * share for share in _shares(rate, len(counts))]
    scatter = 1.0
    if len(counts) > 2:
        squares = sum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True) if mean > 0)
        scatter = max(1.0, squares / (len(counts) - 2))
    return sqrt(scatter / (total * variance))


def _time(rate: float, low: float, high: float) -> DoublingTime | None:
    if rate < STANDING:
        return None
    return DoublingTime(days=log(2) / rate, shortest=log(2) / high, longest=log(2) / low if low > STANDING else None)
