"""Reads of the queue of jobs: what waits, what is being done, what was given up, what was done last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from mainstay.platform.models import Job


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it stands; `error` is why it failed the last time, `step`, `done` and `total` how far it has come."""

    id: UUID
    kind: str
    key: str
    state: str
    due_at: datetime
    leased_until: datetime | None
    attempts: int
    error: str
    step: str
    done: int
    total: int
    asked_at: datetime
    ended_at: datetime | None


_COLUMNS = tuple(field.name for field in fields(JobRow))


def list_jobs(state: str | None = None, limit: int | None = None) -> list[JobRow]:
    """Jobs, of one state or of all, the latest due first, at most so many; one statement."""
    rows = Job.objects.order_by("-due_at", "-id")
    if state is not None:
        rows = rows.filter(state=state)
    return [JobRow(*row) for row in rows.values_list(*_COLUMNS)[:limit]]


def count_jobs() -> dict[str, int]:
    """{state: how many jobs}, of the states that any is in; one statement."""
    return dict(Job.objects.order_by().values_list("state").annotate(Count("id")))


def last_jobs(kinds: Collection[str]) -> dict[str, JobRow]:
    """{kind: the one that was due last}; one statement."""
    found: dict[str, JobRow] = {}
    for row in Job.objects.filter(kind__in=kinds).order_by("-due_at", "-id").values_list(*_COLUMNS):
        found.setdefault(row[1], JobRow(*row))
    return found
