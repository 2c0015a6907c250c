"""mainstay work"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from typing import Any

import click

from mainstay.cli.common import open_instance


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False),
    envvar="MAINSTAY_HOME",
    help="The instance's folder (or MAINSTAY_HOME).",
)
@click.option("--once", is_flag=True, help="End as soon as nothing is due.")
@click.option("--beside", is_flag=True, help="End when standard input is closed: how `mainstay serve` starts it.")
def work(home: str | None, once: bool, beside: bool) -> None:
    """Do the jobs that are due, one after the other, until stopped.

    `mainstay serve` starts one by itself. Several may run, on this machine or others: no job is done twice.
    """
    open_instance(home)
    from mainstay.platform import jobs

    jobs.load_tasks()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else deaf to it where it was started in the background
    try:
        if beside:
            threading.Thread(target=_end_with_input, daemon=True).start()
        if once:
            _until_idle()
        else:
            jobs.work(lambda: False, told=_tell)
    except KeyboardInterrupt:
        sys.exit(0)  # a job that was begun was given back


def _until_idle() -> None:
    from mainstay.platform import jobs
    from mainstay.platform.clock import now

    jobs.plan_all(now())
    while job := jobs.claim():
        if job.state == job.State.RUNNING:
            _tell(job, jobs.do(job))
        else:
            _tell(job, job.state)


def _end_with_input() -> None:
    """Whoever started this one may be killed without a word; then its end of the pipe closes, on every system."""
    while os.read(0, 1024):  # not sys.stdin: its lock would be held when this process ends
        pass
    _thread.interrupt_main()


def _tell(job: Any, state: str) -> None:
    job.refresh_from_db()
    click.echo(f"{job.key}: {state}{f', {job.error}' if job.error else ''}", err=state != "done")
