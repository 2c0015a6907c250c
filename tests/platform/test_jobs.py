"""The queue: asked for once, done once, whoever is killed; what fails waits, is given up, is seen, is tried again."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from mainstay.platform import jobs, ledger
from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError
from mainstay.platform.jobs import Planned
from mainstay.platform.models import Entry, Job
from tests.at_once import at_once
from tests.platform.job_worker import EFFECT

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
SHORT = timedelta(seconds=0.3)
Runs = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Register what jobs of the kind `test` do; the payloads it was run with."""
    monkeypatch.setattr(jobs, "TASKS", {})

    def registered(act: Callable[[dict[str, Any], jobs.Tell], Any], attempts: int = 3) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []

        def run(payload: dict[str, Any], tell: jobs.Tell) -> Any:
            seen.append(payload)
            return act(payload, tell)

        jobs.task("test", attempts)(run)
        return seen

    return registered


def asked(key: str = "one", **payload: Any) -> bool:
    return jobs.ask(Planned("test", key, now(), payload), at=now())


def the_job(key: str = "one") -> Job:
    return Job.objects.get(key=key)


def effect(word: str) -> Callable[[], None]:
    return lambda: ledger.note(by=ledger.actor("t"), at=now(), verb=EFFECT, source=word) and None


def effects() -> list[str]:
    return sorted(Entry.objects.filter(verb=EFFECT).values_list("source", flat=True))


def claimed_and_done(length: timedelta = jobs.LENGTH) -> str | None:
    job = jobs.claim(length)
    return jobs.do(job, length) if job else None


# --- once ---------------------------------------------------------------------------------------------------


def test_asked_for_twice_it_is_one_and_done_once(runs: Runs) -> None:
    seen = runs(lambda payload, _tell: effect(payload["word"]))
    assert [asked(word="a"), asked(word="b")] == [True, False]
    assert [claimed_and_done(), claimed_and_done()] == ["done", None]
    assert (seen, effects(), the_job().attempts) == ([{"word": "a"}], ["a"], 1)
    assert not asked(word="c")  # done is not forgotten


def test_of_two_at_the_same_time_one_asks_and_one_claims(runs: Runs) -> None:
    runs(lambda _payload, _tell: None)
    for n in range(5):
        assert sorted(at_once(*[lambda n=n: asked(f"k{n}")] * 2)) == [False, True]
        first, second = at_once(*[jobs.claim] * 2)
        assert {type(first), type(second)} == {Job, type(None)}


def test_two_jobs_go_to_two_workers(runs: Runs) -> None:
    runs(lambda _payload, _tell: None)
    asked("a"), asked("b")
    # On SQLite one of the two may find the other at it; what is left is there at the next look.
    found = [job.key for job in at_once(*[jobs.claim] * 2) if job]
    found += [job.key for job in [jobs.claim()] if job]
    assert sorted(found) == ["a", "b"]


def test_what_is_not_due_or_of_no_known_kind_waits(runs: Runs) -> None:
    runs(lambda _payload, _tell: None)
    jobs.ask(Planned("test", "later", now() + timedelta(hours=1)), at=now())
    jobs.ask(Planned("unheard-of", "other", now()), at=now())
    assert jobs.claim() is None


# --- a worker that is lost -------------------------------------------------------------------------------------


def test_who_has_lost_the_lease_writes_nothing(runs: Runs) -> None:
    runs(lambda payload, _tell: effect("once"))
    asked()
    slow = jobs.claim(timedelta())  # so slow that its lease has ended at once
    assert slow is not None
    time.sleep(0.01)
    quick = jobs.claim()
    assert quick is not None and quick.lease == slow.lease + 1
    assert [jobs.do(slow), effects()] == ["lost", []]
    assert [jobs.do(quick), jobs.do(slow), effects()] == ["done", "lost", ["once"]]


def test_who_has_lost_the_lease_is_stopped_where_progress_is_told(runs: Runs) -> None:
    reached = []

    def act(_payload: Any, tell: jobs.Tell) -> None:
        tell("half", 1, 2)
        Job.objects.update(lease=9)
        tell("all", 2, 2)
        reached.append("beyond")

    runs(act)
    asked()
    assert (claimed_and_done(), reached) == ("lost", [])
    assert (the_job().step, the_job().done, the_job().total) == ("half", 1, 2)


def test_who_is_longer_at_it_than_a_lease_keeps_it(runs: Runs) -> None:
    runs(lambda _payload, _tell: time.sleep(0.9))
    asked()

    def looks() -> Any:
        time.sleep(0.6)  # two leases
        return jobs.claim(SHORT)

    job = jobs.claim(SHORT)
    assert job is not None
    assert at_once(lambda: jobs.do(job, SHORT), looks) == ["done", None]


def test_a_job_that_takes_every_worker_with_it_is_given_up(runs: Runs) -> None:
    runs(lambda _payload, _tell: None, attempts=2)
    asked()
    for _killed in range(2):
        assert jobs.claim(timedelta()) is not None
        time.sleep(0.01)
    assert jobs.claim() is not None
    assert (the_job().state, the_job().error) == ("failed", jobs.LOST_EVERY_TIME)


def test_a_worker_told_to_stop_gives_its_job_back_at_once(runs: Runs) -> None:
    def act(_payload: Any, _tell: Any) -> None:
        raise SystemExit(0)

    runs(act)
    asked()
    with pytest.raises(SystemExit):
        claimed_and_done()
    assert (the_job().state, the_job().attempts) == ("ready", 0)


# --- what fails -----------------------------------------------------------------------------------------------


def test_what_fails_waits_longer_each_time_is_given_up_and_tried_again_by_hand(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def act(payload: dict[str, Any], _tell: Any) -> None:
        raise ValueError("Gao Min, 13900001234")

    seen = runs(act)
    asked()
    waits = []
    for _attempt in range(3):
        began = now()
        claimed_and_done()
        waits.append(round((the_job().due_at - began).total_seconds()))
        Job.objects.update(due_at=now())
    # 10 s, then 30 s; the third of three is the last.
    assert waits[:2] == [10, 30] and len(seen) == 3
    job = the_job()
    assert (job.state, job.error) == (
        "failed",
        f"ValueError at act, line {act.__code__.co_firstlineno + 1}; the server printed the rest.",
    )
    assert "Gao Min" in capsys.readouterr().err
    assert jobs.claim() is None

    seen = runs(lambda _payload, _tell: effect("mended"))
    by = ledger.actor("Administrator Wu")
    assert jobs.retry("one", by=by, at=now()).state == "ready"
    assert list(Entry.objects.filter(verb="job.retry").values_list("actor__name", "purpose")) == [(by.name, "one")]
    assert (claimed_and_done(), effects()) == ("done", ["mended"])
    with pytest.raises(MainstayError) as told:
        jobs.retry("one", by=by, at=now())
    assert (told.value.code, Entry.objects.filter(verb="job.retry").count()) == ("job.unknown", 1)


def test_a_mistake_of_somebodys_is_shown_at_once(runs: Runs) -> None:
    def act(_payload: Any, _tell: Any) -> None:
        raise MainstayError("cycle.closed", "It is closed.")

    runs(act)
    asked()
    assert claimed_and_done() == "failed"
    assert (the_job().error, the_job().attempts) == ("It is closed. [cycle.closed]", 1)


def test_an_effect_that_fails_leaves_nothing_of_itself(runs: Runs) -> None:
    def apply() -> None:
        effect("half")()
        raise RuntimeError("cut")

    runs(lambda _payload, _tell: apply)
    asked()
    assert (claimed_and_done(), effects(), the_job().state) == ("ready", [], "ready")


def test_the_pauses() -> None:
    seconds = [jobs.pause_after(n).total_seconds() for n in range(1, 9)]
    assert seconds == [10, 30, 90, 270, 810, 2430, 3600, 3600]


def test_a_database_that_is_away_is_waited_for(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(lambda _payload, _tell: None)
    asked()
    real, fails = jobs.claim, iter([True, False])

    def sometimes(length: timedelta) -> Job | None:
        if next(fails, False):
            raise DatabaseError("gone")
        return real(length)

    monkeypatch.setattr(jobs, "claim", sometimes)
    done: list[str] = []
    jobs.work(lambda: bool(done), pause=0.01, told=lambda _job, state: done.append(state))
    assert done == ["done"]


def test_the_clock_asks_once_and_done_jobs_are_forgotten_after_a_while(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs(lambda _payload, _tell: None)
    monkeypatch.setattr(jobs, "PLANS", [lambda at: [Planned("test", "nightly@2020-02-14", at)]])
    jobs.plan_all(now()), jobs.plan_all(now())
    assert Job.objects.count() == 1
    assert claimed_and_done() == "done"
    assert [jobs.forget(now() - timedelta(days=1)), jobs.forget(now()), Job.objects.count()] == [0, 1, 0]


# --- killed at random --------------------------------------------------------------------------------------------


def counted() -> int:
    return Entry.objects.filter(verb=EFFECT).count()


def survives(count: int, kills: int, pause: float, work: float) -> None:
    """Two workers, one of them killed now and then and followed by another, until all is done."""
    for n in range(count):
        jobs.ask(Planned("count", f"n{n}", now(), {"number": n}), at=now())
    command = [sys.executable, "-m", "tests.platform.job_worker", str(connection.settings_dict["NAME"]), str(work), "1"]

    def worker() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=ROOT)

    dice, workers = random.Random(14), [worker(), worker()]
    try:
        for _kill in range(kills):
            before, late = counted(), time.monotonic() + 60
            while counted() <= before and time.monotonic() < late:
                time.sleep(0.02)
            time.sleep(dice.uniform(0.2, 1) * pause)
            at = dice.randrange(2)
            workers[at].kill()
            workers[at].wait()
            workers[at] = worker()
        assert [each.wait(120) for each in workers] == [0, 0]
    finally:
        for each in workers:
            each.kill()
            each.wait()
    assert effects() == sorted(str(n) for n in range(count))
    assert Job.objects.filter(state="done").count() == count


def test_killed_workers_lose_nothing_and_repeat_nothing(transactional_db: None) -> None:
    survives(count=40, kills=2, pause=0.5, work=0.05)


@pytest.mark.soak
def test_two_hundred_jobs_and_twenty_kills(transactional_db: None) -> None:
    survives(count=200, kills=20, pause=1.0, work=0.1)
