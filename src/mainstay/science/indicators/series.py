"""A daily series of new cases, without holes: what the reproduction numbers and the growth rate are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mainstay.science.distributions import ByDay, require_no_same_day
from mainstay.science.inputs import InputError, shown

# Fewer cases than this vary by chance alone by more than 30 % of themselves (1 / sqrt(11) = 0.30): the aim that
# Cori et al. 2013 (Web Appendix 1) set for a reproduction number, kept for every figure that rests on a count.
SMALL_COUNT = 11


@dataclass(frozen=True, slots=True)
class DayCases:
    """New cases of one day; `imported` of them were infected elsewhere.

    Raises InputError `cases_count` where a number is below 0 or more are imported than there are.
    """

    date: date
    cases: int
    imported: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.imported <= self.cases:
            raise InputError(
                "cases_count",
                (self.date.isoformat(),),
                f"{self.date}: {self.cases} cases, {self.imported} of them imported. Give new cases of the day, 0 or "
                "more, with no more imported than there are; a fall in a cumulative series is not a number of cases.",
            )


def daily_series(rows: Iterable[DayCases]) -> tuple[DayCases, ...]:
    """The rows in the order of their days.

    A day that is not there is not a day without cases. Raises InputError `day_twice` where a day comes twice,
    `day_missing` where one between the first and the last does not come at all.
    """
    days = sorted(rows, key=lambda row: row.date)
    twice = [a.date.isoformat() for a, b in zip(days, days[1:], strict=False) if a.date == b.date]
    if twice:
        raise InputError("day_twice", twice, f"These days come twice: {shown(twice)}. Give one number for each day.")
    missing = [
        (a.date + timedelta(days=ahead)).isoformat()
        for a, b in zip(days, days[1:], strict=False)
        for ahead in range(1, (b.date - a.date).days)
    ]
    if missing:
        raise InputError(
            "day_missing",
            missing,
            f"{len(missing)} day(s) are missing from the series ({shown(missing)}): give 0 where nobody fell ill, "
            "or begin after the hole.",
        )
    return tuple(days)


def total_infectiousness(cases: list[int], weights: tuple[float, ...]) -> list[float]:
    """For each day, the cases of the days before, weighted by the serial interval; 0 on the first day.

    Lambda_t = sum over s >= 1 of I_(t-s) w_s (Cori et al. 2013, equation 1). `weights` from a lag of 0 days on.
    """
    return [sum(cases[day - lag] * weights[lag] for lag in range(1, day + 1)) for day in range(len(cases))]


def spread(
    rows: Iterable[DayCases], serial_interval: ByDay, window_days: int
) -> tuple[tuple[DayCases, ...], tuple[float, ...], list[float]]:
    """What a reproduction number is made from: (the days, the serial interval from a lag of 0 days on, the total
    infectiousness of each day).

    Raises InputError `window` where `window_days` is below 1, `serial_interval` where same-day infection is given a
    chance, and those of `daily_series`.
    """
    if window_days < 1:
        raise InputError("window", (), f"A window of {window_days} days holds no day: give 1 or more.")
    require_no_same_day(serial_interval)
    days = daily_series(rows)
    weights = serial_interval.probabilities(max(len(days) - 1, 0))
    return days, weights, total_infectiousness([day.cases for day in days], weights)
