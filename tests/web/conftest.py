"""Fixtures for the gallery: where it is, and its first page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.pictures import server


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Where the tests' pages are, without a database; pages with data use pytest-django's `live_server`."""
    with server() as address:
        yield address


@pytest.fixture
def page(open_page: Callable[..., Any], site: str) -> Any:
    """The gallery on a desk, in English, by day."""
    return open_page(f"{site}/components/")
