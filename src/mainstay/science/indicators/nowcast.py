"""The nowcast: how many fell ill on the last days, those not yet reported included, by the reporting triangle.

The share of cases that is reported within d days of onset is built backwards from the reverse hazards g_d, the part
of the cases reported within d days that was reported at d days exactly (Lawless 1994, Can J Stat 22:15-31; Hoehle &
an der Heiden 2014, Biometrics 70:993-1002); each day's count is divided by the share that its age has. The interval
takes the unseen cases as negative binomial around that, widened by what is not known of the shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, exp, inf, lgamma, log, log1p, sqrt
from typing import Any, Literal

from mainstay.science.gamma import gamma_quantile
from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.series import SMALL_COUNT
from mainstay.science.inputs import InputError

LARGE_MEAN = 1_000


@dataclass(frozen=True, slots=True)
class ReportedCase:
    """One case: the days of its onset and of its report; None where unknown."""

    onset_date: date | None
    report_date: date | None


@dataclass(frozen=True, slots=True)
class NowcastDay:
    """The cases that fell ill on one day: `reported` so far, and estimated in all.

    `share_reported` is the share that is reported at this age; `point`, `low` and `high` are numbers of cases, the
    bounds a 95 % prediction interval. `status`: `complete` where all that will be are taken to be reported;
    `estimate`; `unknown` where the triangle does not tell the share, or the share is 0. `small`: fewer than 11
    reported and not complete.
    """

    date: date
    reported: int
    status: Literal["complete", "estimate", "unknown"]
    small: bool
    share_reported: float | None = None
    point: float | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Nowcast:
    """The last days of the curve by onset as of the end of day `on`, oldest first.

    `cases` = `used` + `without_onset` + `without_report` + `after` (onset or report later than `on`). Of those used,
    `before_onset` were reported before they fell ill, and count as reported on that day; `late` took longer than
    `longest_delay_days`, and count as taking just that. `rests_on` cases told the shares. `history_days`: how far
    back the triangle reaches; where it is shorter than the longest delay, reports later than that are not foreseen.
    """

    on: date
    longest_delay_days: int
    cases: int
    used: int
    without_onset: int
    without_report: int
    after: int
    before_onset: int
    late: int
    rests_on: int
    history_days: int
    rows: tuple[NowcastDay, ...]

    def as_data(self) -> dict[str, Any]:
        """Dicts, lists, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


@dataclass(frozen=True, slots=True)
class _Shares:
    """By age in days: the share reported by then, and the variance of its logarithm; None where unknown."""

    share: tuple[float | None, ...]
    log_variance: tuple[float, ...]


def nowcast(
    cases: Iterable[ReportedCase], on: date, longest_delay_days: int = 21, window_days: int | None = None
) -> Nowcast:
    """Cases by day of onset for the days up to `on` whose reports may still be coming in.

    The shares are learnt from cases that fell ill in the `window_days` days up to `on` (all where None): short, it
    follows reporting that becomes faster; long, it rests on more. A case counts where it was reported by the end of
    `on`. Raises InputError `longest_delay` below 1 day, `window` where it does not reach beyond the longest delay.
    """
    if longest_delay_days < 1:
        raise InputError("longest_delay", (), f"The longest delay is {longest_delay_days} days: give 1 or more.")
    if window_days is not None and window_days <= longest_delay_days:
        raise InputError(
            "window",
            (),
            f"A window of {window_days} days holds no case that is {longest_delay_days} days old: give a longer "
            "window, or a shorter longest delay.",
        )
    rows = list(cases)
    dated = [(row.onset_date, row.report_date) for row in rows if row.onset_date and row.report_date]
    seen = [(onset, report) for onset, report in dated if onset <= on and report <= on]
    delays = [(report - onset).days for onset, report in seen]
    triangle = Counter(
        ((on - onset).days, min(max(delay, 0), longest_delay_days))
        for (onset, _), delay in zip(seen, delays, strict=True)
    )
    learnt = Counter({cell: n for cell, n in triangle.items() if window_days is None or cell[0] < window_days})
    shares = _shares(learnt, longest_delay_days)
    reported = Counter((on - onset).days for onset, _ in seen)
    return Nowcast(
        on=on,
        longest_delay_days=longest_delay_days,
        cases=len(rows),
        used=len(seen),
        without_onset=sum(1 for row in rows if row.onset_date is None),
        without_report=sum(1 for row in rows if row.onset_date is not None and row.report_date is None),
        after=len(dated) - len(seen),
        before_onset=sum(1 for delay in delays if delay < 0),
        late=sum(1 for delay in delays if delay > longest_delay_days),
        rests_on=sum(learnt.values()),
        history_days=max((age for age, _ in learnt), default=0),
        rows=tuple(
            _day(on - timedelta(days=age), reported[age], shares.share[age], shares.log_variance[age])
            for age in range(longest_delay_days, -1, -1)
        ),
    )


def _shares(triangle: Counter[tuple[int, int]], longest: int) -> _Shares:
    """From counts by (age in days, delay in days), backwards from the longest delay, where the share is 1.

    With g = at / within for each delay: share(d - 1) = share(d) (1 - g_d), and the variance of its logarithm grows by
    g / ((1 - g) within), as Greenwood's does. Delays longer than any age in the triangle could not be seen: at such
    ages the share is unknown, and below them it is that of the reports which could.
    """
    oldest = max((age for age, _ in triangle), default=-1)
    share: list[float | None] = [None] * (longest + 1)
    variance = [0.0] * (longest + 1)
    known: float | None = 1.0 if oldest >= 0 else None
    spread = 0.0
    for delay in range(longest, -1, -1):
        share[delay], variance[delay] = known, spread
        if delay > oldest or known is None:
            share[delay] = 1.0 if delay == longest and oldest >= 0 else None
            continue
        if delay == oldest < longest:
            share[delay] = None
        within = sum(n for (age, taken), n in triangle.items() if age >= delay and taken <= delay)
        at = sum(n for (age, taken), n in triangle.items() if age >= delay and taken == delay)
        if within == 0:
            known = None
        elif at == within:
            known, spread = 0.0, inf
        else:
            known *= 1 - at / within
            spread += at / ((within - at) * within)
    return _Shares(tuple(share), tuple(variance))


def _day(day: date, reported: int, share: float | None, log_variance: float) -> NowcastDay:
    small = reported < SMALL_COUNT
    if share is None or share == 0:
        return NowcastDay(day, reported, status="unknown", small=small, share_reported=share)
    if share == 1:
        return NowcastDay(day, reported, "complete", False, share, float(reported), reported, reported)
    # Half a case more than seen: what Jeffreys' prior adds, so that a day without reports keeps an upper bound.
    told = reported + 0.5
    mean = told * (1 - share) / share
    variance = mean / share + told * told * log_variance / share**2
    return NowcastDay(
        date=day,
        reported=reported,
        status="estimate",
        small=small,
        share_reported=share,
        point=reported / share,
        low=reported + negative_binomial_quantile(0.025, mean, variance),
        high=reported + negative_binomial_quantile(0.975, mean, variance),
    )


def negative_binomial_quantile(probability: float, mean: float, variance: float) -> int:
    """The smallest number of which at least `probability` of a negative binomial lies at or below.

    By mean and variance, variance > mean > 0; summed from twelve sds below the mean on, where nothing is lost. Above
    a mean of 1,000 the gamma distribution of the same two serves as well and is quicker.
    """
    if mean > LARGE_MEAN:
        return ceil(gamma_quantile(probability, mean * mean / variance) * variance / mean)
    size = mean * mean / (variance - mean)
    chance = mean / variance
    number = max(0, ceil(mean - 12 * sqrt(variance)))
    log_part = lgamma(number + size) - lgamma(size) - lgamma(number + 1) + size * log(chance) + number * log1p(-chance)
    part = exp(log_part)
    below = part
    while below < probability and number < mean + 40 * sqrt(variance):
        part *= (number + size) / (number + 1) * (1 - chance)
        number += 1
        below += part
    return number
