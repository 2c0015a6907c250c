"""`mainstay serve` does the night's work beside the pages, and takes all it began with it when it ends."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.instances import Instance

LONGEST = 90  # seconds, on a busy machine


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    instance = Instance.initialised(tmp_path)
    yield instance
    instance.drop()


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


def started(instance: Instance, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mainstay", *words],
        env=instance.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def comes(true: Callable[[], object]) -> bool:
    late = time.monotonic() + LONGEST
    while not true() and time.monotonic() < late:
        time.sleep(0.1)
    return bool(true())


def test_a_worker_runs_beside_the_server_and_both_end_with_it(instance: Instance) -> None:
    port = free_port()
    serving = started(instance, "serve", "--port", str(port))

    def answers() -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", port)) == 0

    try:
        assert comes(lambda: [*instance.home.glob("backups/mainstay-*.zip")])
        assert comes(answers)
    finally:
        serving.terminate()
    # Whoever it began holds the other end of this pipe: it closes when all of them have ended.
    said, _nothing = serving.communicate(timeout=LONGEST)
    assert serving.returncode == 0, said
    assert "No day has been closed yet" in said
    assert not answers()

    listed = instance.run("jobs", "list", "--json")
    assert listed.code == 0, listed.err
    assert {job["kind"]: job["state"] for job in listed.data["jobs"]} == {
        "accounts.tidy": "done",
        "backup": "done",
        "jobs.forget": "done",
    }
    refused = instance.run("jobs", "retry", "backup@2020-02-14")
    assert (refused.code, "[job.unknown]" in refused.err) == (2, True)

    # Whoever began a worker may be killed without a word: then its pipe closes, and the worker ends.
    worker = started(instance, "work", "--beside")
    assert worker.stdin is not None
    time.sleep(0.5)
    worker.stdin.close()
    assert worker.wait(LONGEST) == 0
