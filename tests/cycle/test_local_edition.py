"""A local edition over the national ones, lived through day by day: Wuhan's order of 2 February 2020."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mainstay.cycle import check
from mainstay.duties.models import Duty
from tests.world import World, at_time

pytestmark = pytest.mark.django_db

NATIONAL = ("covid-19.control.3", "covid-19.treatment.4")
ORDER = "covid-19.wuhan.order.1"


def _world(*names: str, **days: date) -> World:
    editions: list[dict[str, Any]] = [{"id": name, "from": date(2020, 1, 1)} for name in ("house", *names)]
    world = World.made(edition=[*editions, *({"id": name, "from": day} for name, day in days.items())])
    world.disease = "covid-19"
    return world


@pytest.fixture
def wuhan(committed_world: World) -> World:
    """Gao is a suspect at home, Hu has a fever, Lin met Gao; all of it known on 31 January."""
    world = _world(*NATIONAL, **{ORDER: date(2020, 2, 2)})
    world.classified("Gao", "suspected", "2020-01-31")
    world.onset("Gao", "2020-01-30", "2020-01-31")
    world.symptom("Hu", "fever", "2020-01-31")
    world.met("Lin", "Gao", "2020-01-31", "2020-01-31", "2020-01-31")
    return world


def _due(world: World, name: str, clause: str) -> Any:
    return Duty.objects.get(clause=clause, subject_id=world.person(name)).due_at


def test_what_the_order_adds_is_due_at_noon_and_what_was_owed_keeps_its_deadline(wuhan: World) -> None:
    for on in ("2020-01-31", "2020-02-01", "2020-02-02"):
        wuhan.cycle(on)
    assert check.run().findings == ()
    noon = at_time("2020-02-02", "12:00")
    assert [_due(wuhan, "Hu", clause) for clause in ("fever.offer_place", "fever.admit")] == [noon, noon]
    # National, within 24 hours of the end of 31 January: it was there before the order and stays as it was.
    assert _due(wuhan, "Gao", "case.admit") < noon
    # By the order a site is place enough.
    wuhan.stays("Gao", "site", "s1", "2020-02-03")
    wuhan.cycle("2020-02-03")
    assert wuhan.standing("Gao", "2020-02-03")["case.admit"] == "done"


def test_a_contact_of_a_suspect_loses_the_place_offered_but_not_the_watch(wuhan: World) -> None:
    for on in ("2020-01-31", "2020-02-01", "2020-02-02"):
        wuhan.cycle(on)
    standing = wuhan.standing("Lin", "2020-02-01")
    assert {standing["contact.offer_place"], standing["contact.seek_order"]} == {"withdrawn"}
    assert wuhan.standing("Lin", "2020-02-02")["contact.observe@2020-02-02"] == "missed"  # asked for, and nobody came
    # Gao is confirmed: now the order names Lin. The offer is the same duty as before, with its first deadline.
    wuhan.classified("Gao", "confirmed", "2020-02-04")
    wuhan.cycle("2020-02-04")
    standing = wuhan.standing("Lin", "2020-02-04")
    assert (standing["contact.offer_place"], standing["contact.admit"]) == ("overdue", "open")
    assert check.run().findings == ()


def test_a_local_edition_without_the_national_one_asks_what_it_can(committed_world: World) -> None:
    """Its `done` names a clause that no edition in force has: that is not done, for judge and check alike."""
    world = _world(ORDER)
    world.symptom("Hu", "fever", "2020-02-02")
    world.classified("Gao", "suspected", "2020-02-02")
    world.cycle("2020-02-02")
    assert set(world.standing("Gao", "2020-02-02")) == {"case.admit"}
    assert check.run().findings == ()
