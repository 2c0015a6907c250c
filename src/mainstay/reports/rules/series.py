"""What a series of counts shows: shifted stamps, restated days, falls, jumps, remainders. Detected, never corrected.

A *point* is one count as published. A *total* is a cumulative count by day. Nothing here changes a number: what
does not fit is named as a `Finding`, and `explained` sets beside it what somebody found out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

CONFIRMED, CURED, DEATHS = "confirmed", "cured", "deaths"
MEASURES = (CONFIRMED, CURED, DEATHS)
ONE_DAY = timedelta(days=1)
# A jump is looked for among the seven days before and after, so that weekends count once on either side.
NEIGHBOURS = 7
# Fewer than 11 is small: chance alone moves such a number by more than 30 % (docs/guide/indicators.md).
SMALLEST_JUMP = 11
TIMES = 2
# A place whose counts stopped so many days ago is no longer waited for.
ENDED_AFTER = timedelta(days=7)

Total = Mapping[date, int]


class Point(NamedTuple):
    """One count: the day it is for, the day it was stamped, how many."""

    date: dt.date
    stamped_date: dt.date
    value: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a series that a reader has to know; `delta` in persons, of a shift in days."""

    date: date
    place: str
    kind: str
    measure: str
    delta: int
    before: int | None = None
    after: int | None = None
    days: int = 1
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An explanation on file; an empty place or measure fits every one."""

    date: date
    place: str
    kind: str
    measure: str
    text: str


# --- from points to a total by day --------------------------------------------------------------------------


def by_day(points: Iterable[Point]) -> dict[date, int]:
    """The count of each day: of several stamped differently the one stamped last.

    Where two of one stamp contradict each other the day is unknown and left out.
    """
    last: dict[date, Point] = {}
    torn: set[date] = set()
    for point in sorted(points):
        before = last.get(point.date)
        if before is None or before.stamped_date < point.stamped_date:
            torn.discard(point.date)
        elif before.value != point.value:
            torn.add(point.date)
        last[point.date] = point
    return {day: point.value for day, point in sorted(last.items()) if day not in torn}


def summed(daily: Total) -> dict[date, int]:
    """A cumulative total from counts of single days, up to the first day that is missing."""
    total: dict[date, int] = {}
    for day in sorted(daily):
        if total and day - ONE_DAY not in total:
            break
        total[day] = daily[day] + total.get(day - ONE_DAY, 0)
    return total


# --- one place ----------------------------------------------------------------------------------------------


def shifts(points: Iterable[Point], place: str) -> list[Finding]:
    """Each unbroken run of stamps that are off by as many days: its first stamp, the days added."""
    found: list[Finding] = []
    lag = 0
    for stamp, day in sorted({(point.stamped_date, point.date) for point in points}):
        now = (day - stamp).days
        if now and now != lag:
            found.append(Finding(stamp, place, "shift", "", now))
        lag = now
    return found


def restated(points: Iterable[Point], place: str, measure: str) -> list[Finding]:
    """Days that stand under several stamps with different numbers; and, as conflicts, under one stamp."""
    days: dict[date, list[Point]] = {}
    for point in sorted(set(points)):
        days.setdefault(point.date, []).append(point)
    found = []
    for day, some in days.items():
        if len({point.value for point in some}) == 1:
            continue
        last = [point.value for point in some if point.stamped_date == some[-1].stamped_date]
        kind = "conflict" if len(last) > 1 else "restated"
        before = last[0] if kind == "conflict" else some[-2].value
        found.append(Finding(day, place, kind, measure, last[-1] - before, before, last[-1]))
    return found


def falls(total: Total, place: str, measure: str) -> list[Finding]:
    """Days on which a cumulative count is lower than on the last day before that has one."""
    days = sorted(total)
    return [
        Finding(day, place, "fall", measure, total[day] - total[before], total[before], total[day])
        for before, day in zip(days, days[1:], strict=False)
        if total[day] < total[before]
    ]


def jumps(total: Total, place: str, measure: str) -> list[Finding]:
    """Days that rise by 11 or more, and by more than twice the mean rise on either side.

    The sides are the seven days before, all of which must be known, and the seven after as far as they
    are: growth goes on rising, a jump stands alone.
    """
    rises = {day: total[day] - total[day - ONE_DAY] for day in total if day - ONE_DAY in total}
    found = []
    for day, rise in sorted(rises.items()):
        before = [rises[day - n * ONE_DAY] for n in range(1, NEIGHBOURS + 1) if day - n * ONE_DAY in rises]
        after = [rises[day + n * ONE_DAY] for n in range(1, NEIGHBOURS + 1) if day + n * ONE_DAY in rises]
        stands_out = all(rise * len(side) > TIMES * sum(side) for side in (before, after) if side)
        if len(before) == NEIGHBOURS and rise >= SMALLEST_JUMP and stands_out:
            found.append(Finding(day, place, "jump", measure, rise, total[day - ONE_DAY], total[day]))
    return found


def missing_days(total: Total) -> list[date]:
    """Days without a count between the first and the last."""
    days = sorted(total)
    return [] if not days else [day for day in _range(days[0], days[-1]) if day not in total]


def _range(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


# --- parts and whole ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """What the parts came to beside the whole: the days that differ, those that could not be compared."""

    remainders: tuple[Finding, ...]
    days: int
    incomplete: tuple[date, ...]


def remainders(parts: Sequence[Total], whole: Total, place: str, measure: str, until: date) -> Compared:
    """Sum of the parts less the whole, for every day up to `until` on which no part is missing.

    `before` is the whole, `after` the sum.
    """
    found, compared, incomplete = [], 0, []
    due = [_lacking(part, until) for part in parts]
    for day in sorted(day for day in whole if day <= until):
        given = [part[day] for part in parts if day in part]
        if any(day in days for days in due):
            incomplete.append(day)
        elif given:
            compared += 1
            if sum(given) != whole[day]:
                found.append(Finding(day, place, "remainder", measure, sum(given) - whole[day], whole[day], sum(given)))
    return Compared(tuple(found), compared, tuple(incomplete))


def _lacking(part: Total, until: date) -> frozenset[date]:
    """The days on which a part lacks a count that is to be there: after one that is not 0, until the next.

    After the last one they are waited for until it lies a week back.
    """
    days = sorted(day for day in part if day <= until)
    due: list[date] = []
    for day, following in zip(days, days[1:], strict=False):
        due += _range(day + ONE_DAY, following - ONE_DAY) if part[day] else []
    if days and part[days[-1]] and until - days[-1] < ENDED_AFTER:
        due += _range(days[-1] + ONE_DAY, until)
    return frozenset(due)


def largest(found: Sequence[Finding]) -> list[Finding]:
    """Many differences as one: the largest, the first of these, and on how many days there is one."""
    if not found:
        return []
    most = max(found, key=lambda one: (abs(one.delta), -one.date.toordinal()))
    return [replace(most, kind="remainders", days=len(found))]


# --- explanations -------------------------------------------------------------------------------------------


def explained(found: Iterable[Finding], told: Iterable[Told]) -> tuple[Finding, ...]:
    """Findings with what is known of them, in order of day, kind, place and measure; None where nothing is.

    An explanation fits by day and kind; one that names place or measure fits only these and goes first.
    """
    known: dict[tuple[date, str], list[Told]] = {}
    for one in told:
        known.setdefault((one.date, one.kind), []).append(one)
    answered = []
    for finding in sorted(found, key=lambda one: (one.date, one.kind, one.place, one.measure)):
        kind = "remainder" if finding.kind == "remainders" else finding.kind
        fitting = [
            one
            for one in known.get((finding.date, kind), ())
            if one.place in ("", finding.place) and (not one.measure or one.measure == finding.measure)
        ]
        best = max(fitting, key=lambda one: (bool(one.place), bool(one.measure), one.text), default=None)
        answered.append(replace(finding, explanation=best.text if best else None))
    return tuple(answered)
