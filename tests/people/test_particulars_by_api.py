"""A program writes a name, a telephone or an address anew: the newest is shown, the others are kept."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.accounts.rules import Role
from mainstay.people import services as people
from mainstay.people.models import Identifier
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from tests.web.program import program, refusal, send
from tests.world import World


@pytest.fixture
def an(world: World) -> str:
    world.people["An"] = new_id()
    people.add_person(person=world.people["An"], name="An Yi-01", phone="100", by=world.by, at=world.at)
    return str(world.people["An"])


def write(client: Any, person: str, body: dict[str, Any], key: str = "") -> Any:
    return send(client, f"/people/{person}/particulars", body, key)


def named(client: Any, person: str) -> list[tuple[str, str]]:
    told = client.get(f"/api/v1/people/{person}?purpose=investigation").json()["identifiers"]
    return [(one["scheme"], one["value"]) for one in told]


def test_what_is_new_is_written_and_shown_first_and_what_was_is_kept(world: World, an: str) -> None:
    client = program(world, Role.EPIDEMIOLOGIST)
    reply = write(client, an, {"name": "An Yi-02", "phone": "100", "address": "7 Heron Lane"})
    assert reply.json() == {"id": an, "written": ["name", "address"]}
    told = named(client, an)
    assert told.index(("name", "An Yi-02")) < told.index(("name", "An Yi-01"))
    assert ("address", "7 Heron Lane") in told
    assert set(Entry.objects.filter(verb="person.call").values_list("purpose", flat=True)) == {"name", "address"}
    before = Identifier.objects.count(), Entry.objects.count()
    assert write(client, an, {"name": "An Yi-02"}).json()["written"] == []
    assert (Identifier.objects.count(), Entry.objects.count()) == before


def test_a_late_repeat_under_the_same_key_changes_nothing_back(world: World, an: str) -> None:
    client = program(world, Role.EPIDEMIOLOGIST)
    for name, key in (("An Yi-02", "k1"), ("An Yi-03", "k2"), ("An Yi-02", "k1")):
        assert write(client, an, {"name": name}, key).status_code == 200
    assert named(client, an)[0] == ("name", "An Yi-03")


@pytest.mark.parametrize(
    "body", [{}, {"name": None}, {"name": ""}, {"name": "\x00"}, {"nome": "x"}, {"name": "x" * 9999}]
)
def test_what_cannot_be_written_is_told_and_nothing_is(world: World, an: str, body: dict[str, Any]) -> None:
    client, before = program(world, Role.EPIDEMIOLOGIST), Identifier.objects.count()
    assert refusal(write(client, an, body))[0] == 422
    assert Identifier.objects.count() == before
