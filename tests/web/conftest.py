"""Fixtures for the gallery, the API and every door: where the pages are, a small outbreak, what addresses name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from mainstay.accounts import services
from mainstay.intake.models import Delivery
from mainstay.organisations.models import Post
from mainstay.platform import ledger
from mainstay.platform.clock import now
from scripts.pictures import server
from tests.intake.desk import CLINIC
from tests.web.every import DELIVERY, OBJECTION, ORDER, PERSON, POST
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


@pytest.fixture
def city(world: World) -> World:
    """Whatever the addresses of `tests.web.every` name is there."""
    services.open_account(username="somebody", name="Somebody", by=world.by, at=now())
    world.person("An", id=UUID(PERSON))
    Post.objects.create(id=UUID(POST), code="burial", name="Burial", superior=Post.objects.get(is_headquarters=True))
    world.ordered("An", "quarantine", "2020-02-01", id=UUID(ORDER))
    world.objected(UUID(ORDER), "2020-02-01", id=UUID(OBJECTION))
    received = Delivery(id=UUID(DELIVERY), mapping="clinic", received_at=now())
    received.mapping_text = CLINIC
    ledger.append([received], by=world.by, at=now(), verb="intake")
    return world
