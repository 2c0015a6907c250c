"""Contacts day by day in the pages, checks for many in one form, and where somebody stays from when to when."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.rules import Role
from mainstay.isolation.models import Stay
from mainstay.people import services as people
from mainstay.platform.clock import local_date, now
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from mainstay.screening.models import Check
from tests.web.signing_in import JUNK, hidden, signed_in
from tests.world import World


def named(world: World, name: str, unit: str) -> None:
    world.people[name] = new_id()
    people.add_person(person=world.people[name], name=name, by=world.by, at=world.at)
    world.lives(name, unit)


def ago(world: World, days: int) -> str:
    return (local_date(now(), world.zone) - timedelta(days=days)).isoformat()


@pytest.fixture
def traced(world: World) -> World:
    """Gao named Hu and Li four days ago; Hu was checked two days ago, Li never; every day but today was run."""
    for name, unit in (("Gao Qi-01", "u1"), ("Hu Ba-02", "u1"), ("Li Jiu-03", "u2")):
        named(world, name, unit)
    world.classified("Gao Qi-01", "confirmed", ago(world, 4))
    for name in ("Hu Ba-02", "Li Jiu-03"):
        world.met(name, "Gao Qi-01", ago(world, 4), first=ago(world, 4), last=ago(world, 4))
    world.cycle(ago(world, 4))
    world.cycle(ago(world, 3))
    world.checked("Hu Ba-02", ago(world, 2))
    for days in (2, 1):
        world.cycle(ago(world, days))
    return world


def grid(page: str) -> dict[str, list[str]]:
    """{contact: the words of their days}."""
    found = {}
    for row in re.findall(r'<tr><th scope="row">(.*?)</tr>', page, re.S):
        name = re.search(r">([^<]+)</a>", row)[1]
        cells = re.findall(r'<td class="day[^"]*">(.*?)</td>', row, re.S)
        found[name] = [word[1] if (word := re.search(r'visually-hidden">([^<]*)', cell)) else "" for cell in cells]
    return found


def test_each_contacts_days_stand_side_by_side(traced: World) -> None:
    client = signed_in(traced, "Tracer Bo", Role.TRACER)
    listed = client.get("/tracing/").content.decode()
    assert "Gao Qi-01" in listed and "Hu Ba-02" not in listed and "<b>1</b> people named contacts" in listed
    page = client.get(f"/tracing/{traced.people['Gao Qi-01']}/").content.decode()
    days = grid(page)
    assert set(days) == {"Hu Ba-02", "Li Jiu-03"} and {len(cells) for cells in days.values()} == {14}
    # Owed from the third day ago on: one done and one missed of Hu's, two missed of Li's, and today is due.
    assert days["Hu Ba-02"][-3:-1] == ["done", "missed"] and days["Hu Ba-02"][-1] in ("due", "overdue")
    assert days["Li Jiu-03"][-3:-1] == ["missed", "missed"]
    assert "<b>2</b> still to be checked today" in page


def test_many_are_checked_in_one_form_and_once_however_often_it_is_sent(traced: World) -> None:
    client = signed_in(traced, "Tracer Bo", Role.TRACER)
    address = f"/tracing/{traced.people['Gao Qi-01']}/"
    hu, li = (traced.people[name].hex for name in ("Hu Ba-02", "Li Jiu-03"))
    form = hidden(client.get(address).content.decode())
    form |= {f"temperature-{hu}": "36.6", f"temperature-{li}": "38,2", f"symptom-{li}": "cough"}
    before = Check.objects.count()
    sent = client.post(address, form)
    entries = Entry.objects.exclude(verb="look").count()
    client.post(address, form)
    assert Entry.objects.exclude(verb="look").count() == entries
    assert Check.objects.count() - before == 3  # two temperatures, and Li was asked about symptoms
    page = client.get(sent.headers["Location"]).content.decode()
    assert "2 checks recorded" in page and "<b>0</b> still to be checked today" in page
    traced.cycle(ago(traced, 0))
    days = grid(client.get(address).content.decode())
    assert (days["Hu Ba-02"][-1], days["Li Jiu-03"][-1]) == ("done", "done")


def test_a_contact_outside_ones_bounds_is_only_counted(traced: World) -> None:
    client = signed_in(traced, "Fang", Role.COMMUNITY_WORKER, "u1")
    address = f"/tracing/{traced.people['Gao Qi-01']}/"
    page = client.get(address).content.decode()
    assert set(grid(page)) == {"Hu Ba-02"} and "1 more contact lies outside your bounds" in page
    li = traced.people["Li Jiu-03"].hex
    assert client.post(address, {f"temperature-{li}": "36.6"}).status_code == 422
    assert client.get(f"/tracing/{traced.people['Li Jiu-03']}/").status_code == 404
    looks_on = signed_in(traced, "Head Gu", Role.COMMAND)
    assert looks_on.post(address, {f"temperature-{li}": "36.6"}).status_code == 404


def test_who_is_read_as_another_named_contacts_too(traced: World) -> None:
    named(traced, "Gao again", "u1")
    named(traced, "Ma Shi-04", "u1")
    traced.met("Ma Shi-04", "Gao again", ago(traced, 1))
    people.merge(
        person=traced.people["Gao again"], into=traced.people["Gao Qi-01"], reason="one person",
        by=traced.by, at=traced.at,
    )  # fmt: skip
    client = signed_in(traced, "Tracer Bo", Role.TRACER)
    listed = client.get("/tracing/").content.decode()
    assert "<b>1</b> people named contacts" in listed and '<td class="number">3</td>' in listed
    moved = client.get(f"/tracing/{traced.people['Gao again']}/")
    assert moved.headers["Location"] == f"/tracing/{traced.people['Gao Qi-01']}/"


def test_a_constant_number_of_statements_and_junk_is_no_failure(traced: World) -> None:
    client = signed_in(traced, "Tracer Bo", Role.TRACER)
    addresses = ("/tracing/", f"/tracing/{traced.people['Gao Qi-01']}/")

    def reads() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            found.append(len([one for one in asked if one["sql"].startswith(("SELECT", "WITH"))]))
        return found

    before = reads()
    for number in range(8):
        named(traced, f"person {number}", "u1")
        traced.met(f"person {number}", "Gao Qi-01", ago(traced, 1))
        traced.met(f"person {number}", "Hu Ba-02", ago(traced, 1))
    assert reads() == before == [12, 37]
    hu = traced.people["Hu Ba-02"].hex
    for junk in JUNK:
        assert client.get("/tracing/", {"after": junk}).status_code == 200
        assert client.get(addresses[1], {"since": junk, "saved": junk}).status_code == 200
        given = {"key": junk, "seen": junk, f"temperature-{hu}": junk, f"symptom-{hu}": junk}
        assert client.post(addresses[1], given).status_code in (302, 422), junk


def test_a_stay_is_recorded_once_shown_from_when_to_when_and_ended(traced: World) -> None:
    client = signed_in(traced, "Tracer Bo", Role.TRACER)
    address = f"/list/{traced.people['Gao Qi-01']}/stays/"
    form = hidden(client.get(address).content.decode())
    form |= {"kind": "ward", "facility": "h1-er", "starts": ago(traced, 3), "ends": ""}
    assert client.post(address, form).status_code == client.post(address, form).status_code == 302
    stay = Stay.objects.get()
    page = client.get(address).content.decode()
    assert "River Hospital, emergency room" in page and ">now</span>" in page
    end = {"form": "end", "stay": stay.root.hex, "ended": ago(traced, 0)}
    assert client.post(address, end).status_code == client.post(address, end).status_code == 302
    assert sorted(Stay.objects.values_list("version", "ends_date")) == [(1, None), (2, local_date(now(), traced.zone))]
    for given, told in (
        ({"kind": "ward", "facility": "s1"}, "Choose the ward"),
        ({"kind": "moon"}, "Choose where they are"),
        ({"kind": "home", "starts": "2999-01-01"}, "not one to come"),
        ({"kind": "home", "starts": ago(traced, 1), "ends": ago(traced, 2)}, "end before it begins"),
        ({"form": "end", "stay": "x", "ended": ago(traced, 0)}, "not there any more"),
    ):
        answer = client.post(address, given)
        assert (answer.status_code, told in answer.content.decode()) == (422, True), told
    for junk in JUNK:
        for name in ("kind", "facility", "starts", "ends", "stay", "ended", "form", "key"):
            given = {"kind": "site", "facility": "s1", name: junk}
            assert client.post(address, given).status_code in (302, 422), (name, junk)
    assert signed_in(traced, "Fang", Role.COMMUNITY_WORKER, "u2").get(address).status_code == 404
