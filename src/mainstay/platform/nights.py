"""The night's work: when the last night was that it should have begun, by the city's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
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
    day = local.date() if local.time() >= hour else local.date() - ONE_DAY
    return Night(day, datetime.combine(day, hour, ZoneInfo(zone)).astimezone(at.tzinfo))
