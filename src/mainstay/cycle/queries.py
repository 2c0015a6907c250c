"""Reads of the cycle: the last period that was run to its end, and up to where it has read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mainstay.cycle.models import Run, Step
from mainstay.platform.models import Seal


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
