"""How stories of duties begin, and what became of one clause's duties."""

from __future__ import annotations

from mainstay.duties.models import DutyEvent
from tests.world import World


def events(name: str, world: World, clause: str) -> list[tuple[str, str]]:
    """[(day, what became of it)] of one clause's duties, in order."""
    rows = DutyEvent.objects.filter(duty__subject_id=world.person(name), duty__clause=clause)
    rows = rows.order_by("period_date", "duty__occurrence", "seq")
    return [(str(day), verb) for day, verb in rows.values_list("period_date", "verb")]


def confirmed(world: World, name: str = "Gao", on: str = "2020-02-01") -> None:
    world.onset(name, on)
    world.reported(name, on)
    world.classified(name, "confirmed", on)


def contact(world: World) -> None:
    """Hu met Gao, who is confirmed on 1 February, last on that day."""
    confirmed(world)
    world.met("Hu", "Gao", known="2020-02-01", first="2020-02-01", last="2020-02-01")
