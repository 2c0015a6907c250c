"""Reads of the cycle: the last period that was run, up to where it has read, and which moment it is for an instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mainstay.cycle.models import Run, Step
from mainstay.platform.clock import ONE_DAY, local_date
from mainstay.platform.models import Instance, Seal


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a run: when it ended (None: not yet) and what it counted."""

    name: str
    ended_at: datetime | None
    counts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last period that was run to its end, its steps by name, and the last seal of the ledger."""

    period: date
    ended_at: datetime | None
    steps: dict[str, StepRow]
    seal: int | None
    sealed_at: datetime | None


def last_run() -> LastRun | None:
    """The last run that ended; None before the first. Three statements."""
    run = Run.objects.filter(status="done").order_by("-period_date", "-started_at").first()
    if run is None:
        return None
    steps = {
        name: StepRow(name, ended, counts)
        for name, ended, counts in Step.objects.filter(run=run).values_list("name", "ended_at", "counts")
    }
    seal = Seal.objects.order_by("-no").values_list("no", "sealed_at").first()
    return LastRun(run.period_date, run.ended_at, steps, *(seal or (None, None)))


def last_judged() -> int:
    """Up to which number of the ledger the last run that ended has read; 0 before the first. One statement."""
    last = Run.objects.filter(status="done").order_by("-started_at").values_list("to_entry", flat=True).first()
    return last or 0


@dataclass(frozen=True, slots=True)
class OwnMoment:
    """The instant at which an instance stands, and the city's day that then begins or goes on.

    `report_day` is the day that is accounted for: today, or where time stands still the last period.
    """

    at: datetime
    day: date
    report_day: date
    zone: str
    live: bool


def instance_moment(at: datetime) -> OwnMoment:
    """The moment by which deadlines are counted; two statements.

    An instance whose last period was closed looking back by more than a day (a demonstration, a replay) stands at
    the end of that period, when the next day's work begins. One that has merely not been run for days does not
    stand still: what fell due meanwhile is overdue.
    """
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    last = Run.objects.filter(status="done").order_by("-period_date", "-started_at").first()
    if last is not None and last.started_at - last.moment_at > ONE_DAY:
        return OwnMoment(last.moment_at, local_date(last.moment_at, zone), last.period_date, zone, live=False)
    today = local_date(at, zone)
    return OwnMoment(at, today, today, zone, live=True)
