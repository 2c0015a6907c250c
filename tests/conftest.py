"""Fixtures for all tests: a world to act in, the shared data, and flushing in spite of the triggers."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from mainstay.web.api.limits import COUNTS
from tests.browser import browser, open_page  # noqa: F401 - fixtures
from tests.instances import Instance, drop_tables
from tests.running import left_out, rank
from tests.settings import HOME
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first; nothing twice that no database bears on; long runs only when asked for."""
    items.sort(key=lambda item: rank(item.path, ROOT))
    again = set(left_out(items))
    if again:
        config.hook.pytest_deselected(items=list(again))
        items[:] = [item for item in items if item not in again]
    if os.environ.get("MAINSTAY_SOAK"):
        return
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.skip(reason="a long run: make soak"))


def pytest_collection_finish() -> None:
    """All tests and what they import stay to the end: looking through them for garbage again and again is a
    twentieth of the run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run's own home goes with it; the database in it was closed before."""
    drop_tables()
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def testdata() -> Path:
    """The shared real data, read in place; without it such tests are listed as not run, and CI fails."""
    folder = Path(os.environ.get("MAINSTAY_TESTDATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the data to measure against is missing: {folder}")
        pytest.skip(f"no shared data at {folder}; set MAINSTAY_TESTDATA")
    return folder


@pytest.fixture(scope="session")
def korea_taken_in(tmp_path_factory: pytest.TempPathFactory, testdata: Path) -> Iterator[Instance]:
    """MERS in Korea, 2015, taken in on an instance of its own and no cycle run: read it, or change a copy of it."""
    instance = Instance.initialised(tmp_path_factory.mktemp("korea"), "mers-korea-2015")
    lists = testdata / "line_lists"
    cases = instance.run(
        "intake", lists / "mers_korea_2015__linelist.csv", "--mapping", "mers-korea-2015-cases", "--json"
    )
    assert (cases.code, cases.data["rows"]["received"], cases.data["rows"]["new"]) == (0, 162, 162)
    pairs = instance.run(
        "intake", lists / "mers_korea_2015__contacts.csv", "--mapping", "mers-korea-2015-pairs", "--json"
    )
    assert (pairs.code, pairs.data["rows"]["new"], pairs.data["persons"]["new"]) == (0, 98, 0)
    yield instance
    instance.drop()


@pytest.fixture(autouse=True, scope="session")
def _flush_in_spite_of_triggers() -> Iterator[None]:
    """A test that commits is cleaned up by emptying tables, which the triggers exist to refuse.

    Asks for no database: a run of tests that need none should not wait for its tables.
    """
    operations = type(connection.ops)
    plain = operations.sql_flush

    def through_the_door(self, style, tables, **kwargs):
        if connection.vendor == "postgresql":
            return ["SET LOCAL session_replication_role = replica", *plain(self, style, tables, **kwargs)]
        others = [table for table in tables if table != "platform_door"]
        emptied = plain(self, style, others, **kwargs)
        return ["INSERT INTO platform_door VALUES (1, 1)", *emptied, "DELETE FROM platform_door"]

    operations.sql_flush = through_the_door
    yield
    operations.sql_flush = plain


@pytest.fixture(autouse=True)
def _nobody_has_asked_this_minute() -> None:
    """Who asks too often is counted by the minute in this process, over the ends of tests."""
    COUNTS.forget()


@pytest.fixture
def world(db: None) -> World:
    """A city with a headquarters, a ward, a site, a unit and their posts, on the house's and MERS's rules."""
    return World.made()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    """The same, with everything committed: for second connections and for the check."""
    return World.made()
