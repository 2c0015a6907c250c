"""What several tests of the reports begin with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mainstay.platform import ledger
from tests.world import World


@pytest.fixture
def known(world: World) -> World:
    """Thirty people fell ill from 26 January on, two a day, and are known a day later; two of them died."""
    for n in range(30):
        onset = date(2020, 1, 26) + timedelta(days=n // 2)
        told = str(onset + timedelta(days=1))
        world.classified(f"Person {n}", "confirmed", told)
        world.onset(f"Person {n}", str(onset), known=told)
        world.reported(f"Person {n}", told)
    for n in (3, 4):
        world.outcome(f"Person {n}", "died", "2020-02-10", known="2020-02-10")
    ledger.seal(at=world.at)
    return world
