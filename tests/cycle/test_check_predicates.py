"""Every predicate of `judge`, broken in turn on a copy of the demonstration: the check finds each.

The twin was written by other means and shares only the parsed edition. Five words are not among them, since
no fact of the demonstration turns on them (age, traits, staying, objections, questions):
test_every_word_broken.py breaks these, and all others, over one person's story, and in every run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instances import PATIENCE, Instance

ALL = ["ClassificationIs", "SeverityIs", "OutcomeIs", "SymptomIs", "Sustained", "TestIs", "ExposedTo", "BeenIn"]
ALL += ["DaysSince", "ClauseDone", "Unknown", "OrderIs", "Vacant"]
NEXT_DAY = "2020-03-16"

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    instance = Instance.new(tmp_path_factory.mktemp("demonstration"))
    answer = instance.run("demo", "--home", instance.home, "--no-serve", "--json")
    assert answer.code == 0, answer.out + answer.err
    yield instance
    instance.drop()


def _findings(prepared: Instance, predicate: str, day: str) -> list[str]:
    copy = prepared.copy()
    environment = copy.environment(DJANGO_SETTINGS_MODULE="mainstay.web.settings")
    done = subprocess.run(
        [sys.executable, "-m", "tests.cycle.breaking", predicate, day],
        env=environment,
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    copy.drop()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_broken_nothing_found(demonstration: Instance) -> None:
    assert _findings(demonstration, "nothing", NEXT_DAY) == []


@pytest.mark.parametrize("predicate", ALL)
def test_a_broken_predicate_is_found(predicate: str, demonstration: Instance) -> None:
    assert _findings(demonstration, predicate, NEXT_DAY) != []
