"""Where somebody was, and that nobody is their own contact."""

from __future__ import annotations

import pytest

from mainstay.platform.clock import known_on
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Entry
from mainstay.tracing import services
from mainstay.tracing.models import Contact, Presence
from tests.world import World, day

pytestmark = pytest.mark.django_db


def was_in(world: World, name: str, first: str | None, last: str | None, known: str):
    return services.record_presence(
        person=world.person(name),
        area="middle_east",
        first=day(first) if first else None,
        last=day(last) if last else None,
        known_at=known_on(day(known), world.zone),
        by=world.by,
        at=world.at,
    )


def test_once_it_is_said_where_he_was_nobody_asks_any_more(world: World) -> None:
    """Severely ill for no known reason: was he where the disease comes from? He was in Riyadh to the 25th."""
    world.symptom("Gao", "severe_respiratory_infection", "2020-03-05")
    world.onset("Gao", "2020-03-02", known="2020-03-05")
    world.cycle("2020-03-05")
    assert world.standing("Gao", "2020-03-05")["establish.travel"] == "open"

    root = was_in(world, "Gao", "2020-02-10", "2020-02-25", known="2020-03-06")
    world.cycle("2020-03-06")
    assert world.standing("Gao", "2020-03-06")["establish.travel"] == "done"
    said = Presence.objects.get(root=root)
    assert (said.area, said.first_date, said.last_date) == ("middle_east", day("2020-02-10"), day("2020-02-25"))
    assert Entry.objects.get(verb="presence.record").fact_count == 1


def test_days_that_nobody_knows_stay_unknown(world: World) -> None:
    said = Presence.objects.get(root=was_in(world, "Gao", None, None, known="2020-03-06"))
    assert (said.first_date, said.last_date, said.observed_date) == (None, None, None)


def test_nobody_is_their_own_contact(world: World) -> None:
    with pytest.raises(MainstayError, match=r"\[contact.self\]"):
        world.met("Gao", "Gao", "2020-02-01")
    assert not Contact.objects.exists()
