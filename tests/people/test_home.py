"""Where somebody lives decides whose their duties are, as soon as it is known and whenever it changes."""

from __future__ import annotations

import pytest

from mainstay.cycle import check
from mainstay.duties.models import DutyState
from mainstay.people import services
from mainstay.people.models import Person
from mainstay.places.models import Place
from mainstay.places.services import add_place
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.platform.models import Dirty, Entry
from tests.world import World


def contact(world: World, name: str = "Hu") -> None:
    """Gao is confirmed on the 1st, and lives with `name`."""
    world.classified("Gao", "confirmed", "2020-02-01")
    world.onset("Gao", "2020-01-30", known="2020-02-01")
    world.met(name, "Gao", "2020-02-01", last="2020-02-01")


def offer(world: World, name: str = "Hu") -> DutyState:
    """The one duty to offer a place, which is open until it is done."""
    states = DutyState.objects.select_related("post", "answering")
    return states.get(duty__clause="contact.offer_place", subject_id=world.person(name))


@pytest.mark.django_db
def test_nobody_knows_where_hu_lives_until_somebody_says_so(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    assert offer(world).post.code == "tracing"
    world.lives("Hu", "u1")
    world.cycle("2020-02-02")
    assert (offer(world).post.code, offer(world).answering.code) == ("unit-u1", "unit-u1")


@pytest.mark.django_db
def test_whoever_moves_takes_their_open_duties_along(world: World) -> None:
    """Unit Two's post is vacant, so Unit One's answers for it; in lists the duty stands under Unit Two."""
    world.lives("Hu", "u1")
    contact(world)
    world.cycle("2020-02-01")
    world.lives("Hu", "u2")
    world.cycle("2020-02-02")
    state = offer(world)
    assert (state.post.code, state.answering.code) == ("unit-u2", "unit-u1")
    assert state.unit_id == Place.objects.get(code="u2").id


@pytest.mark.django_db
def test_a_household_is_in_its_unit(world: World) -> None:
    unit = Place.objects.get(code="u1")
    add_place(kind="household", code="lake-lane-3", name="3 Lake Lane", parent=unit, by=world.by, at=world.at)
    world.lives("Hu", "lake-lane-3")
    hu = Person.objects.get(id=world.person("Hu"))
    assert (hu.home.code, hu.unit_id, hu.community_id) == ("lake-lane-3", unit.id, unit.community_id)


@pytest.mark.django_db
def test_each_move_is_one_ledger_line_that_touches_the_person_and_the_same_home_again_none(world: World) -> None:
    world.person("Hu")
    for place in ("u1", "u1", "u2", None, None):
        world.lives("Hu", place)
    lines = Entry.objects.filter(verb="person.home").order_by("no").values_list("purpose", flat=True)
    assert list(lines) == ["u1", "u2", "unknown"]
    assert Dirty.objects.filter(subject_type="person", subject_id=world.person("Hu")).exists()
    assert Person.objects.get(id=world.person("Hu")).unit_id is None


@pytest.mark.django_db
def test_nobody_moves_whom_nobody_knows(world: World) -> None:
    with pytest.raises(MainstayError, match=r"\[person.unknown\]"):
        services.set_home(person=new_id(), home=None, by=world.by, at=world.at)


@pytest.mark.django_db
def test_the_home_of_a_record_that_is_read_as_another_is_the_others(world: World) -> None:
    """The registry has Hu Yi of Unit One; the hospital wrote down the same woman without an address."""
    contact(world, "Hu")
    world.cycle("2020-02-01")
    world.lives("Hu Yi", "u1")
    services.merge(person=world.person("Hu Yi"), into=world.person("Hu"), reason="same", by=world.by, at=world.at)
    world.cycle("2020-02-02")
    assert offer(world, "Hu").post.code == "unit-u1"
    world.lives("Hu Yi", "u2")
    world.cycle("2020-02-03")
    assert offer(world, "Hu").post.code == "unit-u2"


def test_a_fact_of_a_record_that_is_read_as_another_opens_the_others_duties(committed_world: World) -> None:
    """Nothing else makes the cycle look at Gao: no fact of Gao's own, and no hour that has come."""
    world = committed_world
    world.person("Gao")
    services.merge(person=world.person("Gao Jia"), into=world.person("Gao"), reason="same", by=world.by, at=world.at)
    world.cycle("2020-02-01")
    world.classified("Gao Jia", "confirmed", "2020-02-02")
    world.cycle("2020-02-02")
    assert world.standing("Gao", "2020-02-02")["case.report"] == "open"
    assert world.standing("Gao Jia", "2020-02-02") == {}
    assert not Dirty.objects.exists()
    assert check.run().findings == ()
