"""Who to call, and the sheet of one call, as somebody at the telephone uses them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Role
from mainstay.cases.models import Symptom
from mainstay.cycle.models import Run
from mainstay.duties.models import Evidence
from mainstay.people import services as people
from mainstay.people.models import Person
from mainstay.platform.clock import local_date, now
from mainstay.platform.identity import new_id
from mainstay.platform.locks import lease
from mainstay.platform.models import Dirty, Entry
from mainstay.screening.models import Check
from mainstay.tracing.models import Contact
from tests.web.signing_in import JUNK, signed_in
from tests.world import World


def named(world: World, name: str, phone: str = "") -> None:
    world.people[name] = new_id()
    people.add_person(person=world.people[name], name=name, phone=phone, by=world.by, at=world.at)


@pytest.fixture
def outbreak(world: World) -> World:
    """An is suspected since the 1st, Bo since the 5th; tracing owes both something, the unit nothing."""
    for name, unit in (("An Yi-01", "u1"), ("Bo Er-02", "u2")):
        named(world, name, phone="100 0000 01" + name[-2:])
        world.lives(name, unit)
    world.classified("An Yi-01", "suspected", "2020-02-01")
    world.classified("Bo Er-02", "suspected", "2020-02-05")
    world.cycle("2020-02-06")
    return world


def cards(text: str) -> list[str]:
    return re.findall(r'<h2><a href="[^"]*">([^<]*)</a></h2>', text)


def sheet(world: World, name: str) -> str:
    return f"/calls/{world.people[name]}/"


def test_whoever_holds_a_post_calls_those_it_answers_for_one_card_a_person(outbreak: World) -> None:
    page = signed_in(outbreak, "Tracer Bo", Role.TRACER).get("/calls/").content.decode()
    assert cards(page) == ["An Yi-01", "Bo Er-02"]  # the longest overdue first
    assert "Your posts owe something to <b>2</b> people" in page
    assert 'href="tel:100 0000 0101"' in page and "overdue" in page


def test_a_post_sees_its_own_and_may_ask_for_all_within_its_bounds(outbreak: World) -> None:
    worker = signed_in(outbreak, "Worker Er", Role.COMMUNITY_WORKER, "u1")  # holds the post of the unit
    mine, every = worker.get("/calls/").content.decode(), worker.get("/calls/?all=1").content.decode()
    assert (cards(mine), cards(every)) == (["An Yi-01"], ["An Yi-01"])
    # The unit checks on patients at home; all the rest is owed by tracing.
    assert "Check the patient" in mine and "Investigate source" not in mine and "Investigate source" in every


def test_somebody_one_answers_for_but_may_not_see_is_counted(outbreak: World) -> None:
    # Unit Two is vacant, so Unit One answers for Bo there too; but this account is given Unit One only.
    worker = signed_in(outbreak, "Worker Er", Role.COMMUNITY_WORKER, "u1")
    page = worker.get("/calls/").content.decode()
    assert cards(page) == ["An Yi-01"] and "1 more person lies outside the bounds of your account" in page


def test_whoever_holds_no_post_calls_within_their_bounds(outbreak: World) -> None:
    page = signed_in(outbreak, "Wen", Role.COMMUNITY_WORKER, "u2").get("/calls/").content.decode()
    assert cards(page) == ["Bo Er-02"]
    (look,) = Look.objects.all()
    assert (look.page, look.count) == ("calls", 1)


def test_whoever_only_looks_on_sees_no_telephone_and_opens_no_sheet(outbreak: World) -> None:
    client = signed_in(outbreak, "Head Gu", Role.COMMAND)  # sees duties, records nothing
    page = client.get("/calls/").content.decode()
    assert cards(page) == ["An Yi-01", "Bo Er-02"] and "100 0000" not in page
    assert client.get(sheet(outbreak, "An Yi-01")).status_code == 404


def test_a_look_at_a_sheet_names_the_duty_it_was_for(outbreak: World) -> None:
    signed_in(outbreak, "Tracer Bo", Role.TRACER).get(sheet(outbreak, "An Yi-01"))
    signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST).get(sheet(outbreak, "An Yi-01"))
    mine, other = Look.objects.order_by("entry_id")
    assert (mine.purpose, mine.duty_id is not None) == ("duty", True)
    assert (other.purpose, other.duty_id) == ("investigation", None)


def test_a_call_is_recorded_once_however_often_it_is_sent(outbreak: World) -> None:
    client = signed_in(outbreak, "Tracer Bo", Role.TRACER)
    page = client.get(sheet(outbreak, "An Yi-01")).content.decode()
    form = {
        "key": re.search(r'name="key" value="([^"]*)"', page)[1],
        "outcome": "call_reached",
        "temperature": "38,4",
        "symptom": ["fever", "cough"],
        "contacts": "Zhao Yi-66, wife，100 0000 0108\n\nFeng Bing\n",
        "how": "household",
        "last_met": "2020-02-06",
        "disease": "mers",
    }
    first = client.post(sheet(outbreak, "An Yi-01"), form)
    assert first.headers["Location"] == "/calls/?saved=1"
    before = Entry.objects.exclude(verb="look").count()
    client.post(sheet(outbreak, "An Yi-01"), form)
    assert Entry.objects.exclude(verb="look").count() == before  # nothing written again

    # The instance stands at the end of 6 February, its last period: what is done now is done on the 7th.
    today = date(2020, 2, 7)
    assert [(one.kind, one.observed_date) for one in Evidence.objects.all()] == [("call_reached", today)]
    assert sorted((one.of, one.tenths) for one in Check.objects.all()) == [("symptoms", None), ("temperature", 384)]
    assert {one.name for one in Symptom.objects.filter(present=True)} == {"fever", "cough"}
    assert {one.name for one in Symptom.objects.filter(present=False)} == {"shortness_of_breath", "chest_pain"}
    met = Contact.objects.order_by("setting")
    assert [(one.kind, one.setting, str(one.last_date)) for one in met] == [
        ("household", "", "2020-02-06"),
        ("household", "wife", "2020-02-06"),
    ]
    # Known only as contacts, living where An lives: whoever answers for the unit sees them.
    new = Person.objects.filter(known=False)
    assert sorted((one.home.code, one.identifiers.count()) for one in new) == [("u1", 1), ("u1", 2)]


def test_what_was_recorded_is_judged_at_once_or_said_to_wait_while_a_run_goes_on(outbreak: World) -> None:
    client = signed_in(outbreak, "Tracer Bo", Role.TRACER)
    with lease("reconciler"):
        answer = client.post(sheet(outbreak, "Bo Er-02"), {"outcome": "call_no_answer"})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "judged with the next run of the period" in page and page.count("recorded, judged at the next run") == 1
    assert Dirty.objects.filter(subject_id=outbreak.people["Bo Er-02"]).exists()
    answer = client.post(sheet(outbreak, "An Yi-01"), {"outcome": "call_back", "back_at": "20:20"})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "what follows from it is judged" in page and "recorded, judged at the next run" not in page
    assert "call back at 20:20, as agreed" in page
    assert not Dirty.objects.exists()  # whoever waited was judged with them


def test_contacts_named_in_a_call_close_the_list_of_contacts(outbreak: World) -> None:
    outbreak.classified("An Yi-01", "confirmed", "2020-02-07")
    outbreak.cycle("2020-02-07")
    assert outbreak.standing("An Yi-01", "2020-02-07")["case.contact_list"] == "open"
    client = signed_in(outbreak, "Tracer Bo", Role.TRACER)
    form = {"outcome": "call_reached", "contacts": "Zhao Yi-66", "how": "work", "disease": "mers"}
    client.post(sheet(outbreak, "An Yi-01"), form)
    today = local_date(now(), outbreak.zone).isoformat()
    Run.objects.filter(status="done").update(period_date=today)  # as if every day up to now had been run
    outbreak.cycle(today)
    assert outbreak.standing("An Yi-01", today)["case.contact_list"] == "done"


def test_who_met_nobody_is_said_to_have_met_nobody(outbreak: World) -> None:
    client = signed_in(outbreak, "Tracer Bo", Role.TRACER)
    client.post(sheet(outbreak, "An Yi-01"), {"outcome": "call_reached", "nobody": "1", "disease": "mers"})
    assert {(one.kind, one.disease) for one in Evidence.objects.all()} == {
        ("call_reached", ""),
        ("contact_list", "mers"),
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Choose what came of the call"),
        ({"outcome": "call_no_answer", "temperature": "38.4"}, "choose Reached"),
        ({"outcome": "call_reached", "temperature": "384"}, "25.0 to 45.0"),
        ({"outcome": "call_reached", "temperature": "NaN"}, "25.0 to 45.0"),
        ({"outcome": "call_reached", "temperature": "38.45"}, "25.0 to 45.0"),
        ({"outcome": "call_back", "back_at": "25:00"}, "like 20:20"),
        ({"outcome": "call_reached", "symptom": "fever", "none": "1"}, "Either none of these or some"),
        ({"outcome": "call_reached", "contacts": ", no name"}, "Line 1 begins with no name"),
        ({"outcome": "call_reached", "contacts": "Zhao", "how": "hearsay"}, "Choose how they met"),
        ({"outcome": "call_reached", "contacts": "Zhao", "how": "work"}, "Choose the disease"),
        ({"outcome": "call_reached", "contacts": "Zhao\n" * 51}, "At most 50 contacts"),
        ({"outcome": "call_reached", "contacts": "Zhao", "nobody": "1"}, "Either there was nobody"),
        ({"outcome": "call_no_answer", "nobody": "1"}, "choose Reached"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_written(outbreak: World, given: dict, told: str) -> None:
    client = signed_in(outbreak, "Tracer Bo", Role.TRACER)
    answer = client.post(sheet(outbreak, "An Yi-01"), given)
    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert not Evidence.objects.exists() and not Contact.objects.exists()


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_every_field_is_no_failure(outbreak: World, junk: str) -> None:
    client = signed_in(outbreak, "Tracer Bo", Role.TRACER)
    usual = {"outcome": "call_reached", "how": "work", "disease": "mers"}
    for name in (
        "key",
        "outcome",
        "back_at",
        "temperature",
        "symptom",
        "none",
        "contacts",
        "how",
        "last_met",
        "disease",
    ):
        for outcome in ("call_reached", "call_back"):
            given = usual | {"outcome": outcome, name: junk} | ({"contacts": "Zhao"} if name == "last_met" else {})
            assert client.post(sheet(outbreak, "An Yi-01"), given).status_code in (302, 422), (name, outcome)
    assert "<script>alert" not in client.get(sheet(outbreak, "An Yi-01")).content.decode()
    assert "<script>alert" not in client.get(f"/list/{outbreak.people['An Yi-01']}/").content.decode()


@pytest.mark.parametrize("number", [1, 20])
def test_a_constant_number_of_statements_for_the_cards(world: World, number: int) -> None:
    for one in range(number):
        named(world, f"person {one}", phone=f"100 0000 {one:04d}")
        world.classified(f"person {one}", "suspected", "2020-02-05")
    world.cycle("2020-02-05")
    client = signed_in(world, "Tracer Bo", Role.TRACER)
    with CaptureQueriesContext(connection) as asked:
        assert len(cards(client.get("/calls/").content.decode())) == number
    reads = [one["sql"] for one in asked if one["sql"].startswith(("SELECT", "WITH"))]
    assert len(reads) == 40


def test_who_was_found_today_is_called_today_and_tomorrows_check_tomorrow(world: World) -> None:
    today = local_date(now(), world.zone).isoformat()
    named(world, "An Yi-01")
    world.classified("An Yi-01", "suspected", today, known="2020-02-01")
    world.cycle(today)  # owed from the day's end on, for the accounts
    page = signed_in(world, "Tracer Bo", Role.TRACER).get("/calls/").content.decode()
    assert cards(page) == ["An Yi-01"] and "Investigate source" in page
    assert "condition, for" not in page  # the daily check begins tomorrow
