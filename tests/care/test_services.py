"""What was given closes the duty to give it."""

from __future__ import annotations

from datetime import date

import pytest

from mainstay.care import services
from mainstay.care.models import Treatment
from mainstay.people.models import Trait
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.platform.facts import new_fact
from mainstay.platform.models import Entry
from tests.world import World, day

pytestmark = pytest.mark.django_db


def test_a_vaccine_given_in_time_closes_the_duty_to_give_it(db: None) -> None:
    """Measles: Gao is confirmed with a rash of the day before; Hu, who lives there, is not immune."""
    world = World.made(edition=[{"id": "house"}, {"id": "measles", "from": date(2000, 1, 1)}])
    world.disease = "measles"
    on = known_on(day("2020-03-02"), world.zone)
    trait = new_fact(Trait, person_id=world.person("Hu"), name="immune", value="no", known_at=on)
    ledger.append([trait], by=world.by, at=world.at, verb="trait.record")
    world.classified("Gao", "confirmed", "2020-03-02")
    world.onset("Gao", "2020-03-01", known="2020-03-02")
    world.met("Hu", "Gao", "2020-03-02", first="2020-03-02", last="2020-03-02")
    world.cycle("2020-03-02")
    assert world.standing("Hu", "2020-03-02")["contact.vaccinate"] == "open"

    root = services.record_treatment(
        person=world.person("Hu"),
        disease="measles",
        kind="vaccine",
        observed=day("2020-03-03"),
        known_at=known_on(day("2020-03-03"), world.zone),
        by=world.by,
        at=world.at,
    )
    world.cycle("2020-03-03")
    [duty] = world.duties("Hu", "2020-03-03", "contact.vaccinate")
    assert (duty.status, duty.evidence) == ("done", root)
    assert Treatment.objects.get(root=root).kind == "vaccine"
    assert Entry.objects.get(verb="treatment.record").fact_count == 1
