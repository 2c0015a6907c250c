"""From one cell's text to its value, or to what is wrong with it and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mainstay.intake.mapping import Column
from mainstay.intake.rules.days import VALUE_DATE, day_of, narrow
from mainstay.intake.rules.sentences import Fault, fault
from mainstay.platform.errors import code

VALUE_UNLISTED = code("value.unlisted", "A cell's value is not in the mapping's list; the field is held.")
VALUE_NUMBER = code("value.number", "A cell holds no whole number, or one that cannot be true; the field is held.")
VALUE_CONTROL = code("value.control", "A cell holds a line break, a NUL or another control character; it is held.")
VALUE_LONG = code("value.long", "A cell's text is too long; the field is held.")
VALUE_ERROR = code(
    "value.error", "A cell holds a spreadsheet's error, or a formula never calculated; the field is held."
)
VALUE_DIGITS = code("value.digits", "A spreadsheet has cut the last digits off a long number; the field is held.")
VALUE_DITTO = code("value.ditto", "A cell says 'as above' where nothing stands above; the field is held.")
VALUE_FACILITY = code("value.facility", "A facility is not known in this instance; the field is held.")

Value = str | bool | int | date | datetime | None
SHOWN = 80
AND = " / "  # between several identifiers of one cell, once it has been read
REMEMBERED = 10_000  # then all is forgotten, so that memory does not grow with the file


Read = tuple[Value, Fault | None]


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a row needs beside the mapping: the city's zone, the day of receipt, the facilities."""

    zone: str
    received_date: date
    facilities: frozenset[str] = frozenset()


class Readings(dict[str, Read]):
    """What each text of one column says: read once and remembered, since days and words repeat."""

    def __init__(
        self,
        column: Column,
        null: frozenset[str],
        context: Context,
        ditto: frozenset[str] = frozenset(),
        split: Collection[str] = (),
    ) -> None:
        self._unknown = null | column.nothing
        self._ditto = ditto - self._unknown
        self._reader = _READERS[column.type](column, context)
        self._parted = re.compile("|".join(map(re.escape, sorted(split, key=len, reverse=True)))) if split else None
        super().__init__(dict.fromkeys(self._unknown, (None, None)))

    def __missing__(self, text: str) -> Read:
        whole = text if self._parted is None else _parted(text, self._parted)
        found = _read(whole, self._unknown, self._ditto, self._reader)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = found
        return found


def _parted(text: str, marks: re.Pattern[str]) -> str:
    """Several identifiers in one cell, written one way whatever stood between them."""
    return AND.join(dict.fromkeys(part for part in map(str.strip, marks.split(text)) if part))


# White space that writing systems use is no control character, though Python calls it unprintable.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
_NAMES = {
    "\0": "holds_nul",
    "\n": "holds_break",
    "\r": "holds_break",
    "\t": "holds_tab",
    "\ufffd": "holds_broken",
}


def _read(raw: str, unknown: frozenset[str], ditto: frozenset[str], read: Callable[[str], Read]) -> Read:
    text = raw.strip(" \t\r\n\u3000\u00a0")
    if text in unknown:
        return None, None
    if text in ditto:
        return None, fault(VALUE_DITTO, "ditto", "write_meant", text=text)
    if not text.isprintable() and (found := _CONTROL.search(text)):
        return None, fault(VALUE_CONTROL, _NAMES.get(found[0], "holds_control"), "write_without")
    spoilt = _spoilt(text)
    return (None, spoilt) if spoilt else read(text)


# What spreadsheets show in place of a value, and how they show a number of which they keep fifteen digits.
_ERRORS = re.compile(r"#(NULL|DIV/0|VALUE|REF|NUM|ERROR|UNCALCULATED|SPILL|CALC)!|#NAME\?|#N/A|Err:[0-9]{3}")
_CUT = re.compile(r"[+-]?[0-9](\.[0-9]+)?[Ee]\+[0-9]{1,3}")


def _spoilt(text: str) -> Fault | None:
    """What a spreadsheet did to the value before it was sent."""
    if text.startswith(("#", "Err:")) and _ERRORS.fullmatch(text):
        if text == "#UNCALCULATED!":
            return fault(VALUE_ERROR, "uncalculated", "save_again")
        return fault(VALUE_ERROR, "error", "write_or_empty", text=text)
    if "+" in text and _CUT.fullmatch(text):
        return fault(VALUE_DIGITS, "digits_lost", "write_all_digits", text=text)
    return None


def shown(text: str) -> str:
    """A cell as an entry shows it: on one line, not too long."""
    flat = _CONTROL.sub("␣", text)
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"


def _text(column: Column, _context: Context) -> Callable[[str], Read]:
    def read(text: str) -> Read:
        if len(text) > column.longest:
            return None, fault(VALUE_LONG, "too_long", "shorten", length=len(text), longest=column.longest)
        return text, None

    return read


def _integer(column: Column, _context: Context) -> Callable[[str], Read]:
    low, high = column.at_least, column.at_most

    def read(text: str) -> Read:
        text = _YEARS.sub("", narrow(text))
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            return None, fault(VALUE_NUMBER, "no_number", "write_digits", text=shown(text))
        number = int(text)
        return (number, None) if _within(number, low, high) else (None, _untrue(str(number), low, high))

    return read


# An age is often written with its unit.
_YEARS = re.compile(r" ?[岁歲]$")


def _within(number: int, low: int | None, high: int | None) -> bool:
    return (low is None or number >= low) and (high is None or number <= high)


def _untrue(said: str, low: object, high: object) -> Fault:
    bounds = {name: "" if bound is None else str(bound) for name, bound in (("low", low), ("high", high))}
    return fault(VALUE_NUMBER, "number_untrue", "write_between", number=said, **bounds)


_DEGREES = re.compile(r"([0-9]{1,3})(?:[.,]([0-9])0?)?(?: ?(?:℃|°C|度|C))?")


def _tenths(column: Column, _context: Context) -> Callable[[str], Read]:
    """38.5 or 38.5℃, kept as 385; the bounds are in tenths as well."""
    low, high = column.at_least, column.at_most

    def read(text: str) -> Read:
        found = _DEGREES.fullmatch(narrow(text))
        if not found:
            return None, fault(VALUE_NUMBER, "no_tenths", "write_tenths", text=shown(text))
        number = int(found[1]) * 10 + int(found[2] or 0)
        if _within(number, low, high):
            return number, None
        return None, _untrue(f"{number / 10}", None if low is None else low / 10, None if high is None else high / 10)

    return read


def _choice(column: Column, _context: Context) -> Callable[[str], Read]:
    listed = {spelling.strip(): word for spelling, word in column.values.items()}

    def read(text: str) -> Read:
        if text not in listed:
            text = narrow(text)
        if text in listed:
            return listed[text], None
        return None, fault(VALUE_UNLISTED, "unlisted", "write_one_of", text=shown(text), words=tuple(listed))

    return read


def _facility(column: Column, context: Context) -> Callable[[str], Read]:
    listed = {spelling.strip(): word for spelling, word in column.values.items()}

    def read(text: str) -> Read:
        facility = listed.get(text) if listed else slug(text)
        if facility is None:
            return None, fault(
                VALUE_UNLISTED, "no_facility_spelling", "write_spelling", text=shown(text), words=tuple(listed)
            )
        if not column.create and facility not in context.facilities:
            return None, fault(VALUE_FACILITY, "no_facility", "add_facility", text=facility)
        return str(facility), None

    return read


def slug(text: str) -> str:
    """A facility's code from its name, where the mapping lists none."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")[:60]


_TIME = re.compile(r"(.*?)[T ]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?")


def _date(column: Column, context: Context) -> Callable[[str], Read]:
    def read(text: str) -> Read:
        text = narrow(text)
        timed = _TIME.fullmatch(text)
        return day_of(timed[1] if timed else text, column.dating, context.received_date)

    return read


def _datetime(column: Column, context: Context) -> Callable[[str], Read]:
    """An instant; without an offset it is the city's time, and a day alone stays a day."""
    zone = ZoneInfo(context.zone)

    def read(text: str) -> Read:
        text = narrow(text)
        timed = _TIME.fullmatch(text)
        if not timed:
            return day_of(text, column.dating, context.received_date)
        day, wrong = day_of(timed[1], column.dating, context.received_date)
        if wrong:
            return None, wrong
        hour = timed[2] if len(timed[2].split(":")[0]) == 2 else f"0{timed[2]}"
        try:
            at = datetime.fromisoformat(f"{day}T{hour}{timed[3] or ''}")
        except ValueError:
            return None, fault(VALUE_DATE, "no_time", "write_time", text=shown(text))
        return at if at.tzinfo else at.replace(tzinfo=zone), None

    return read


_READERS: dict[str, Callable[[Column, Context], Callable[[str], Read]]] = {
    "text": _text,
    "integer": _integer,
    "tenths": _tenths,
    "choice": _choice,
    "facility": _facility,
    "date": _date,
    "datetime": _datetime,
}
