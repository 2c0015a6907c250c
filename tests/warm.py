"""A process that has the libraries in hand and forks one command after another, for tests that run hundreds of them.

Two thirds of what a short command costs is importing libraries. Each command is still a process of its own, with an
environment, a home and outputs of its own, which a failpoint or a signal can kill. What is imported beforehand reads
no setting; the product's own modules come after the fork, as they do for a user. Only on Linux: elsewhere, and
for commands in the background, `tests.instances` starts Python anew.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
POSSIBLE = sys.platform == "linux"

# What commands import sooner or later, and what needs no settings.
LIBRARIES = (
    "adbc_driver_manager.dbapi",
    "adbc_driver_postgresql.dbapi",
    "adbc_driver_sqlite.dbapi",
    "charset_normalizer",
    "click",
    "cryptography.hazmat.primitives.ciphers.aead",
    "django.contrib.auth.hashers",
    "django.core.management",
    "django.core.serializers.json",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.forms",
    "django.http",
    "django.template.loader",
    "django.urls",
    "duckdb",
    "jsonschema",
    "multiprocessing",
    "psycopg",
    "pyarrow.compute",
    "pyarrow.dataset",
)
LONGEST_REQUEST = 1 << 20


def run(arguments: Sequence[str], environment: dict[str, str], patience: float) -> subprocess.CompletedProcess[str]:
    """`python -m mainstay` with these arguments: what it printed and how it ended.

    Raises subprocess.TimeoutExpired after `patience` seconds.
    """
    out, err = os.pipe(), os.pipe()
    ours, answers = socket.socketpair()
    request = json.dumps({"arguments": list(arguments), "environment": environment}).encode()
    socket.send_fds(_server(), [request], [out[1], err[1], answers.fileno()])
    os.close(out[1])
    os.close(err[1])
    answers.close()
    with ours, os.fdopen(ours.fileno(), closefd=False) as answer:
        pid, late = int(answer.readline()), threading.Event()

        def end() -> None:
            """The command and whatever it started: one that outlives it may hold its output open."""
            late.set()
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

        killing = threading.Timer(patience, end)
        killing.start()
        try:
            # Both to their ends, at the same time: whoever waits for one while the other is full waits for ever.
            with ThreadPoolExecutor(1) as beside:
                said_beside = beside.submit(_read, err[0])
                try:
                    said = _read(out[0])
                except BaseException:
                    end()
                    raise
            code = int(answer.readline())
        finally:
            killing.cancel()
    if late.is_set():  # a kill of ours is none that a test asked for
        raise subprocess.TimeoutExpired([*arguments], patience, said, said_beside.result())
    return subprocess.CompletedProcess(arguments, code, said, said_beside.result())


def _read(end: int) -> str:
    with os.fdopen(end) as pipe:
        return pipe.read()


@cache
def _server() -> socket.socket:
    """This process's own; it ends when its end of the socket does."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    subprocess.Popen([sys.executable, "-m", "tests.warm", str(its.fileno())], pass_fds=[its.fileno()], cwd=ROOT)
    its.close()
    return ours


# --- in the server --------------------------------------------------------------------------------------


def _serve(requests: socket.socket) -> None:
    """Fork for every request; returns, in the new process alone, when the command is to be run."""
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.collect()
    gc.freeze()  # what every command has from here is no garbage of its own
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who wait for commands are waited for by nobody
    while True:
        request, ends, *_ = socket.recv_fds(requests, LONGEST_REQUEST, 3)
        if not request:
            sys.exit()
        if os.fork() == 0:
            requests.close()
            _wait_for_one(json.loads(request), *ends)
            return
        for end in ends:
            os.close(end)


def _wait_for_one(request: dict[str, Any], out: int, err: int, answer: int) -> None:
    """Fork again: the first half waits and tells how it ended, the second half returns, as the command."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid:
        os.close(out)
        os.close(err)
        os.write(answer, f"{pid}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(answer, f"{code}\n".encode())
        os._exit(0)
    os.close(answer)
    os.setpgid(0, 0)  # so that it can be ended with all that it starts
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    # The server's own know another file behind their numbers.
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, errors="backslashreplace")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["mainstay", *request["arguments"]]


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("mainstay", run_name="__main__", alter_sys=True)
