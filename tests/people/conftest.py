"""Fixtures for people: a small register."""

from __future__ import annotations

import pytest

from tests.people.register import add
from tests.world import World


@pytest.fixture
def register(world: World) -> World:
    """People who are nobody's concern: nothing is known of them but what they are called and where they live."""
    add(world, "王晓明", "138 0000 0101", "u1")
    add(world, "王小铭", "138 0000 0102", "u2")
    add(world, "王伟", "139 0000 0101", "u2")
    add(world, "陳紅", home="u1")
    add(world, "陈红", home="u2")
    add(world, "Erik Åkesson", "+46 8 000 0103", "u1")
    return world
