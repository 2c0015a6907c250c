"""What the indicators tell of a course: Rt and its series, attack rates, the command, and its statements."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.cli import indicators as command
from mainstay.people.models import Trait
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.platform.facts import new_fact
from mainstay.reports.queries.indicators import follow_up_of, read_facts, seal_to_read
from mainstay.reports.queries.serial_intervals import assumed_intervals
from mainstay.reports.queries.situation import situation
from mainstay.reports.rules.course import Settings
from mainstay.reports.rules.indicators import indicators
from tests.cli.at_the_command_line import CommandLine
from tests.reports.indicator_stories import chain, confirmed, made, serve
from tests.world import World, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def mainstay(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> CommandLine:
    """The command on the world of the test."""
    monkeypatch.setattr(command, "open_instance", lambda _home: None)
    return CommandLine(monkeypatch, capsys, tmp_path)


# --- Rt and its series ----------------------------------------------------------------------------------


def test_a_slip_of_the_year_makes_no_curve_of_a_century(world: World) -> None:
    confirmed(world, "Gao", "2020-02-03", onset="1920-02-02")
    found = made(world, "2020-02-04")
    assert len(found.curve.days) == 400
    assert found.curve.off_onset.before == 1


def test_windows_whose_reports_are_still_to_come_are_called_incomplete(mainstay: CommandLine, world: World) -> None:
    """Each day two fall ill and are reported three days later: of the last three days nothing is known."""
    for n in range(1, 16):
        for name in "ab":
            world.onset(f"{name}{n}", f"2020-02-{n:02}", known=f"2020-02-{n + 3:02}")
            confirmed(world, f"{name}{n}", f"2020-02-{n + 3:02}")
    ledger.seal(at=world.at)
    options = ("indicators", "--on", "2020-02-16", "--window", "3", "--longest-delay", "5")
    rows = mainstay.data(*options, "--si-mean", "3", "--si-sd", "1")["rt"]
    assert [(row["end_date"], row["incomplete"]) for row in rows[-5:]] == [
        ("2020-02-12", False),
        ("2020-02-13", False),
        ("2020-02-14", True),
        ("2020-02-15", True),
        ("2020-02-16", True),
    ]


def test_the_serial_intervals_assumed_can_be_used_and_say_where_they_are_from(world: World) -> None:
    for disease, assumed in assumed_intervals().items():
        assert assumed.mean_days > 1 and assumed.sd_days > 0, disease
        assert len(assumed.source) > 20, disease


def test_the_guide_has_the_same_serial_intervals() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "indicators.md").read_text(encoding="utf-8")
    for disease, assumed in assumed_intervals().items():
        recalled = " (recalled)" if assumed.recalled else ""
        row = f"| `{disease}` | {assumed.mean_days:g}, {assumed.sd_days:g} | {assumed.source}{recalled} |"
        assert row in guide.splitlines()


def test_the_edition_in_force_says_how_long_contacts_are_followed(world: World) -> None:
    ledger.seal(at=world.at)
    seal = seal_to_read(None)
    assert follow_up_of("mers", day("2020-02-01"), seal) == (14, "mers.who, contact.observe")
    assert follow_up_of("mers", day("1999-02-01"), seal) == (None, None)
    assert follow_up_of("smallpox", day("2020-02-01"), seal) == (None, None)


# --- attack rates of a population ---------------------------------------------------------------------------


def test_attack_rates_by_sex_and_age(mainstay: CommandLine, world: World) -> None:
    for n in range(20):
        confirmed(world, f"woman {n}", "2020-02-03")
        _trait(world, f"woman {n}", "sex", "female")
        _trait(world, f"woman {n}", "birth_date", "1980-02-05")
    confirmed(world, "man", "2020-02-03")
    _trait(world, "man", "sex", "male")
    _trait(world, "man", "age", "71")
    confirmed(world, "somebody", "2020-02-03")
    ledger.seal(at=world.at)
    people = mainstay.file("by,name,people\nsex,female,4000\nall,all,9000\nage,30-39,1000\nsex,male,5000\n")
    data = mainstay.data("indicators", "--on", "2020-02-04", "--population", people)
    rows = {(row["by"], row["name"]): row for row in data["attack_rates"]}
    assert list(rows) == [
        ("all", "all"), ("sex", "female"), ("sex", "male"), ("sex", "unknown"),
        ("age", "30-39"), ("age", "70-79"), ("age", "unknown"),
    ]  # fmt: skip
    assert rows["all", "all"]["value"] == (20 + 1 + 1) / 9000
    assert rows["sex", "female"]["value"] == 20 / 4000
    assert rows["age", "30-39"]["cases"] == 20  # forty only on the 5th
    assert (rows["sex", "male"]["cases"], rows["sex", "male"]["small"]) == (1, True)
    assert (rows["age", "70-79"]["status"], rows["age", "70-79"]["value"]) == ("unknown", None)
    told = mainstay.run("indicators", "--on", "2020-02-04", "--population", people).out
    assert "0.50%" in told and "too few for a rate" in told and "the population is not known" in told


def _trait(world: World, name: str, trait: str, value: str) -> None:
    fact = new_fact(
        Trait, person_id=world.person(name), name=trait, value=value, known_at=known_on(day("2020-02-03"), world.zone)
    )
    ledger.append([fact], by=world.by, at=world.at, verb="trait.record")


# --- the command ----------------------------------------------------------------------------------------


def test_the_shape_that_scripts_rely_on(mainstay: CommandLine, world: World) -> None:
    chain(world)
    seal = ledger.seal(at=world.at)
    assert seal is not None
    answer = mainstay.run("indicators", "--on", "2020-02-10", "--json")
    envelope = json.loads(answer.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert (answer.code, envelope["schema"]) == (0, "mainstay.indicators/1")
    assert (envelope["as_of"], envelope["known_at"]) == ("2020-02-10", seal.no)
    data = envelope["data"]
    assert set(data) >= {
        "curve", "rt", "nowcast", "delays", "in_quarantine_share", "attack_rates", "clusters"
    }  # fmt: skip
    assert data["curve"][0] == {"date": "2020-01-30", "onset": 1, "reported": 0, "confirmed": 0}
    assert data["curve"][-1]["date"] == data["rt"][-1]["end_date"] == data["nowcast"][-1]["date"] == "2020-02-10"
    assert data["rt_basis"]["si"]["mean_days"] == 12.6 and "Cowling" in data["rt_basis"]["si"]["source"]
    assert data["follow_up"] == {"days": 14, "source": "mers.who, contact.observe"}
    assert data["disease"] == "mers"
    assert mainstay.run("indicators", "--on", "2020-02-10", "--json").out == answer.out


def test_a_disease_without_a_serial_interval_has_no_rt_and_the_report_says_so_too(
    mainstay: CommandLine, world: World
) -> None:
    world.disease = "measles"
    confirmed(world, "Gao", "2020-02-03", onset="2020-02-02")
    ledger.seal(at=world.at)
    apart = mainstay.data("indicators", "--on", "2020-02-10")
    assert apart["rt"] is None and apart["rt_basis"]["si"]["source"] is None
    assert "no serial interval" in {one["indicator"]: one["reason"] for one in apart["unknowns"]}["rt"]
    report = situation(on=date(2020, 2, 10)).as_data()
    assert report["rt"] is None
    said = {one["id"]: one["sentence"] for one in report["unknowns"]}["no_reproduction_number"]
    assert said == "The reproduction number is not given: no serial interval is stated for this disease."


def test_nobody_yet(mainstay: CommandLine, world: World) -> None:
    ledger.seal(at=world.at)
    data = mainstay.data("indicators", "--on", "2020-02-10", "--disease", "measles")
    assert (data["curve"], data["rt"], data["in_quarantine_share"], data["cases"]) == ([], None, None, 0)
    reasons = {unknown["indicator"]: unknown["reason"] for unknown in data["unknowns"]}
    assert reasons["rt"] == "no case on the curve has a day of onset"  # an interval would not help
    assert "0 cases" in mainstay.run("indicators", "--on", "2020-02-10", "--disease", "mers").out


def test_a_table_for_people_shows_no_rate_of_few(mainstay: CommandLine, world: World) -> None:
    chain(world)
    ledger.seal(at=world.at)
    told = mainstay.run("indicators", "--on", "2020-02-10").out
    assert "mers, as of the end of 2020-02-10: 3 cases (confirmed, clinical, probable)" in told
    assert "fewer than 10 cases: no figure" in told
    assert "2 clusters" not in told and "1 clusters; the largest of 3 cases" in told


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--on", "2020-02-31"), "no day"),
        (("--on", "2020-02-10", "--known-at", "999"), "There is no seal 999; give a number from 1 to"),
        (("--on", "2020-02-10", "--disease", "smallpox"), "There are facts of: ebola, mers"),
        (("--on", "2020-02-10"), "name one with --disease"),
        (("--on", "2020-02-10", "--disease", "mers", "--from", "2020-02-11"), "turn them round"),
        (("--on", "2020-02-10", "--disease", "mers", "--si-mean", "3"), "belong together"),
        (("--on", "2020-02-10", "--disease", "mers", "--learn-days", "9"), "give a longer window"),
    ],
)
def test_what_cannot_be_asked(mainstay: CommandLine, world: World, options: tuple[str, ...], named: str) -> None:
    confirmed(world, "Gao", "2020-02-03")
    world.disease = "ebola"
    confirmed(world, "Hu", "2020-02-03")
    ledger.seal(at=world.at)
    assert named in mainstay.refused("indicators", *options)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("by,name,people\nsex,female,1\nsex,female,2\n", "row 3: sex female stands in row 2 already"),
        ("by,name,people\nplace,u1,2\n", "row 2, column 'by'"),
        ("by,name,people\nall,all,0\n", "More cases than people"),
        ("by,name,people\nall,all,-4\n", "row 2, column 'people'"),
    ],
)
def test_a_population_that_cannot_be(mainstay: CommandLine, world: World, text: str, named: str) -> None:
    confirmed(world, "Gao", "2020-02-03")
    ledger.seal(at=world.at)
    told = mainstay.refused("indicators", "--on", "2020-02-10", "--population", mainstay.file(text))
    assert named in told


# --- how much is asked of the database ----------------------------------------------------------------------


def test_twelve_statements_for_one_case_or_twenty(world: World) -> None:
    asked = []
    for first, last in ((0, 1), (1, 20)):
        for n in range(first, last):
            confirmed(world, f"case {n}", "2020-02-03", onset="2020-02-02")
            world.met(f"contact {n}", f"case {n}", known="2020-02-03", last="2020-02-02")
            world.stays(f"case {n}", "ward", "h1", "2020-02-03")
            serve(world, f"contact {n}", "2020-02-03")
            _trait(world, f"case {n}", "sex", "female")
        ledger.seal(at=world.at)
        seal = seal_to_read(None)
        with CaptureQueriesContext(connection) as statements:
            facts = read_facts(disease=world.disease, on=date(2020, 2, 4), seal=seal)
        asked.append(len(statements))
        assert len(facts.classes) == last
        assert len(indicators(facts, Settings()).cases) == last
    assert asked == [12, 12]
