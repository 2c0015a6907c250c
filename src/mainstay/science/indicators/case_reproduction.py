"""The case reproduction number after Wallinga & Teunis 2004 (Am J Epidemiol 160:509-516).

Each case is shared out among the cases before it in proportion to the serial interval; what falls to the cases of a
day are those they are likely to have infected. It looks forward from onset, so the last weeks are incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from math import sqrt
from typing import Any, Literal

from mainstay.science.distributions import ByDay
from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.series import SMALL_COUNT, DayCases, spread

# Of the serial interval that must have passed before a cohort counts as complete.
SEEN_ENOUGH = 0.95


@dataclass(frozen=True, slots=True)
class Cohort:
    """The cases that fell ill from `start_date` to `end_date`, and how many each is likely to have infected.

    `mean` is per case; `sd` is of that mean, from not knowing who infected whom, and of nothing else. `share_seen` is
    the part of their serial interval that lies within the series. `status`: `estimate`; `incomplete` where less than
    95 % lies within it, so that `mean` is too low; `unknown` where there are no cases. `small`: fewer than 11 cases.
    """

    start_date: date
    end_date: date
    cases: int
    status: Literal["estimate", "incomplete", "unknown"]
    small: bool
    mean: float | None = None
    sd: float | None = None
    share_seen: float | None = None


@dataclass(frozen=True, slots=True)
class CaseReproduction:
    """The cohorts of a series, in their order.

    `attributed` cases were shared out; `imported` and `without_infector` (nobody before them could have) were not:
    together they are all `cases`.
    """

    window_days: int
    cases: int
    attributed: int
    imported: int
    without_infector: int
    rows: tuple[Cohort, ...]

    def as_data(self) -> dict[str, Any]:
        """Dicts, lists, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


def case_reproduction_number(
    rows: Iterable[DayCases], serial_interval: ByDay, window_days: int = 7
) -> CaseReproduction:
    """How many the cases of each window of `window_days` days of onset are likely to have infected.

    `rows` are new cases of every day, in any order, from the first case on. Imported cases infect, and have no
    infector here. Raises InputError `window` where `window_days` is below 1, `serial_interval` where same-day
    infection is given a chance, and those of `daily_series`.
    """
    days, weights, infectiousness = spread(rows, serial_interval, window_days)
    local = [day.cases - day.imported for day in days]
    attributed = sum(count for count, force in zip(local, infectiousness, strict=True) if force > 0)
    return CaseReproduction(
        window_days=window_days,
        cases=sum(day.cases for day in days),
        attributed=attributed,
        imported=sum(day.imported for day in days),
        without_infector=sum(local) - attributed,
        rows=tuple(
            _cohort(days, infectiousness, weights, range(start, start + window_days))
            for start in range(len(days) - window_days + 1)
        ),
    )


def _cohort(
    days: Sequence[DayCases], infectiousness: Sequence[float], weights: Sequence[float], within: range
) -> Cohort:
    first, last = days[within[0]].date, days[within[-1]].date
    cases = sum(days[day].cases for day in within)
    if cases == 0:
        return Cohort(first, last, cases=0, status="unknown", small=True)
    infected = variance = 0.0
    for later in range(within[0] + 1, len(days)):
        if infectiousness[later] > 0:
            force = sum(days[day].cases * weights[later - day] for day in within if day < later)
            from_here = min(force / infectiousness[later], 1.0)
            local = days[later].cases - days[later].imported
            infected += local * from_here
            variance += local * from_here * (1 - from_here)
    passed = list(accumulate(weights))
    seen = min(sum(days[day].cases * passed[len(days) - 1 - day] for day in within) / cases, 1.0)
    return Cohort(
        start_date=first,
        end_date=last,
        cases=cases,
        status="estimate" if seen >= SEEN_ENOUGH else "incomplete",
        small=cases < SMALL_COUNT,
        mean=infected / cases,
        sd=sqrt(variance) / cases,
        share_seen=seen,
    )
