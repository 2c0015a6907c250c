"""The city's days. Time comes in as an argument everywhere else; only `now` reads a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)


def now() -> datetime:
    """The wall clock, in UTC. Called by the command line and the server, never by a rule."""
    return datetime.now(UTC)


@lru_cache(maxsize=8192)
def day_start(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the city's day begins."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


@lru_cache(maxsize=8192)
def day_end(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the city's day is over, which is the next day's beginning."""
    return day_start(day + ONE_DAY, zone)


@lru_cache(maxsize=8192)
def known_on(day: date, zone: str) -> datetime:
    """When something known only by its date became known: the last second of that day.

    The later bound, so that nobody is blamed for what could not have been known.
    """
    return day_end(day, zone) - ONE_SECOND


def local_date(at: datetime, zone: str) -> date:
    """The city's date of an instant."""
    return at.astimezone(ZoneInfo(zone)).date()
