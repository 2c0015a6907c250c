"""The reconciliation and the coverage as pages and commands: counts for all, people within bounds, no failure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.models import Look
from mainstay.accounts.rules import WHOLE_CITY, Area, Jurisdiction, Role
from mainstay.cli.reconcile import reconcile
from mainstay.places.models import Place
from mainstay.reports.pages.reconciliation import NAMES
from mainstay.reports.queries.coverage import STATUSES, Counted, counted_duties, coverage_by_place
from mainstay.reports.queries.situation import situation
from mainstay.reports.rules.reconciliation import KINDS
from mainstay.reports.rules.situation import text
from tests.reports.test_pages import JUNK, read, signed_in
from tests.world import World

pytestmark = pytest.mark.django_db
ON = date(2020, 2, 3)
DAY = "on=2020-02-03"


@pytest.fixture
def differing(world: World) -> World:
    """Three positive and one confirmed without a result; An lives in the first unit, the others nowhere known."""
    world.lives("An", "u1")
    for name in ("An", "Bo", "Ci"):
        world.result(name, "positive", "2020-02-01")
    world.classified("Di", "confirmed", "2020-02-01")
    world.stays("Di", "ward", "h1", "2020-02-01")
    world.cycle("2020-02-01")
    world.cycle("2020-02-03")
    return world


# --- reconciliation -------------------------------------------------------------------------------------


def test_the_page_counts_and_names_sides_owner_and_deadline(differing: World) -> None:
    page = read(signed_in(differing, Role.EPIDEMIOLOGIST), f"/report/reconciliation/?{DAY}")
    assert "About 4 of 4 people the three sides differ." in page
    assert "Positive, not in the register 3" in page and "All 4" in page
    assert "Worker Er Unit One" in page and "Nurse Ci Ward" in page and "River Hospital" in page
    assert "Mon 3 Feb 00:00" in page  # asked at the end of the 1st, due a day later: overdue
    look = Look.objects.get()
    assert (look.page, look.count) == ("reconciliation", 4)


def test_one_kind_alone(differing: World) -> None:
    page = read(
        signed_in(differing, Role.EPIDEMIOLOGIST), f"/report/reconciliation/?{DAY}&kind=confirmed_without_result"
    )
    assert "Nurse Ci" in page and "Worker Er" not in page


def test_who_may_see_no_people_sees_the_counts(differing: World) -> None:
    page = read(signed_in(differing, Role.AUDITOR), f"/report/reconciliation/?{DAY}")
    assert "Positive, not in the register 3" in page and "4 more are about people you may not see" in page
    assert not any(one.hex[-8:] in page for one in differing.people.values()) and not Look.objects.exists()


def test_a_tracer_of_one_community_sees_those_who_live_there(differing: World) -> None:
    part = Jurisdiction(Area.COMMUNITY, Place.objects.get(code="c1").id)
    html = signed_in(differing, Role.TRACER, part).get(f"/report/reconciliation/?{DAY}").content.decode()
    seen = {name for name, identity in differing.people.items() if str(identity) in html}
    assert seen == {"An"} and "3 more are about people" in html
    assert Look.objects.get().listed == differing.people["An"].bytes


def test_every_kind_has_its_name() -> None:
    assert set(NAMES) == set(KINDS)


def test_the_report_says_how_many_differ(differing: World) -> None:
    found = situation(on=ON)
    said = [one.sentence for one in found.unknowns]
    assert "Register, hospital and laboratory differ about 4 people." in said
    assert "3 people with a positive result are not in the register." in said
    assert "3名检测阳性者不在登记之内" in text(situation(on=ON, language="zh-hans"))


@pytest.fixture
def mainstay(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr("mainstay.cli.reconcile.open_instance", lambda home: None)
    return lambda *options: CliRunner().invoke(reconcile, list(options), catch_exceptions=False)


def test_the_shape_that_scripts_rely_on(mainstay: Callable[..., Result], differing: World) -> None:
    told = json.loads(mainstay("--on", "2020-02-03", "--json").output)
    assert (told["schema"], told["as_of"]) == ("mainstay.reconciliation/1", "2020-02-03")
    assert told["data"]["totals"] == [
        {"kind": "positive_not_in_register", "differences": 3},
        {"kind": "confirmed_without_result", "differences": 1},
    ]
    (compared,) = told["data"]["compared"]
    assert compared["people"] == compared["agreeing"] + compared["differing"] == 0 + 4
    last = told["data"]["rows"][-1]
    assert (last["person"], last["post"], last["status"]) == (str(differing.people["Di"]), "ward-h1", "overdue")
    assert [(one["side"], one["value"]) for one in last["said"]] == [
        ("register", "confirmed"), ("hospital", "ward"), ("laboratory", None),
    ]  # fmt: skip


def test_as_lines_for_people_and_nobody_yet(mainstay: Callable[..., Result], differing: World) -> None:
    said = mainstay("--on", "2020-02-03").output
    assert "mers: 4 people = 0 agree + 4 differ" in said and "unit-u1  laboratory: positive of 2020-02-01" in said
    assert mainstay("--on", "2020-01-31").output.splitlines()[-1] == "No difference."


# --- coverage -------------------------------------------------------------------------------------------


def test_places_add_up_from_the_city_to_the_unit(differing: World) -> None:
    """The city = the district + nowhere known; the district = its community; the community = units + nowhere."""
    city = coverage_by_place(on=ON)
    assert [row.code for row in city.rows] == ["d1", None]
    whole = sum(line.should for line in situation(on=ON).coverage)
    assert city.total.should == sum(row.should for row in city.rows) == whole > 0
    for row in (*city.rows, city.total):
        assert row.should == row.done + row.in_time + row.overdue + row.missed + row.excused
    district, community = (coverage_by_place(on=ON, place=code) for code in ("d1", "c1"))
    assert district.total.should == community.total.should == city.rows[0].should > 0
    assert [(row.code, row.should) for row in community.rows] == [("u1", city.rows[0].should), ("u2", 0)]
    assert community.trail == (("d1", "First District"),)


def test_the_reports_lines_are_by_kind_and_community_and_add_up(differing: World) -> None:
    data = situation(on=ON).as_data()
    settle = [(one["place"], one["should"]) for one in data["coverage"] if one["kind"] == "settle_difference"]
    assert settle == [("c1", 1), (None, 3)]
    for name in ("should", "done", "overdue"):
        assert sum(one[name] for one in data["coverage"]) == sum(one[name] for one in data["coverage_totals"])


def test_who_is_nowhere_to_be_found_counts_as_one_who_should(differing: World) -> None:
    """Nobody ever reached Bo and Ci: their duties stand in the sum all the same, as overdue."""
    settle = coverage_by_place(on=ON, kind="settle_difference")
    assert (settle.total.should, settle.total.overdue, settle.total.done) == (1 + 3, 1 + 3, 0)


@pytest.mark.parametrize("place", [None, "d1", "c1", "u1"])
def test_every_number_opens_as_many_duties(differing: World, place: str | None) -> None:
    found = coverage_by_place(on=ON, place=place)
    for row in (*found.rows, found.total):
        outside = row.code is None and row is not found.total and found.place_has_below
        for number in STATUSES:
            counted = Counted(ON, None, row.code or place, None, number, outside)
            assert len(counted_duties(counted)) == getattr(row, number), (row, number)


def test_the_pages_drill_from_district_to_unit_and_to_the_duties(differing: World) -> None:
    client = signed_in(differing, Role.EPIDEMIOLOGIST)
    address, shown = f"/report/coverage/?{DAY}", []
    for name in ("First District", "Lake Community", "Unit One"):
        html = client.get(address).content.decode()
        shown.append(name in html)
        link = re.search(rf'<a href="([^"]+)">{name}</a>', html)
        address = f"/report/coverage/{link[1].replace('&amp;', '&')}" if link else ""
    assert shown == [True] * 3 and address == ""  # below a unit there is nothing
    page = read(client, f"/report/coverage/rows/?{DAY}&number=overdue&kind=settle_difference&place=u1")
    assert "Settle a difference of register, hospital and laboratory" in page and "Worker Er" in page


def test_duties_towards_people_are_shown_within_bounds_only(differing: World) -> None:
    client = signed_in(differing, Role.AUDITOR, WHOLE_CITY)
    html = client.get(f"/report/coverage/rows/?{DAY}").content.decode()
    assert "you may not see" in html and not any(str(one) in html for one in differing.people.values())
    assert not Look.objects.exists()


def test_statements_do_not_grow_with_the_people(world: World) -> None:
    def statements(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    client = signed_in(world, Role.EPIDEMIOLOGIST)
    pages = [f"/report/{page}/?{DAY}" for page in ("reconciliation", "coverage", "coverage/rows")]
    world.lives("Person 0", "u1")
    world.result("Person 0", "positive", "2020-02-01")
    world.cycle("2020-02-01")
    few = [statements(page) for page in pages]
    for n in range(1, 12):
        world.lives(f"Person {n}", "u1")
        world.result(f"Person {n}", "positive", "2020-02-01")
    world.cycle("2020-02-02")
    assert [statements(page) for page in pages] == few


# --- whatever is asked ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["reconciliation", "coverage", "coverage/rows"])
def test_junk_is_answered_by_a_sentence(differing: World, page: str) -> None:
    client = signed_in(differing, Role.EPIDEMIOLOGIST)
    refused = {"on", "known_at", "disease" if page == "reconciliation" else "place"}
    refused |= {"number"} if page == "coverage/rows" else set()
    for name in ("on", "known_at", "disease", "kind", "start", "place", "number", "after", "outside"):
        for junk in (*JUNK[::3], "\0", "x" * 5000):
            reply: Any = client.get(f"/report/{page}/", {name: junk})
            harmless = name == "place" and junk == "\0"  # nothing is left of it
            assert reply.status_code == (422 if name in refused and not harmless else 200), (name, junk)
    for verb in ("post", "put", "delete"):
        assert getattr(client, verb)(f"/report/{page}/").status_code == 405


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_in_chinese_no_english_sentence_is_left(differing: World, language: str) -> None:
    client = signed_in(differing, Role.EPIDEMIOLOGIST, language=language)
    for page in ("reconciliation", "coverage", "coverage/rows"):
        main = client.get(f"/report/{page}/?{DAY}").content.decode().split("<main")[1].split("</main>")[0]
        said = re.sub(r"<[^>]+>", "\n", main)
        invented = "Worker Er|Unit One|Nurse Ci|Tracer Bo|River Hospital|First District|Officer Ai"
        assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", re.sub(invented, "", said)) == []
