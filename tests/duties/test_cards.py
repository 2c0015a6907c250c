"""Duties as cards by person and by door, one visit in one form, and what the second of two people is told."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Role, Scope
from mainstay.duties.models import DutyState, Evidence, Excuse, HandOver
from mainstay.isolation.models import Offer
from mainstay.people import services as people
from mainstay.places.models import Place
from mainstay.places.services import add_place
from mainstay.platform.clock import local_date, now
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from mainstay.reports.queries.cards import Asked, DutyRow, duties_at, list_cards, list_duties
from mainstay.screening.models import Check
from tests.web.signing_in import JUNK, hidden, signed_in
from tests.world import World


def named(world: World, name: str, unit: str, address: str = "") -> None:
    world.people[name] = new_id()
    people.add_person(person=world.people[name], name=name, address=address, by=world.by, at=world.at)
    world.lives(name, unit)


@pytest.fixture
def household(world: World) -> World:
    """Gao is ill; An and Bo live at 3 Lake Lane and Ci at 5 Reed Road; all met Gao, yesterday by the clock."""
    add_place(
        kind="household",
        code="lane-3",
        name="3 Lake Lane",
        parent=Place.objects.get(code="u1"),
        by=world.by,
        at=world.at,
    )
    today = local_date(now(), world.zone).isoformat()
    named(world, "Gao Qi-01", "u1")
    named(world, "An Yi-02", "lane-3")
    named(world, "Bo Er-03", "lane-3")
    named(world, "Ci San-04", "u1", address="5 Reed Road")
    world.classified("Gao Qi-01", "confirmed", today, known="2020-02-01")
    for name in ("An Yi-02", "Bo Er-03", "Ci San-04"):
        world.met(name, "Gao Qi-01", "2020-02-01", first=today, last=today)
    world.cycle(today)
    return world


def cards(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r'<h2 id="card-[^"]*">(.*?)</h2>', page)]


def door_of(page: str, place: str) -> str:
    head = page.split(place)[0]
    return re.findall(r'id="card-([^"]*)"', head)[-1]


def duty(world: World, name: str, kind: str) -> DutyState:
    return DutyState.objects.get(subject_id=world.people[name], duty__kind=kind, duty__occurrence=None)


def worker(world: World) -> Client:
    return signed_in(world, "Worker Er", Role.COMMUNITY_WORKER, "u1")


def test_who_lives_together_is_one_door_and_one_visit(household: World) -> None:
    client = worker(household)
    page = client.get("/duties/?all=1&by=door").content.decode()
    assert sorted(cards(page)) == ["Ci San-04", "Gao Qi-01", "at home, 3 Lake Lane"]
    assert "An Yi-02, Bo Er-03" in page or "Bo Er-03, An Yi-02" in page
    by_person = client.get("/duties/?all=1").content.decode()
    assert sorted(cards(by_person)) == ["An Yi-02", "Bo Er-03", "Ci San-04", "Gao Qi-01"]
    # The card counts what its visit shows.
    at = door_of(page, "at home, 3 Lake Lane")
    together = [household.people["An Yi-02"], household.people["Bo Er-03"]]
    owed = DutyState.objects.filter(status="open", subject_id__in=together)
    total = owed.exclude(duty__occurrence__gt=local_date(now(), household.zone)).count()
    visit = client.get(f"/duties/visit/{at}/").content.decode()
    assert total == visit.count('class="deed-what"') > 2
    look = Look.objects.order_by("-entry_id").first()
    assert (look.page, look.count, look.purpose) == ("visit", 2, "duty")


def test_who_wrote_one_address_is_one_door(household: World) -> None:
    """Where no place is known yet, as on the first evening: 5 Reed Road is one door, however it was typed."""
    named(household, "Du Wu-05", "u1", address="5 reed  road")
    today = local_date(now(), household.zone).isoformat()
    household.met("Du Wu-05", "Gao Qi-01", "2020-02-01", first=today, last=today)
    household.cycle(today)
    client = worker(household)
    page = client.get("/duties/?all=1&by=door").content.decode()
    (place,) = (one for one in cards(page) if one.lower().startswith("5 reed"))
    visit = client.get(f"/duties/visit/{door_of(page, place)}/").content.decode()
    assert "Ci San-04" in visit and "Du Wu-05" in visit


@pytest.mark.parametrize("by_door", [True, False])
def test_cards_are_the_duties_together(household: World, by_door: bool) -> None:
    """The slow twin: every duty read by itself, put together by the door it says."""
    gao = household.people["Gao Qi-01"]
    household.stays("Gao Qi-01", "ward", "h1", local_date(now(), household.zone).isoformat())
    household.cycle(local_date(now(), household.zone).isoformat())
    asked = Asked(Scope(everywhere=True), now(), local_date(now(), household.zone), status="all")
    together: dict[str, list[DutyRow]] = {}
    for row in list_duties(asked, limit=1000):
        together.setdefault(row.door if by_door else f"p{row.person.hex}", []).append(row)
    found = list_cards(asked, by_door=by_door, limit=1000)
    assert [(one.door, one.oldest, one.duties) for one in found] == sorted(
        ((door, min(row.due_at for row in rows), len(rows)) for door, rows in together.items()),
        key=lambda one: (one[1], one[0]),
    )
    assert f"p{gao.hex}" in together and len(together) > 2
    for door, rows in together.items():
        assert duties_at(asked, [door], by_door=by_door) == rows


def test_a_visit_is_written_once_and_says_what_was_done(household: World) -> None:
    client = worker(household)
    at = door_of(client.get("/duties/?all=1&by=door").content.decode(), "at home, 3 Lake Lane")
    page = client.get(f"/duties/visit/{at}/").content.decode()
    an, bo = (household.people[name].hex for name in ("An Yi-02", "Bo Er-03"))
    form = hidden(page) | {
        f"temperature-{an}": "36,8",
        f"symptom-{bo}": ["cough"],
        f"duty-{duty(household, 'An Yi-02', 'offer_quarantine').duty_id.hex}": "taken",
    }
    sent = client.post(f"/duties/visit/{at}/", form)
    assert sent.status_code == 302
    before = Entry.objects.exclude(verb="look").count()
    client.post(f"/duties/visit/{at}/", form)
    assert Entry.objects.exclude(verb="look").count() == before
    assert sorted((one.of, one.tenths) for one in Check.objects.all()) == [("symptoms", None), ("temperature", 368)]
    assert [(one.kind, one.accepted) for one in Offer.objects.all()] == [("quarantine", True)]
    told = client.get(sent.headers["Location"]).content.decode()
    assert "A place was offered: quarantine, taken, Worker Er" in told and "meanwhile" not in told
    household.cycle(local_date(now(), household.zone).isoformat())
    assert duty(household, "An Yi-02", "offer_quarantine").status == "done"


def test_the_second_at_a_door_is_told_who_was_there_first_and_both_stand(household: World) -> None:
    first, second = worker(household), signed_in(household, "Wen", Role.TRACER)
    an = household.people["An Yi-02"].hex
    forms = [hidden(client.get(f"/duties/visit/p{an}/").content.decode()) for client in (first, second)]
    first.post(f"/duties/visit/p{an}/", forms[0] | {f"temperature-{an}": "36.8"})
    sent = second.post(f"/duties/visit/p{an}/", forms[1] | {f"temperature-{an}": "38.1"})
    page = second.get(sent.headers["Location"]).content.decode()
    assert "both stand" in page and "An Yi-02: 36.8 °C, Worker Er" in page
    assert sorted(Check.objects.values_list("tenths", flat=True)) == [368, 381]


def test_excused_and_handed_over_from_the_visit_and_the_second_is_told(household: World) -> None:
    client, other = worker(household), signed_in(household, "Di", Role.DISTRICT_OFFICER)
    an = household.people["An Yi-02"].hex
    one = duty(household, "An Yi-02", "offer_quarantine")
    given = {"act": "excuse", "pick": one.duty_id.hex, "reason": "is abroad"}
    assert client.post(f"/duties/visit/p{an}/", given | {"reason": " "}).status_code == 422
    assert client.post(f"/duties/visit/p{an}/", given).status_code == 302
    assert Excuse.objects.get().reason == "is abroad"
    second = other.post(f"/duties/visit/p{an}/", given)
    assert (second.status_code, "Somebody else did, excused or ended" in second.content.decode()) == (422, True)
    seek = duty(household, "An Yi-02", "seek_quarantine_order")
    handed = {"act": "hand_over", "pick": seek.duty_id.hex, "reason": "they know the family", "post": "ward-h1"}
    assert seek.answering.code == "tracing"  # not the worker's to give
    assert client.post(f"/duties/visit/p{an}/", handed).status_code == 404
    assert other.post(f"/duties/visit/p{an}/", handed).status_code == 302
    assert HandOver.objects.get().post.code == "ward-h1"
    assert "is abroad" not in client.get(f"/duties/visit/p{an}/").content.decode()
    page = client.get("/duties/rows/?status=excused&all=1").content.decode()
    assert "excused: is abroad (Worker Er)" in page and "Take the excuse back" in page
    back = f"/duties/{one.duty_id}/take-back/"
    assert signed_in(household, "Wen", Role.TRACER).post(back).status_code == 404  # neither theirs nor theirs to assign
    assert [client.post(back).status_code for _twice in range(2)] == [302, 302]
    household.cycle(local_date(now(), household.zone).isoformat())
    assert duty(household, "An Yi-02", "offer_quarantine").status == "open"
    assert client.post(back).status_code == 404 and client.get(back).status_code == 405


def test_nobody_there_is_kept_and_closes_nothing(household: World) -> None:
    client = worker(household)
    an = household.people["An Yi-02"].hex
    sent = client.post(f"/duties/visit/p{an}/", {"reached": "visit_no_answer"})
    assert sent.headers["Location"] == "/duties/?saved=1"
    assert [one.kind for one in Evidence.objects.all()] == ["visit_no_answer"]
    assert client.post(f"/duties/visit/p{an}/", {}).status_code == 422  # nothing was filled in


def test_outside_ones_bounds_a_door_is_empty_and_nothing_can_be_written(household: World) -> None:
    client = signed_in(household, "Fang", Role.COMMUNITY_WORKER, "u2")
    an = household.people["An Yi-02"].hex
    assert cards(client.get("/duties/?all=1").content.decode()) == []
    page = client.get(f"/duties/visit/p{an}/").content.decode()
    assert "Nothing is owed here now" in page and "An Yi-02" not in page
    assert client.post(f"/duties/visit/p{an}/", {f"temperature-{an}": "36.8"}).status_code == 422
    assert not Check.objects.exists()
    head = signed_in(household, "Head Gu", Role.COMMAND)  # looks on, records nothing
    assert head.post(f"/duties/visit/p{an}/", {f"temperature-{an}": "36.8"}).status_code == 404


def test_every_page_is_reached_and_no_card_twice(household: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from mainstay.duties.pages import cards as page_of_cards

    monkeypatch.setattr(page_of_cards, "CARDS", 1)
    monkeypatch.setattr(page_of_cards, "ROWS", 2)
    client = signed_in(household, "Head Gu", Role.COMMAND)
    for start, found in (("/duties/?all=1", cards), ("/duties/?all=1&by=door", cards), ("/duties/rows/?all=1", None)):
        seen: list[str] = []
        address: str | None = start
        while address:
            page = client.get(address).content.decode()
            seen += found(page) if found else re.findall(r'<tr><th scope="row"', page)
            after = re.search(r'<a class="button small" href="([^"]*)"[^>]*><span>Next', page)
            address = after[1].replace("&amp;", "&") if after else None
        number = int(re.search(r"<b>(\d+)</b> duties", page)[1])
        assert len(seen) == {cards: 4 if "door" not in start else 3, None: number}[found], start
        assert found is None or len(set(seen)) == len(seen)


def test_junk_in_every_filter_and_field_is_no_failure(household: World) -> None:
    client = worker(household)
    filters = ("kind", "post", "where", "status", "asks", "all", "by", "since", "after")
    an = household.people["An Yi-02"].hex
    one = duty(household, "An Yi-02", "offer_quarantine").duty_id.hex
    whole = {"act": "hand_over", "pick": one, "reason": "why", "post": "unit-u1"}
    for junk in JUNK:
        assert client.get("/duties/rows/", dict.fromkeys(filters, junk)).status_code == 200, junk
        assert client.get("/duties/", {"after": junk, "where": junk}).status_code == 200, junk
        for given in (
            {f"temperature-{an}": junk, f"none-{an}": "1"},
            whole | {"post": junk},
            {"act": junk, "reached": junk},
        ):
            given = {"key": junk, "seen": junk, f"duty-{one}": junk, f"symptom-{an}": junk} | given
            assert client.post(f"/duties/visit/p{an}/", given).status_code in (302, 404, 422), (junk, given)
    assert client.get(f"/duties/visit/p{an}/", {"since": "9" * 40, "saved": "\x00"}).status_code == 200
    for at in ("p", "p" + "g" * 32, "q" + "0" * 32, "p" + "0" * 33, "a", "\x00"):
        assert client.get(f"/duties/visit/{at}/").status_code == 404, at
    assert client.put("/duties/").status_code == 405 and client.delete(f"/duties/visit/p{an}/").status_code == 405


@pytest.mark.parametrize("number", [2, 12])
def test_a_constant_number_of_statements(world: World, number: int) -> None:
    for one in range(number):
        named(world, f"person {one}", "u1", address=f"{one} Reed Road")
        world.classified(f"person {one}", "suspected", "2020-02-05")
    world.cycle("2020-02-05")
    client = signed_in(world, "Tracer Bo", Role.TRACER)
    counts = {}
    for path in ("/duties/", "/duties/?by=door", "/duties/rows/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts[path] = len([one for one in asked if one["sql"].startswith(("SELECT", "WITH"))])
    assert counts == {"/duties/": 24, "/duties/?by=door": 25, "/duties/rows/": 26}
