"""Fixtures for all tests: a world to act in, the shared data, and flushing in spite of the triggers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.browser import browser, open_page  # noqa: F401 - fixtures
from tests.settings import HOME
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long runs only when asked for."""
    if os.environ.get("MAINSTAY_SOAK"):
        return
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.skip(reason="a long run: make soak"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run's own home goes with it; the database in it was closed before."""
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


@pytest.fixture(autouse=True, scope="session")
def _flush_in_spite_of_triggers(django_db_setup: None) -> Iterator[None]:
    """A test that commits is cleaned up by emptying tables, which the triggers exist to refuse."""
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


@pytest.fixture
def world(db: None) -> World:
    """A city with a headquarters, a ward, a site, a unit and their posts, on the house's and MERS's rules."""
    return World.made()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    """The same, with everything committed: for second connections and for the check."""
    return World.made()
