"""A share of a counted whole, with the interval of Wilson 1927 (J Am Stat Assoc 22:209-212) and a word on its size."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from mainstay.science.inputs import InputError

# Standard errors to each side of a 95 % interval.
SURE_TO = NormalDist().inv_cdf(0.975)
# The standards by which the United States' health statistics show a proportion (Parker et al. 2017, Vital Health
# Stat 2(175)): not out of fewer than 30, and not where its interval is 30 points wide.
SMALL_WHOLE = 30
SMALL_WIDTH = 0.30


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, as a number from 0 to 1 with a 95 % interval; None throughout where `of` is 0.

    `small`: out of fewer than 30, or an interval 30 points wide or wider.
    """

    count: int
    of: int
    value: float | None
    low: float | None
    high: float | None
    small: bool


def share(count: int, of: int) -> Share:
    """`count` of `of`, both numbers of persons. Raises InputError `share` unless 0 <= count <= of."""
    if not 0 <= count <= of:
        raise InputError("share", (), f"{count} of {of} is no share: give a count from 0 to the whole.")
    if of == 0:
        return Share(count, of, None, None, None, small=True)
    low, high = wilson(count / of, of)
    return Share(count, of, count / of, low, high, small=of < SMALL_WHOLE or high - low >= SMALL_WIDTH)


def wilson(value: float, of: float) -> tuple[float, float]:
    """The 95 % interval of a share `value` seen in `of` > 0 persons; it never leaves 0 to 1."""
    z2 = SURE_TO**2
    centre = (value + z2 / (2 * of)) / (1 + z2 / of)
    half = SURE_TO * sqrt(value * (1 - value) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    # At 0 and at 1 the bound is that end itself, which rounding would miss by a hair.
    low = 0.0 if value == 0 else max(0.0, centre - half)
    high = 1.0 if value == 1 else min(1.0, centre + half)
    return low, high
