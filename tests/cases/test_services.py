"""A case's facts as a desk writes them: the tube, then its result; the class, then that it was an error."""

from __future__ import annotations

import pytest

from mainstay.cases import services
from mainstay.cases.models import Classification, Result, Specimen
from mainstay.platform.clock import known_on
from mainstay.platform.models import Dirty, Entry
from tests.world import World, at_time, day

pytestmark = pytest.mark.django_db


def common(world: World, on: str) -> dict:
    """Gao, on a day, known at its end, by the world's clerk."""
    known = known_on(day(on), world.zone)
    return {
        "person": world.person("Gao"),
        "disease": world.disease,
        "observed": day(on),
        "known_at": known,
        "by": world.by,
        "at": world.at,
    }


def test_a_tube_is_taken_and_only_its_result_closes_the_duty_to_test(world: World) -> None:
    world.classified("Gao", "suspected", "2020-02-01")
    world.cycle("2020-02-01")
    tube = services.take_specimen(
        kind="throat swab", observed_at=at_time("2020-02-02", "09:30"), **common(world, "2020-02-02")
    )
    world.cycle("2020-02-02")
    assert world.standing("Gao", "2020-02-02")["case.specimen"] != "done"

    services.record_result(test="pcr", value="negative", specimen=tube, **common(world, "2020-02-03"))
    world.cycle("2020-02-03")
    assert world.standing("Gao", "2020-02-03")["case.specimen"] == "done"
    assert Result.objects.get().specimen_root == tube
    taken = Specimen.objects.get(root=tube)
    assert (taken.kind, taken.observed_date, taken.observed_at) == (
        "throat swab",
        day("2020-02-02"),
        at_time("2020-02-02", "09:30"),
    )
    assert Entry.objects.get(verb="specimen.take").fact_count == 1


def test_one_person_has_many_tubes(world: World) -> None:
    roots = [services.take_specimen(kind="sputum", **common(world, "2020-02-02")) for _tube in range(2)]
    assert len(set(roots)) == 2
    assert set(Specimen.objects.values_list("root", flat=True)) == set(roots)


def test_a_class_taken_back_stays_readable_and_the_person_is_looked_at_again(world: World) -> None:
    root = world.classified("Gao", "confirmed", "2020-02-01")
    Dirty.objects.all().delete()
    services.retract(
        model=Classification, root=root, known_at=known_on(day("2020-02-02"), world.zone), by=world.by, at=world.at
    )
    versions = Classification.objects.filter(root=root).order_by("version")
    assert list(versions.values_list("version", "value", "retracted")) == [
        (1, "confirmed", False),
        (2, "confirmed", True),
    ]
    assert Dirty.objects.filter(subject_id=world.person("Gao")).exists()
