"""A list shared out among colleagues: the rule against all other ways, the services at once, the pages."""

from __future__ import annotations

import itertools
import re
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.accounts.rules import Role, Scope
from mainstay.cycle.newcomers import deal
from mainstay.duties.models import Assignment, Split
from mainstay.duties.queries import assigned
from mainstay.duties.rules.sharing import share
from mainstay.duties.sharing import Terms, hand_over, split
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from mainstay.reports.queries.doors import doors_of
from tests.at_once import at_once, refusals
from tests.web.signing_in import JUNK, signed_in
from tests.world import World

A, B, C, D = STAFF = [UUID(int=number) for number in range(1, 5)]
GONE = UUID(int=99)


# --- the rule -------------------------------------------------------------------------------------------


def test_the_worst_alternate_so_that_everybodys_load_is_alike() -> None:
    assert share([None] * 8, STAFF) == [A, B, C, D, D, C, B, A]
    assert share([None] * 5, [A, B]) == [A, B, B, A, A]


def test_who_has_somebody_keeps_them_and_the_least_bad_change_hands() -> None:
    # A has six of seven: of them the three last, the least bad, go; a colleague who left has nobody any more.
    assert share([A, A, A, A, A, A, GONE], [A, B]) == [A, A, A, A, B, B, B]
    assert share([A, A, None, B], [A, B], even=False) == [A, A, B, B]
    assert share([A] * 4, [A, B], even=False) == [A] * 4


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([None, GONE, A, B, C]), max_size=7), st.integers(1, 3))
def test_no_even_way_moves_fewer(holders: list[UUID | None], number: int) -> None:
    staff = STAFF[:number]
    found = share(holders, staff)
    counts = sorted(found.count(one) for one in staff)
    assert counts[-1] - counts[0] <= 1  # nobody has two doors more than another
    assert share(found, staff) == found  # once more changes nothing

    def moved(way: tuple[UUID, ...] | list[UUID]) -> int:
        return sum(now in staff and now != then for now, then in zip(holders, way, strict=True))

    ways = itertools.product(staff, repeat=len(holders))
    even = [way for way in ways if max(n := [way.count(one) for one in staff]) - min(n) <= 1]
    assert moved(found) == min(map(moved, even))


# --- the services ---------------------------------------------------------------------------------------


@pytest.fixture
def four(world: World) -> World:
    """Four people; Bo and Ci met in one household, An and Di have one address."""
    return with_four(world)


def with_four(world: World) -> World:
    for name in ("An Yi-01", "Bo Er-02", "Ci San-03", "Di Si-04"):
        world.people[name] = new_id()
        address = "7 Heron Lane" if name in ("An Yi-01", "Di Si-04") else ""
        people.add_person(person=world.people[name], name=name, address=address, by=world.by, at=world.at)
    world.met("Bo Er-02", "Ci San-03", known="2020-02-06")
    return world


def whose(world: World) -> dict[str, str]:
    present = assigned(list(world.people.values()))
    return {name: present[one].name for name, one in world.people.items() if one in present}


def test_people_of_one_door_stay_together(four: World) -> None:
    ids = four.people
    together = doors_of(list(ids.values()))
    assert together == [
        [ids["An Yi-01"], ids["Di Si-04"]],
        [ids["Bo Er-02"], ids["Ci San-03"]],
    ]
    gu, wen = (ledger.actor(name) for name in ("Gu", "Wen"))
    key = {"doors": together, "staff": [gu.id, wen.id], "by": four.by, "at": now()}
    assert split(key="a", **key) == 4
    assert whose(four) == {"An Yi-01": "Gu", "Di Si-04": "Gu", "Bo Er-02": "Wen", "Ci San-03": "Wen"}
    before = Entry.objects.count()
    assert split(key="a", **key) == split(key="b", **key) == 0  # sent twice, or asked for again: it is so already
    assert Entry.objects.count() == before


def test_the_second_of_two_is_told_with_whom_somebody_is_by_now(four: World) -> None:
    gu, wen, po = (ledger.actor(name) for name in ("Gu", "Wen", "Po"))
    some = {"people": [four.people["An Yi-01"]], "by": four.by, "at": now()}
    assert hand_over(to=gu.id, seen=None, **some) == 1
    assert hand_over(to=gu.id, seen=None, **some) == 0  # the same once more
    with pytest.raises(Exception, match="Clerk Fu handed this person to Gu meanwhile"):
        hand_over(to=wen.id, seen=None, **some)
    assert hand_over(to=po.id, seen=gu.id, **some) == 1
    assert [one.to.name for one in Assignment.objects.order_by("seq")] == ["Gu", "Po"]  # all of it is kept


@pytest.mark.django_db(transaction=True)
def test_two_at_once(committed_world: World) -> None:
    world = with_four(committed_world)
    gu, wen = (ledger.actor(name).id for name in ("Gu", "Wen"))
    doors = [[one] for one in world.people.values()]

    def sharing(key: str):
        return lambda: split(doors=doors, staff=[gu, wen], key=key, by=world.by, at=now())

    assert sorted(at_once(sharing("a"), sharing("b"))) == [0, 4]  # the second finds it done

    an = world.people["An Yi-01"]
    seen = assigned([an])[an].to
    third = [ledger.actor(name).id for name in ("Po", "Lu")]
    told = at_once(*(lambda to=to: hand_over(people=[an], to=to, seen=seen, by=world.by, at=now()) for to in third))
    assert refusals(told) == ["assignment.overtaken"] and 1 in told


def test_a_newcomer_goes_to_the_least_loaded_and_one_of_a_door_to_whose_it_is(four: World) -> None:
    signed_in(four, "Gu", Role.TRACER)
    signed_in(four, "Wen", Role.TRACER)
    gu, wen = (ledger.actor(name).id for name in ("Gu", "Wen"))
    for name in four.people:
        four.classified(name, "suspected", "2020-02-05")
    four.cycle("2020-02-06")
    ids = list(four.people.values())
    terms = Terms(Scope(everywhere=True), None, (gu, wen))
    assert Terms.read(terms.text()) == terms
    hand_over(people=ids[2:3], to=gu, seen=None, by=four.by, at=now())
    split(doors=doors_of(ids[:3]), staff=[gu, wen], key="k", terms=terms, by=four.by, at=now())
    # Di was not there: he lives with An, who is Wen's.
    assert whose(four) == {"An Yi-01": "Wen", "Bo Er-02": "Gu", "Ci San-03": "Gu"}
    four.classified("Er Wu-05", "suspected", "2020-02-06")
    assert deal(by=four.by, at=now()) == 1
    assert whose(four)["Di Si-04"] == "Wen"
    four.cycle("2020-02-07")  # Er is owed something from here on: one door each, and Wen is named second
    assert whose(four)["Er Wu-05"] == "Gu"
    assert deal(by=four.by, at=now()) == 0 and Split.objects.count() == 1


# --- the pages ------------------------------------------------------------------------------------------


def cards(text: str) -> list[str]:
    return re.findall(r'<h2><a href="[^"]*">([^<]*)</a></h2>', text)


def test_two_clicks_and_each_sees_their_own_first(four: World) -> None:
    for name in four.people:
        four.classified(name, "suspected", "2020-02-05")
    four.cycle("2020-02-06")
    lead = signed_in(four, "Lead", Role.EPIDEMIOLOGIST)
    gu = signed_in(four, "Gu", Role.TRACER)
    unit = signed_in(four, "Er", Role.COMMUNITY_WORKER, "u1")  # cannot see them: is not offered
    page = lead.get("/calls/").content.decode()
    assert 'href="/calls/split/?all=1"' in page  # the first click
    page = lead.get("/calls/split/?all=1").content.decode()
    assert "<b>4</b> people at <b>2</b> doors" in page and "1 colleague is not offered" in page
    ticked = re.findall(r'name="staff" value="([^"]*)" checked', page)
    form = {"key": re.search(r'name="key" value="([^"]*)"', page)[1], "all": "1", "staff": ticked}
    assert len(ticked) == 2
    answer = lead.post("/calls/split/", form)  # the second
    assert answer.headers["Location"] == "/calls/?split=4&all=1"
    assert "4 people changed hands" in lead.get(answer.headers["Location"]).content.decode()
    lead.post("/calls/split/", form)
    assert Assignment.objects.count() == 4

    mine = gu.get("/calls/").content.decode()
    assert len(cards(mine)) == 2 and "with you" in mine and len(cards(gu.get("/calls/?with=all").content.decode())) == 4
    assert unit.get("/calls/split/").status_code == 404 and gu.get("/calls/split/").status_code == 404
    # Gu hands one of theirs on; whoever lives there goes with them. The page of a second of two is old by then.
    person = four.people[cards(mine)[0]]
    lead_id = ledger.actor("Lead").id
    handed = {"seen": str(ledger.actor("Gu").id), "to": str(lead_id)}
    assert gu.post(f"/calls/{person}/hand-over/", handed).headers["Location"] == "/calls/?handed=2"
    assert cards(gu.get("/calls/?with=me").content.decode()) == []
    assert gu.post(f"/calls/{person}/hand-over/", handed | {"to": ""}).headers["Location"] == "/calls/"
    assert "Gu handed this person to Lead" in gu.get("/calls/").content.decode()
    # Somebody else's is not Gu's to give.
    assert gu.post(f"/calls/{person}/hand-over/", {"seen": str(lead_id), "to": ""}).status_code == 404


def test_rows_chosen_on_the_list_are_split_by_themselves(four: World) -> None:
    lead = signed_in(four, "Lead", Role.EPIDEMIOLOGIST)
    chosen = [str(four.people[name]) for name in ("An Yi-01", "Bo Er-02")]
    page = lead.get("/calls/split/", {"person": [*chosen, str(new_id())]}).content.decode()
    assert "<b>2</b> people at <b>2</b> doors" in page
    lead.post("/calls/split/", {"key": new_id().hex, "person": chosen, "staff": str(ledger.actor("Lead").id)})
    assert whose(four) == {"An Yi-01": "Lead", "Bo Er-02": "Lead"}
    assert "Choose at least one" in lead.post("/calls/split/", {"person": chosen}).content.decode()


def test_junk_is_no_failure(four: World) -> None:
    lead = signed_in(four, "Lead", Role.EPIDEMIOLOGIST)
    address = f"/calls/{four.people['An Yi-01']}/hand-over/"
    for junk in JUNK:
        for name in ("person", "all", "key"):
            assert lead.get("/calls/split/", {name: junk}).status_code == 200
            assert lead.post("/calls/split/", {name: junk, "staff": junk}).status_code == 422
        assert lead.post(address, {"to": junk, "seen": junk}).status_code == 302
        for name in ("with", "start", "split", "saved", "handed", "told"):
            assert lead.get("/calls/", {name: junk}).status_code == 200
    assert lead.get(address).status_code == 405
