"""A value of a spreadsheet or a data file as the text a person would have typed, so that one rule reads all."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

# A spreadsheet keeps fifteen digits of a number: from here on the last ones are lost.
DIGITS_LOST = 10.0**15


def text_of(value: object) -> str:
    """The text of one cell; empty for what is unknown."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _hours(value)
    return str(value)


def _number(value: float) -> str:
    """138.0 is 138; what lost digits is shown as spreadsheets show it, 1.23E+17, and so is recognised."""
    if math.isnan(value):
        return ""
    if abs(value) >= DIGITS_LOST:
        return _scientific(value) if math.isfinite(value) else str(value)
    if value.is_integer():
        return str(int(value))
    return format(value, ".15g")


def _scientific(value: float) -> str:
    digits, _mark, power = format(value, ".14E").partition("E")
    return f"{digits.rstrip('0').rstrip('.')}E{power}"


def _instant(value: datetime) -> str:
    """A day where the clock says midnight, since that is how a day is kept; else with its time, to the second."""
    if value.microsecond:  # days are fractions there: a time may lie some microseconds beside the second meant
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if value.time() == time() and value.tzinfo is None:
        return value.date().isoformat()
    return value.isoformat(sep=" ")


def _hours(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
