"""The indicators of an instance: small stories, the command, and how much is asked of the database."""

from __future__ import annotations

import pytest

from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Report
from mainstay.isolation import services as isolation
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.tracing.models import Contact
from tests.reports.indicator_stories import chain, confirmed, made, on_the_curve, serve
from tests.world import World, at_time, day

pytestmark = pytest.mark.django_db


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
