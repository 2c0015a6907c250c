"""Distributions of delays: continuous ones by mean and sd, and what they become when only days are written down.

A date says that something happened some time within that day. Where both ends of a delay are dates, and the first
event is equally likely at any time of its day, the probability of a delay of k days is a second difference of
G(x), the integral of the distribution function from 0 to x (Park et al. 2024, doi:10.1101/2024.01.12.24301247;
Charniga et al. 2024, doi:10.1371/journal.pcbi.1012520). Units are days throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import erfc, exp, isfinite, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Protocol

from mainstay.science.gamma import gamma_quantile, gamma_tails
from mainstay.science.inputs import InputError

# As EpiEstim: given probabilities are used as they are, and refused where they clearly do not add up.
SUM_TOLERANCE = 0.01


class Continuous(Protocol):
    """A distribution over delays of 0 and more days, fractions included."""

    @property
    def mean_days(self) -> float:
        """Its mean."""

    @property
    def sd_days(self) -> float:
        """Its standard deviation."""

    def quantile(self, probability: float) -> float:
        """The delay below which `probability`, strictly between 0 and 1, of all lie."""

    def cdf_integral(self, x: float) -> float:
        """G(x): the integral of the distribution function from 0 to `x` days; 0 below 0."""

    def excess(self, x: float) -> float:
        """The integral of the share above, from `x` to infinity: G(x) - x + mean, with its small digits kept."""


class ByDay(Protocol):
    """Probabilities of whole-day delays: a serial interval, or onset to death."""

    @property
    def mean_days(self) -> float:
        """Its mean."""

    @property
    def sd_days(self) -> float:
        """Its standard deviation."""

    def probabilities(self, last_day: int) -> tuple[float, ...]:
        """The probability of each delay of 0, 1, … `last_day` days: `last_day` + 1 numbers."""


@dataclass(frozen=True)
class Gamma:
    """A gamma distribution by its mean and sd. Raises InputError `distribution` where either is not above 0."""

    mean_days: float
    sd_days: float

    def __post_init__(self) -> None:
        _require_positive("gamma", self.mean_days, self.sd_days)

    @property
    def shape(self) -> float:
        return (self.mean_days / self.sd_days) ** 2

    @property
    def scale(self) -> float:
        return self.sd_days**2 / self.mean_days

    def quantile(self, probability: float) -> float:
        return self.scale * gamma_quantile(probability, self.shape)

    def cdf_integral(self, x: float) -> float:
        if x <= 0:
            return 0.0
        below, _ = gamma_tails(self.shape, x / self.scale)
        partial, _ = gamma_tails(self.shape + 1, x / self.scale)
        return x * below - self.mean_days * partial

    def excess(self, x: float) -> float:
        at = x / self.scale
        if at <= 0:  # the smallest numbers above 0 are 0 once divided
            return self.mean_days - x
        _, above = gamma_tails(self.shape, at)
        # The share above of the gamma distribution whose shape is one more, by the recurrence of the two.
        partial = above + exp(self.shape * log(at) - at - lgamma(self.shape + 1))
        return self.mean_days * partial - x * above


@dataclass(frozen=True)
class LogNormal:
    """A log-normal distribution by the mean and sd of the delay itself, not of its logarithm.

    Raises InputError `distribution` where either is not above 0.
    """

    mean_days: float
    sd_days: float

    def __post_init__(self) -> None:
        _require_positive("log-normal", self.mean_days, self.sd_days)

    @property
    def sigma(self) -> float:
        return sqrt(log1p((self.sd_days / self.mean_days) ** 2))

    @property
    def mu(self) -> float:
        return log(self.mean_days) - self.sigma**2 / 2

    def quantile(self, probability: float) -> float:
        return exp(self.mu + self.sigma * NormalDist().inv_cdf(probability))

    def cdf_integral(self, x: float) -> float:
        if x <= 0:
            return 0.0
        z = (log(x) - self.mu) / self.sigma
        return x * _normal_below(z) - self.mean_days * _normal_below(z - self.sigma)

    def excess(self, x: float) -> float:
        if x <= 0:
            return self.mean_days - x
        z = (log(x) - self.mu) / self.sigma
        return self.mean_days * _normal_below(self.sigma - z) - x * _normal_below(-z)


@dataclass(frozen=True)
class DayCensored:
    """Whole-day delays between two dates, where the time that passes is `continuous`.

    Its mean over days is that of `continuous`; its sd is larger, since each date hides a day.
    """

    continuous: Continuous

    @property
    def mean_days(self) -> float:
        return self.continuous.mean_days

    @property
    def sd_days(self) -> float:
        return self.continuous.sd_days

    def probabilities(self, last_day: int) -> tuple[float, ...]:
        excess = [self.continuous.excess(day) for day in range(-1, last_day + 2)]
        return tuple(
            max(0.0, before - 2 * here + after)
            for before, here, after in zip(excess, excess[1:], excess[2:], strict=False)
        )


@dataclass(frozen=True)
class DiscretisedGamma:
    """The serial interval as EpiEstim discretises it: one day plus a gamma, written down in days.

    Mean above 1 day, so that nobody infects on the day of falling ill (Cori et al. 2013, Am J Epidemiol
    178:1505-1512, Web Appendix 11). It is not cut off or normalised. Raises InputError `serial_interval`.
    """

    mean_days: float
    sd_days: float

    def __post_init__(self) -> None:
        if not (isfinite(self.mean_days) and isfinite(self.sd_days) and self.mean_days > 1 and self.sd_days > 0):
            raise InputError(
                "serial_interval",
                (),
                f"The serial interval has mean {self.mean_days} and sd {self.sd_days} days: "
                "give a mean above 1 day and an sd above 0.",
            )

    def probabilities(self, last_day: int) -> tuple[float, ...]:
        after_a_day = DayCensored(Gamma(self.mean_days - 1, self.sd_days))
        return (0.0, *after_a_day.probabilities(last_day - 1))[: last_day + 1]


@dataclass(frozen=True)
class GivenByDay:
    """Probabilities as somebody gives them, from a delay of 0 days on; those not given are 0.

    They are used as they are. Raises InputError `probabilities` where one is below 0 or no number, or where they
    miss a sum of 1 by more than 0.01.
    """

    by_day: tuple[float, ...]

    def __init__(self, by_day: Sequence[float]) -> None:
        object.__setattr__(self, "by_day", tuple(float(value) for value in by_day))
        wrong = [str(day) for day, value in enumerate(self.by_day) if not (isfinite(value) and value >= 0)]
        if wrong or abs(sum(self.by_day) - 1) > SUM_TOLERANCE:
            raise InputError(
                "probabilities",
                wrong,
                f"The probabilities by day sum to {sum(self.by_day):g}"
                + (f" and are wrong for day {wrong[0]}" if wrong else "")
                + ": give one for each day from day 0 on, none below 0, that sum to 1.",
            )

    @cached_property
    def mean_days(self) -> float:
        return sum(day * value for day, value in enumerate(self.by_day))

    @cached_property
    def sd_days(self) -> float:
        squares = sum(day * day * value for day, value in enumerate(self.by_day))
        return sqrt(max(0.0, squares - self.mean_days**2))

    def probabilities(self, last_day: int) -> tuple[float, ...]:
        there = self.by_day[: last_day + 1]
        return there + (0.0,) * (last_day + 1 - len(there))


def require_no_same_day(serial_interval: ByDay) -> None:
    """Refuse a serial interval that gives same-day infection a chance: the renewal methods cannot use it.

    Raises InputError `serial_interval`.
    """
    same_day = serial_interval.probabilities(0)[0]
    if same_day > 0:
        raise InputError(
            "serial_interval",
            ("0",),
            f"The serial interval gives day 0 a probability of {same_day:g}: these methods need 0 there. "
            "Give the first number for day 0.",
        )


def _normal_below(z: float) -> float:
    return erfc(-z / sqrt(2)) / 2


def _require_positive(family: str, mean: float, sd: float) -> None:
    if not (isfinite(mean) and isfinite(sd) and mean > 0 and sd > 0):
        raise InputError("distribution", (), f"A {family} delay has mean {mean} and sd {sd} days: give both above 0.")
