"""The indicators of an instance: small stories, the command, and how much is asked of the database."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Report
from mainstay.cli import indicators as command
from mainstay.isolation import services as isolation
from mainstay.people import services as people
from mainstay.people.models import Trait
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.platform.facts import new_fact
from mainstay.reports.queries.indicators import follow_up_of, read_facts, seal_to_read
from mainstay.reports.queries.serial_intervals import assumed_intervals
from mainstay.reports.queries.situation import situation
from mainstay.reports.rules.course import Settings
from mainstay.reports.rules.indicators import Indicators, indicators
from mainstay.tracing.models import Contact
from tests.cli.at_the_command_line import CommandLine
from tests.world import World, at_time, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def mainstay(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> CommandLine:
    """The command on the world of the test."""
    monkeypatch.setattr(command, "open_instance", lambda _home: None)
    return CommandLine(monkeypatch, capsys, tmp_path)


def made(world: World, on: str, known_at: int | None = None, **settings: Any) -> Indicators:
    ledger.seal(at=world.at)
    facts = read_facts(disease=world.disease, on=day(on), seal=seal_to_read(known_at))
    return indicators(facts, Settings(**settings))


def confirmed(world: World, name: str, on: str, onset: str | None = None) -> None:
    if onset:
        world.onset(name, onset, known=on)
    world.reported(name, on)
    world.classified(name, "confirmed", on)


def on_the_curve(found: Indicators) -> dict[str, tuple[int, int, int]]:
    return {str(d.date): (d.onset, d.reported, d.confirmed) for d in found.curve.days}


# --- who counts, and when -------------------------------------------------------------------------------


def test_a_case_by_its_three_days(world: World) -> None:
    confirmed(world, "Gao", "2020-02-03", onset="2020-02-01")
    confirmed(world, "Hu", "2020-02-03")
    world.classified("Ji", "suspected", "2020-02-03")
    found = made(world, "2020-02-04")
    assert on_the_curve(found) == {
        "2020-02-01": (1, 0, 0),
        "2020-02-02": (0, 0, 0),
        "2020-02-03": (0, 1 + 1, 1 + 1),
        "2020-02-04": (0, 0, 0),
    }
    assert found.curve.off_onset.without_date == 1
    assert len(made(world, "2020-02-04", classes=("suspected",)).cases) == 1


def test_what_is_not_known_yet_does_not_count_yet(world: World) -> None:
    """Confirmed on the 3rd, which the city learns on the 6th; the onset on the 8th."""
    world.classified("Gao", "confirmed", "2020-02-03", known="2020-02-06")
    world.onset("Gao", "2020-02-01", known="2020-02-08")
    assert [len(made(world, f"2020-02-0{n}").cases) for n in (5, 6)] == [0, 1]
    assert made(world, "2020-02-07").curve.off_onset.without_date == 1
    assert made(world, "2020-02-08").curve.off_onset.without_date == 0


def test_what_is_said_of_a_later_day_does_not_count_before_it(world: World) -> None:
    """A slip of the pen, or an hour of another zone: an onset on the 8th, written down on the 3rd."""
    confirmed(world, "Gao", "2020-02-03")
    world.onset("Gao", "2020-02-08", known="2020-02-03")
    assert [made(world, f"2020-02-0{n}").curve.off_onset.without_date for n in (7, 8)] == [1, 0]


def test_at_an_earlier_seal_the_answer_is_the_old_one(world: World) -> None:
    confirmed(world, "Gao", "2020-02-03", onset="2020-02-01")
    seal = ledger.seal(at=world.at)
    assert seal is not None
    confirmed(world, "Hu", "2020-02-02")  # entered later, though known earlier
    assert len(made(world, "2020-02-04").cases) == 2
    assert len(made(world, "2020-02-04", known_at=seal.no).cases) == 1


def test_excluded_and_retracted_persons_count_no_more(world: World) -> None:
    for name in ("Gao", "Hu", "Ji"):
        confirmed(world, name, "2020-02-03", onset="2020-02-01")
    world.classified("Gao", "discarded", "2020-02-05")
    root = Classification.objects.get(person_id=world.person("Hu")).root
    known = known_on(day("2020-02-06"), world.zone)
    cases.retract(model=Classification, root=root, known_at=known, by=world.by, at=world.at)
    assert [len(made(world, f"2020-02-0{n}").cases) for n in (4, 5, 6)] == [3, 2, 1]


def test_who_falls_ill_again_after_an_exclusion_counts_by_the_new_illness(world: World) -> None:
    confirmed(world, "Gao", "2020-02-02", onset="2020-02-01")
    world.classified("Gao", "discarded", "2020-02-04")
    confirmed(world, "Gao", "2020-02-09", onset="2020-02-08")
    (case,) = made(world, "2020-02-10").cases
    assert (case.onset, case.report, case.confirmed, case.found) == tuple(day(f"2020-02-0{n}") for n in (8, 9, 9, 9))


def test_merged_records_are_one_person(world: World) -> None:
    confirmed(world, "Gao", "2020-02-03", onset="2020-02-02")
    confirmed(world, "Gao again", "2020-02-04", onset="2020-02-01")
    at = at_time("2020-02-05", "09:00")
    people.merge(person=world.person("Gao again"), into=world.person("Gao"), reason="same", by=world.by, at=at)
    assert len(made(world, "2020-02-04").cases) == 2  # nobody knew it yet
    (case,) = made(world, "2020-02-05").cases
    assert (case.onset, case.report) == (day("2020-02-01"), day("2020-02-03"))
    people.unmerge(person=world.person("Gao again"), by=world.by, at=at_time("2020-02-06", "09:00"))
    assert [len(made(world, f"2020-02-0{n}").cases) for n in (5, 6)] == [1, 2]


# --- in quarantine --------------------------------------------------------------------------------------


def serve(world: World, name: str, on: str) -> Any:
    root = world.ordered(name, "quarantine", on)
    known = known_on(day(on), world.zone)
    isolation.serve_order(
        root=root, served_at=at_time(on, "13:00"), how="in person", known_at=known, by=world.by, at=world.at
    )
    return root


def test_the_share_already_in_quarantine(world: World) -> None:
    """Of eleven found on the 9th: five at a site since the 5th, one under a served order, one sent home on that very
    day, three in a ward since the 9th, one of whom nothing is known. One whose order nobody served is such a one too.
    """
    for name in "ABCDE":
        world.stays(name, "site", "s1", "2020-02-05")
    serve(world, "F", "2020-02-06")
    world.stays("G", "home", None, "2020-02-09")
    for name in "HIJ":
        world.stays(name, "ward", "h1", "2020-02-09")
    world.ordered("L", "quarantine", "2020-02-06")
    for name in "ABCDEFGHIJKL":
        confirmed(world, name, "2020-02-09")
    found = made(world, "2020-02-09")
    inside = found.in_quarantine
    assert (inside.cases, inside.not_known, inside.share.count, inside.share.of) == (12, 2, 5 + 1, 12 - 2)
    assert found.as_data()["in_quarantine_share"] == 6 / 10
    assert (inside.lowest, inside.highest) == (6 / 12, (6 + 2) / 12)


def test_below_ten_known_cases_there_is_no_share(world: World) -> None:
    for name in "ABCDEFGHI":
        world.stays(name, "site", "s1", "2020-02-05")
        confirmed(world, name, "2020-02-09")
    data = made(world, "2020-02-09").as_data()
    assert data["in_quarantine_share"] is None
    assert data["in_quarantine"]["window"]["share"]["count"] == 9
    assert "in_quarantine_share" in [unknown["indicator"] for unknown in data["unknowns"]]


@pytest.mark.parametrize(
    ("moved_on", "inside"),
    [("2020-02-08", 0), ("2020-02-09", 1), ("2020-02-12", 1)],
    ids=["before", "on the day", "later"],
)
def test_a_stay_ends_where_the_next_begins(world: World, moved_on: str, inside: int) -> None:
    world.stays("Gao", "site", "s1", "2020-02-05")
    world.stays("Gao", "ward", "h1", moved_on)
    confirmed(world, "Gao", "2020-02-09")
    assert made(world, "2020-02-13").in_quarantine_so_far.share.count == inside


def test_an_upheld_objection_ends_the_quarantine(world: World) -> None:
    root = serve(world, "Gao", "2020-02-03")
    at = known_on(day("2020-02-05"), world.zone)
    objection = isolation.object_to(
        order=root, ground="not me", observed=day("2020-02-04"), known_at=at, by=world.by, at=world.at
    )
    isolation.decide_objection(
        root=objection, decision="upheld", decided_by="Judge Xi", decided_at=at, known_at=at, by=world.by, at=world.at
    )
    confirmed(world, "Gao", "2020-02-09")
    share = made(world, "2020-02-09").in_quarantine.share
    assert (share.count, share.of) == (0, 1)


def test_a_stay_that_a_record_only_suggests_tells_nothing(world: World) -> None:
    isolation.record_stay(
        person=world.person("Gao"), kind="site", starts=day("2020-02-01"), certain=False,
        known_at=known_on(day("2020-02-01"), world.zone), by=world.by, at=world.at,
    )  # fmt: skip
    confirmed(world, "Gao", "2020-02-09")
    assert made(world, "2020-02-09").in_quarantine.not_known == 1


# --- contacts -------------------------------------------------------------------------------------------


def chain(world: World) -> None:
    """Gao infects Hu and meets Ji, who stays well, and Kang, of whom it is too early to say; Lu fell ill before Gao."""
    confirmed(world, "Gao", "2020-02-03", onset="2020-02-02")
    confirmed(world, "Hu", "2020-02-08", onset="2020-02-07")
    confirmed(world, "Lu", "2020-02-03", onset="2020-01-30")
    for name, last in (("Hu", "2020-02-02"), ("Ji", "2020-02-03"), ("Kang", "2020-02-04"), ("Lu", "2020-01-29")):
        world.met(name, "Gao", known="2020-02-05", first=last, last=last)


def test_the_secondary_attack_rate(world: World) -> None:
    chain(world)
    found = made(world, "2020-02-17", follow_up_days=14)
    secondary = [row for row in found.attack_rates if row.by == "contacts"]
    assert [(row.name, row.population, row.cases, row.outcome_unknown) for row in secondary] == [
        ("all", 3, 1, 1),  # Kang's fourteen days end on the 18th
        ("household", 3, 1, 1),
    ]
    assert (secondary[0].value, secondary[0].lowest, secondary[0].highest) == (1 / 2, 1 / 3, (1 + 1) / 3)
    later = made(world, "2020-02-18", follow_up_days=14).attack_rates
    assert [row.outcome_unknown for row in later if row.by == "contacts"] == [0, 0]


def test_without_an_end_of_follow_up_nobody_has_stayed_well(world: World) -> None:
    chain(world)
    data = made(world, "2020-06-01").as_data()
    (row,) = [row for row in data["attack_rates"] if (row["by"], row["name"]) == ("contacts", "all")]
    assert (row["cases"], row["population"], row["outcome_unknown"]) == (1, 3, 2)
    assert "attack_rates" in [unknown["indicator"] for unknown in data["unknowns"]]


def test_an_infection_without_symptoms_is_one_though_no_case(world: World) -> None:
    confirmed(world, "Gao", "2020-02-03")
    world.met("Hu", "Gao", known="2020-02-03", last="2020-02-03")
    world.met("Ji", "Gao", known="2020-02-03", last="2020-02-03")
    world.classified("Hu", "asymptomatic", "2020-02-05")
    world.classified("Ji", "suspected", "2020-02-05")
    found = made(world, "2020-03-03", follow_up_days=14)
    (row,) = [row for row in found.attack_rates if (row.by, row.name) == ("contacts", "all")]
    assert (len(found.cases), row.cases, row.outcome_unknown) == (1, 1, 1)


def test_clusters_and_who_comes_first(world: World) -> None:
    """Gao named Lu, who fell ill earlier: so Lu is taken for the infector. 2 February - 30 January = 3 days."""
    chain(world)
    confirmed(world, "Mo", "2020-02-03", onset="2020-02-01")
    chains = made(world, "2020-02-10").clusters
    assert chains.cluster_sizes == (3, 1)
    assert (chains.serial_interval_days.min, chains.serial_interval_days.max) == (3, 5)
    assert chains.out_degree.max == 1


def sizes(world: World, on: str) -> tuple[int, ...]:
    return made(world, on).clusters.cluster_sizes


def test_a_contact_without_a_time_is_known_with_a_report_else_on_receipt(world: World) -> None:
    """All received on the 20th: Gao's with Gao's report on the 4th, Mo's with the contact's own on the 6th."""
    for name in ("Gao", "Hu", "Mo", "Ni", "Pei", "Qu"):
        world.classified(name, "confirmed", "2020-02-02")
    world.paired("Hu", "Gao", received="2020-02-20")
    world.paired("Ni", "Mo", received="2020-02-20")
    world.paired("Qu", "Pei", received="2020-02-20")
    world.reported("Gao", "2020-02-04")
    world.reported("Ni", "2020-02-06")
    assert sizes(world, "2020-02-03") == (1, 1, 1, 1, 1, 1)
    assert sizes(world, "2020-02-04") == (2, 1, 1, 1, 1)
    assert sizes(world, "2020-02-06") == sizes(world, "2020-02-19") == (2, 2, 1, 1)
    assert sizes(world, "2020-02-20") == (2, 2, 2)


def test_a_report_taken_back_has_told_of_the_contact_all_the_same(world: World) -> None:
    """Gao's report of the 4th made the pair known; on the 6th it is taken back, and Gao and Hu stay confirmed."""
    for name in ("Gao", "Hu"):
        world.classified(name, "confirmed", "2020-02-02")
    world.paired("Hu", "Gao", received="2020-02-20")
    root = world.reported("Gao", "2020-02-04")
    known = known_on(day("2020-02-06"), world.zone)
    cases.retract(model=Report, root=root, known_at=known, by=world.by, at=world.at)
    assert [sizes(world, f"2020-02-0{n}") for n in (3, 4, 6)] == [(1, 1), (2,), (2,)]


def test_a_contact_taken_back_joins_nobody_from_then_on(world: World) -> None:
    chain(world)
    root = Contact.objects.get(person_id=world.person("Lu")).root
    known = known_on(day("2020-02-07"), world.zone)
    cases.retract(model=Contact, root=root, known_at=known, by=world.by, at=world.at)
    assert [sizes(world, f"2020-02-0{n}") for n in (6, 7, 8)] == [(2,), (1, 1), (2, 1)]


def test_incubation_from_the_days_of_meeting_to_the_onset(world: World) -> None:
    confirmed(world, "Gao", "2020-02-03", onset="2020-02-02")
    world.met("Hu", "Gao", known="2020-02-03", first="2020-02-02", last="2020-02-04")
    confirmed(world, "Hu", "2020-02-09", onset="2020-02-08")
    delay = made(world, "2020-02-10").delays["exposure_to_onset"]
    assert (delay.used, delay.without_first) == (1, 1)
    assert delay.observed.mean == 8 - (2 + 4) / 2


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
