"""The protocol at the pages: which edition ruled when, clauses in words, what changed, cards, and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from mainstay.accounts.models import Look
from mainstay.accounts.rules import Role
from mainstay.duties import library
from mainstay.duties.pages import clauses
from mainstay.duties.rules.compare import compare
from mainstay.duties.rules.edition import CATEGORIES, Clause, Edition
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import InForce, rulesets_on, spells
from mainstay.duties.rules.typical import asked_of
from mainstay.platform.clock import day_end
from mainstay.platform.identity import new_id
from tests.web.signing_in import JUNK, signed_in
from tests.world import ZONE, World

DAY = timedelta(days=1)


def edition(name: str) -> Edition:
    return library.load(name)[0]


def every_clause() -> list[Clause]:
    return [clause for name in library.shipped() for clause in edition(name).clauses]


# --- rules --------------------------------------------------------------------------------------------


def test_spells_say_day_by_day_what_the_rule_says() -> None:
    """Editions 1 to 3, the third brought forward, then withdrawn and put in force again."""
    control = [edition(f"covid-19.control.{number}") for number in (1, 2, 3)]
    rows = [InForce(one, one.effective_from) for one in control]
    rows += [InForce(control[2], date(2020, 1, 25)), InForce(control[2], date(2020, 2, 1), withdrawn=True)]
    rows += [InForce(control[2], date(2020, 2, 3))]
    (found,) = spells(rows).values()
    day = date(2020, 1, 10)
    while day < date(2020, 2, 10):
        ruling = [one.edition.id for one in found if one.from_date <= day and (one.until is None or day < one.until)]
        rules = rulesets_on(day, rows).get("covid-19")
        assert ruling == (list(rules.editions) if rules else []), day
        day += DAY


def test_what_changed_from_edition_four_to_five() -> None:
    found = {one.clause: one for one in compare(edition("covid-19.control.4"), edition("covid-19.control.5"))}
    assert (found["fever.offer_place"].change, found["fever.offer_place"].old) == ("added", None)
    assert "when" in found["contact.observe"].fields  # from two days before onset
    assert not compare(edition("covid-19.control.5"), edition("covid-19.control.5"))


def test_a_card_asks_what_the_judge_asks_of_somebody_new_in_a_category() -> None:
    rows = [InForce(edition(name), edition(name).effective_from) for name in ("house", "covid-19.control.5")]
    rules = rulesets_on(date(2020, 3, 1), rows)["covid-19"]
    horizon = Horizon(day_end(date(2020, 3, 1), ZONE), date(2020, 3, 1), ZONE)
    contact = asked_of("close_contact", rules, horizon)
    assert [clause.id for clause in contact.at_once] == ["contact.offer_place", "contact.seek_order", "contact.observe"]
    confirmed = asked_of("confirmed", rules, horizon)
    assert confirmed.at_once[0].id == "case.report"  # within two hours
    assert asked_of("clinical", rules, horizon) is None  # this edition counts such a case as suspected
    assert {one for one in CATEGORIES if asked_of(one, rules, horizon)} == {*CATEGORIES} - {"clinical"}


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_clause_that_ships_is_said_in_words(language: str) -> None:
    with translation.override(language):
        for clause in every_clause():
            for name in clauses.FIELDS:
                said = clauses.field(clause, name)
                assert (said.text or name == "text") and "%(" not in said.text, (clause.id, name)


# --- pages --------------------------------------------------------------------------------------------


def test_the_protocol_is_read_by_whoever_works_here(world: World) -> None:
    client = signed_in(world, "Wen", Role.COMMUNITY_WORKER, "u1")
    page = client.get("/protocol/").content.decode()
    assert "MERS: WHO guidance" in page and "rules now" in page
    assert "COVID-19 prevention and control, edition 5" in page  # ready, not in force here
    one = client.get("/protocol/editions/covid-19.control.5/").content.decode()
    assert one.count("from memory</span>") == sum(clause.recalled for clause in edition("covid-19.control.5").clauses)
    clause = client.get("/protocol/editions/covid-19.control.5/contact.observe/").content.decode()
    assert "not earlier than 2 days before the first day of illness of that person" in clause
    assert "14 full days have passed since the last contact" in clause
    changes = client.get("/protocol/changes/?old=covid-19.control.4&new=covid-19.control.5").content.decode()
    assert "<b>6</b> added, <b>0</b> removed" in changes
    by_post = client.get("/protocol/cards/?by=post").content.decode()
    assert by_post.count('<article class="pocket"') > 3


def test_cards_are_those_of_the_editions_that_ruled_on_the_day(world: World) -> None:
    client = signed_in(world, "Wen", Role.TRACER)
    page = client.get("/protocol/cards/?on=2020-02-01").content.decode()
    assert "/protocol/editions/mers.who/" in page and '<article class="pocket"' in page
    assert "No card can be drawn." in client.get("/protocol/cards/?on=1999-12-31").content.decode()
    assert "No card can be drawn." in client.get("/protocol/cards/?on=1700-01-01").content.decode()


def test_junk_at_the_protocol_is_answered(world: World) -> None:
    client = signed_in(world, "Wen", Role.TRACER)
    for junk in (*JUNK, "0001-01-01", "9999-12-31"):
        assert client.get("/protocol/cards/", {"on": junk, "by": junk, "disease": junk}).status_code == 200
        assert client.get("/protocol/changes/", {"old": junk, "new": junk}).status_code == 200
    for path in ("pyproject.toml/", "..%2f..%2fpyproject.toml/", "mers.who/no.such/", "%00/"):
        assert client.get(f"/protocol/editions/{path}").status_code == 404


def test_why_somebody_is_owed_what_is_told_within_ones_bounds_and_leaves_a_look(world: World) -> None:
    world.lives("Hu", "u1")
    world.classified("Hu", "confirmed", "2020-02-01")
    world.cycle("2020-02-01")
    hu = world.people["Hu"]
    client = signed_in(world, "Wen", Role.COMMUNITY_WORKER, "u1")
    page = client.get(f"/list/{hu}/why/").content.decode()
    assert "Classified: confirmed" in page and "would not bind, if:" in page and "a classification: ruled out" in page
    (look,) = Look.objects.all()
    assert (look.page, look.subject_id) == ("explained", hu)
    assert signed_in(world, "Xu", Role.COMMUNITY_WORKER, "u2").get(f"/list/{hu}/why/").status_code == 404
    for asked in (*JUNK[:4], "9999-12-31"):
        assert client.get(f"/list/{hu}/why/", {"on": asked}).status_code == 200
    assert client.get(f"/list/{new_id()}/why/").status_code == 404
