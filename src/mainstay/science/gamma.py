"""The gamma distribution from the standard library: share below a value, and quantiles, to about 1e-13.

Series and continued fraction of the incomplete gamma function: Abramowitz & Stegun 1964, 6.5.29 and 6.5.31; the
fraction is summed by Lentz's method (Thompson & Barnett 1986). First guess of a quantile: Wilson & Hilferty 1931.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log, sqrt
from statistics import NormalDist

ENOUGH = 1e-16
# Of a step of Newton's method: the error that is left after it is about its square.
CLOSE = 1e-9
TINY = 1e-300
MOST_STEPS = 1_000_000


def gamma_tails(shape: float, x: float) -> tuple[float, float]:
    """The shares of a gamma distribution of scale 1 below and above `x`; each keeps its own small digits.

    `shape` > 0, `x` of any size. Steps grow as the square root of `shape` near its mean: 4,000 for a shape of 10^6.
    """
    if x <= 0:
        return 0.0, 1.0
    if x == inf:
        return 1.0, 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        below = front * _series(shape, x)
        return below, 1 - below
    above = front * _fraction(shape, x)
    return 1 - above, above


def gamma_quantile(probability: float, shape: float) -> float:
    """The value below which `probability` (strictly between 0 and 1) of a gamma distribution of scale 1 lies.

    Newton's method on log(x), kept within a bracket that only shrinks.
    """
    low, high = 0.0, inf
    x = _first_guess(probability, shape)
    for _ in range(MOST_STEPS):
        miss = _miss(probability, shape, x)
        if miss > 0:
            high = x
        else:
            low = x
        slope = exp(shape * log(x) - x - lgamma(shape))
        step = miss / slope if slope > 0 else inf
        if abs(step) < CLOSE:
            return x * exp(-step)
        # A far step says little, and its exponential might not be a number.
        following = x * exp(-step) if abs(step) < 3 else 0.0
        x = following if low < following < high else _between(low, high)
        if high - low <= 4 * ENOUGH * low or x < TINY:
            break
    return x


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for step in range(1, MOST_STEPS):
        term *= x / (shape + step)
        total += term
        if term < total * ENOUGH:
            break
    return total


def _fraction(shape: float, x: float) -> float:
    b = x + 1 - shape
    c = 1 / TINY
    d = 1 / b
    value = d
    for step in range(1, MOST_STEPS):
        a = -step * (step - shape)
        b += 2
        d = 1 / _not_nought(a * d + b)
        c = _not_nought(b + a / c)
        value *= c * d
        if abs(c * d - 1) < 4 * ENOUGH:
            break
    return value


def _not_nought(value: float) -> float:
    return value if abs(value) > TINY else TINY


def _miss(probability: float, shape: float, x: float) -> float:
    """By how much the share below `x` is too large, from the tail that has more digits."""
    below, above = gamma_tails(shape, x)
    return below - probability if probability < 0.5 else (1 - probability) - above


def _first_guess(probability: float, shape: float) -> float:
    z = NormalDist().inv_cdf(probability)
    root = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))
    # Far down the left tail of a small shape, the share below x is about x^shape / (shape * gamma(shape)).
    steep = exp(max((log(probability) + lgamma(shape + 1)) / shape, log(TINY)))
    return shape * root**3 if root > 0.3 else steep


def _between(low: float, high: float) -> float:
    if high == inf:
        return low * 2
    return high / 16 if low == 0 else sqrt(low) * sqrt(high)
