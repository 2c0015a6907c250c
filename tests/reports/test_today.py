"""Today: every number on it opens as many rows, however few or many there are, and within one's bounds."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.rules import Role
from mainstay.cycle.models import Run
from mainstay.cycle.now import judge_now
from mainstay.duties import by_hand
from mainstay.duties.models import DutyState
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.clock import ONE_DAY, local_date, now
from mainstay.platform.identity import new_id
from mainstay.reports.queries import kept_today
from tests.web.signing_in import signed_in
from tests.world import World


def named(world: World, name: str, unit: str) -> None:
    world.people[name] = new_id()
    people.add_person(person=world.people[name], name=name, by=world.by, at=world.at)
    world.lives(name, unit)


@pytest.fixture
def evening(world: World) -> World:
    """Two cases of some days ago in Unit One, a contact of theirs in each unit; the period of yesterday was run."""
    today = local_date(now(), world.zone)
    first, yesterday = (today - 4 * ONE_DAY).isoformat(), (today - ONE_DAY).isoformat()
    for name, unit in (("An Yi-01", "u1"), ("Bo Er-02", "u1"), ("Ci San-03", "u1"), ("Di Si-04", "u2")):
        named(world, name, unit)
    world.classified("An Yi-01", "confirmed", first)
    world.classified("Bo Er-02", "suspected", first)
    for name in ("Ci San-03", "Di Si-04"):
        world.met(name, "An Yi-01", first, first=first, last=first)
    world.cycle(first)
    world.checked("Ci San-03", yesterday)
    world.cycle(yesterday)
    one = DutyState.objects.filter(status="open", duty__kind="investigate").first()
    by_hand.excuse(duties=[one.duty_id], reason="done elsewhere", by=world.by, at=now())
    return world


FIGURE = re.compile(r'<a class="figure[^"]*" href="([^"]*)">([\d,]+)</a>')
LED = {
    "/duties/": re.compile(r"towards <b>(\d+)</b> people"),
    "/duties/rows/": re.compile(r"<b>(\d+)</b> duties"),
    "/list/": re.compile(r"<b>(\d+)</b> people match"),
}


def figures(page: str) -> list[tuple[str, int]]:
    return [(href.replace("&amp;", "&"), int(number.replace(",", ""))) for href, number in FIGURE.findall(page)]


def rows_of(client: Client, href: str) -> tuple[int, int]:
    """(what the page behind a number says it shows, how many rows it has)."""
    page = client.get(href).content.decode()
    said = int(LED[href.partition("?")[0]].search(page)[1])
    cards = len(re.findall(r'<h2 id="card-', page))
    return said, cards or page.count('<th scope="row"')


@pytest.mark.parametrize(("role", "bounds"), [(Role.COMMAND, ""), (Role.DISTRICT_OFFICER, "u1")])
def test_every_number_opens_as_many_rows(evening: World, role: Role, bounds: str) -> None:
    client = signed_in(evening, "Head Gu", role, bounds)
    found = figures(client.get("/today/").content.decode())
    assert len(found) > 40 and sum(number > 0 for _href, number in found) > 15
    for href, number in dict(found).items():
        if href != "/posts/":  # where it is mended that nobody answers; its number opens the rows there
            assert rows_of(client, href) == (number, number), href


def test_it_leads_with_people_and_says_what_is_excused_unowned_and_unknown(evening: World) -> None:
    page = signed_in(evening, "Head Gu", Role.COMMAND).get("/today/").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert re.search(r"4 people to be reached today\. \d+ wait for a place", text)
    assert "So few that only counts say something" in text and "Rt" not in text
    assert re.search(r"Without anybody who answers: 0 ", text) and "1 excused with a reason" in text
    assert "Find out the first day of illness" in text
    assert "Tracer Bo" in text and "raised" in text
    assert "No file came today." in text


def test_what_is_owed_is_worked_out_by_a_press_the_first_time_too(world: World, monkeypatch) -> None:
    named(world, "An Yi-01", "u1")
    today = local_date(now(), world.zone)
    world.classified("An Yi-01", "suspected", (today - ONE_DAY).isoformat())
    head, auditor = signed_in(world, "Head Gu", Role.COMMAND), signed_in(world, "Auditor Wu", Role.AUDITOR)
    assert "Work out what is owed" in head.get("/today/").content.decode()
    assert "Work out what is owed" not in auditor.get("/today/").content.decode()
    assert auditor.post("/today/").status_code == 404
    monkeypatch.setattr("mainstay.cycle.now.AT_ONCE", 0)  # too many for a page: nothing is run
    assert head.post("/today/").headers["Location"] == "/today/?run=later"
    assert not Run.objects.exists()
    monkeypatch.undo()
    assert head.post("/today/").headers["Location"] == "/today/?run=1"
    owed = DutyState.objects.count()
    assert head.post("/today/").headers["Location"] == "/today/?run=1"
    assert owed == DutyState.objects.count() > 3  # pressed twice nothing is opened twice
    assert set(Run.objects.values_list("period_date", "status")) == {(today, "done")}
    assert "What is owed is worked out up to now." in head.get("/today/?run=1").content.decode()
    assert 'class="notice done"' not in head.get("/today/?run=<script>").content.decode()


def test_who_may_not_open_the_rows_sees_the_numbers_alone(evening: World) -> None:
    page = signed_in(evening, "Auditor Wu", Role.AUDITOR).get("/today/").content.decode()
    assert figures(page) == [] and "people to be reached today" in page
    assert not any(name in page for name in evening.people)


def test_before_the_first_run_it_says_so(world: World) -> None:
    page = signed_in(world, "Head Gu", Role.COMMAND).get("/today/").content.decode()
    assert "No period was run yet." in page and "Nothing is owed." in page


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.COMMAND, "/today/"),
        (Role.DISTRICT_OFFICER, "/today/"),
        (Role.EPIDEMIOLOGIST, "/list/"),
        (Role.COMMUNITY_WORKER, "/duties/"),
        (Role.DATA_CLERK, "/files/"),
    ],
)
def test_each_role_begins_with_its_own_page(world: World, role: Role, first: str) -> None:
    assert signed_in(world, "Head Gu", role).get("/").headers["Location"] == first


def test_a_constant_number_of_statements(evening: World) -> None:
    client = signed_in(evening, "Head Gu", Role.COMMAND)

    def reads() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/today/")
        return len([one for one in asked if one["sql"].startswith(("SELECT", "WITH"))])

    before = reads()
    today = local_date(now(), evening.zone).isoformat()
    for number in range(12):
        named(evening, f"person {number}", "u2")
        evening.classified(f"person {number}", "suspected", today)
    evening.cycle(today)
    assert (before, reads()) == (30, 30)


def test_a_large_citys_counts_are_kept_for_a_minute_and_counted_anew_for_who_records(
    evening: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes long to count is shown for a minute as it was; whoever adds somebody sees them counted."""
    monkeypatch.setattr(kept_today, "MANY", 0)
    cache.clear()
    head, other = signed_in(evening, "Head Gu", Role.COMMAND), signed_in(evening, "Deputy Ni", Role.COMMAND)
    districts = signed_in(evening, "Officer Lu", Role.DISTRICT_OFFICER, "u1")

    def reached(client: Client) -> int:
        return figures(client.get("/today/").content.decode())[0][1]

    assert (reached(head), reached(districts)) == (4, 3)  # kept apart: each within their bounds
    with CaptureQueriesContext(connection) as asked:
        assert reached(other) == 4
    assert not any("GROUP BY d.kind" in one["sql"] for one in asked)  # nothing was counted
    named(evening, "Ed Wu-05", "u1")
    by_head = World(by=ledger.actor("Head Gu"), at=evening.at, people=evening.people)
    by_head.classified("Ed Wu-05", "suspected", local_date(now(), evening.zone).isoformat())
    judge_now(people=[evening.people["Ed Wu-05"]], by=by_head.by, at=now())
    assert (reached(head), reached(other)) == (5, 5)  # counted for the one who recorded, and so for the other
    assert reached(districts) == 3  # theirs is a minute old at most
    cache.clear()
    assert reached(districts) == 4
    cache.clear()
