"""The situation report where nothing is published: its figures are counted from the cases of the register."""

from __future__ import annotations

from datetime import date

import pytest

from mainstay.people import services as people
from mainstay.platform.errors import MainstayError
from mainstay.reports.rules.situation import text
from tests.reports.situation_stories import asked, changes, unknown, values
from tests.world import World

pytestmark = pytest.mark.django_db
ON = date(2020, 2, 10)


# --- from cases ---------------------------------------------------------------------------------------------


def test_figures_are_counted_from_cases_where_nothing_is_published(world: World) -> None:
    for name, on in (("Gao", "2020-02-08"), ("Hu", "2020-02-09"), ("Jin", "2020-02-10"), ("Kang", "2020-02-11")):
        world.classified(name, "confirmed", on)
    world.classified("Lu", "suspected", "2020-02-09")
    world.onset("Gao", "2020-02-05")
    world.reported("Gao", "2020-02-08")
    world.outcome("Gao", "discharged", "2020-02-10", known="2020-02-10")
    world.outcome("Hu", "died", "2020-02-10", known="2020-02-10")
    world.outcome("Jin", "died", "2020-02-10", known="2020-02-12")  # nobody knew on the day

    report = asked(on=ON)

    assert values(report) == {
        "confirmed_cumulative": 3,  # Gao, Hu, Jin
        "cured_cumulative": 1,
        "deaths_cumulative": 1,
        "discharge_rate_percent": 33.33,
        "active_current": 1,
    }
    assert changes(report)["confirmed_cumulative"] == 3 - 2
    assert [tuple(row.values()) for row in report.course.curve_rows()] == [
        ("2020-02-05", 1, 0, 0),
        ("2020-02-06", 0, 0, 0),
        ("2020-02-07", 0, 0, 0),
        ("2020-02-08", 0, 1, 1),
        ("2020-02-09", 0, 0, 1),
        ("2020-02-10", 0, 0, 1),
    ]
    assert (report.number, {figure.source for figure in report.figures}) == (3, {"register"})
    assert {"onset_unknown", "outcome_unknown", "no_reproduction_number"} <= unknown(report)


def test_who_was_excluded_is_no_case_from_that_day_on(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-08")
    world.classified("Gao", "discarded", "2020-02-10")
    before = asked(on=date(2020, 2, 9))
    assert values(before)["confirmed_cumulative"] == 1
    assert values(asked(on=ON))["confirmed_cumulative"] == 0


def test_who_dies_after_a_discharge_counts_as_dead_and_not_as_cured(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-01")
    world.outcome("Gao", "discharged", "2020-02-08", known="2020-02-08")
    world.outcome("Gao", "died", "2020-02-10", known="2020-02-10")
    found = values(asked(on=ON))
    assert (found["cured_cumulative"], found["deaths_cumulative"]) == (0, 1)


def test_a_death_without_a_day_counts_from_when_it_became_known(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-01")
    world.outcome("Gao", "died", None, known="2020-02-10")
    assert values(asked(on=date(2020, 2, 9)))["deaths_cumulative"] == 0
    report = asked(on=ON)
    assert values(report)["deaths_cumulative"] == 1 and "death_undated" in unknown(report)


def test_where_no_discharge_is_on_file_the_cured_are_unknown_and_not_0(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-01")
    report = asked(on=ON)
    assert [values(report)[name] for name in ("cured_cumulative", "discharge_rate_percent", "active_current")] == [
        None
    ] * 3
    assert "no_cure_on_file" in unknown(report)


def test_two_records_of_one_person_are_one_case(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-08")
    world.classified("Gao again", "confirmed", "2020-02-09")
    assert values(asked(on=ON))["confirmed_cumulative"] == 2
    people.merge(
        person=world.person("Gao again"), into=world.person("Gao"), reason="same number", by=world.by, at=world.at
    )
    assert values(asked(on=ON))["confirmed_cumulative"] == 1


def test_other_diseases_are_named_and_can_be_asked_for(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-08")
    world.classified("Hu", "confirmed", "2020-02-08")
    world.disease = "measles"
    world.classified("Jin", "confirmed", "2020-02-08")
    report = asked(on=ON)
    assert (report.disease, values(report)["confirmed_cumulative"]) == ("mers", 2)
    assert "1 person with a class under measles" in text(report)
    assert values(asked(on=ON, disease="measles"))["confirmed_cumulative"] == 1
    with pytest.raises(MainstayError, match="on file are measles, mers") as refused:
        asked(on=ON, disease="mumps")
    assert refused.value.code == "disease.unknown"


def test_one_of_something_is_said_as_one(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-08")
    world.outcome("Gao", "died", None, known="2020-02-09")
    said = text(asked(on=ON))
    assert "Of 1 death the day is not known; it counts from when it became known." in said
    world.classified("Hu", "confirmed", "2020-02-08")
    world.outcome("Hu", "died", None, known="2020-02-09")
    assert "Of 2 deaths the day is not known; they count from when they became known." in text(asked(on=ON))
