"""From one cell's text to its value, or to what is wrong with it and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mainstay.intake.mapping import Column
from mainstay.platform.errors import code

VALUE_UNLISTED = code("value.unlisted", "A cell's value is not in the mapping's list; the field is held.")
VALUE_DATE = code("value.date", "A cell holds no day that exists; the field is held.")
VALUE_AMBIGUOUS = code("value.ambiguous", "A day can be read in two ways; the field is held.")
VALUE_FUTURE = code("value.future", "A day lies after the day of receipt; the field is held.")
VALUE_NUMBER = code("value.number", "A cell holds no whole number, or one that cannot be true; the field is held.")
VALUE_CONTROL = code("value.control", "A cell holds a line break, a NUL or another control character; it is held.")
VALUE_LONG = code("value.long", "A cell's text is too long; the field is held.")
VALUE_FACILITY = code("value.facility", "A facility is not known in this instance; the field is held.")

Value = str | bool | int | date | datetime | None
SHOWN = 80
REMEMBERED = 10_000  # then all is forgotten, so that memory does not grow with the file
FIRST_YEAR = 1800


class Fault(NamedTuple):
    """What is wrong with one cell."""

    code: str
    reason: str
    remedy: str


Read = tuple[Value, Fault | None]


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a row needs beside the mapping: the city's zone, the day of receipt, the facilities."""

    zone: str
    received_date: date
    facilities: frozenset[str] = frozenset()


class Readings(dict[str, Read]):
    """What each text of one column says: read once and remembered, since days and words repeat."""

    def __init__(self, column: Column, null: frozenset[str], context: Context) -> None:
        self._unknown = null | column.nothing
        self._reader = _READERS[column.type](column, context)
        super().__init__(dict.fromkeys(self._unknown, (None, None)))

    def __missing__(self, text: str) -> Read:
        found = _read(text, self._unknown, self._reader)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = found
        return found


# White space that writing systems use is no control character, though Python calls it unprintable.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
_NAMES = {
    "\0": "a NUL",
    "\n": "a line break",
    "\r": "a line break",
    "\t": "a tab",
    "\ufffd": "a broken character",
}


def _read(raw: str, unknown: frozenset[str], read: Callable[[str], Read]) -> Read:
    text = raw.strip(" \t\u3000\u00a0")
    if text in unknown:
        return None, None
    if not text.isprintable() and (found := _CONTROL.search(text)):
        what = _NAMES.get(found[0], "a control character")
        return None, Fault(VALUE_CONTROL, f"The cell holds {what}.", "Write the value without it.")
    return read(text)


def shown(text: str) -> str:
    """A cell as an entry shows it: on one line, not too long."""
    flat = _CONTROL.sub("␣", text)
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"


def _text(column: Column, _context: Context) -> Callable[[str], Read]:
    def read(text: str) -> Read:
        if len(text) > column.longest:
            return None, Fault(
                VALUE_LONG,
                f"The text has {len(text)} characters.",
                f"Shorten it to {column.longest}.",
            )
        return text, None

    return read


def _integer(column: Column, _context: Context) -> Callable[[str], Read]:
    low, high = column.at_least, column.at_most

    def read(text: str) -> Read:
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            return None, Fault(VALUE_NUMBER, f"'{shown(text)}' is no whole number.", "Write it in digits.")
        number = int(text)
        if (low is not None and number < low) or (high is not None and number > high):
            bounds = f"{'' if low is None else low} to {'' if high is None else high}"
            return None, Fault(VALUE_NUMBER, f"{number} cannot be true here.", f"Write a number from {bounds}.")
        return number, None

    return read


def _choice(column: Column, _context: Context) -> Callable[[str], Read]:
    listed = {spelling.strip(): word for spelling, word in column.values.items()}

    def read(text: str) -> Read:
        if text in listed:
            return listed[text], None
        return None, Fault(
            VALUE_UNLISTED,
            f"'{shown(text)}' is not among the values known in this column.",
            f"Write one of {_some(list(listed))}, or add it to the mapping.",
        )

    return read


def _some(words: list[str]) -> str:
    text = ", ".join(f"'{word}'" for word in words[:6])
    return text + (f" and {len(words) - 6} more" if len(words) > 6 else "")


def _facility(column: Column, context: Context) -> Callable[[str], Read]:
    listed = {spelling.strip(): word for spelling, word in column.values.items()}

    def read(text: str) -> Read:
        facility = listed.get(text) if listed else slug(text)
        if facility is None:
            return None, Fault(
                VALUE_UNLISTED,
                f"'{shown(text)}' is no spelling of a facility that the mapping knows.",
                f"Write one of {_some(list(listed))}, or add the spelling to the mapping.",
            )
        if not column.create and facility not in context.facilities:
            return None, Fault(
                VALUE_FACILITY,
                f"This instance has no facility '{facility}'.",
                "Add it to the city's profile, or let the mapping create it (`create = true`).",
            )
        return str(facility), None

    return read


def slug(text: str) -> str:
    """A facility's code from its name, where the mapping lists none."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")[:60]


_ORDERS = {"day-month-year": (2, 1, 0), "month-day-year": (2, 0, 1)}
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_TIME = re.compile(r"(.*?)[T ]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?")


def _date(column: Column, context: Context) -> Callable[[str], Read]:
    def read(text: str) -> Read:
        timed = _TIME.fullmatch(text)
        return _day(timed[1] if timed else text, column.date_order, context.received_date)

    return read


def _day(text: str, order: str, received: date) -> Read:
    parts = _parts(text, order)
    if isinstance(parts, Fault):
        return None, parts
    try:
        day = date(*parts)
    except ValueError:
        return None, Fault(VALUE_DATE, f"There is no day '{shown(text)}'.", "Write a day that exists, as 2015-05-20.")
    if day.year < FIRST_YEAR:
        return None, Fault(VALUE_DATE, f"{day} cannot be true here.", "Write the year in full, as 2015-05-20.")
    if day > received:
        return None, Fault(
            VALUE_FUTURE,
            f"{day} lies after {received}, when it was received.",
            "Write the day it really was.",
        )
    return day, None


def _parts(text: str, order: str) -> tuple[int, int, int] | Fault:
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        year, month, day = (part for part in found.groups() if part is not None)
        return int(year), int(month), int(day)
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        return Fault(VALUE_DATE, f"'{shown(text)}' is no day.", "Write it as 2015-05-20.")
    numbers = [int(part) for part in found.groups()]
    if not order:
        first, second, _year = numbers
        if first <= 12 and second <= 12 and first != second:
            return Fault(
                VALUE_AMBIGUOUS,
                f"'{text}' can be read in two ways.",
                "Write it as 2015-05-20, or state `date_order` in the mapping.",
            )
        order = "month-day-year" if second > 12 else "day-month-year"
    year_at, month_at, day_at = _ORDERS[order]
    return numbers[year_at], numbers[month_at], numbers[day_at]


def _datetime(column: Column, context: Context) -> Callable[[str], Read]:
    """An instant; without an offset it is the city's time, and a day alone stays a day."""
    zone = ZoneInfo(context.zone)

    def read(text: str) -> Read:
        timed = _TIME.fullmatch(text)
        if not timed:
            return _day(text, column.date_order, context.received_date)
        day, fault = _day(timed[1], column.date_order, context.received_date)
        if fault:
            return None, fault
        hour = timed[2] if len(timed[2].split(":")[0]) == 2 else f"0{timed[2]}"
        try:
            at = datetime.fromisoformat(f"{day}T{hour}{timed[3] or ''}")
        except ValueError:
            return None, Fault(VALUE_DATE, f"There is no time '{shown(text)}'.", "Write it as 2015-05-20 14:30.")
        return at if at.tzinfo else at.replace(tzinfo=zone), None

    return read


_READERS: dict[str, Callable[[Column, Context], Callable[[str], Read]]] = {
    "text": _text,
    "integer": _integer,
    "choice": _choice,
    "facility": _facility,
    "date": _date,
    "datetime": _datetime,
}
