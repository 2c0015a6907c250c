"""The case fatality ratio: as counted, among those whose illness is over, and corrected for deaths still to come.

While an outbreak grows, many cases have not been ill for long enough to have died; deaths over cases is then too
low, and deaths over ended illnesses is off in a way that depends on how long the survivors stay ill (Ghani et al.
2005, Am J Epidemiol 162:479-486). The correction divides by the share u of the deaths to come that would already
have happened: u = sum of F(days since onset) over cases, F the distribution of onset to death (Nishiura et al. 2009,
PLoS ONE 4:e6852; Garske et al. 2009, BMJ 339:b2840).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any, Literal

from mainstay.science.distributions import ByDay
from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.series import DayCases
from mainstay.science.indicators.shares import SMALL_WHOLE, SMALL_WIDTH, Share, share, wilson
from mainstay.science.inputs import InputError


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One case: its day of onset, how the illness ended, and when; None where unknown or not ended."""

    onset_date: date | None
    outcome: Literal["died", "recovered"] | None = None
    outcome_date: date | None = None


@dataclass(frozen=True, slots=True)
class CorrectedFatality:
    """Case fatality corrected for the delay from onset to death, with a 95 % interval.

    It rests on the `cases` of known onset and the `deaths` among them. `share_due` is u, the share of their deaths
    that would have happened by now. `status`: `estimate`; `too_early` where u is 0, or there are no cases;
    `more_than_due` where more have died than could have by this delay: then the delay does not fit these cases;
    `no_delay` where nobody knows the delay.
    `small`: as much as fewer than 30 cases (u times as many), or an interval 30 points wide.
    """

    cases: int
    deaths: int
    status: Literal["estimate", "too_early", "more_than_due", "no_delay"]
    small: bool
    share_due: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CaseFatality:
    """Case fatality as known on a day.

    `cases` = `deaths` + `recovered` + `outcome_unknown`, with `without_onset` among them; `after` cases fell ill
    later than that day and are not among them. `naive` is deaths of all cases, `among_ended` of those whose illness
    has ended.
    """

    cases: int
    deaths: int
    recovered: int
    outcome_unknown: int
    without_onset: int
    after: int
    naive: Share
    among_ended: Share
    corrected: CorrectedFatality

    def as_data(self) -> dict[str, Any]:
        """Dicts, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


def case_fatality(cases: Iterable[CaseOutcome], onset_to_death: ByDay | None, on: date) -> CaseFatality:
    """The three case fatality ratios as of the end of day `on`.

    An outcome dated later than `on` is not known yet; one without a date has happened. `onset_to_death` gives the
    days from onset to death of those who die, None where it is not known. Cases without onset count in the plain
    ratios, not in the corrected.
    """
    rows = list(cases)
    seen = [row for row in rows if row.onset_date is None or row.onset_date <= on]
    ended = [row for row in seen if row.outcome_date is None or row.outcome_date <= on]
    deaths = sum(1 for row in ended if row.outcome == "died")
    recovered = sum(1 for row in ended if row.outcome == "recovered")
    with_onset = [row.onset_date for row in seen if row.onset_date is not None]
    return CaseFatality(
        cases=len(seen),
        deaths=deaths,
        recovered=recovered,
        outcome_unknown=len(seen) - deaths - recovered,
        without_onset=len(seen) - len(with_onset),
        after=len(rows) - len(seen),
        naive=share(deaths, len(seen)),
        among_ended=share(deaths, deaths + recovered),
        corrected=_corrected(
            ages=[(on - onset).days for onset in with_onset],
            deaths=sum(1 for row in ended if row.outcome == "died" and row.onset_date is not None),
            onset_to_death=onset_to_death,
        ),
    )


def corrected_fatality(rows: Iterable[DayCases], deaths: int, onset_to_death: ByDay, on: date) -> CorrectedFatality:
    """The corrected ratio from numbers alone: new cases by day of onset, and all deaths up to the end of day `on`.

    Where days of report or confirmation are all there is, give the delay from that day to death. Days after `on` are
    left out. Raises InputError `deaths` where there are fewer than 0 deaths, or more than cases.
    """
    ages = [(on - row.date).days for row in rows for _ in range(row.cases) if row.date <= on]
    if not 0 <= deaths <= len(ages):
        raise InputError(
            "deaths",
            (on.isoformat(),),
            f"{deaths} deaths among {len(ages)} cases up to {on}: give the deaths among these cases, up to that day.",
        )
    return _corrected(ages, deaths, onset_to_death)


def _corrected(ages: Sequence[int], deaths: int, onset_to_death: ByDay | None) -> CorrectedFatality:
    """`ages`: for each case, the days since its onset."""
    if onset_to_death is None:
        return CorrectedFatality(len(ages), deaths, status="no_delay", small=True)
    happened = list(accumulate(onset_to_death.probabilities(max(ages, default=0))))
    due = sum(min(happened[age], 1.0) for age in ages)
    if due == 0:
        return CorrectedFatality(len(ages), deaths, status="too_early", small=True)
    share_due = due / len(ages)
    if deaths > due:
        return CorrectedFatality(len(ages), deaths, status="more_than_due", small=True, share_due=share_due)
    low, high = wilson(deaths / len(ages), len(ages))
    low, high = low / share_due, min(high / share_due, 1.0)
    return CorrectedFatality(
        cases=len(ages),
        deaths=deaths,
        status="estimate",
        small=due < SMALL_WHOLE or high - low >= SMALL_WIDTH,
        share_due=share_due,
        value=deaths / due,
        low=low,
        high=high,
    )
