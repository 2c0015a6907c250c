"""Fixtures for the gallery and the API: where the pages are, the first of them, a small outbreak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.pictures import server
from tests.world import World


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Where the tests' pages are, without a database; pages with data use pytest-django's `live_server`."""
    with server() as address:
        yield address


@pytest.fixture
def page(open_page: Callable[..., Any], site: str) -> Any:
    """The gallery on a desk, in English, by day."""
    return open_page(f"{site}/components/")


@pytest.fixture
def outbreak(world: World) -> World:
    """An is suspected since the 5th, and lives in Unit One."""
    world.lives("An", "u1")
    world.classified("An", "suspected", "2020-02-05")
    world.cycle("2020-02-06")
    return world
