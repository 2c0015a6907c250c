"""mainstay serve"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import click

from mainstay.cli.common import open_instance
from mainstay.platform.errors import MainstayError, code

PORT_TAKEN = code("serve.port_taken", "The port cannot be listened on.")

# Seconds.
SEAL_EVERY = 60.0
LOOK_EVERY = 2.0
BEGIN_EVERY = 15.0
ENDING = 10.0
# Each takes some 150 MB.
MOST_PROCESSES = 2


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False),
    envvar="MAINSTAY_HOME",
    help="The instance's folder (or MAINSTAY_HOME).",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="The port.")
@click.option("--lan", is_flag=True, help="To colleagues in the same network too.")
def serve(home: str | None, port: int, lan: bool) -> None:
    """Serve the pages, on this machine alone unless told otherwise, and do the work of the night."""
    open_instance(home)
    address = "0.0.0.0" if lan else "127.0.0.1"
    _hold_free(address, port)
    colleagues = _own_addresses() if lan else []
    if colleagues:
        named = [os.environ.get("MAINSTAY_HOSTS", ""), *colleagues]
        os.environ["MAINSTAY_HOSTS"] = ",".join(filter(None, named))
    _tell(port, colleagues)
    sys.exit(_run(address, port))


def _run(address: str, port: int) -> int:
    """The server in a process of its own, begun afresh: a fork would share this one's database connection."""
    from django.db import connections

    connections.close_all()
    # Whoever ends this process ends the server with it.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    server = subprocess.Popen(server_command(address, port))
    worker = Worker()
    try:
        sealed = time.monotonic()
        while server.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                server.wait(LOOK_EVERY)
            worker.keep()
            if time.monotonic() - sealed >= SEAL_EVERY:
                sealed = time.monotonic()
                _seal()
    except KeyboardInterrupt:
        pass  # the terminal has told the server too
    finally:
        server.terminate()
        worker.stop()
        server.wait()
    return 0 if server.returncode in (0, -signal.SIGTERM, -signal.SIGINT) else 3


def server_command(address: str, port: int) -> list[str]:
    """How the server alone is begun: two processes where there are two cores, since one works on one core alone."""
    processes = min(MOST_PROCESSES, os.cpu_count() or 1)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", address, "--port", str(port)]
    command += ["--workers", str(processes), "--respawn-failed-workers", "--blocking-threads", "4"]
    return [*command, "--no-ws", "--log-level", "warning", "mainstay.web.wsgi:application"]


class Worker:
    """Does the jobs, in a process of its own beside the server; one that died is followed by another."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._begun = time.monotonic()
        # Its input is a pipe of ours: should this process be killed, the pipe closes and the worker ends.
        self._process = subprocess.Popen([sys.executable, "-m", "mainstay", "work", "--beside"], stdin=subprocess.PIPE)

    def keep(self) -> None:
        """Begin another where it has died, not more than one in a while."""
        if self._process.poll() is not None and time.monotonic() - self._begun >= BEGIN_EVERY:
            click.echo("The worker has ended and is begun again.", err=True)
            self._begin()

    def stop(self) -> None:
        """Tell it to end: a job that it is at is given back, or, should it hang, taken up when its lease ends."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _hold_free(address: str, port: int) -> None:
    """A port that is taken is said in a sentence, not by a worker that cannot begin."""
    with socket.socket() as tried:
        if os.name == "posix":
            # As the server does: a connection that has just ended does not hold the port.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address, port))
        except OSError as error:
            raise MainstayError(
                PORT_TAKEN,
                f"Port {port} cannot be used ({error.strerror}); stop what uses it, or name another with --port.",
                {"port": port},
                exit_code=3,
            ) from error


def _own_addresses() -> list[str]:
    """This machine's addresses in its networks; nothing is sent."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # an address of nobody's: it only shows by which of ours we would go
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return [address for address in dict.fromkeys(found) if not address.startswith("127.")]


def _tell(port: int, colleagues: list[str]) -> None:
    from mainstay.accounts.models import Account

    click.echo(f"Mainstay serves http://127.0.0.1:{port}/ (Ctrl-C ends it)")
    for address in colleagues:
        click.echo(f"Colleagues in this network: http://{address}:{port}/")
    if colleagues:
        import segno

        segno.make(f"http://{colleagues[0]}:{port}/").terminal(compact=True)
    _tell_of_the_night()
    if not Account.objects.exists():
        click.echo(f"Nobody has an account yet: open the first at http://127.0.0.1:{port}/first/ on this machine.")


def _tell_of_the_night() -> None:
    from mainstay.cycle.models import Run
    from mainstay.cycle.tasks import stands_still
    from mainstay.platform.clock import now
    from mainstay.platform.environment import read_environment
    from mainstay.platform.models import Job

    hour = read_environment().nightly
    if hour is None:
        click.echo("Nothing is done by the clock (MAINSTAY_NIGHTLY=off): close days with `mainstay cycle --on DAY`.")
    elif not Run.objects.filter(status="done").exists():
        click.echo(
            "No day has been closed yet: close the first by `Work out what is owed` on the page Today, or with "
            "`mainstay cycle --on DAY`; then it is done nightly."
        )
    elif stands_still(now()):
        click.echo("The time of this instance stands at its last closed day: no day is closed by itself.")
    else:
        click.echo(f"Each day is closed by itself in the night after it, at {hour:%H:%M} in the city.")
    given_up = Job.objects.filter(state=Job.State.FAILED).count()
    if given_up:
        click.echo(f"Jobs given up: {given_up}; see `mainstay jobs list --state failed`.")


def _seal() -> None:
    """The entries so far are closed; files whose time is over and answers kept for a day are removed.

    A database that is busy or away is tried again the next minute.
    """
    from django.db import DatabaseError, connection

    from mainstay.accounts import idempotency
    from mainstay.intake import taken_in, uploads
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    uploads.sweep()
    taken_in.sweep()
    try:
        ledger.seal(at=now())
        idempotency.sweep(at=now())
    except DatabaseError as error:
        click.echo(f"The ledger could not be sealed: {error}", err=True)
    finally:
        connection.close()
