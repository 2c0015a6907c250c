"""The slow, obvious twins of `mainstay.science.gamma` and `.distributions`: sums of many thin slices."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, factorial, lgamma, log, pi, sqrt


def gamma_density(mean: float, sd: float) -> Callable[[float], float]:
    shape, scale = (mean / sd) ** 2, sd * sd / mean
    return lambda x: exp((shape - 1) * log(x / scale) - x / scale - lgamma(shape)) / scale if x > 0 else 0.0


def log_normal_density(mean: float, sd: float) -> Callable[[float], float]:
    sigma = sqrt(log(1 + (sd / mean) ** 2))
    mu = log(mean) - sigma * sigma / 2
    return lambda x: exp(-(((log(x) - mu) / sigma) ** 2) / 2) / (x * sigma * sqrt(2 * pi)) if x > 0 else 0.0


def summed(function: Callable[[float], float], start: float, end: float, slices: int = 2000) -> float:
    """The area under a function, by Simpson's rule."""
    h = (end - start) / slices
    inner = sum(function(start + i * h) * (4 if i % 2 else 2) for i in range(1, slices))
    return (function(start) + inner + function(end)) * h / 3


def delay_of_days(density: Callable[[float], float], days: int) -> float:
    """The chance that two dates lie `days` apart, the first event at any time of its day.

    A time x between the events gives that difference with the chance 1 - |x - days|.
    """
    rising = summed(lambda x: density(x) * (x - (days - 1)), days - 1, days) if days > 0 else 0.0
    return rising + summed(lambda x: density(x) * (days + 1 - x), days, days + 1)


def erlang_share_below(shape: int, x: float) -> float:
    """The gamma distribution of a whole-numbered shape: at least `shape` events of a Poisson process by `x`."""
    return 1 - exp(-x) * sum(x**k / factorial(k) for k in range(shape))


def erlang_quantile(probability: float, shape: int) -> float:
    """By halving."""
    low, high = 0.0, 100.0 + 10 * shape
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if erlang_share_below(shape, middle) < probability else (low, middle)
    return low
