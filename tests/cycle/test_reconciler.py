"""What must always hold of duties, each as a short story over the real services and the cycle.

Everything said on a day is known at that day's end, so that what it calls for begins on the next.
"""

from __future__ import annotations

from datetime import date

import pytest

from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Onset
from mainstay.cycle.models import Run
from mainstay.duties.models import Duty, DutyEvent, DutyState
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.clock import day_end, known_on
from mainstay.platform.models import Entry
from mainstay.screening.models import Check
from mainstay.tracing.models import Contact
from tests.cycle.stories import confirmed, contact, events
from tests.world import World

pytestmark = pytest.mark.django_db


def test_the_same_facts_give_the_same_duty_once(world: World) -> None:
    confirmed(world)
    world.cycle("2020-02-01")
    before = Duty.objects.count(), DutyEvent.objects.count(), Entry.objects.filter(verb="cycle.judge").count()
    world.cycle("2020-02-01")
    assert (Duty.objects.count(), DutyEvent.objects.count(), Entry.objects.filter(verb="cycle.judge").count()) == before


def test_duties_exist_to_the_end_of_the_next_period_and_no_further(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    occurrences = Duty.objects.filter(subject_id=world.person("Hu"), clause="contact.observe")
    assert [str(duty.occurrence) for duty in occurrences] == ["2020-02-02"]
    world.cycle("2020-02-02")
    assert sorted(str(duty.occurrence) for duty in occurrences.all()) == ["2020-02-02", "2020-02-03"]


def test_tomorrows_duties_are_not_counted_today(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    assert "contact.observe@2020-02-02" not in world.standing("Hu", "2020-02-01")


def test_a_daily_occurrence_whose_day_has_gone_is_missed_for_good(world: World) -> None:
    contact(world)
    for on in ("2020-02-01", "2020-02-02", "2020-02-03"):
        world.cycle(on)
    assert world.standing("Hu", "2020-02-03")["contact.observe@2020-02-02"] == "missed"
    world.checked("Hu", "2020-02-02", known="2020-02-04")  # the paper form turns up two days late
    world.cycle("2020-02-04")
    assert world.standing("Hu", "2020-02-04")["contact.observe@2020-02-02"] == "missed"


def test_a_check_on_its_day_closes_the_occurrence_with_that_evidence(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    check = world.checked("Hu", "2020-02-02")
    world.cycle("2020-02-02")
    duty = world.duties("Hu", "2020-02-02", "contact.observe")[0]
    assert (duty.status, duty.evidence) == ("done", check)


def test_a_one_off_duty_never_ends_by_the_clock(world: World) -> None:
    contact(world)
    # Day 14 after the meeting on 1 February is over with 15 February; nobody ever offered a place.
    for n in range(1, 21):
        world.cycle(f"2020-02-{n:02}")
    assert world.standing("Hu", "2020-02-20")["contact.offer_place"] == "overdue"
    assert "contact.observe@2020-02-15" in world.standing("Hu", "2020-02-20")  # the last day of watching: 1 + 14
    assert "contact.observe@2020-02-16" not in world.standing("Hu", "2020-02-20")


def test_overdue_duties_climb_the_line_step_by_step(world: World) -> None:
    confirmed(world)
    world.cycle("2020-02-01")
    # case.investigate: within 24 h of the end of 1 February; +12 h superior, +24 h headquarters.
    levels = []
    for on in ("2020-02-02", "2020-02-03", "2020-02-04"):
        world.cycle(on)
        levels.append(world.duties("Gao", on, "case.investigate")[0].level)
    assert levels == [0, 2, 2]  # due at the end of the 2nd; a day later both steps have passed


def test_a_duty_is_withdrawn_only_by_a_fact_which_it_names(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    world.cycle("2020-02-02")
    became = world.classified("Hu", "confirmed", "2020-02-03")
    world.cycle("2020-02-03")
    event = DutyEvent.objects.get(duty__clause="contact.offer_place", verb="withdrawn")
    assert event.cause == f"fact:{became.hex}"


def test_an_index_discarded_withdraws_what_its_contacts_owed(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    assert world.standing("Hu", "2020-02-01")["contact.offer_place"] == "open"
    world.classified("Gao", "discarded", "2020-02-02")
    world.cycle("2020-02-02")
    standing = world.standing("Hu", "2020-02-02")
    assert (standing["contact.offer_place"], standing["contact.observe@2020-02-02"]) == ("withdrawn", "withdrawn")
    causes = set(DutyEvent.objects.filter(verb="withdrawn").values_list("cause", flat=True))
    assert all(cause.startswith("fact:") for cause in causes)


def test_a_class_taken_back_releases_the_contacts(world: World) -> None:
    """Gao was never a case: the form was another's. Nobody whom Gao met may stay watched for it."""
    contact(world)
    world.cycle("2020-02-01")
    wrong = Classification.objects.get()
    at = known_on(date(2020, 2, 2), world.zone)
    cases.retract(model=Classification, root=wrong.root, known_at=at, by=world.by, at=world.at)
    world.cycle("2020-02-02")
    assert world.standing("Hu", "2020-02-02")["contact.offer_place"] == "withdrawn"


def test_two_corrections_of_one_version_are_not_both_taken_in_silence(world: World) -> None:
    from mainstay.platform.errors import MainstayError
    from mainstay.platform.facts import corrected

    root = world.onset("Gao", "2020-02-01")
    both = [corrected(Onset, root, known_at=world.at, observed_date=date(2020, 1, n)) for n in (10, 20)]
    ledger.append([both[0]], by=world.by, at=world.at, verb="test")
    with pytest.raises(MainstayError, match="at the same time"):
        ledger.append([both[1]], by=world.by, at=world.at, verb="test")


def test_withdrawn_reopens_the_same_duty_with_its_first_deadline(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    first = world.duties("Hu", "2020-02-01", "contact.offer_place")[0]
    wrong = world.classified("Gao", "discarded", "2020-02-02")
    world.cycle("2020-02-02")
    cases.retract(
        model=Classification, root=wrong, known_at=known_on(date(2020, 2, 3), world.zone), by=world.by, at=world.at
    )
    world.cycle("2020-02-03")
    again = world.duties("Hu", "2020-02-03", "contact.offer_place")
    assert [(duty.id, duty.due_at, duty.status) for duty in again] == [(first.id, first.due_at, "overdue")]
    assert ("2020-02-03", "reopened") in events("Hu", world, "contact.offer_place")


def test_what_reopens_is_at_once_of_whoever_answers_now(world: World) -> None:
    """Gao was moved to a site while thought to be no case; the specimen was due on the 4th."""
    confirmed(world)
    world.cycle("2020-02-01")
    wrong = world.classified("Gao", "discarded", "2020-02-02")
    world.cycle("2020-02-02")
    world.stays("Gao", "site", "s1", "2020-02-03")
    at = known_on(date(2020, 2, 6), world.zone)
    cases.retract(model=Classification, root=wrong, known_at=at, by=world.by, at=world.at)
    world.cycle("2020-02-06")
    again = DutyState.objects.get(duty__clause="case.specimen")
    assert (again.status, again.post.code, again.level) == ("open", "site-s1", 2)
    assert [verb for on, verb in events("Gao", world, "case.specimen") if on == "2020-02-06"] == [
        "reopened",
        "reassigned",
        "escalated",
    ]


def test_evidence_retracted_reopens_with_the_first_deadline(world: World) -> None:
    confirmed(world)
    report = world.cycle("2020-02-01") and world.duties("Gao", "2020-02-01", "case.report")[0]
    assert report.status == "done"
    from mainstay.cases.models import Report

    cases.retract(
        model=Report, root=report.evidence, known_at=known_on(date(2020, 2, 3), world.zone), by=world.by, at=world.at
    )
    world.cycle("2020-02-02")
    world.cycle("2020-02-03")
    again = world.duties("Gao", "2020-02-03", "case.report")[0]
    assert (again.id, again.due_at, again.status) == (report.id, report.due_at, "overdue")


def test_a_check_retracted_after_its_day_is_a_day_missed(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    check = world.checked("Hu", "2020-02-02")
    world.cycle("2020-02-02")
    cases.retract(model=Check, root=check, known_at=known_on(date(2020, 2, 3), world.zone), by=world.by, at=world.at)
    world.cycle("2020-02-03")
    assert world.standing("Hu", "2020-02-03")["contact.observe@2020-02-02"] == "missed"


def test_a_late_correction_marks_what_was_closed_as_not_required_and_erases_nothing(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    world.checked("Hu", "2020-02-02")
    world.cycle("2020-02-02")
    named = Contact.objects.get()
    cases.retract(
        model=Contact, root=named.root, known_at=known_on(date(2020, 2, 3), world.zone), by=world.by, at=world.at
    )
    world.cycle("2020-02-03")
    duty = world.duties("Hu", "2020-02-03", "contact.observe")[0]
    assert (duty.status, duty.required) == ("done", False)


def test_somebody_known_late_starts_today_not_ten_days_overdue(world: World) -> None:
    confirmed(world)
    world.cycle("2020-02-01")
    world.cycle("2020-02-10")
    # A list of 1 February arrives on the 11th: it says it was known then, but nobody here was told.
    world.met("Hu", "Gao", known="2020-02-01", first="2020-02-01", last="2020-02-01")
    world.cycle("2020-02-11")
    standing = world.standing("Hu", "2020-02-11")
    assert standing == {"contact.offer_place": "open", "contact.seek_order": "open"}
    world.cycle("2020-02-12")
    assert world.standing("Hu", "2020-02-12")["contact.observe@2020-02-12"] == "missed"


def test_what_becomes_known_later_changes_no_day_before(world: World) -> None:
    confirmed(world)
    world.met("Hu", "Gao", known="2020-02-03", last="2020-02-01")
    world.cycle("2020-02-01")
    world.cycle("2020-02-02")
    assert world.standing("Hu", "2020-02-02") == {}
    world.cycle("2020-02-03")
    assert world.standing("Hu", "2020-02-03")["contact.offer_place"] == "open"


def test_a_merge_moves_what_is_owed_to_the_survivor_and_undoing_it_brings_it_back(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    survivor = world.person("Hu the elder")
    people.merge(
        person=world.person("Hu"),
        into=survivor,
        reason="one identity card",
        by=world.by,
        at=known_on(date(2020, 2, 2), world.zone),
    )
    world.cycle("2020-02-02")
    assert world.standing("Hu", "2020-02-02")["contact.offer_place"] == "withdrawn"
    event = DutyEvent.objects.filter(duty__clause="contact.offer_place", verb="withdrawn").get()
    assert event.cause.startswith("merge:")
    assert world.standing("Hu the elder", "2020-02-02")["contact.offer_place"] == "overdue"  # a merge restarts no clock
    people.unmerge(person=world.person("Hu"), by=world.by, at=known_on(date(2020, 2, 3), world.zone))
    world.cycle("2020-02-03")
    assert world.standing("Hu", "2020-02-03")["contact.offer_place"] == "overdue"
    assert world.standing("Hu the elder", "2020-02-03")["contact.offer_place"] == "withdrawn"


def test_a_new_exposure_prolongs_the_watch_and_asks_nothing_twice(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    confirmed(world, "Ge", "2020-02-05")
    world.met("Hu", "Ge", known="2020-02-05", last="2020-02-05")
    for n in range(2, 21):
        world.cycle(f"2020-02-{n:02}")
    standing = world.standing("Hu", "2020-02-20")
    assert "contact.observe@2020-02-19" in standing  # 5 + 14
    assert "contact.observe@2020-02-20" not in standing
    assert len(world.duties("Hu", "2020-02-20", "contact.offer_place")) == 1
    assert len(world.duties("Hu", "2020-02-20", "contact.observe")) == 19 - 2 + 1


def test_where_an_earlier_fact_turns_up_one_duty_takes_the_others_place(world: World) -> None:
    """Gao is a suspect since the 3rd, and, as is told two days later, since the 2nd already: everything once."""
    world.classified("Gao", "suspected", "2020-02-03")
    world.cycle("2020-02-03")
    first = world.duties("Gao", "2020-02-03", "case.investigate")[0]
    earlier = world.classified("Gao", "suspected", "2020-02-02", known="2020-02-05")
    world.cycle("2020-02-05")
    both = world.duties("Gao", "2020-02-05", "case.investigate")
    before, after = sorted(both, key=lambda duty: duty.id != first.id)
    assert (before.id, before.status, before.cause) == (first.id, "withdrawn", f"fact:{earlier.hex}")
    # A fact that turns up restarts no clock: due 24 h after the 3rd, and known to all above.
    assert (after.episode, after.status, after.due_at) == (earlier.hex, "overdue", first.due_at)
    assert after.level == 2
    standing = [duty for duty in world.duties("Gao", "2020-02-05") if duty.status in ("open", "overdue")]
    assert len(standing) == len({(duty.clause, duty.occurrence) for duty in standing})


def test_a_day_that_is_over_is_missed_whatever_turns_up_after_it(world: World) -> None:
    world.classified("Gao", "suspected", "2020-02-03")
    world.cycle("2020-02-03")
    world.cycle("2020-02-04")
    world.classified("Gao", "suspected", "2020-02-02", known="2020-02-05")
    world.cycle("2020-02-06")
    observed = world.duties("Gao", "2020-02-06", "case.observe")
    assert [(str(duty.occurrence), duty.status) for duty in observed] == [
        (f"2020-02-0{day}", "missed") for day in (4, 5, 6)
    ]


def test_a_second_illness_leaves_the_first_ones_duty_standing(world: World) -> None:
    """Two meetings further apart than the gap are two observations; nobody offered a place for the first."""
    confirmed(world)
    world.met("Hu", "Gao", known="2020-02-01", last="2020-02-01")
    world.cycle("2020-02-01")
    world.cycle("2020-02-21")
    world.met("Hu", "Gao", known="2020-02-22", last="2020-02-22")
    world.cycle("2020-02-22")
    places = world.duties("Hu", "2020-02-22", "contact.offer_place")
    assert len(places) == 2
    assert "withdrawn" not in {duty.status for duty in places}


def test_periods_missed_are_run_in_their_order(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    world.cycle("2020-02-04")
    days = [str(day) for day in Run.objects.order_by("started_at").values_list("period_date", flat=True)]
    assert days == ["2020-02-01", "2020-02-02", "2020-02-03", "2020-02-04"]
    assert world.standing("Hu", "2020-02-04")["contact.observe@2020-02-03"] == "missed"


def test_an_earlier_day_reads_as_it_stood(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    world.cycle("2020-02-02")
    before = world.standing("Hu", "2020-02-01"), world.standing("Hu", "2020-02-02")
    world.classified("Hu", "confirmed", "2020-02-03")
    cases.correct(
        model=Onset,
        root=Onset.objects.get().root,
        observed_date=date(2020, 1, 30),
        known_at=day_end(date(2020, 2, 3), world.zone),
        by=world.by,
        at=world.at,
    )
    world.cycle("2020-02-03")
    assert (world.standing("Hu", "2020-02-01"), world.standing("Hu", "2020-02-02")) == before
