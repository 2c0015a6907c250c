"""The queue of jobs: what was given up and why, what runs and waits, what the last night did, when the next one is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.cycle.queries import last_run
from mainstay.cycle.tasks import stands_still
from mainstay.platform import jobs as queue
from mainstay.platform.clock import local_date
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Job
from mainstay.platform.nights import next_night
from mainstay.platform.queries import JobRow, count_jobs, last_jobs, list_jobs
from mainstay.web import wording
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

SHOWN = 50
# Due for longer and taken up by nobody: then no worker runs.
PATIENCE = timedelta(minutes=2)
KINDS = {
    "nightly": gettext_lazy("Close the day before"),
    "backup": gettext_lazy("Write a backup"),
    "accounts.tidy": gettext_lazy("Remove sessions and links that have ended"),
    "jobs.forget": gettext_lazy("Remove jobs done long ago"),
    "people.search": gettext_lazy("Work out by what people are found"),
}
NOT_GIVEN_UP = gettext_lazy("This job is not given up any more; somebody else had it tried again. Look at the list.")
STATES = {
    Job.State.READY: ("due", gettext_lazy("waits")),
    Job.State.RUNNING: ("now", gettext_lazy("under way")),
    Job.State.DONE: ("done", gettext_lazy("done")),
    Job.State.FAILED: ("overdue", gettext_lazy("given up")),
}


@door(Permission.MANAGE_ACCOUNTS, entry="jobs")
@require_http_methods(["GET", "POST"])
@city_time
def jobs(request: Any) -> HttpResponse:
    """The queue as it stands; sent, a job that was given up is tried again."""
    refused = ""
    if request.method == "POST":
        try:
            queue.retry(request.POST.get("job", ""), by=request.by, at=request.at)
            return redirect(f"{reverse('jobs')}?did=retry")
        except MainstayError:
            refused = str(NOT_GIVEN_UP)
    context = _page(request) | {"refused": refused}
    return render(request, "platform/jobs.html", context, status=422 if refused else 200)


def _page(request: Any) -> dict[str, Any]:
    queue.load_tasks()
    # By the clock of the machine: also where the instance's own time stands still, jobs are done now.
    at, today = request.at, local_date(request.at, request.zone)
    running, waiting = list_jobs(Job.State.RUNNING, SHOWN), list_jobs(Job.State.READY, SHOWN)
    counts, night, planned = count_jobs(), next_night(at), queue.planned_next(at)
    nightly = {*KINDS, *(one.kind for one in planned)}
    last = sorted(last_jobs(nightly).values(), key=lambda row: (row.due_at, row.kind), reverse=True)
    late = [row for row in waiting if row.due_at < at - PATIENCE and row.attempts == 0]
    return {
        "failed": [_row(row, today) for row in list_jobs(Job.State.FAILED, SHOWN)],
        "running": [_row(row, today) for row in running],
        "waiting": [_row(row, today) for row in reversed(waiting)],
        "last": [_row(row, today) for row in last],
        "planned": [(_kind(one.kind), wording.moment(one.due_at, today)) for one in planned],
        "night": wording.moment(night.due_at, today) if night else "",
        "counts": {state.value: counts.get(state.value, 0) for state in Job.State},
        "idle": wording.delay(at - min(row.due_at for row in late)) if late and not running else "",
        "stands": stands_still(at),
        "no_day": last_run() is None,
        "by_clock": read_environment().nightly is not None,
        "done": request.GET.get("did") == "retry",
    }


def _row(row: JobRow, today: date) -> dict[str, Any]:
    mark, word = STATES[Job.State(row.state)]
    return {
        "id": row.id,
        "key": row.key,
        "kind": _kind(row.kind),
        "mark": mark,
        "word": word,
        "due": wording.moment(row.due_at, today),
        "ended": _moment(row.ended_at, today),
        "attempts": row.attempts,
        "error": row.error,
        "progress": f"{wording.count(row.done)} / {wording.count(row.total)}" if row.total else "",
    }


def _kind(kind: str) -> str:
    return str(KINDS.get(kind, kind))


def _moment(when: datetime | None, today: date) -> str:
    return wording.moment(when, today) if when else ""
