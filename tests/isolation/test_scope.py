"""Who may see whom: a scope as SQL, and the same question about one person, must agree."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.accounts.rules import NOWHERE, Scope
from mainstay.cases import services as cases
from mainstay.isolation import queries
from mainstay.organisations.models import Facility
from mainstay.people import services as people
from mainstay.people.models import Person
from mainstay.people.queries import ReadAs
from mainstay.places.models import Place
from mainstay.platform import ledger
from mainstay.platform.rows import as_uuid
from mainstay.tracing.models import Contact
from tests.world import World

AT = datetime(2020, 2, 10, 4, tzinfo=UTC)
CITY = Scope(everywhere=True)


def place(code: str):
    return Place.objects.get(code=code).id


def facility(code: str):
    return Facility.objects.get(code=code).id


def listed(world: World, scope: Scope) -> list[str]:
    """The names of those whom a list within this scope shows."""
    sql, params = queries.within(scope, AT, ReadAs())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT p.id FROM people_person p WHERE p.merged_into_id IS NULL AND {sql}", params)
        ids = {as_uuid(value) for (value,) in cursor.fetchall()}
    return sorted(name for name, one in world.people.items() if one in ids)


def looked_up(world: World, scope: Scope) -> list[str]:
    """The names of those whose own page opens."""
    found = queries.whereabouts(list(world.people.values()), AT, ReadAs())
    absorbed = set(Person.objects.exclude(merged_into=None).values_list("id", flat=True))
    return sorted(
        name for name, one in world.people.items() if one not in absorbed and one in found and scope.covers(found[one])
    )


def test_a_district_officer_sees_the_district_and_nobody_whose_place_is_unknown(world: World) -> None:
    world.lives("An", "u1")
    world.lives("Bo", "u2")
    world.person("Ci")  # nobody knows where
    assert listed(world, Scope(districts=frozenset({place("d1")}))) == ["An", "Bo"]
    assert listed(world, Scope(communities=frozenset({place("c1")}))) == ["An", "Bo"]
    assert listed(world, Scope(units=frozenset({place("u2")}))) == ["Bo"]
    assert listed(world, CITY) == ["An", "Bo", "Ci"]
    assert listed(world, NOWHERE) == []


def test_a_ward_sees_its_patients_and_its_hospital_sees_them_too(world: World) -> None:
    world.stays("An", "ward", "h1-er", "2020-02-08")
    world.stays("Bo", "ward", "h1", "2020-02-08")
    world.stays("Ci", "site", "s1", "2020-02-08")
    world.stays("Di", "ward", "h1-er", "2020-02-01", ends="2020-02-07")  # gone home
    world.stays("Er", "ward", "h1-er", "2020-02-01")
    world.stays("Er", "site", "s1", "2020-02-09")  # moved on
    assert listed(world, Scope(facilities=frozenset({facility("h1-er")}))) == ["An"]
    assert listed(world, Scope(facilities=frozenset({facility("h1")}))) == ["An", "Bo"]
    assert listed(world, Scope(facilities=frozenset({facility("s1")}))) == ["Ci", "Er"]


def test_whose_post_answers_for_an_open_duty_sees_whom_it_is_owed(world: World) -> None:
    world.disease = "mers"
    world.classified("An", "suspected", "2020-02-01")
    world.stays("An", "ward", "h1", "2020-02-01")
    world.cycle("2020-02-01")
    world.stays("An", "home", None, "2020-02-05")  # home already, the ward's duties not judged again yet
    ward = Scope(facilities=frozenset({facility("h1")}))
    assert listed(world, ward) == looked_up(world, ward) == ["An"]


def test_a_home_known_by_another_record_counts_for_whom_it_is_read_as(world: World) -> None:
    world.lives("old card", "u1")
    people.merge(person=world.person("old card"), into=world.person("An"), reason="one card", by=world.by, at=AT)
    unit = Scope(units=frozenset({place("u1")}))
    assert listed(world, unit) == looked_up(world, unit) == ["An"]
    world.lives("An", "u2")  # her own record says more than the other's
    assert listed(world, unit) == looked_up(world, unit) == []


def test_a_contact_without_a_place_is_seen_from_where_those_live_who_named_them(world: World) -> None:
    world.lives("An", "u1")
    taken_back = world.met("Ci", "An", known="2020-02-05")
    world.met("Di", "An", known="2020-02-05")
    first, second = (Scope(units=frozenset({place(code)})) for code in ("u1", "u2"))
    assert listed(world, first) == looked_up(world, first) == ["An", "Ci", "Di"]
    world.lives("Di", "u2")  # placed: the place of whom they met says nothing any more
    cases.retract(model=Contact, root=taken_back, known_at=AT, by=world.by, at=AT)
    assert listed(world, first) == looked_up(world, first) == ["An"]
    assert listed(world, second) == looked_up(world, second) == ["Di"]


NAMES = ("An", "Bo", "Ci", "Di")
HOMES = st.lists(st.sampled_from([None, "d1", "c1", "u1", "u2"]), min_size=4, max_size=4)
DAYS = st.sampled_from(["2020-02-01", "2020-02-05", "2020-02-09", "2020-02-11"])
STAYS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from([None, "h1", "h1-er", "s1"]), DAYS, st.booleans()), max_size=6
)
MERGED = st.sampled_from([None, ("Bo", "An"), ("Di", "Ci")])
MET = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda two: two[0] != two[1]), max_size=3
)
SCOPES = st.sets(st.sampled_from(["d1", "c1", "u1", "u2", "h1", "h1-er", "s1"]), max_size=3)


def scope_of(codes: set[str]) -> Scope:
    return Scope(
        districts=frozenset(place(code) for code in codes if code == "d1"),
        communities=frozenset(place(code) for code in codes if code == "c1"),
        units=frozenset(place(code) for code in codes if code in ("u1", "u2")),
        facilities=frozenset(facility(code) for code in codes if code in ("h1", "h1-er", "s1")),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=HOMES, stays=STAYS, merged=MERGED, met=MET, codes=SCOPES)
def test_the_list_and_the_single_look_up_agree(world: World, where, stays, merged, met, codes) -> None:
    world.people.clear()  # each example has people of its own
    for name, home in zip(NAMES, where, strict=True):
        world.lives(name, home)
    for name, there, on, over in stays:
        kind = "home" if there is None else "site" if there == "s1" else "ward"
        world.stays(name, kind, there, on, ends=on if over else None)
    for contact, index in met:
        world.met(contact, index, known="2020-02-05")
    if merged:
        first, second = (world.people[name] for name in merged)
        people.merge(person=first, into=second, reason="one", by=world.by, at=AT)
    scope = scope_of(codes)
    assert listed(world, scope) == looked_up(world, scope)


@pytest.mark.parametrize("number", [1, 20])
def test_a_constant_number_of_statements_asks_where_somebody_is(world: World, number: int) -> None:
    for one in range(number):
        world.stays(f"person {one}", "ward", "h1-er", "2020-02-08")
    ledger.seal(at=AT)
    read_as, hospital = ReadAs(), Scope(facilities=frozenset({facility("h1")}))
    with CaptureQueriesContext(connection) as one_by_one:
        assert len(queries.whereabouts(list(world.people.values()), AT, read_as)) == number
    with CaptureQueriesContext(connection) as whole:
        queries.within(hospital, AT, read_as)
    assert (len(one_by_one), len(whole)) == (6, 4)  # one more: nobody has a home here, who named them?
