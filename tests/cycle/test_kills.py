"""Killed anywhere and run again, the cycle ends in the state of an undisturbed one."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest

import mainstay.cycle.run
import mainstay.cycle.sense  # noqa: F401 - registers its failpoints
from mainstay.platform.failpoints import PLACES
from tests.instances import Instance
from tests.running import SECOND

DAY = "2015-06-01"
KILLED = -9


def _digest(instance: Instance) -> str:
    answer = instance.run("check", "--json")
    assert answer.code == 0, answer.out + answer.err
    return answer.data["digest"]


def _ended(instance: Instance) -> str:
    """The last day run again to its end and proved; its digest."""
    answer = instance.run("replay", "--from", DAY, "--to", DAY, "--check", "--json")
    assert answer.code == 0, answer.out + answer.err
    return answer.data["periods"][-1]["check"]["digest"]


@pytest.fixture(scope="module")
def undisturbed(korea_taken_in: Instance) -> str:
    """The digest after two periods run without a mishap."""
    instance = korea_taken_in.copy()
    assert instance.run("replay", "--from", "2015-05-31", "--to", DAY).code == 0
    digest = _digest(instance)
    instance.drop()
    return digest


@pytest.fixture
def instance(korea_taken_in: Instance) -> Iterator[Instance]:
    copy = korea_taken_in.copy()
    yield copy
    copy.drop()


CYCLE_PLACES = [place for place in PLACES if place.startswith("cycle.")]


@pytest.mark.parametrize("place", CYCLE_PLACES)
def test_killed_at_a_failpoint_and_run_again(place: str, instance: Instance, undisturbed: str) -> None:
    nth = ":2" if "commit" in place and "account" not in place else ""
    killed = instance.run("replay", "--from", "2015-05-31", "--to", DAY, MAINSTAY_FAILPOINT=place + nth)
    assert killed.code == KILLED
    assert _ended(instance) == undisturbed


# --- several workers ---------------------------------------------------------------------------------


def test_several_workers_end_in_the_state_of_one(instance: Instance, undisturbed: str) -> None:
    """162 people are two blocks, judged by two processes at once."""
    assert instance.run("replay", "--from", "2015-05-31", "--to", DAY, MAINSTAY_WORKERS="2").code == 0
    assert _digest(instance) == undisturbed


@pytest.mark.parametrize("place", ["cycle.judge.before_commit", "cycle.judge.after_commit"])
def test_a_worker_is_killed(place: str, instance: Instance, undisturbed: str) -> None:
    """Whoever runs the cycle is told, and the next run, be it without workers, goes on where it was."""
    command = "replay", "--from", "2015-05-31", "--to", DAY
    told = instance.run(*command, MAINSTAY_WORKERS="2", MAINSTAY_FAILPOINT=f"{place}:2")
    assert told.code == 3
    assert "[cycle.worker_lost]" in told.err
    assert _ended(instance) == undisturbed


def test_workers_end_with_the_run_that_started_them(instance: Instance, undisturbed: str) -> None:
    """Killed while its workers have chunks in hand: their output, which they share with it, comes to its end."""
    command = "replay", "--from", "2015-05-31", "--to", DAY
    killed = instance.run(*command, MAINSTAY_WORKERS="2", MAINSTAY_FAILPOINT="workers.busy")
    assert killed.code == KILLED
    assert _ended(instance) == undisturbed


def test_run_twice_it_changes_nothing(instance: Instance, undisturbed: str) -> None:
    assert instance.run("replay", "--from", "2015-05-31", "--to", DAY).code == 0
    first = instance.run("check", "--json").data
    # In another order of sets than the first.
    second_run = instance.run("cycle", "--on", DAY, "--json", PYTHONHASHSEED="1")
    assert second_run.code == 0
    second = instance.run("check", "--json", PYTHONHASHSEED="1").data
    assert (second["digest"], second["counts"]) == (first["digest"], first["counts"])
    assert first["digest"] == undisturbed


def _kill_at_random(instance: Instance, seed: int, longest: float) -> None:
    process = instance.start("replay", "--from", "2015-05-31", "--to", DAY)
    time.sleep(random.Random(seed).uniform(0.4, longest))
    process.kill()
    process.wait()


def test_an_earlier_day_waits_until_the_one_cut_short_is_closed(instance: Instance, undisturbed: str) -> None:
    """31 May is closed and 1 June is linked but not judged: running 31 May again would take its exposures back."""
    assert instance.run("cycle", "--on", "2015-05-31").code == 0
    assert instance.run("cycle", "--on", DAY, MAINSTAY_FAILPOINT="cycle.judge.before_commit").code == KILLED
    refused = instance.run("replay", "--from", "2015-05-31", "--to", DAY)
    assert (refused.code, "cut short" in refused.err) == (2, True)
    assert _ended(instance) == undisturbed


KILLS = 50 if os.environ.get("MAINSTAY_SOAK") else 2 if os.environ.get(SECOND) else 5


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_any_instant_and_run_again(seed: int, instance: Instance, undisturbed: str) -> None:
    """Python needs about half a second to begin; after that every instant may be hit."""
    _kill_at_random(instance, seed, longest=2.5)
    assert instance.run("replay", "--from", "2015-05-31", "--to", DAY).code in (0, 2)
    assert _ended(instance) == undisturbed
