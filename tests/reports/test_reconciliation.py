"""Register, hospital and laboratory, person by person: what differs, since when, and what each side says."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainstay.cases import services as cases
from mainstay.cases.models import Result
from mainstay.isolation import services as isolation
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.reports.rules.sides import HOSPITAL, LABORATORY, REGISTER
from tests.reports.three_sides import class_by, compared, kinds, outcome_by, result_of, tube
from tests.world import World, day

pytestmark = pytest.mark.django_db


def lying(world: World, name: str, on: str = "2020-02-01", facility: str = "h1") -> object:
    return world.stays(name, "ward" if facility.startswith("h") else "site", facility, on)


def ended(world: World, stay: object, on: str) -> None:
    isolation.end_stay(root=stay, ends=day(on), known_at=known_on(day(on), world.zone), by=world.by, at=world.at)


def agree(world: World, name: str) -> None:
    """Confirmed, positive from a tube, and lying in the hospital."""
    world.classified(name, "confirmed", "2020-02-02")
    result_of(world, name, "positive", "2020-02-01", tube(world, name, "2020-02-01"))
    lying(world, name)


def test_where_the_three_agree_there_is_no_difference(world: World) -> None:
    agree(world, "Ai")
    found = compared(world, "2020-02-05")
    (one,) = found.compared
    assert found.rows == ()
    assert (one.told.register, one.told.hospital, one.told.laboratory, one.told.not_told) == (1, 1, 1, ())


def test_positives_never_passed_on(world: World) -> None:
    """Three positive, of whom the register has one: two are missed, and one more is only suspected there."""
    agree(world, "Ai")
    for name in ("Bo", "Ci", "Di"):
        result_of(world, name, "positive", "2020-02-03", tube(world, name, "2020-02-03"))
    world.classified("Di", "suspected", "2020-02-03")
    assert kinds(world, "2020-02-03") == {
        "Bo": ["positive_not_in_register"],
        "Ci": ["positive_not_in_register"],
        "Di": ["positive_not_confirmed"],
    }
    (one,) = compared(world, "2020-02-03").compared
    assert (one.people, one.agreeing, one.differing) == (1 + 3, 1, 3)


def test_a_difference_names_the_facts_of_each_side_and_since_when(world: World) -> None:
    world.result("Bo", "positive", "2020-02-03", known="2020-02-05")
    assert kinds(world, "2020-02-04") == {}
    (row,) = compared(world, "2020-02-06").rows
    laboratory, register = row.difference.said
    assert (laboratory.side, laboratory.value, laboratory.date) == (LABORATORY, "positive", date(2020, 2, 3))
    assert (register.side, register.fact) == (REGISTER, None)
    assert row.difference.since == date(2020, 2, 5)


def test_an_exclusion_answers_what_was_found_before_it_and_nothing_after(world: World) -> None:
    world.classified("Bo", "suspected", "2020-02-01")
    world.result("Bo", "positive", "2020-02-02")
    world.classified("Bo", "discarded", "2020-02-03")
    assert kinds(world, "2020-02-04") == {}
    world.result("Bo", "positive", "2020-02-04")
    assert kinds(world, "2020-02-04") == {"Bo": ["positive_not_in_register"]}


def test_an_infection_without_symptoms_is_in_the_register(world: World) -> None:
    world.result("Bo", "positive", "2020-02-02")
    world.classified("Bo", "asymptomatic", "2020-02-02")
    assert kinds(world, "2020-02-04") == {}


def test_confirmed_in_a_ward_without_a_positive(world: World) -> None:
    """Missed only once the laboratory tells anything at all; a negative alone is no positive."""
    for name in ("Bo", "Ci"):
        world.classified(name, "confirmed", "2020-02-02")
        lying(world, name)
    assert kinds(world, "2020-02-04") == {}
    assert compared(world, "2020-02-04").compared[0].told.not_told == ("results", "specimens")
    world.result("Ci", "negative", "2020-02-03")
    assert kinds(world, "2020-02-04") == {"Bo": ["confirmed_without_result"], "Ci": ["confirmed_without_result"]}


def test_in_hospital_by_the_register_alone(world: World) -> None:
    """A record suggests a ward, or says discharged: the hospital, which tells of others, has never had them."""
    isolation.record_stay(
        kind="ward", certain=False, starts=day("2020-02-02"), **world._common("Bo", "2020-02-02", None)
    )
    world.classified("Bo", "suspected", "2020-02-02")
    world.outcome("Ci", "discharged", "2020-02-03", known="2020-02-03")
    assert kinds(world, "2020-02-04") == {}
    lying(world, "Somebody else")
    assert kinds(world, "2020-02-04") == {
        "Bo": ["hospitalised_without_stay"],
        "Ci": ["hospitalised_without_stay"],
    }


def test_discharged_or_dead_and_still_lying(world: World) -> None:
    stays = {name: lying(world, name) for name in ("Bo", "Ci", "Di")}
    world.outcome("Bo", "discharged", "2020-02-04", known="2020-02-04")
    world.outcome("Ci", "died", "2020-02-04", known="2020-02-04")
    world.outcome("Di", "recovered", "2020-02-04", known="2020-02-04")  # and may lie there for something else
    found = {"Bo": ["discharged_still_lying"], "Ci": ["died_still_lying"]}
    assert kinds(world, "2020-02-04") == found
    ended(world, stays["Bo"], "2020-02-04")
    ended(world, stays["Ci"], "2020-02-06")  # two days after the death: until then the bed is stuck
    assert kinds(world, "2020-02-05") == {"Ci": ["died_still_lying"]}
    assert kinds(world, "2020-02-06") == {}


def test_who_went_home_lies_there_no_more(world: World) -> None:
    """A stay lasts until the next begins, as everywhere: nobody need close the ward's first."""
    lying(world, "Bo")
    world.outcome("Bo", "discharged", "2020-02-04", known="2020-02-04")
    assert kinds(world, "2020-02-04") == {"Bo": ["discharged_still_lying"]}
    world.stays("Bo", "home", None, "2020-02-05")
    assert kinds(world, "2020-02-05") == {}


def test_who_comes_back_after_a_discharge_lies_there_rightly(world: World) -> None:
    ended(world, lying(world, "Bo"), "2020-02-03")
    world.outcome("Bo", "discharged", "2020-02-03", known="2020-02-03")
    lying(world, "Bo", "2020-02-10")
    assert kinds(world, "2020-02-11") == {}


def test_left_the_hospital_for_nowhere_known(world: World) -> None:
    agree(world, "Ai")
    world.classified("Bo", "confirmed", "2020-02-01")
    world.result("Bo", "positive", "2020-02-01")
    tube(world, "Bo", "2020-02-01")
    stay = lying(world, "Bo")
    ended(world, stay, "2020-02-05")
    assert kinds(world, "2020-02-04") == {}
    assert kinds(world, "2020-02-05") == {"Bo": ["left_without_outcome"]}
    lying(world, "Bo", "2020-02-05", "s1")
    assert kinds(world, "2020-02-05") == {}


def test_a_death_that_one_of_two_sources_has(world: World) -> None:
    """The centre tells of outcomes and has Bo as a case: that it is silent about the death is a difference."""
    for name in ("Bo", "Ci"):
        class_by(world, name, "confirmed", "2020-02-01", "centre")
    outcome_by(world, "Bo", "died", "2020-02-04", "hospital")
    assert kinds(world, "2020-02-05") == {}  # nobody knows yet that the centre tells of outcomes
    outcome_by(world, "Ci", "died", "2020-02-05", "centre")
    assert kinds(world, "2020-02-05") == {"Bo": ["died_in_one_only"]}
    said = compared(world, "2020-02-05").rows[0].difference.said
    assert [(one.value, one.source) for one in said] == [("died", "hospital"), ("nothing", "centre")]
    outcome_by(world, "Bo", "died", "2020-02-06", "centre")
    assert kinds(world, "2020-02-06") == {}


def test_a_tube_or_a_stay_after_the_death(world: World) -> None:
    world.outcome("Bo", "died", "2020-02-04", known="2020-02-04")
    tube(world, "Bo", "2020-02-04")  # on the day itself it may have been before
    assert kinds(world, "2020-02-06") == {}
    tube(world, "Bo", "2020-02-05")
    ended(world, lying(world, "Bo", "2020-02-06"), "2020-02-07")
    (row,) = compared(world, "2020-02-07").rows
    assert row.difference.kind == "seen_after_death"
    assert [one.side for one in row.difference.said] == [REGISTER, LABORATORY, HOSPITAL]


def test_a_result_without_its_tube(world: World) -> None:
    """Where no tubes are told of, no result lacks one; a tube that is named and was never taken is missed at once."""
    world.classified("Bo", "confirmed", "2020-02-01")
    world.classified("Ci", "confirmed", "2020-02-01")
    world.result("Bo", "positive", "2020-02-02")
    assert kinds(world, "2020-02-03") == {}
    result_of(world, "Ci", "positive", "2020-02-02", uuid4())
    assert kinds(world, "2020-02-03") == {"Ci": ["result_without_specimen"]}
    tube(world, "Ci", "2020-02-02")
    assert kinds(world, "2020-02-03") == {"Bo": ["result_without_specimen"], "Ci": ["result_without_specimen"]}
    tube(world, "Bo", "2020-02-02")
    assert kinds(world, "2020-02-03") == {"Ci": ["result_without_specimen"]}


def test_one_person_in_two_houses(world: World) -> None:
    """From the emergency room to the ward of one hospital is no move; moving on the last day is no overlap."""
    world.classified("Bo", "suspected", "2020-02-01")
    lying(world, "Bo", "2020-02-01", "h1-er")
    first = lying(world, "Bo", "2020-02-02", "h1")
    assert kinds(world, "2020-02-03") == {}
    lying(world, "Bo", "2020-02-04", "s1")
    assert kinds(world, "2020-02-04") == {"Bo": ["stays_overlap"]}
    ended(world, first, "2020-02-04")
    assert kinds(world, "2020-02-04") == {"Bo": ["stays_overlap"]}  # the emergency room still has them


def test_a_negative_of_somebody_well_concerns_nobody(world: World) -> None:
    world.result("Bo", "negative", "2020-02-02")
    tube(world, "Ci", "2020-02-02")
    found = compared(world, "2020-02-03")
    assert found.rows == () and [one.people for one in found.compared] == []


def test_two_records_of_one_person_are_set_side_by_side_as_one(world: World) -> None:
    world.result("Bo of the laboratory", "positive", "2020-02-02")
    world.classified("Bo", "confirmed", "2020-02-02")
    assert kinds(world, "2020-02-03") == {"Bo of the laboratory": ["positive_not_in_register"]}
    people.merge(
        person=world.person("Bo of the laboratory"), into=world.person("Bo"), reason="same",
        by=world.by, at=known_on(day("2020-02-03"), world.zone),
    )  # fmt: skip
    assert kinds(world, "2020-02-02") != {} and kinds(world, "2020-02-03") == {}


def test_a_past_day_as_known_then_is_the_same_for_ever(world: World) -> None:
    result = world.result("Bo", "positive", "2020-02-02")
    before = compared(world, "2020-02-03")
    cases.retract(model=Result, root=result, known_at=known_on(day("2020-02-03"), world.zone), by=world.by, at=world.at)
    assert compared(world, "2020-02-03").rows == ()
    assert compared(world, "2020-02-03", before.known_at) == before


def test_the_number_of_statements_is_the_same_for_one_difference_and_for_twenty(world: World) -> None:
    def statements() -> int:
        ledger.seal(at=world.at)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert compared(world, "2020-02-05").rows
        return len(asked)

    world.result("One", "positive", "2020-02-02")
    few = statements()
    for n in range(20):
        world.result(f"Person {n}", "positive", "2020-02-02")
    assert statements() == few
