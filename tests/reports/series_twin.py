"""The slow twin: a series read by a plain loop over its file, and everything found in it by looking at each day.

It shares nothing with the product: no mapping, no database, no rule.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

COLUMNS = {"confirmed": "confirmed", "cured": "cured", "deaths": "dead"}
FIRST_SHIFTED = date(2020, 2, 7)
Daily = dict[date, int]


def read(path: Path) -> dict[tuple[str, str], Daily]:
    """{(city, measure): {day the count is for: count}}; the province is the city ''. Later lines win."""
    found: dict[tuple[str, str], Daily] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            if line["province"] != "湖北省":
                continue
            day = date.fromisoformat(line["date"])
            if line["city"] and day >= FIRST_SHIFTED:
                day -= timedelta(days=1)
            for measure, column in COLUMNS.items():
                found.setdefault((line["city"], measure), {})[day] = int(line[column])
    return found


def falls(total: Daily) -> list[tuple[date, int]]:
    found, before = [], None
    for day in sorted(total):
        if before is not None and total[day] < before:
            found.append((day, total[day] - before))
        before = total[day]
    return found


def jumps(total: Daily) -> list[tuple[date, int]]:
    """Rises of 11 or more that are more than double the average of a week on either side."""
    found = []
    for day in sorted(total):
        rise = _rise(total, day)
        before = [_rise(total, day - timedelta(days=n)) for n in range(1, 8)]
        after = [one for n in range(1, 8) if (one := _rise(total, day + timedelta(days=n))) is not None]
        if rise is None or rise < 11 or None in before:
            continue
        if rise / 2 > sum(before) / 7 and (not after or rise / 2 > sum(after) / len(after)):
            found.append((day, rise))
    return found


def _rise(total: Daily, day: date) -> int | None:
    yesterday = day - timedelta(days=1)
    return total[day] - total[yesterday] if day in total and yesterday in total else None


def remainders(parts: list[Daily], whole: Daily, until: date) -> list[tuple[date, int]]:
    """Sum less whole, on days on which nobody is silent who had counted somebody before and will count again."""
    found = []
    for day in sorted(whole):
        given = [part[day] for part in parts if day in part]
        silent = [part for part in parts if day not in part and _waited_for(part, day, until)]
        if given and not silent and sum(given) != whole[day]:
            found.append((day, sum(given) - whole[day]))
    return found


def _waited_for(part: Daily, day: date, until: date) -> bool:
    before = [other for other in part if other < day]
    if not before or part[max(before)] == 0:
        return False
    return any(day < other <= until for other in part) or (until - max(before)).days < 7
