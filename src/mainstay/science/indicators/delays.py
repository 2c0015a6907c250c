"""Delays between two events of a case (onset to report, exposure to onset), as written down and as they are.

What is written down is too short while an outbreak grows: long delays have not ended yet (right truncation); and each
date hides a day at both ends (double interval censoring). The fit takes both into account, by the likelihood that
Park et al. 2024 (doi:10.1101/2024.01.12.24301247) recommend: the first event uniform over its days, the second within
its days, both given that the second happened by the day of looking.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp
from typing import Any, Literal

from mainstay.science.indicators.delay_fit import Fit, Observed, fit
from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.shares import SURE_TO
from mainstay.science.inputs import InputError

# As for shares out of fewer than 30; and below it these intervals, which are those of large samples, are too narrow.
SMALL_DELAYS = 30

Family = Literal["gamma", "log_normal"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days within which something happened, both included; one day where it is known to the day.

    Raises InputError `days` where the first is after the last.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InputError(
                "days",
                (self.first.isoformat(), self.last.isoformat()),
                f"{self.first} to {self.last} ends before it begins: give the earlier day first.",
            )


@dataclass(frozen=True, slots=True)
class DelayRecord:
    """The first event of one case and the second; None where unknown, or where it has not happened."""

    first: Days | None
    second: Days | None


@dataclass(frozen=True, slots=True)
class ObservedDelays:
    """Whole-day differences as written down (from middle to middle where a day is not known), uncorrected.

    `sd` is the sample one; None below two delays, as the others are where there is none.
    """

    n: int
    mean: float | None
    median: float | None
    sd: float | None
    q25: float | None
    q75: float | None
    min: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class FittedDelay:
    """One family fitted to `n` delays, in days with 95 % intervals of mean and sd, corrected for dates and truncation.

    `status`: `estimate`; `no_spread` where the delays differ by less than dates can show; `not_identified` where they
    do not tell the long delays still missing from those that do not exist; `unknown` where there is no delay. All
    figures are None unless `estimate`. `small`: fewer than 30 delays. The higher `log_likelihood` fits better.
    """

    family: Family
    n: int
    status: Literal["estimate", "no_spread", "not_identified", "unknown"]
    small: bool
    log_likelihood: float | None = None
    mean: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    sd: float | None = None
    sd_low: float | None = None
    sd_high: float | None = None
    median: float | None = None
    q95: float | None = None


@dataclass(frozen=True, slots=True)
class Delays:
    """Delays of `records`, as observed and as fitted, the better fit first.

    `records` = `used` + `without_first` (the day of the first event is not known) + `without_second` + `not_yet`
    (later than `on`) + `second_first` (the second event lies before the first: real for onset and a test, and
    outside what these distributions can say; look at them one by one).
    """

    on: date | None
    records: int
    used: int
    without_first: int
    without_second: int
    not_yet: int
    second_first: int
    observed: ObservedDelays
    fitted: tuple[FittedDelay, ...]

    def as_data(self) -> dict[str, Any]:
        """Dicts, lists, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


def between(first: date | None, second: date | None) -> DelayRecord:
    """A record of two events that are known to the day, or not known."""
    return DelayRecord(
        None if first is None else Days(first, first),
        None if second is None else Days(second, second),
    )


def delays(records: Iterable[DelayRecord], on: date | None = None) -> Delays:
    """The distribution of the delay from the first event to the second.

    `on`: the last day of which the second events are known, at its end; cases of which the second event comes later
    are missing, and the fit allows for it. None where all have been waited for: then nothing is truncated.
    """
    rows = list(records)
    ranges = [(row.first, row.second) for row in rows if row.first is not None and row.second is not None]
    by_then = [(first, second) for first, second in ranges if on is None or (second.last <= on and first.last <= on)]
    used = [(first, second) for first, second in by_then if second.last >= first.first]
    seen = [_observed(first, second, on) for first, second in used]
    fitted = [_fitted("gamma", fit("gamma", seen)), _fitted("log_normal", fit("log_normal", seen))]
    return Delays(
        on=on,
        records=len(rows),
        used=len(used),
        without_first=sum(1 for row in rows if row.first is None),
        without_second=sum(1 for row in rows if row.first is not None and row.second is None),
        not_yet=len(ranges) - len(by_then),
        second_first=len(by_then) - len(used),
        observed=_summary([_middle(second) - _middle(first) for first, second in used]),
        fitted=tuple(sorted(fitted, key=_worse_last)),
    )


def _observed(first: Days, second: Days, on: date | None) -> Observed:
    """In days from the start of the first event's first day."""
    start = first.first
    return Observed(
        width=(first.last - start).days + 1,
        second_from=(second.first - start).days,
        second_to=(second.last - start).days + 1,
        cut=None if on is None else (on - start).days + 1,
    )


def _fitted(family: Family, found: Fit) -> FittedDelay:
    small = found.n < SMALL_DELAYS
    if found.distribution is None:
        return FittedDelay(family, found.n, found.status, small)
    mean, sd = found.distribution.mean_days, found.distribution.sd_days
    mean_factor, sd_factor = exp(SURE_TO * found.se_log_mean), exp(SURE_TO * found.se_log_sd)
    return FittedDelay(
        family=family,
        n=found.n,
        status=found.status,
        small=small,
        log_likelihood=found.log_likelihood,
        mean=mean,
        mean_low=mean / mean_factor,
        mean_high=mean * mean_factor,
        sd=sd,
        sd_low=sd / sd_factor,
        sd_high=sd * sd_factor,
        median=found.distribution.quantile(0.5),
        q95=found.distribution.quantile(0.95),
    )


def _worse_last(fitted: FittedDelay) -> tuple[bool, float]:
    return (fitted.log_likelihood is None, -(fitted.log_likelihood or 0.0))


def _middle(days: Days) -> float:
    return (days.first.toordinal() + days.last.toordinal()) / 2


def _summary(found: Sequence[float]) -> ObservedDelays:
    if not found:
        return ObservedDelays(0, None, None, None, None, None, None, None)
    if len(found) == 1:
        only = found[0]
        return ObservedDelays(1, only, only, None, only, only, only, only)
    q25, median, q75 = statistics.quantiles(found, n=4, method="inclusive")
    return ObservedDelays(
        n=len(found),
        mean=statistics.fmean(found),
        median=median,
        sd=statistics.stdev(found),
        q25=q25,
        q75=q75,
        min=min(found),
        max=max(found),
    )
