"""Something owed was done, and a desk writes it down: that closes that duty and no other."""

from __future__ import annotations

import pytest

from mainstay.duties import services
from mainstay.duties.models import Evidence
from mainstay.platform.clock import known_on
from mainstay.platform.models import Entry
from tests.world import World, day

pytestmark = pytest.mark.django_db


def test_an_investigation_written_down_closes_the_duty_to_investigate(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-01")
    world.cycle("2020-02-01")
    before = world.standing("Gao", "2020-02-01")

    done = services.record_evidence(
        person=world.person("Gao"),
        disease="mers",
        kind="investigation",
        note="asked at the bedside",
        observed_date=day("2020-02-01"),
        known_at=known_on(day("2020-02-01"), world.zone),
        by=world.by,
        at=world.at,
    )
    world.cycle("2020-02-01")

    after = world.standing("Gao", "2020-02-01")
    assert {clause for clause in before if before[clause] != after[clause]} == {"case.investigate"}
    [duty] = world.duties("Gao", "2020-02-01", "case.investigate")
    assert (duty.status, duty.evidence) == ("done", done.root)
    assert Evidence.objects.get().note == "asked at the bedside"
    assert list(Entry.objects.filter(verb="evidence.record").values_list("actor", "fact_count")) == [(world.by.id, 1)]
