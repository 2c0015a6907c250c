"""mainstay jobs list, mainstay jobs retry"""

from __future__ import annotations

import sys
from typing import Any

import click

from mainstay.cli.common import emit, instance_options, last_seal, open_instance, table

SHOWN = 50
STATES = ("ready", "running", "done", "failed")


@click.group()
def jobs() -> None:
    """The queue of jobs: what waits, what is being done, what was given up."""


@jobs.command(name="list")
@instance_options
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
def list_(home: str | None, as_json: bool, state: str | None) -> None:
    """List the jobs, the latest first; exit code 1 where one was given up."""
    open_instance(home)
    from mainstay.platform.queries import count_jobs, list_jobs

    chosen = list_jobs(state, None if as_json else SHOWN)
    given_up = "failed" in count_jobs()
    if as_json:
        emit("jobs.list", {"jobs": [_data(job) for job in chosen]}, known_at=last_seal())
    else:
        rows = [[job.key, job.state, job.due_at, job.attempts, _note(job)] for job in chosen]
        click.echo(table(("job", "state", "due", "attempts", "note"), rows))
    sys.exit(1 if given_up else 0)


def _note(job: Any) -> str:
    if job.error:
        return job.error
    return f"{job.step} {job.done} of {job.total}" if job.state == "running" and job.step else ""


def _data(job: Any) -> dict[str, Any]:
    names = ("id", "kind", "key", "state", "due_at", "leased_until", "attempts", "error", "step", "done", "total")
    return {name: getattr(job, name) for name in (*names, "asked_at", "ended_at")}


@jobs.command()
@instance_options
@click.argument("job")
def retry(home: str | None, as_json: bool, job: str) -> None:
    """Try a job again that was given up, named by its key or id."""
    open_instance(home)
    from mainstay.platform import jobs as queue
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    again = queue.retry(job, by=ledger.actor("command line", "import"), at=now())
    if as_json:
        emit("jobs.retry", _data(again), known_at=last_seal())
    else:
        click.echo(f"{again.key} is due now; a running server or `mainstay work` does it.")
