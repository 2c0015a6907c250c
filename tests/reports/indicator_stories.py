"""Short verbs for stories about the indicators."""

from __future__ import annotations

from typing import Any

from mainstay.isolation import services as isolation
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.reports.queries.indicators import read_facts, seal_to_read
from mainstay.reports.rules.course import Settings
from mainstay.reports.rules.indicators import Indicators, indicators
from tests.world import World, at_time, day


def made(world: World, on: str, known_at: int | None = None, **settings: Any) -> Indicators:
    ledger.seal(at=world.at)
    facts = read_facts(disease=world.disease, on=day(on), seal=seal_to_read(known_at))
    return indicators(facts, Settings(**settings))


def confirmed(world: World, name: str, on: str, onset: str | None = None) -> None:
    if onset:
        world.onset(name, onset, known=on)
    world.reported(name, on)
    world.classified(name, "confirmed", on)


def on_the_curve(found: Indicators) -> dict[str, tuple[int, int, int]]:
    return {str(d.date): (d.onset, d.reported, d.confirmed) for d in found.curve.days}


def serve(world: World, name: str, on: str) -> Any:
    root = world.ordered(name, "quarantine", on)
    known = known_on(day(on), world.zone)
    isolation.serve_order(
        root=root, served_at=at_time(on, "13:00"), how="in person", known_at=known, by=world.by, at=world.at
    )
    return root


def chain(world: World) -> None:
    """Gao infects Hu and meets Ji, who stays well, and Kang, of whom it is too early to say; Lu fell ill before Gao."""
    confirmed(world, "Gao", "2020-02-03", onset="2020-02-02")
    confirmed(world, "Hu", "2020-02-08", onset="2020-02-07")
    confirmed(world, "Lu", "2020-02-03", onset="2020-01-30")
    for name, last in (("Hu", "2020-02-02"), ("Ji", "2020-02-03"), ("Kang", "2020-02-04"), ("Lu", "2020-01-29")):
        world.met(name, "Gao", known="2020-02-05", first=last, last=last)
