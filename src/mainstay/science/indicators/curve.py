"""The epidemic curve: cases by day of onset, of report and of confirmation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.series import DayCases
from mainstay.science.inputs import InputError


@dataclass(frozen=True, slots=True)
class CaseDates:
    """The days of one case; None where unknown, or where it has not happened."""

    onset_date: date | None = None
    report_date: date | None = None
    confirmation_date: date | None = None


@dataclass(frozen=True, slots=True)
class CurveDay:
    """New cases of one day by each of the three days that a case has."""

    date: date
    onset: int
    reported: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class OffTheCurve:
    """Cases that stand on no day of one curve: with no date, or with one before or after the days shown."""

    without_date: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class EpidemicCurve:
    """Every day from the first to the last, those without cases too; `days` is empty where no date is known.

    For each of the three curves its days and what stands off it sum to `cases`.
    """

    cases: int
    days: tuple[CurveDay, ...]
    off_onset: OffTheCurve
    off_reported: OffTheCurve
    off_confirmed: OffTheCurve

    def as_data(self) -> dict[str, Any]:
        """Dicts, lists and numbers; days as ISO text."""
        data: dict[str, Any] = as_data(self)
        return data

    def by_onset(self) -> tuple[DayCases, ...]:
        """The curve by onset from its first case on: what the reproduction numbers and the growth rate take.

        Days up to the last one shown stay, without cases too. Cases without a day of onset are not in it.
        """
        first = next((place for place, day in enumerate(self.days) if day.onset), len(self.days))
        return tuple(DayCases(day.date, day.onset) for day in self.days[first:])


def epidemic_curve(cases: Iterable[CaseDates], start: date | None = None, end: date | None = None) -> EpidemicCurve:
    """Cases by onset, report and confirmation, day by day from `start` to `end` (both included).

    Where `start` or `end` is None, the first or last day that any case has. Raises InputError `period` where `start`
    lies after `end`.
    """
    rows = list(cases)
    columns = (
        [row.onset_date for row in rows],
        [row.report_date for row in rows],
        [row.confirmation_date for row in rows],
    )
    known = [day for column in columns for day in column if day is not None]
    start = start or min(known, default=end)
    end = end or max(known, default=start)
    if start is None or end is None:
        nothing = OffTheCurve(without_date=len(rows), before=0, after=0)
        return EpidemicCurve(len(rows), (), nothing, nothing, nothing)
    if start > end:
        raise InputError(
            "period",
            (start.isoformat(), end.isoformat()),
            f"The curve would begin on {start} and end on {end}: give a first day that is not after the last.",
        )
    onset, reported, confirmed = (Counter(column) for column in columns)
    shown = [start + timedelta(days=ahead) for ahead in range((end - start).days + 1)]
    return EpidemicCurve(
        cases=len(rows),
        days=tuple(CurveDay(day, onset[day], reported[day], confirmed[day]) for day in shown),
        off_onset=_off(columns[0], start, end),
        off_reported=_off(columns[1], start, end),
        off_confirmed=_off(columns[2], start, end),
    )


def _off(column: Sequence[date | None], start: date, end: date) -> OffTheCurve:
    known = [day for day in column if day is not None]
    return OffTheCurve(
        without_date=len(column) - len(known),
        before=sum(1 for day in known if day < start),
        after=sum(1 for day in known if day > end),
    )
