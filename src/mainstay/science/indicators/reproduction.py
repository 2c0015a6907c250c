"""The effective reproduction number after Cori et al. 2013 (Am J Epidemiol 178:1505-1512), as EpiEstim computes it.

Within a window of days R is taken as constant, new cases as Poisson with mean R times the total infectiousness of
the cases before, and R has a gamma prior; so R given the cases is again gamma distributed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite, sqrt
from typing import Any, Literal

from mainstay.science.distributions import ByDay
from mainstay.science.gamma import gamma_quantile
from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.series import DayCases, spread
from mainstay.science.inputs import InputError

Status = Literal["estimate", "prior_only", "unknown"]

# Cori et al. 2013, Web Appendix 1: aim for a posterior sd of at most 30 % of the mean, 11 cases with the usual prior.
SMALL_ABOVE_VARIATION = 0.3


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of R before any case, as mean and sd of a gamma distribution.

    5 and 5 are EpiEstim's: wide, and high, so that an outbreak is not called over for want of cases.
    Raises InputError `prior` where either is not above 0.
    """

    mean: float = 5.0
    sd: float = 5.0

    def __post_init__(self) -> None:
        if not (isfinite(self.mean) and isfinite(self.sd) and self.mean > 0 and self.sd > 0):
            raise InputError("prior", (), f"The prior has mean {self.mean} and sd {self.sd}: give both above 0.")


@dataclass(frozen=True, slots=True)
class SerialIntervalUsed:
    """The serial interval that the estimate rests on, in days; `pmf` from day 0 on, as long as the series."""

    mean_days: float
    sd_days: float
    pmf: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RtWindow:
    """R over the days from `start_date` to `end_date`, both included.

    `status`: `estimate`; `prior_only` where no local case fell in the window, so that its mean and quantiles are the
    prior drawn down by the infectiousness that led to nothing, and are no finding; `unknown` where the total
    infectiousness is 0, with None for every figure. `cases` are all of the window, `imported` those infected
    elsewhere (the first day's always), which infect but are not explained. `without_infector` are local cases on days
    when nobody before could have infected them: probably imported. `early`: the window ends within one mean serial
    interval of the first day, where EpiEstim gives nothing. `small`: the sd is above 30 % of the mean.
    """

    start_date: date
    end_date: date
    cases: int
    imported: int
    without_infector: int
    infectiousness: float
    status: Status
    small: bool
    early: bool
    mean: float | None = None
    sd: float | None = None
    q025: float | None = None
    q05: float | None = None
    q25: float | None = None
    median: float | None = None
    q75: float | None = None
    q95: float | None = None
    q975: float | None = None


@dataclass(frozen=True, slots=True)
class Rt:
    """R over every window of `window_days` days of a series, in their order; none where the series is too short."""

    window_days: int
    prior: Prior
    si: SerialIntervalUsed
    rows: tuple[RtWindow, ...]

    def as_data(self) -> dict[str, Any]:
        """The `data` object of `mainstay.rt/1`."""
        data: dict[str, Any] = as_data(self)
        return data


def effective_reproduction_number(
    rows: Iterable[DayCases],
    serial_interval: ByDay,
    window_days: int = 7,
    prior: Prior = Prior(),
) -> Rt:
    """R over windows of `window_days` that end on each day from the second on, by cases of the day of onset.

    `rows` are new cases of every day, in any order; the cases of the first day count as imported, since none before
    them are known. Give the series from its first case on. Raises InputError `window` where `window_days` is below 1,
    `serial_interval` where same-day infection is given a chance, and those of `daily_series`.
    """
    days, weights, infectiousness = spread(rows, serial_interval, window_days)
    return Rt(
        window_days=window_days,
        prior=prior,
        si=SerialIntervalUsed(serial_interval.mean_days, serial_interval.sd_days, weights),
        rows=tuple(
            _window(days, infectiousness, start, start + window_days, prior, serial_interval.mean_days)
            for start in range(1, len(days) - window_days + 1)
        ),
    )


def _window(
    days: Sequence[DayCases],
    infectiousness: Sequence[float],
    start: int,
    end: int,
    prior: Prior,
    mean_interval: float,
) -> RtWindow:
    """One window: days `start` to `end` - 1, counted from 0."""
    within = range(start, end)
    cases = sum(days[day].cases for day in within)
    imported = sum(days[day].imported for day in within)
    total = sum(infectiousness[day] for day in within)
    status: Status = "unknown" if total == 0 else "prior_only" if cases == imported else "estimate"
    shape = (prior.mean / prior.sd) ** 2 + cases - imported
    scale = 1 / (prior.mean / prior.sd**2 + total)
    return RtWindow(
        start_date=days[start].date,
        end_date=days[end - 1].date,
        cases=cases,
        imported=imported,
        without_infector=sum(days[day].cases - days[day].imported for day in within if infectiousness[day] == 0),
        infectiousness=total,
        status=status,
        small=1 / sqrt(shape) > SMALL_ABOVE_VARIATION,
        early=end <= mean_interval,
        **({} if status == "unknown" else _posterior(shape, scale)),
    )


def _posterior(shape: float, scale: float) -> dict[str, float]:
    def at(probability: float) -> float:
        return scale * gamma_quantile(probability, shape)

    return {
        "mean": shape * scale,
        "sd": sqrt(shape) * scale,
        "q025": at(0.025),
        "q05": at(0.05),
        "q25": at(0.25),
        "median": at(0.5),
        "q75": at(0.75),
        "q95": at(0.95),
        "q975": at(0.975),
    }
