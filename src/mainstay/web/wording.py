"""Numbers, times and delays as they are written on every page, in the reader's language.

Times come in with their zone and are shown in the zone that is active (the city's); nothing here asks the clock.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext, pgettext_lazy

MINUS = "\N{MINUS SIGN}"
NOT_APPLICABLE = "\N{EN DASH}"
UNBROKEN = "\N{NO-BREAK SPACE}"


def count(number: int | None) -> str:
    """1,079,353 in every language; a dash where there is nothing to count."""
    if number is None:
        return NOT_APPLICABLE
    return f"{number:,}".replace("-", MINUS)


def signed(number: int | None) -> str:
    """+14, −2, and 0 without a sign."""
    return f"+{number:,}" if number and number > 0 else count(number)


def percent(part: int, whole: int) -> str:
    """61 %, rounded half up; a dash where the whole is nothing. Shares stand beside their count."""
    if whole == 0:
        return NOT_APPLICABLE
    return f"{(200 * part + whole) // (2 * whole)}{UNBROKEN}%"


def delay(length: timedelta) -> str:
    """The two largest units: 25 min, 5 h 10 min, 1 d 4 h."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        parts = [_days(days)] + ([_hours(hours)] if hours else [])
    elif hours:
        parts = [_hours(hours)] + ([_minutes(rest, padded=True)] if rest else [])
    else:
        parts = [_minutes(rest)]
    if len(parts) == 1:
        return parts[0]
    return gettext("%(larger)s %(smaller)s") % {"larger": parts[0], "smaller": parts[1]}


def _days(number: int) -> str:
    return gettext("%(number)s d") % {"number": number}


def _hours(number: int) -> str:
    return gettext("%(number)s h") % {"number": number}


def _minutes(number: int, padded: bool = False) -> str:
    return gettext("%(number)s min") % {"number": f"{number:02d}" if padded else number}


def day(when: date, today: date) -> str:
    """Fri 14 Feb, or 2月14日 周五; with the year when it is not this one."""
    if when.year == today.year:
        return pgettext("a day of this year", "%(weekday)s %(day)s %(month)s") % _parts(when)
    return day_and_year(when)


def day_and_year(when: date) -> str:
    """Fri 14 Feb 2020, or 2020年2月14日 周五."""
    return pgettext("a day of another year", "%(weekday)s %(day)s %(month)s %(year)s") % _parts(when)


def _parts(when: date) -> dict[str, str | int]:
    words: dict[str, str | int] = {"weekday": _weekday(when), "day": when.day, "month": _month(when)}
    return words | {"year": when.year, "month_number": when.month}


def moment(when: datetime, today: date) -> str:
    """Fri 14 Feb 14:40, or 2月14日 周五 14:40."""
    local = localtime(when)
    return f"{day(local.date(), today)} {local:%H:%M}"


def clock(when: datetime) -> str:
    """14:40."""
    return f"{localtime(when):%H:%M}"


# Said when one is asked for: a page names the same few days a hundred times.
_WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)
_MONTHS = (
    pgettext_lazy("month", "Jan"),
    pgettext_lazy("month", "Feb"),
    pgettext_lazy("month", "Mar"),
    pgettext_lazy("month", "Apr"),
    pgettext_lazy("month", "May"),
    pgettext_lazy("month", "Jun"),
    pgettext_lazy("month", "Jul"),
    pgettext_lazy("month", "Aug"),
    pgettext_lazy("month", "Sep"),
    pgettext_lazy("month", "Oct"),
    pgettext_lazy("month", "Nov"),
    pgettext_lazy("month", "Dec"),
)


def _weekday(when: date) -> str:
    return str(_WEEKDAYS[when.weekday()])


def _month(when: date) -> str:
    return str(_MONTHS[when.month - 1])
