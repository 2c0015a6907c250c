"""The only way a rule can touch time: it asks whether an instant has passed, and is remembered for asking."""

from __future__ import annotations

from datetime import date, datetime

from mainstay.platform.clock import day_end, day_start, local_date


class Horizon:
    """The moment judged at, and the earliest later moment at which the answer may change.

    `moment` is the instant, `period` the city's day being accounted for: when a period is closed,
    the moment is the day's end and duties are owed to the end of the next day.
    """

    __slots__ = ("moment", "next_look", "period", "zone")

    def __init__(self, moment: datetime, period: date, zone: str) -> None:
        self.moment = moment
        self.period = period
        self.zone = zone
        self.next_look: datetime | None = None

    def passed(self, instant: datetime) -> bool:
        """Whether an instant has passed; if not, it is remembered as a time to look again."""
        if instant <= self.moment:
            return True
        self.look_again(instant)
        return False

    def look_again(self, instant: datetime) -> None:
        """Remember a later instant at which to judge again."""
        if instant > self.moment and (self.next_look is None or instant < self.next_look):
            self.next_look = instant

    def at(self, day: date) -> Horizon:
        """The same zone at a day's beginning; what is asked there is not remembered here."""
        return Horizon(day_start(day, self.zone), day, self.zone)

    def start(self, day: date) -> datetime:
        return day_start(day, self.zone)

    def end(self, day: date) -> datetime:
        return day_end(day, self.zone)

    @property
    def today(self) -> date:
        """The city's day of the moment."""
        return local_date(self.moment, self.zone)
