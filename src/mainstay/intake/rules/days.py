"""Days as people write them. What two readings fit is not read: both are named, and somebody says which."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from mainstay.intake.rules.sentences import Fault, fault
from mainstay.platform.errors import code

VALUE_DATE = code("value.date", "A cell holds no day that exists; the field is held.")
VALUE_AMBIGUOUS = code("value.ambiguous", "A day can be read in two ways; the field is held.")
VALUE_YEAR = code("value.year", "A day has no year; the field is held.")
VALUE_FUTURE = code("value.future", "A day lies after the day of receipt; the field is held.")

FIRST_YEAR = 1800
SHOWN = 40
# Spreadsheets count days from here; their own 29 February 1900 never was, so that 60 and less are off by one.
_DAY_ZERO = date(1899, 12, 30)
_LAST_FALSE = 60
_ORDERS = {"day-month-year": (2, 1, 0), "month-day-year": (2, 0, 1)}

_YEAR_FIRST = re.compile(
    r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?[日号號]?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_MONTH_DAY = re.compile(r"([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号號]?")
_NO_YEAR = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})")
_NAMED = re.compile(r"([0-9]{1,2})[- ]([A-Za-z]{3,9})[- ]([0-9]{4})|([A-Za-z]{3,9})[. ]+([0-9]{1,2}),? +([0-9]{4})")
_SERIAL = re.compile(r"([0-9]{5})(\.[0-9]+)?")
_SHORT = re.compile(r"([0-9])([0-9]{2})([0-9]{2})")  # a day whose first nought a spreadsheet has eaten: 10520
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
# Full-width digits, letters and marks, and the wide blank.
_WIDE = {0xFF01 + step: 0x21 + step for step in range(94)} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class Dating:
    """How a column's days are written, as far as somebody said so.

    `order` of day and month; `year` of days that have none; `serials`: whole numbers count days as
    spreadsheets do.
    """

    order: str = ""
    year: int | None = None
    serials: bool = False


def narrow(text: str) -> str:
    """Full-width digits, letters and marks as the plain ones they stand for."""
    return text if text.isascii() else text.translate(_WIDE).strip()


def day_of(text: str, dating: Dating, received: date) -> tuple[date | None, Fault | None]:
    """The day that a text names, or what is wrong with it; none lies after the day of receipt."""
    found = reading_of(narrow(text), dating)
    if isinstance(found, Fault):
        return None, found
    if found is None:
        return None, fault(VALUE_DATE, "no_such_day", "write_real_day", text=text[:SHOWN])
    if found.year < FIRST_YEAR:
        return None, fault(VALUE_DATE, "day_untrue", "write_full_year", day=str(found))
    if found > received:
        return None, fault(VALUE_FUTURE, "day_to_come", "write_right_day", day=str(found), received=str(received))
    return found, None


def reading_of(text: str, dating: Dating) -> date | Fault | None:
    """The day that a text names, whenever it was; None where it is written as one but does not exist."""
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(text):
            return read(match, dating)
    if dating.serials and re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", text) and int(text.split(".")[0]) > _LAST_FALSE:
        return _counted(text)
    return fault(VALUE_DATE, "no_day", "write_day", text=text[:SHOWN])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _counted(text: str) -> date:
    return _DAY_ZERO + timedelta(days=int(text.split(".")[0]))


def _year_first(match: re.Match[str], _dating: Dating) -> date | None:
    year, month, day = (int(part) for part in match.groups() if part is not None)
    return _day(year, month, day)


def _year_last(match: re.Match[str], dating: Dating) -> date | Fault | None:
    first, second, year = map(int, match.groups())
    return _ordered(match[0], first, second, year, dating.order)


def _no_year(match: re.Match[str], dating: Dating) -> date | Fault | None:
    if dating.year is None:
        return _without_year(match[0])
    return _ordered(match[0], int(match[1]), int(match[2]), dating.year, dating.order)


def _month_day(match: re.Match[str], dating: Dating) -> date | Fault | None:
    if dating.year is None:
        return _without_year(match[0])
    return _day(dating.year, int(match[1]), int(match[2]))


def _named(match: re.Match[str], _dating: Dating) -> date | Fault | None:
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
    name = month.lower()
    if name[:3] not in _MONTHS:
        return fault(VALUE_DATE, "no_day", "write_day", text=match[0])
    return _day(int(year), _MONTHS.index(name[:3]) + 1, int(day))


def _serial(match: re.Match[str], dating: Dating) -> date | Fault | None:
    """Five digits count days, unless they can also be a day and month that lost their first nought."""
    counted = _counted(match[0])
    short = _SHORT.fullmatch(match[0])
    if dating.serials or short is None:
        return counted
    first, second, year = (int(part) for part in short.groups())
    others = [day for day in (_day(2000 + year, second, first), _day(2000 + year, first, second)) if day]
    return _two_ways(match[0], [counted, *others], "choose_day_or_serials") if others else counted


def _ordered(text: str, first: int, second: int, year: int, order: str) -> date | Fault | None:
    if order:
        _year_at, month_at, day_at = _ORDERS[order]
        numbers = first, second
        return _day(year, numbers[month_at], numbers[day_at])
    days = [day for day in (_day(year, first, second), _day(year, second, first)) if day]
    if len(set(days)) > 1:
        return _two_ways(text, days, "choose_day_or_order")
    return days[0] if days else None


def _two_ways(text: str, days: list[date], remedy: str) -> Fault:
    ways = tuple(dict.fromkeys(map(str, days)))
    return fault(VALUE_AMBIGUOUS, "two_ways" if len(ways) == 2 else "several_ways", remedy, text=text, ways=ways)


def _without_year(text: str) -> Fault:
    return fault(VALUE_YEAR, "no_year", "write_day_or_year", text=text)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Dating], date | Fault | None]], ...] = (
    (_YEAR_FIRST, _year_first),
    (_YEAR_LAST, _year_last),
    (_MONTH_DAY, _month_day),
    (_NO_YEAR, _no_year),
    (_NAMED, _named),
    (_SERIAL, _serial),
)
