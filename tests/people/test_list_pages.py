"""The list and one person, as somebody at work sees them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Purpose, Role, Scope, scope_of
from mainstay.cases.models import Classification
from mainstay.cases.services import correct, retract
from mainstay.duties.models import PersonOfConcern
from mainstay.organisations.queries import jurisdiction
from mainstay.people import services as people
from mainstay.people.models import Person
from mainstay.platform.identity import new_id
from mainstay.platform.models import Dirty
from mainstay.reports.queries import line_list
from mainstay.reports.queries.line_list import Asked
from tests.web.signing_in import JUNK, signed_in
from tests.world import World

AT = datetime(2020, 2, 10, 4, tzinfo=UTC)
CITY = Scope(everywhere=True)


def named(world: World, name: str, phone: str = "") -> None:
    """Somebody of the story, with a name and a telephone on record."""
    world.people[name] = new_id()
    people.add_person(person=world.people[name], name=name, phone=phone, by=world.by, at=world.at)


@pytest.fixture
def outbreak(world: World) -> World:
    """An is confirmed since 1 February, Bo suspected since the 5th, Ci was named by An on the 6th."""
    for name, unit in (("An Yi-01", "u1"), ("Bo Er-02", "u2"), ("Ci San-03", "u1")):
        named(world, name, phone="100 0000 01" + name[-2:])
        world.lives(name, unit)
    world.classified("An Yi-01", "confirmed", "2020-02-01")
    world.classified("Bo Er-02", "suspected", "2020-02-05")
    world.onset("An Yi-01", "2020-01-30", known="2020-02-01")
    world.met("Ci San-03", "An Yi-01", known="2020-02-06", first="2020-02-01", last="2020-02-03")
    world.cycle("2020-02-06")
    return world


def rows(text: str) -> list[str]:
    """The names in the first column of the page's table, in order."""
    return re.findall(r'<th scope="row" class="nowrap"><a href="[^"]*">([^<]*)</a>', text)


def test_the_longest_overdue_comes_first(outbreak: World) -> None:
    outbreak.classified("Di Si-04", "confirmed", "2020-02-07")
    outbreak.cycle("2020-02-08")
    page = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST).get("/list/?sort=overdue").content.decode()
    # At the end of the 8th, where this instance stands: the three were told on the 6th, the fourth on the 7th.
    assert rows(page)[:3] == ["An Yi-01", "Bo Er-02", "Ci San-03"] and len(rows(page)) == 4
    assert "As of Sat 8 Feb 2020 24:00" in page
    assert "100 0000" not in page  # no telephone without a purpose
    assert "Confirmed" in page and "Suspected" in page and "Close contact" in page


def test_by_category_the_gravest_comes_first(outbreak: World) -> None:
    outbreak.classified("Ci San-03", "confirmed", "2020-02-07")
    outbreak.cycle("2020-02-07")
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    assert rows(client.get("/list/?sort=category").content.decode()) == ["An Yi-01", "Ci San-03", "Bo Er-02"]
    assert rows(client.get("/list/?category=suspected").content.decode()) == ["Bo Er-02"]
    assert rows(client.get("/list/?where=u1").content.decode()) == ["An Yi-01", "Ci San-03"]
    assert rows(client.get("/list/?where=nowhere").content.decode()) == []
    assert "Take one of the filters off" in client.get("/list/?where=nowhere").content.decode()


def test_who_answers_for_a_unit_sees_that_unit_only(outbreak: World) -> None:
    client = signed_in(outbreak, "Wen", Role.COMMUNITY_WORKER, "u2")
    assert rows(client.get("/list/").content.decode()) == ["Bo Er-02"]
    there, missing = client.get(f"/list/{outbreak.people['An Yi-01']}/"), client.get(f"/list/{new_id()}/")
    assert (there.status_code, missing.status_code) == (404, 404)
    assert client.get(f"/list/{outbreak.people['Bo Er-02']}/").status_code == 200
    assert client.get(f"/calls/{outbreak.people['An Yi-01']}/").status_code == 404


def test_every_page_leaves_one_look_at_all_it_listed(outbreak: World) -> None:
    signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST).get("/list/")
    (look,) = Look.objects.all()
    assert (look.page, look.purpose, look.count) == ("list", Purpose.SUPERVISION, 3)
    assert bytes(look.listed) == b"".join(outbreak.people[name].bytes for name in ("Bo Er-02", "An Yi-01", "Ci San-03"))


def test_pages_follow_one_another_without_a_gap_in_each_order(outbreak: World) -> None:
    for number in range(7):
        outbreak.classified(f"more {number}", "suspected", "2020-02-05")
    outbreak.cycle("2020-02-07")
    for order in line_list.ORDERS:
        asked = Asked(CITY, AT, order=order)
        whole = [row.id for row in line_list.list_people(asked, limit=100)]
        found, after = [], None
        while page := line_list.list_people(asked, after, limit=3):
            found += [row.id for row in page]
            after = page[-1].cursor
        assert found == whole and len(whole) == 10
    assert line_list.count_people(Asked(CITY, AT)).people == 10


@pytest.mark.parametrize("number", [1, 20])
def test_a_constant_number_of_statements_for_the_list(world: World, number: int) -> None:
    for one in range(number):
        named(world, f"person {one}")
        world.classified(f"person {one}", "suspected", "2020-02-05")
        world.stays(f"person {one}", "ward", "h1", "2020-02-05")
    world.cycle("2020-02-05")
    with CaptureQueriesContext(connection) as asked:
        assert len(line_list.list_people(Asked(CITY, AT))) == number
    assert len(asked) == 9


def test_who_was_merged_is_neither_listed_nor_counted_in_the_city_and_in_a_place(outbreak: World) -> None:
    """Their row of concern stands until the next run: of three in the city, two of them in unit one, one goes."""
    place = jurisdiction("u1")
    assert place is not None
    city, unit = Asked(CITY, AT), Asked(scope_of([place]), AT)
    for asked, before in ((city, 3), (unit, 2)):
        assert (len(line_list.list_people(asked)), line_list.count_people(asked).people) == (before, before)
    gone, into = outbreak.people["Ci San-03"], outbreak.people["An Yi-01"]
    people.merge(person=gone, into=into, reason="one card", by=outbreak.by, at=outbreak.at)
    Dirty.objects.filter(subject_id=gone).delete()
    assert PersonOfConcern.objects.filter(person_id=gone).exists()
    for asked, after in ((city, 2), (unit, 1)):
        listed = line_list.list_people(asked)
        assert gone not in {row.id for row in listed}
        assert all(row.overdue for row in listed)
        assert line_list.count_people(asked) == line_list.Totals(people=after, overdue=after)


def test_counting_stops_at_its_cap(outbreak: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_list, "CAP", 2)
    page = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST).get("/list/").content.decode()
    assert "<b>2</b> people or more match" in page


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_the_address_is_no_failure(outbreak: World, junk: str) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    for name in ("category", "overdue", "where", "sort", "after"):
        assert client.get("/list/", {name: junk}).status_code == 200, name
        assert client.get("/calls/", {name: junk}).status_code == 200, name
    assert client.get(f"/list/{'0' * 32}/").status_code == 404


# --- one person -----------------------------------------------------------------------------------------


def page_of(world: World, client, name: str, **asked: str) -> str:
    return client.get(f"/list/{world.people[name]}/", asked).content.decode()


def test_what_is_known_is_shown_with_what_was_corrected_struck_through(outbreak: World) -> None:
    root = outbreak.classified("Bo Er-02", "probable", "2020-02-06")
    correct(model=Classification, root=root, value="discarded", known_at=AT, by=outbreak.by, at=AT)
    wrong = outbreak.classified("Bo Er-02", "clinical", "2020-02-06")
    retract(model=Classification, root=wrong, known_at=AT, by=outbreak.by, at=AT)
    page = page_of(outbreak, signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST), "Bo Er-02")
    corrected = re.findall(r'<li class="fact corrected">.*?<span class="what"><span>([^<]*)', page, re.DOTALL)
    assert corrected == ["Classified: clinically diagnosed", "Classified: probable"]
    assert "Taken back: Classified: clinically diagnosed" in page
    assert "Classified: ruled out" in page and "Clerk Fu" in page
    assert "Something is recorded that has not been judged yet" in page


def test_why_somebody_is_a_contact_and_whom_they_met_is_shown_both_ways(outbreak: World) -> None:
    outbreak.cycle("2020-02-08")
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    contact, index = page_of(outbreak, client, "Ci San-03"), page_of(outbreak, client, "An Yi-01")
    assert "was named by An Yi-01" in contact and "named this person" in contact
    assert "named by this person" in index and "Ci San-03" in index
    assert "overdue" in index and "Tracing, Tracer Bo" in index  # her duties, and who answers


def test_a_contact_elsewhere_is_only_counted(outbreak: World) -> None:
    outbreak.met("Bo Er-02", "An Yi-01", known="2020-02-06", last="2020-02-03")
    page = page_of(outbreak, signed_in(outbreak, "Wen", Role.COMMUNITY_WORKER, "u1"), "An Yi-01")
    assert "Ci San-03" in page and "Bo Er-02" not in page
    assert "1 more contact lies outside your bounds" in page


def test_identifiers_need_a_purpose_and_are_hidden_again_after_a_quarter_of_an_hour(outbreak: World) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    address = f"/list/{outbreak.people['An Yi-01']}/"
    assert "100 0000" not in client.get(address).content.decode()
    assert client.post(address, {"purpose": "investigation", "reason": "second wave"}).status_code == 302
    assert "100 0000 0101" in client.get(address).content.decode()
    look = Look.objects.order_by("entry_id").last()
    assert (look.purpose, look.subject_id, look.entry.purpose) == (
        "investigation",
        outbreak.people["An Yi-01"],
        "second wave",
    )
    session = client.session
    (key,) = filter(lambda key: key.startswith("purpose "), session.keys())
    past = datetime.fromisoformat(session[key][2]) - timedelta(minutes=16)
    session[key] = [*session[key][:2], past.isoformat()]
    session.save()
    assert "100 0000" not in client.get(address).content.decode()


def test_an_emergency_needs_a_sentence_and_no_other_word_opens(outbreak: World) -> None:
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    address = f"/list/{outbreak.people['An Yi-01']}/"
    for given in ({"purpose": "emergency"}, {"purpose": "duty"}, *({"purpose": junk, "reason": junk} for junk in JUNK)):
        assert client.post(address, given).status_code == 302
        assert "100 0000" not in client.get(address).content.decode(), given
    assert "say in a few words" in client.get(address, {"lacks": "reason"}).content.decode()
    client.post(address, {"purpose": "emergency", "reason": "collapsed in the street"})
    assert "100 0000 0101" in client.get(address).content.decode()


def test_who_answers_for_a_duty_needs_no_word(outbreak: World) -> None:
    tracer = signed_in(outbreak, "Tracer Bo", Role.TRACER)  # holds the post of tracing
    assert "100 0000 0101" in page_of(outbreak, tracer, "An Yi-01")
    look = Look.objects.order_by("entry_id").last()
    assert look.purpose == Purpose.DUTY and look.duty_id is not None


def test_a_merged_record_leads_to_whom_it_is_read_as(outbreak: World) -> None:
    an, bo = outbreak.people["An Yi-01"], outbreak.people["Bo Er-02"]
    people.merge(person=bo, into=an, reason="one card", by=outbreak.by, at=AT)
    client = signed_in(outbreak, "Wen", Role.EPIDEMIOLOGIST)
    assert client.get(f"/list/{bo}/").headers["Location"] == f"/list/{an}/"
    assert "Classified: suspected" in client.get(f"/list/{an}/").content.decode()
    elsewhere = signed_in(outbreak, "Mo", Role.COMMUNITY_WORKER, "u2")
    assert elsewhere.get(f"/list/{bo}/").status_code == 404  # read as An, who lives in another unit


# --- somebody new ---------------------------------------------------------------------------------------


def test_a_person_is_added_once_however_often_the_form_is_sent(world: World) -> None:
    client = signed_in(world, "Wen", Role.EPIDEMIOLOGIST)
    key = re.search(r'name="key" value="([^"]*)"', client.get("/list/add/").content.decode())[1]
    form = {"key": key, "name": "Di Si-04", "phone": "100 0000 0104", "where": "u1"}
    first, second = client.post("/list/add/", form), client.post("/list/add/", form)
    assert first.headers["Location"] == second.headers["Location"]
    (row,) = Person.objects.all()
    assert row.home.code == "u1" and row.identifiers.count() == 2
    assert rows(client.get("/list/").content.decode()) == ["Di Si-04"]  # not judged yet, but seen
    form |= {"key": new_id().hex}  # another of the same name and telephone stays another
    client.post("/list/add/", form)
    assert Person.objects.count() == 2


def test_whoever_sees_one_unit_must_say_where_and_only_there(world: World) -> None:
    client = signed_in(world, "Wen", Role.COMMUNITY_WORKER, "u1")
    for where in ("", "u2", "nowhere"):
        answer = client.post("/list/add/", {"name": "Di Si-04", "where": where})
        assert answer.status_code == 422 and "There is no such place here" in answer.content.decode()
    assert not Person.objects.exists()
    assert client.post("/list/add/", {"name": "Di Si-04", "where": "u1"}).status_code == 302


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_the_form_is_told_or_kept_as_text(world: World, junk: str) -> None:
    client = signed_in(world, "Wen", Role.EPIDEMIOLOGIST)
    for given in (
        {"name": junk},
        {"name": "Di", "phone": junk, "address": junk, "key": junk},
        {"name": "Di", "where": junk},
    ):
        assert client.post("/list/add/", given).status_code in (302, 422), given
    assert "<script>alert" not in client.get("/list/").content.decode()
