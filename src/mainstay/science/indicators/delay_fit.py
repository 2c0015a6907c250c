"""The most likely gamma or log-normal delay behind dates, by mean and sd; the likelihood is told in `delays`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Literal

from mainstay.science.distributions import Continuous, Gamma, LogNormal

FAMILIES: dict[str, Callable[[float, float], Continuous]] = {"gamma": Gamma, "log_normal": LogNormal}

# Days. What a fit may say of mean and sd: below the first, dates show nothing; above the last, no delay is meant.
LEAST, MOST = 0.05, 3_650.0
# With a standard error of the logarithm above this, the bounds of the interval differ by a factor of 50.
WIDEST = 1.0

Status = Literal["estimate", "no_spread", "not_identified", "unknown"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Observed:
    """One delay in days from the start of the first event's first day.

    The first event lies between 0 and `width`, the second between `second_from` and `second_to`, and would have been
    missed from `cut` on; None where nothing would have been.
    """

    width: int
    second_from: int
    second_to: int
    cut: int | None


@dataclass(frozen=True, slots=True)
class Fit:
    """The most likely distribution, with standard errors of the logarithms of its mean and sd, or why there is none."""

    n: int
    status: Status
    distribution: Continuous | None = None
    log_likelihood: float = -inf
    se_log_mean: float = inf
    se_log_sd: float = inf


def fit(family: Literal["gamma", "log_normal"], observed: Sequence[Observed]) -> Fit:
    """Maximum likelihood over the logarithms of mean and sd; standard errors from the curvature there."""
    n = len(observed)
    if n == 0:
        return Fit(0, "unknown")
    grouped = Counter(observed)
    make = FAMILIES[family]

    def unlikely(point: Point) -> float:
        mean, sd = exp(point[0]), exp(point[1])
        if not (LEAST <= mean <= MOST and LEAST <= sd <= MOST):
            return inf
        return -log_likelihood(make(mean, sd), grouped)

    best = lowest_point(unlikely, _first_guess(observed))
    mean, sd = exp(best[0]), exp(best[1])
    if min(mean, sd) < 2 * LEAST:
        return Fit(n, "no_spread")
    errors = _standard_errors(unlikely, best)
    if errors is None or max(errors) > WIDEST or max(mean, sd) > MOST / 2:
        return Fit(n, "not_identified")
    return Fit(n, "estimate", make(mean, sd), -unlikely(best), *errors)


def log_likelihood(distribution: Continuous, grouped: Counter[Observed]) -> float:
    """The log likelihood of delays, each given with how often it was observed.

    The chance that the second event lies in its days is the mean of F(to - p) - F(from - p) over p from 0 to `width`:
    differences of G, here of `excess`, whose straight part cancels. Truncation divides by the chance of being seen.
    """
    known: dict[int, float] = {}

    def excess(x: int) -> float:
        if x not in known:
            known[x] = distribution.excess(x)
        return known[x]

    total = 0.0
    for one, times in grouped.items():
        a, b, width = one.second_from, one.second_to, one.width
        chance = (excess(b) - excess(b - width) - excess(a) + excess(a - width)) / width
        seen = 1.0
        if one.cut is not None:
            seen = 1 + (excess(one.cut) - excess(one.cut - width)) / width
        if chance <= 0 or seen <= 0:
            return -inf
        total += times * (log(chance) - log(seen))
    return total


def lowest_point(height: Callable[[Point], float], start: Point) -> Point:
    """Where `height` is lowest, by the simplex method of Nelder & Mead 1965 (Comput J 7:308-313) in two dimensions.

    Begun again from where it ended until that gains nothing, since a simplex may collapse on its way.
    """
    best, was = _descend(height, start), inf
    for _ in range(10):
        now = height(best)
        if was - now < 1e-10:
            break
        best, was = _descend(height, best), now
    return best


def _descend(height: Callable[[Point], float], start: Point) -> Point:
    corners = sorted((height(p), p) for p in (start, (start[0] + 0.3, start[1]), (start[0], start[1] + 0.3)))
    for _ in range(400):
        (low, best), (middle, second), (high, worst) = corners
        size = max(abs(worst[0] - best[0]) + abs(worst[1] - best[1]), abs(second[0] - best[0]))
        if size < 1e-9 or (high - low < 1e-13 * (1 + abs(low)) and size < 1e-5):
            break
        centre = ((best[0] + second[0]) / 2, (best[1] + second[1]) / 2)
        moved = _moved(height, centre, worst, low, middle, high)
        if moved is None:
            half = [((best[0] + p[0]) / 2, (best[1] + p[1]) / 2) for p in (second, worst)]
            corners = sorted([(low, best), *((height(p), p) for p in half)])
        else:
            corners = sorted([(low, best), (middle, second), moved])
    return corners[0][1]


def _moved(
    height: Callable[[Point], float], centre: Point, worst: Point, low: float, middle: float, high: float
) -> tuple[float, Point] | None:
    """The worst corner reflected, stretched or drawn in; None where none of it helps."""

    def at(factor: float) -> tuple[float, Point]:
        point = (centre[0] + factor * (centre[0] - worst[0]), centre[1] + factor * (centre[1] - worst[1]))
        return height(point), point

    reflected = at(1.0)
    if reflected[0] < low:
        return min(reflected, at(2.0))
    if reflected[0] < middle:
        return reflected
    drawn = at(0.5) if reflected[0] < high else at(-0.5)
    return drawn if drawn[0] < min(reflected[0], high) else None


def _first_guess(observed: Sequence[Observed]) -> Point:
    lengths = [max((one.second_from + one.second_to - one.width) / 2, 0.0) for one in observed]
    mean = sum(lengths) / len(lengths)
    square = sum((length - mean) ** 2 for length in lengths) / len(lengths)
    return log(max(mean, 0.5)), log(max(sqrt(square), mean / 4, 0.5))


def _standard_errors(unlikely: Callable[[Point], float], at: Point) -> Point | None:
    """From the inverse of the second derivatives; None where they do not describe a hollow."""
    x, y = at
    h = 1e-3
    here = unlikely(at)
    xx = (unlikely((x + h, y)) - 2 * here + unlikely((x - h, y))) / h**2
    yy = (unlikely((x, y + h)) - 2 * here + unlikely((x, y - h))) / h**2
    mixed = unlikely((x + h, y + h)) - unlikely((x + h, y - h)) - unlikely((x - h, y + h)) + unlikely((x - h, y - h))
    xy = mixed / (4 * h**2)
    determinant = xx * yy - xy * xy
    if not (0 < xx < inf and 0 < determinant < inf):
        return None
    return sqrt(yy / determinant), sqrt(xx / determinant)
