"""Since when the response can be held to a fact: when it became known, or when a run first read it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime

from mainstay.cycle.models import Run
from mainstay.platform.clock import day_start


@dataclass(frozen=True, slots=True)
class Reading:
    """One run: the ledger it read up to, its period's beginning, its moment."""

    to_entry: int
    starts_at: datetime
    moment_at: datetime


class Told:
    """What was unknown until today starts today.

    A fact that became known in the period whose run first read it, or later, keeps its own instant.
    One that arrived late counts from the moment of the run that first read it: the delay is the
    indicators' business, not a heap of overdue duties.
    """

    def __init__(self, readings: list[Reading]) -> None:
        self._readings: list[Reading] = []
        for reading in readings:
            if not self._readings or reading.to_entry > self._readings[-1].to_entry:
                self._readings.append(reading)
        self._ends = [reading.to_entry for reading in self._readings]

    def known(self, entry_no: int, became_known_at: datetime) -> datetime:
        place = bisect_left(self._ends, entry_no)
        if place == len(self._ends):
            return became_known_at
        first = self._readings[place]
        return became_known_at if became_known_at >= first.starts_at else first.moment_at


def told_until(run: Run, to_entry: int, zone: str) -> Told:
    """All runs so far in their order, the present one reading up to `to_entry`."""
    done = Run.objects.filter(status="done", started_at__lt=run.started_at).order_by("started_at")
    readings = [
        Reading(end, day_start(period, zone), moment)
        for end, period, moment in done.values_list("to_entry", "period_date", "moment_at")
    ]
    return Told([*readings, Reading(to_entry, day_start(run.period_date, zone), run.moment_at)])
