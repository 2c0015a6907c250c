"""mainstay serve"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import click

from mainstay.cli.common import open_instance
from mainstay.platform.errors import MainstayError, code

PORT_TAKEN = code("serve.port_taken", "The port cannot be listened on.")

SEAL_EVERY = 60.0


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
    """Serve the pages, on this machine alone unless told otherwise."""
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
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", address, "--port", str(port)]
    command += ["--no-ws", "--blocking-threads", "4", "--log-level", "warning", "mainstay.web.wsgi:application"]
    # Whoever ends this process ends the server with it.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    server = subprocess.Popen(command)
    try:
        while server.poll() is None:
            try:
                server.wait(SEAL_EVERY)
            except subprocess.TimeoutExpired:
                _seal()
    except KeyboardInterrupt:
        pass  # the terminal has told the server too
    finally:
        server.terminate()
        server.wait()
    return 0 if server.returncode in (0, -signal.SIGTERM, -signal.SIGINT) else 3


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
    if not Account.objects.exists():
        click.echo(f"Nobody has an account yet: open the first at http://127.0.0.1:{port}/first/ on this machine.")


def _seal() -> None:
    """The entries so far are closed, files sent a day ago and never taken in are removed.

    A database that is busy or away is tried again the next minute.
    """
    from django.db import DatabaseError, connection

    from mainstay.intake import uploads
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    uploads.sweep()
    try:
        ledger.seal(at=now())
    except DatabaseError as error:
        click.echo(f"The ledger could not be sealed: {error}", err=True)
    finally:
        connection.close()
