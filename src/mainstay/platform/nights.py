"""The night's work: when the last night was that it should have begun, by the city's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mainstay.platform.clock import ONE_DAY
from mainstay.platform.environment import read_environment
from mainstay.platform.models import Instance


@dataclass(frozen=True, slots=True)
class Night:
    """A city's date and the instant of it at which the night's work is due."""

    date: date
    due_at: datetime


def last_night(at: datetime) -> Night | None:
    """The last night whose hour has come; None where nothing is done by the clock, or there is no instance."""
    hour = read_environment().nightly
    zone = Instance.objects.values_list("zone", flat=True).filter(id=1).first()
    if hour is None or zone is None:
        return None
    local = at.astimezone(ZoneInfo(zone))
    return _night(local.date() if local.time() >= hour else local.date() - ONE_DAY, hour, zone, at)


def next_night(at: datetime) -> Night | None:
    """The night after the last one; None as there."""
    last, hour = last_night(at), read_environment().nightly
    zone = Instance.objects.values_list("zone", flat=True).filter(id=1).first()
    return _night(last.date + ONE_DAY, hour, zone, at) if last and hour is not None and zone else None


def _night(day: date, hour: time, zone: str, at: datetime) -> Night:
    return Night(day, datetime.combine(day, hour, ZoneInfo(zone)).astimezone(at.tzinfo))
