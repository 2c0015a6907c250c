"""A queue of work in the database: nothing is lost when a worker is killed, nothing is done twice.

A worker claims a job in one short transaction, works outside any while a thread renews its lease, and ends it in one
more, in which what the work came to is written too: `UPDATE … WHERE id AND lease`. No row found means that somebody
else has taken it up since, and then nothing is written.

Areas register what they do in their `tasks.py`; `load_tasks` reads those.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q

from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.locks import renewing
from mainstay.platform.models import Actor, Job
from mainstay.platform.nights import next_night

NO_JOB = code("job.unknown", "There is no job of that key or id, or it is not one that was given up.")

LENGTH = timedelta(seconds=30)
ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
PROGRESS_EVERY = 1.0  # seconds
PLAN_EVERY = 20.0
LOST_EVERY_TIME = "The worker was lost each time it was at this; see what the server printed."


class Lost(Exception):
    """Somebody else has this job now: stop, nothing of it is ours any more."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A job as it is asked for: its key says what is wanted once, as `nightly@2020-02-14`."""

    kind: str
    key: str
    due_at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


# What a task is given besides its payload: told how far it has come, it raises Lost once the job is another's.
Tell = Callable[[str, int, int], None]
# What it gives back is done in the last transaction, with the end of the job: once, however often it was begun.
Apply = Callable[[], None]
Task = Callable[[dict[str, Any], Tell], Apply | None]
Plan = Callable[[datetime], Iterable[Planned]]


@dataclass(frozen=True, slots=True)
class Registered:
    """How one kind of job is done. Begun again after a kill, `run` must come to the same."""

    run: Task
    attempts: int


TASKS: dict[str, Registered] = {}
PLANS: list[Plan] = []


def task(kind: str, attempts: int = ATTEMPTS) -> Callable[[Task], Task]:
    """Register how jobs of a kind are done."""

    def register(run: Task) -> Task:
        TASKS[kind] = Registered(run, attempts)
        return run

    return register


def scheduled(plan: Plan) -> Plan:
    """Register what is to be asked for by the clock; asked for twice it is one job, by its key."""
    if plan not in PLANS:
        PLANS.append(plan)
    return plan


def load_tasks() -> None:
    """Every area's `tasks.py`."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("tasks")


# --- asking -------------------------------------------------------------------------------------------------


def ask(planned: Planned, *, at: datetime) -> bool:
    """Put a job into the queue; False where one by its key is or was there already."""
    job = Job(kind=planned.kind, key=planned.key, payload=planned.payload, due_at=planned.due_at, asked_at=at)
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return Job.objects.filter(key=planned.key, id=job.id).exists()


def plan_all(at: datetime) -> None:
    """Ask for whatever the clock has made necessary."""
    wanted = _planned(at)
    there = set(Job.objects.filter(key__in=[planned.key for planned in wanted]).values_list("key", flat=True))
    for planned in wanted:
        if planned.key not in there:
            ask(planned, at=at)


def planned_next(at: datetime) -> list[Planned]:
    """What the next night will ask for, as things stand, the first due first; nothing where no night does anything."""
    night = next_night(at)
    return sorted(_planned(night.due_at), key=lambda one: (one.due_at, one.key)) if night else []


def _planned(at: datetime) -> list[Planned]:
    return [planned for plan in PLANS for planned in plan(at)]


def retry(key_or_id: str, *, by: Actor, at: datetime) -> Job:
    """Have a job that was given up tried again from now on, and note in the ledger who did; raises `job.unknown`."""
    wanted = Q(key=key_or_id)
    with suppress(ValueError):
        wanted |= Q(id=UUID(key_or_id))
    again = {"state": Job.State.READY, "due_at": at, "attempts": 0, "error": "", "ended_at": None}
    with transaction.atomic():
        # PostgreSQL could not even look for this one.
        job = None if "\0" in key_or_id else Job.objects.filter(wanted, state=Job.State.FAILED).first()
        if job is None or not Job.objects.filter(id=job.id, state=Job.State.FAILED, lease=job.lease).update(**again):
            raise MainstayError(
                NO_JOB, f"No job '{key_or_id}' was given up; `mainstay jobs list` shows which were.", {"job": key_or_id}
            )
        ledger.note(by=by, at=at, verb="job.retry", purpose=job.key)
    job.refresh_from_db()
    return job


def forget(before: datetime) -> int:
    """Remove jobs that were done before an instant; how many. What was given up stays until it was tried again."""
    return Job.objects.filter(state=Job.State.DONE, ended_at__lt=before).delete()[0]


# --- doing --------------------------------------------------------------------------------------------------


def claim(length: timedelta = LENGTH) -> Job | None:
    """The job that has been due longest and that nobody is at, now ours; None where nothing is to be done."""
    at = now()
    free = Q(state=Job.State.READY, due_at__lte=at) | Q(state=Job.State.RUNNING, leased_until__lt=at)
    if not Job.objects.filter(free, kind__in=TASKS).exists():
        return None  # a look: on SQLite a transaction that writes would keep others waiting every second
    with transaction.atomic():
        # On PostgreSQL whoever else claims passes this row over; on SQLite the transaction is the only one.
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(free, kind__in=TASKS)
            .order_by("due_at", "id")
            .first()
        )
        if job is None:
            return None
        if job.state == Job.State.RUNNING and job.attempts >= TASKS[job.kind].attempts:
            # It takes its worker with it: the next would fare no better.
            job.state, job.error, job.ended_at = Job.State.FAILED, LOST_EVERY_TIME, at
        else:
            job.state, job.leased_until, job.attempts = Job.State.RUNNING, at + length, job.attempts + 1
        job.lease += 1
        job.save()
    return job


def do(job: Job, length: timedelta = LENGTH) -> str:
    """Do a claimed job to its end; the state it is in then, or `lost` where another has taken it up meanwhile."""
    try:
        with renewing(_renew, job, length):
            apply = TASKS[job.kind].run(job.payload, _teller(job))
        with transaction.atomic():
            _ours(job, state=Job.State.DONE, ended_at=now(), error="", leased_until=None)
            if apply is not None:
                apply()
        return Job.State.DONE
    except Lost:
        return "lost"
    except Exception as error:  # whatever went wrong is kept with the job, which is tried again or shown
        return _failed(job, error)
    except BaseException:
        # The worker is told to stop: the next one may begin at once, and this attempt was none.
        with transaction.atomic():
            _held(job).update(state=Job.State.READY, leased_until=None, attempts=F("attempts") - 1)
        raise


def pause_after(attempts: int) -> timedelta:
    """How long is waited after so many attempts in vain: 10 s, 30 s, 90 s, … at most an hour."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** (attempts - 1))


def _failed(job: Job, error: Exception) -> str:
    # A mistake of somebody's is no better the next time: it is shown at once.
    hopeless = isinstance(error, MainstayError) and error.exit_code == 2
    at = now()
    given_up = hopeless or job.attempts >= TASKS[job.kind].attempts
    state = Job.State.FAILED if given_up else Job.State.READY
    if not isinstance(error, MainstayError):
        traceback.print_exception(error, file=sys.stderr)
    try:
        with transaction.atomic():
            _ours(
                job,
                state=state,
                error=said(error)[:400],
                due_at=job.due_at if given_up else at + pause_after(job.attempts),
                ended_at=at if given_up else None,
                leased_until=None,
            )
    except Lost:
        return "lost"
    return state


def said(error: Exception) -> str:
    """An error as it is kept: a sentence of ours, else its kind and place, since its text may hold people's data."""
    if isinstance(error, MainstayError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}; the server printed the rest."


def _held(job: Job) -> Any:
    return Job.objects.filter(id=job.id, lease=job.lease, state=Job.State.RUNNING)


def _ours(job: Job, **changes: Any) -> None:
    if not _held(job).update(**changes):
        raise Lost(job.key)


def _teller(job: Job) -> Tell:
    """Writes how far the job has come, at most once a second."""
    last = 0.0

    def tell(step: str, done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_EVERY or done >= of:
            last = time.monotonic()
            _ours(job, step=step[:40], done=max(0, done), total=max(0, of))

    return tell


def _renew(job: Job, length: timedelta, stop: threading.Event) -> None:
    """Three times in its length, so that one that fails (a busy or restarted database) loses nothing."""
    try:
        while not stop.wait(length.total_seconds() / 3):
            try:
                if not _held(job).update(leased_until=now() + length):
                    return  # another's: the work ends in nothing
            except DatabaseError:
                connection.close()
    finally:
        connection.close()


def work(
    stop: Callable[[], bool], *, pause: float = 1.0, length: timedelta = LENGTH, told: Callable[[Job, str], None]
) -> int:
    """Do what is due, one job after the other, until told to stop; how many ended done.

    `stop` is asked between jobs and while waiting. A database that is away is waited for.
    """
    ended = 0
    planned = float("-inf")
    while not stop():
        try:
            if time.monotonic() - planned >= PLAN_EVERY:
                plan_all(now())
                planned = time.monotonic()
            job = claim(length)
        except DatabaseError as error:
            print(f"The queue of jobs cannot be read: {type(error).__name__}", file=sys.stderr)
            connection.close()
            time.sleep(pause)
            continue
        if job is None:
            time.sleep(pause)
            continue
        if job.state == Job.State.FAILED:
            told(job, job.state)
        else:
            ended += _done_and_told(job, length, told) == Job.State.DONE
    return ended


def _done_and_told(job: Job, length: timedelta, told: Callable[[Job, str], None]) -> str:
    try:
        state = do(job, length)
    except DatabaseError:
        # It could not even be written that it failed: its lease will end.
        connection.close()
        return "lost"
    told(job, state)
    return state
