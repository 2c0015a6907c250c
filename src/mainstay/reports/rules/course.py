"""The course of an outbreak on one day: its cases, their curve, who is still to be reported, and Rt.

The indicators and the situation report both show it: here it is made, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from mainstay.reports.rules.cases import CaseRow
from mainstay.science.distributions import ByDay
from mainstay.science.indicators.curve import CaseDates, EpidemicCurve, epidemic_curve
from mainstay.science.indicators.nowcast import Nowcast, ReportedCase, nowcast
from mainstay.science.indicators.reproduction import Prior, Rt, effective_reproduction_number

# A case beyond suspicion: WHO counts confirmed and probable cases, Hubei counted the clinically diagnosed.
COUNTED = ("confirmed", "clinical", "probable")
# More than a year's curve says nothing of today, and one slip of a year would make it of a century.
LONGEST_CURVE_DAYS = 400
# Of a day's cases that must be reported for a window that holds it to be complete.
REPORTED_ENOUGH = 0.95
# Below so many cases counts are told, and no figure made of them.
FEWEST = 10

# Why there is no reproduction number.
NO_INTERVAL, NO_ONSET, TOO_SHORT = "no_interval", "no_onset", "too_short"


@dataclass(frozen=True, slots=True)
class Settings:
    """What course and indicators are told beside the facts; the sources say where a number is from."""

    classes: tuple[str, ...] = COUNTED
    window_days: int = 7
    serial_interval: ByDay | None = None
    serial_interval_source: str | None = None
    prior: Prior = Prior()
    longest_delay_days: int = 21
    learn_days: int | None = None
    follow_up_days: int | None = None
    follow_up_source: str | None = None
    start: date | None = None
    population: tuple[tuple[str, str, int], ...] = ()  # (by, name, people)


class Told(Protocol):
    """A course as a report tells it: made now, or read from the data of a report that was frozen."""

    @property
    def case_count(self) -> int: ...
    @property
    def case_classes(self) -> tuple[str, ...]: ...
    @property
    def no_rt(self) -> str: ...
    def curve_rows(self) -> list[dict[str, Any]]: ...
    def off_curve(self) -> dict[str, Any]: ...
    def rt_rows(self) -> list[dict[str, Any]] | None: ...
    def rt_basis(self) -> dict[str, Any]: ...
    def nowcast_rows(self) -> list[dict[str, Any]]: ...


def findings(told: Told) -> list[dict[str, Any]]:
    """The windows whose Rt is a finding: one without new cases shows the prior, one of few cases no figure."""
    return [
        row for row in told.rt_rows() or [] if row["status"] == "estimate" and row["cases"] - row["imported"] >= FEWEST
    ]


def last_rt(told: Told) -> dict[str, Any] | None:
    """The last window whose Rt is a finding, of those complete if there is one; None where none is."""
    found = findings(told)
    complete = [row for row in found if row["incomplete"] is False]
    return next(reversed(complete or found), None)


@dataclass(frozen=True, slots=True)
class Course:
    """The cases as of a day with their curve, nowcast and Rt; `rt` None where it cannot be told, and `no_rt` why."""

    settings: Settings
    cases: tuple[CaseRow, ...]
    curve: EpidemicCurve
    rt: Rt | None
    nowcast: Nowcast

    @property
    def no_rt(self) -> str:
        """NO_INTERVAL, NO_ONSET or TOO_SHORT; empty where there is an Rt."""
        if not self.curve.by_onset():
            return NO_ONSET
        if self.rt is None:
            return NO_INTERVAL
        return "" if self.rt.rows else TOO_SHORT

    @property
    def case_count(self) -> int:
        return len(self.cases)

    @property
    def case_classes(self) -> tuple[str, ...]:
        """Which classes count as a case."""
        return self.settings.classes

    def last_rt(self) -> dict[str, Any] | None:
        """The last window whose Rt is a finding; None where none is."""
        return last_rt(self)

    def nowcast_rows(self) -> list[dict[str, Any]]:
        """Of the last days of onset how many cases are expected once all are reported."""
        rows: list[dict[str, Any]] = self.nowcast.as_data()["rows"]
        return rows

    def curve_rows(self) -> list[dict[str, Any]]:
        """[{date, onset, reported, confirmed}], every day of the curve."""
        days: list[dict[str, Any]] = self.curve.as_data()["days"]
        return days

    def off_curve(self) -> dict[str, Any]:
        """Of each of the three dates how many cases lack it, or have it before or after the curve."""
        told = self.curve.as_data()
        return {name: told[f"off_{name}"] for name in ("onset", "reported", "confirmed")}

    def rt_rows(self) -> list[dict[str, Any]] | None:
        """Rt of each window, `incomplete` where its reports are still to come; None where Rt cannot be told."""
        if self.rt is None:
            return None
        rows: list[dict[str, Any]] = self.rt.as_data()["rows"]
        return [
            row | {"incomplete": _incomplete(window.start_date, window.end_date, self.nowcast)}
            for row, window in zip(rows, self.rt.rows, strict=True)
        ]

    def rt_basis(self) -> dict[str, Any]:
        """What Rt rests on: window, prior, the serial interval with its source."""
        interval = self.settings.serial_interval
        return {
            "series": "onset",
            "window_days": self.settings.window_days,
            "prior": {"mean": self.settings.prior.mean, "sd": self.settings.prior.sd},
            "si": {
                "mean_days": interval.mean_days if interval else None,
                "sd_days": interval.sd_days if interval else None,
                "source": self.settings.serial_interval_source,
            },
            "cases_without_onset": self.curve.off_onset.without_date,
        }


def course(classified: Sequence[CaseRow], on: date, settings: Settings) -> Course:
    """The course as of the end of day `on`, of those whose class that holds is one of `settings.classes`.

    Raises the InputErrors of `science.indicators` where a setting cannot be used.
    """
    cases = tuple(row for row in classified if row.value in settings.classes)
    curve = _curve(cases, on, settings.start)
    reported = [ReportedCase(case.onset, case.report) for case in cases]
    seen = nowcast(reported, on, settings.longest_delay_days, settings.learn_days)
    return Course(settings, cases, curve, _rt(curve, settings), seen)


def _curve(cases: Sequence[CaseRow], on: date, start: date | None) -> EpidemicCurve:
    """From the first day that a case has, or `start`, to `on`; without days where no case has one."""
    dates = [CaseDates(case.onset, case.report, case.confirmed) for case in cases]
    known = [day for case in cases for day in (case.onset, case.report, case.confirmed) if day is not None]
    if not known and start is None:
        return epidemic_curve(dates)
    earliest = on - timedelta(days=LONGEST_CURVE_DAYS - 1)
    return epidemic_curve(dates, start or max(min(known), earliest), on)


def _rt(curve: EpidemicCurve, settings: Settings) -> Rt | None:
    series = curve.by_onset()
    if settings.serial_interval is None or not series:
        return None
    return effective_reproduction_number(series, settings.serial_interval, settings.window_days, settings.prior)


def _incomplete(start: date, end: date, seen: Nowcast) -> bool | None:
    """Whether reports of a window's days are still to come; None where that cannot be told."""
    shares = [row.share_reported for row in seen.rows if start <= row.date <= end]
    if any(share is not None and share < REPORTED_ENOUGH for share in shares):
        return True
    return None if None in shares else False
