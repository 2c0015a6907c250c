"""One at a time: of two who want a lease one has it and the other is told; a dead holder keeps nobody out."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError

from mainstay.platform import locks
from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.platform.locks import LENGTH, lease
from mainstay.platform.models import Lease
from tests.at_once import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = timedelta()  # no waiting
ELSEWHERE = "another-machine"
ROUNDS = 5


def runs(inside: list[str], wait: timedelta = AT_ONCE, work: float = 0.3):
    """A runner that wants the lease and, once it has it, is a while at its work; `inside` says who came and went."""

    def run() -> str:
        with lease("reconciler", wait):
            inside.append("in")
            time.sleep(work)
            inside.append("out")
        return "done"

    return run


def held_by(*, host: str, process: int, ends_in: timedelta) -> None:
    Lease.objects.create(name="reconciler", holder=new_id(), host=host, process=process, until_at=now() + ends_in)


def ended_process() -> int:
    """The number of a process that was here and is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_of_two_runners_one_wins_and_the_other_is_told(transactional_db: None) -> None:
    for _round in range(ROUNDS):
        inside: list[str] = []
        outcomes = at_once(runs(inside), runs(inside))
        assert refusals(outcomes) == ["lease.busy"]
        assert (outcomes.count("done"), inside) == (1, ["in", "out"])
        assert not Lease.objects.exists()


def test_two_who_have_time_come_one_after_the_other(transactional_db: None) -> None:
    inside: list[str] = []
    assert at_once(*[runs(inside, wait=timedelta(seconds=30))] * 2) == ["done", "done"]
    assert inside == ["in", "out"] * 2


def test_a_lease_that_has_ended_is_taken_over_by_exactly_one_of_two(transactional_db: None) -> None:
    for _round in range(ROUNDS):
        held_by(host=ELSEWHERE, process=1, ends_in=-timedelta(seconds=1))
        inside: list[str] = []
        outcomes = at_once(runs(inside), runs(inside))
        assert refusals(outcomes) == ["lease.busy"]
        assert inside == ["in", "out"]


def test_a_holder_that_died_on_this_machine_is_not_waited_for_and_followed_by_exactly_one(
    transactional_db: None,
) -> None:
    dead = ended_process()
    for _round in range(ROUNDS):
        held_by(host=socket.gethostname()[:100], process=dead, ends_in=LENGTH)
        inside: list[str] = []
        outcomes = at_once(runs(inside), runs(inside))
        assert refusals(outcomes) == ["lease.busy"]
        assert inside == ["in", "out"]


def test_a_holder_elsewhere_is_waited_for_until_its_lease_ends(transactional_db: None) -> None:
    """From here nobody can tell whether it lives."""
    held_by(host=ELSEWHERE, process=ended_process(), ends_in=LENGTH)
    with pytest.raises(MainstayError) as told, lease("reconciler", AT_ONCE):
        pass
    # Nothing that was asked for is wrong: the same command works later.
    assert (told.value.code, told.value.exit_code) == ("lease.busy", 3)


def test_who_is_longer_at_it_than_a_lease_lasts_keeps_it(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LENGTH", timedelta(seconds=1.5))
    inside: list[str] = []
    late = runs(inside, work=0)

    def comes_late() -> str:
        time.sleep(2.5)
        return late()

    outcomes = at_once(runs(inside, work=4), comes_late)
    assert (outcomes[0], refusals(outcomes), inside) == ("done", ["lease.busy"], ["in", "out"])


def test_a_renewal_that_fails_once_loses_nothing(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of the three in a lease's length fails; the second comes in time."""
    monkeypatch.setattr(locks, "LENGTH", timedelta(seconds=1.5))
    failed = []

    def clock():
        if threading.current_thread() is not threading.main_thread() and not failed:
            failed.append(True)
            raise OperationalError("the database went away")
        return now()

    monkeypatch.setattr(locks, "now", clock)
    with lease("reconciler", AT_ONCE):
        time.sleep(2.5)
        assert failed and Lease.objects.get(name="reconciler").until_at > now()
