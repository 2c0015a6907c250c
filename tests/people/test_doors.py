"""At which door people live: the rule, its SQL, and the digest of an address through all that is written of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from django.db import connection

from mainstay.people import searchable
from mainstay.people import services as people
from mainstay.people.doors import DOOR, doors, may_live_at
from mainstay.people.models import Identifier, Person
from mainstay.people.services import Identity
from mainstay.places.models import Place
from mainstay.places.services import add_place
from mainstay.platform.identity import new_id
from mainstay.platform.rows import as_uuid, fetched
from tests.world import World

LIVE = ("household", "building", "unit", "")
WRITTEN = ("5 Reed Road", "５ reed  road", "6 Reed Road", "")


@pytest.fixture
def houses(world: World) -> World:
    """Somebody of each kind of home with each address, twice."""
    for kind in ("household", "building"):
        parent = Place.objects.get(code="u1")
        add_place(kind=kind, code=kind, name=kind, parent=parent, by=world.by, at=world.at)
    for home in LIVE:
        for address in WRITTEN:
            for one in "ab":
                add(world, f"{home} {address} {one}", address, {"unit": "u1"}.get(home, home))
    return world


def add(world: World, name: str, address: str, home: str = "") -> UUID:
    person = world.people[name] = new_id()
    people.add_person(person=person, name=name, address=address, by=world.by, at=world.at)
    if home:
        world.lives(name, home)
    return person


def by_sql(condition: str = "TRUE", params: Sequence[object] = ()) -> dict[UUID, str]:
    rows = fetched(
        f"SELECT p.id, {DOOR} FROM people_person p LEFT JOIN places_place h ON h.id = p.home_id WHERE {condition}",
        params,
    )
    return {as_uuid(person): door for person, door in rows}


def test_a_household_before_an_address_before_a_building_before_nothing(houses: World) -> None:
    kinds = {name: doors([person])[person][0] for name, person in houses.people.items() if name.endswith(" a")}
    assert {kinds[f"household {address} a"] for address in WRITTEN} == {"h"}
    assert {kinds[f"{home} {address} a"] for home in LIVE[1:] for address in WRITTEN[:3]} == {"a"}
    assert [kinds[f"{home}  a"] for home in LIVE[1:]] == ["b", "p", "p"]


def test_the_rule_and_its_sql_agree_and_the_few_asked_for_are_found(houses: World) -> None:
    by_rule = doors(list(houses.people.values()))
    assert by_sql() == by_rule
    # 8 of the household, 2 of the building and nothing else, 2 and 2 with nothing; 3 times 6 with an address, of
    # which two are written alike but for width, case and spaces.
    sizes = sorted(list(by_rule.values()).count(door) for door in set(by_rule.values()))
    assert sizes == [1, 1, 1, 1, 2, 6, 8, 12]
    for door in sorted(set(by_rule.values())):
        there = {person for person, one in by_rule.items() if one == door}
        assert {person for person, one in by_sql(*may_live_at([door])).items() if one == door} == there
    assert by_sql(*may_live_at(["", "x", "hzz", "p1", "a", "a\u2603", "b" + "0" * 32])) == {}


def test_it_follows_what_is_written_last_and_goes_with_the_identifiers(world: World) -> None:
    an, bo = add(world, "An Yi-01", "5 Reed Road"), add(world, "Bo Er-02", "")
    assert doors([an])[an][0] == "a" and doors([bo])[bo] == f"p{bo.hex}"
    moved = {"scheme": "address", "by": world.by, "at": world.at}
    people.call_anew(person=bo, value="5 Reed Road", **moved)
    assert doors([bo])[bo] == doors([an])[an]
    people.call_anew(person=bo, value="9 Heron Lane", **moved)
    people.call_anew(person=an, value="9 Heron Lane", **moved)
    assert doors([bo])[bo] == doors([an])[an]
    people.erase_identifiers(person=bo, reason="the end", by=world.by, at=world.at)
    assert doors([bo])[bo] == f"p{bo.hex}"


def test_files_give_addresses_to_new_and_to_known_people(world: World) -> None:
    first, second = Identity("clinic", "A 1"), Identity("clinic", "A 2")
    known = people.resolve([first]).persons[first]
    shown = {one: [Identity("address", "5 Reed Road")] for one in (first, second)}
    resolved = people.prepare([first, second], shown=shown)
    people.keep(resolved)
    assert doors([known])[known] == doors([resolved.persons[second]])[resolved.persons[second]]
    # The same file once more writes nothing: what was written since stays the last.
    people.call_anew(person=known, scheme="address", value="9 Heron Lane", by=world.by, at=world.at)
    people.keep(people.prepare([first, second], shown=shown))
    assert doors([known])[known] != doors([resolved.persons[second]])[resolved.persons[second]]


def test_an_instance_restored_or_of_before_works_it_out_anew(houses: World) -> None:
    people.call_anew(
        person=houses.people["unit 5 Reed Road a"],
        scheme="address",
        value="9 Heron Lane",
        by=houses.by,
        at=houses.at,
    )
    before = doors(list(houses.people.values()))
    Person.objects.update(address_blind="")
    searchable.make_searchable()
    assert doors(list(houses.people.values())) == before


def test_few_are_found_by_indexes(houses: World) -> None:
    person = houses.people["unit 5 Reed Road a"]
    keys = [doors([person])[person], f"p{person.hex}", f"h{Place.objects.get(code='household').id.hex}"]
    where, params = may_live_at(keys)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a few dozen are read fastest from end to end
        cursor.execute(f"{explain} SELECT p.id FROM people_person p WHERE {where}", params)
        plan = " / ".join(str(line[-1]) for line in cursor.fetchall())
    assert "person_of_one_address" in plan and "SCAN p" not in plan and "Seq Scan" not in plan, plan
    assert Identifier.objects.filter(scheme="address").exists()
