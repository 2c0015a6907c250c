"""The twin: apart from the judge, complete, in agreement over generated histories, and hard to deceive."""

from __future__ import annotations

import ast
import os
from datetime import date, timedelta
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.cycle import check
from mainstay.cycle.check import twin
from mainstay.cycle.check.twin.predicates import SQL_FOR
from mainstay.cycle.models import Run
from mainstay.duties.concern import recount
from mainstay.duties.models import Duty, DutyEvent, DutyState
from mainstay.duties.rules import edition
from mainstay.isolation import services as isolation
from mainstay.isolation.models import Order
from mainstay.people import services as people
from mainstay.people.models import Person
from mainstay.platform.clock import known_on, now
from mainstay.platform.identity import new_id
from mainstay.platform.models import Dirty
from mainstay.screening.models import Check
from mainstay.tracing.models import Exposure
from tests.cycle.check_world import beneath, codes, empty, value_of
from tests.cycle.test_generated_histories import DAYS, FIRST, NAMES, Said, _said, _say, _text
from tests.world import World, at_time

# --- apart and complete -----------------------------------------------------------------------------

SHARED = {"mainstay.duties.rules.edition", "mainstay.duties.rules.parse", "mainstay.duties.rules.in_force"}


def test_every_word_of_the_vocabulary_is_written_twice():
    assert set(SQL_FOR) == set(get_args(edition.Predicate))


def test_the_twin_shares_only_the_editions_with_the_judge():
    folder = Path(twin.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mainstay."):
                imported = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
                ours = node.module.startswith(("mainstay.cycle.check", "mainstay.platform.errors"))
                assert ours or imported & SHARED, f"{file.name} imports {node.module}"


# --- in agreement -----------------------------------------------------------------------------------


@settings(
    max_examples=60 if os.environ.get("MAINSTAY_SOAK") else 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=st.lists(_said(), min_size=4, max_size=14),
    missed=st.sets(st.integers(1, DAYS - 2), max_size=2),
    looked=st.integers(0, DAYS - 2),
)
def test_over_generated_histories_the_check_is_green(
    transactional_db: None, history: list[Said], missed: set[int], looked: int
):
    """Each is told in a world of its own; one day in the middle and the last are proved."""
    empty()
    world = World.made(edition=[{"id": name, "from": date(2000, 1, 1)} for name in ("house", "mers.who")])
    for name in NAMES:
        world.person(name)
    for n in range(DAYS):
        for said in history:
            if said.entered == n:
                _say(world, said)
        if n in missed and n != DAYS - 1:
            continue
        world.cycle(_text(n))
        if n in (looked, DAYS - 1):
            assert check.run().findings == ()


# --- hard to deceive --------------------------------------------------------------------------------


@pytest.fixture
def story(committed_world: World) -> World:
    """Gao is a confirmed case since 1 February; Hu met Gao that day; Hu was checked on the 2nd."""
    world = committed_world
    day = FIRST.isoformat()
    world.onset("Gao", day)
    world.classified("Gao", "confirmed", day)
    world.met("Hu", "Gao", known=day, last=day)
    world.cycle(day)
    world.checked("Hu", "2020-02-02")
    world.cycle("2020-02-02")
    return world


def test_a_duty_never_opened_is_missed_though_every_trace_of_it_is_gone(story: World):
    """Only the protocol knows of it, and the ledger that something was taken away."""
    duty = Duty.objects.get(subject_id=story.person("Hu"), clause="contact.offer_place")
    with beneath() as cursor:
        for table, column in (("duties_dutystate", "duty_id"), ("duties_dutyevent", "duty_id"), ("duties_duty", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [value_of(duty.id)])
        recount({story.person("Hu"): None})
    findings = check.run().findings
    (missed,) = [finding for finding in findings if finding.code == "duty.not_opened"]
    assert missed.id == story.person("Hu").hex
    assert missed.expected == "contact.offer_place"
    assert {finding.code for finding in findings} == {"duty.not_opened", "ledger.fact_removed"}


def test_a_duty_deleted_alone_is_named_by_what_is_left_of_it(story: World):
    duty = Duty.objects.get(subject_id=story.person("Hu"), clause="contact.offer_place")
    with beneath() as cursor:
        cursor.execute("DELETE FROM duties_duty WHERE id = %s", [value_of(duty.id)])
    named = {finding.code: finding.id for finding in check.run().findings}
    assert named["duty.deleted"] == duty.id.hex
    assert "duty.not_opened" in named


def test_a_duty_counted_as_done_by_a_fact_that_is_gone(story: World):
    done = DutyState.objects.get(duty__occurrence=date(2020, 2, 2), subject_id=story.person("Hu"))
    assert done.status == "done"
    with beneath() as cursor:
        cursor.execute("DELETE FROM screening_check WHERE root = %s", [value_of(Check.objects.get().root)])
    assert "duty.done_without_evidence" in codes()


def test_a_duty_closed_by_hand_without_evidence(story: World):
    state = DutyState.objects.get(duty__clause="contact.offer_place", subject_id=story.person("Hu"))
    with beneath() as cursor:
        cursor.execute("UPDATE duties_dutystate SET status = 'done' WHERE duty_id = %s", [value_of(state.duty_id)])
        cursor.execute("UPDATE duties_dutyevent SET status = 'done' WHERE duty_id = %s", [value_of(state.duty_id)])
    named = {finding.code: finding.id for finding in check.run().findings}
    assert named["duty.done_without_evidence"] == state.duty_id.hex


def test_a_duty_withdrawn_by_hand(story: World):
    state = DutyState.objects.get(duty__clause="contact.offer_place", subject_id=story.person("Hu"))
    with beneath() as cursor:
        for table in ("duties_dutystate", "duties_dutyevent"):
            cursor.execute(f"UPDATE {table} SET status = 'withdrawn' WHERE duty_id = %s", [value_of(state.duty_id)])
    wrong = {finding.id: finding for finding in check.run().findings if finding.code == "duty.status_wrong"}
    assert wrong[state.duty_id.hex].expected == "open or done: it is owed"


def test_a_deadline_moved(story: World):
    duty = Duty.objects.get(occurrence=date(2020, 2, 3), subject_id=story.person("Hu"))
    with beneath() as cursor:
        for table, column in (("duties_duty", "id"), ("duties_dutystate", "duty_id")):
            late = (duty.due_at + timedelta(days=7)).isoformat(sep=" ").removesuffix("+00:00")
            cursor.execute(f"UPDATE {table} SET due_at = %s WHERE {column} = %s", [late, value_of(duty.id)])
    assert "duty.terms_off" in codes()


def test_a_duty_in_whose_place_another_is_owed(story: World):
    """Gao was a suspect before: the check agrees that the old duty went, and finds it where it was left standing."""
    old = Duty.objects.get(subject_id=story.person("Gao"), clause="case.investigate")
    story.classified("Gao", "suspected", "2020-01-31", known="2020-02-03")
    story.cycle("2020-02-03")
    assert codes() == []
    state = DutyState.objects.get(duty=old)
    assert state.status == "withdrawn"
    with beneath():
        for row in (DutyState.objects.filter(duty=old), DutyEvent.objects.filter(duty=old, seq=state.seq)):
            row.update(status="open")
    named = {finding.code: finding for finding in check.run().findings}
    assert named["duty.status_wrong"].id == old.id.hex
    assert named["duty.status_wrong"].expected.startswith("withdrawn: another fact began it")


def test_an_event_lost_from_a_duty(story: World):
    done = DutyState.objects.get(duty__occurrence=date(2020, 2, 2), subject_id=story.person("Hu"))
    with beneath() as cursor:
        cursor.execute("DELETE FROM duties_dutyevent WHERE duty_id = %s AND seq = 0", [value_of(done.duty_id)])
    named = {finding.code: finding.id for finding in check.run().findings}
    assert named["duty.events_broken"] == done.duty_id.hex


def test_a_mark_against_the_facts(story: World):
    """The run is made to have said that a closed duty was not required, in an event like any other."""
    done = DutyState.objects.get(duty__occurrence=date(2020, 2, 2), subject_id=story.person("Hu"))
    last = DutyEvent.objects.get(duty=done.duty, seq=done.seq)
    columns = {field.attname: getattr(last, field.attname) for field in DutyEvent._meta.concrete_fields}
    mark = columns | {"id": new_id(), "seq": done.seq + 1, "verb": "not_required", "required": False}
    with beneath():
        # The closing is made to lie before the run, the mark within it.
        before = Run.objects.order_by("started_at").last().to_entry
        DutyEvent.objects.filter(duty=done.duty).update(entry_id=before)
        DutyEvent.objects.bulk_create([DutyEvent(**mark)])
        DutyState.objects.filter(duty=done.duty).update(seq=done.seq + 1, required=False)
    named = {finding.code: finding for finding in check.run().findings}
    assert named["duty.status_wrong"].id == done.duty_id.hex
    assert (named["duty.status_wrong"].expected, named["duty.status_wrong"].found) == ("required", "not required")


def test_an_exposure_that_says_something_else_than_its_contact(story: World):
    with beneath() as cursor:
        cursor.execute("UPDATE tracing_exposure SET index_onset_date = '2020-01-01'")
    exposure = Exposure.objects.get()
    named = {finding.code: finding for finding in check.run().findings}
    assert named["exposure.off"].id == exposure.root.hex
    assert "index_onset_date=2020-02-01" in named["exposure.off"].expected


def test_a_contact_never_brought_onto_the_person(story: World):
    with beneath() as cursor:
        cursor.execute("DELETE FROM tracing_exposure")
    assert "exposure.off" in codes()


def test_a_person_read_as_another_without_a_merge(story: World):
    with beneath():
        Person.objects.filter(id=story.person("Hu")).update(merged_into=story.person("Gao"))
    named = {finding.code: finding.id for finding in check.run().findings}
    assert named["person.merge_off"] == story.person("Hu").hex


def test_a_merge_by_the_book_is_green_before_and_after_the_next_period(story: World):
    at = known_on(date(2020, 2, 3), story.zone)
    people.merge(person=story.person("Hu"), into=story.person("Gao"), reason="same", by=story.by, at=at)
    assert codes() == []
    story.cycle("2020-02-03")
    assert codes() == []


def test_a_mark_to_judge_lost_is_found_by_whom_it_left_out(story: World):
    """Nothing was altered but the list of whom to look at again: the twin looks at everybody."""
    story.met("Ko", "Gao", known="2020-02-02", last="2020-02-01")
    Dirty.objects.all().delete()
    story.cycle("2020-02-03")
    findings = check.run().findings
    assert {finding.code for finding in findings} == {"exposure.off"}
    assert story.person("Ko").hex in findings[0].expected


def test_while_a_run_is_cut_short_nobody_is_declared_safe(story: World):
    Run.objects.create(
        period_date=date(2020, 2, 3),
        moment_at=known_on(date(2020, 2, 3), story.zone),
        status="running",
        started_at=now(),
    )
    assert codes() == ["cycle.unfinished"]


def test_an_order_served_by_hand_closes_nothing(story: World):
    """A condition as evidence: an order in force closes the duty to seek one, and only it."""
    story.ordered("Hu", "quarantine", "2020-02-03")
    story.cycle("2020-02-03")
    assert codes() == []
    with beneath() as cursor:
        cursor.execute("DELETE FROM isolation_order")
    assert Order.objects.count() == 0
    assert {"duty.status_wrong", "duty.done_without_evidence"} <= set(codes())


def test_every_order_and_every_objection_is_looked_at_by_itself(story: World):
    """Two orders, the first for eight days; nobody serves either. Of two objections one is decided."""
    first = story.ordered("Hu", "quarantine", "2020-02-03", days=8)
    second = story.ordered("Hu", "isolation", "2020-02-04")
    objections = [_objects(story, order, on) for order, on in ((first, "2020-02-04"), (second, "2020-02-05"))]
    story.cycle("2020-02-05")
    serve = Duty.objects.filter(clause="order.serve", subject_id=story.person("Hu"))
    assert set(serve.values_list("episode", flat=True)) == {first.hex, second.hex}
    assert codes() == []
    at = at_time("2020-02-06", "10:00")
    isolation.decide_objection(
        root=objections[0], decision="rejected", decided_by="Officer Bo", decided_at=at, known_at=at, by=story.by, at=at
    )
    story.cycle("2020-02-06")
    assert codes() == []
    decide = DutyState.objects.filter(duty__clause="objection.decide")
    assert dict(decide.values_list("duty__episode", "status")) == {objections[0].hex: "done", objections[1].hex: "open"}
    for day in ("2020-02-10", "2020-02-11"):  # the first order ends on the 11th: 3 + 8
        story.cycle(day)
        assert codes() == []
    states = DutyState.objects.filter(duty__clause="order.serve")
    assert dict(states.values_list("duty__episode", "status")) == {first.hex: "withdrawn", second.hex: "open"}
    cause = DutyEvent.objects.get(duty__clause="order.serve", verb="withdrawn").cause
    assert cause == f"fact:{first.hex}"


def _objects(world: World, order: UUID, on: str) -> UUID:
    at = at_time(on, "09:00")
    return isolation.object_to(order=order, ground="not there", observed=at.date(), known_at=at, by=world.by, at=at)


def test_a_second_orders_duty_that_was_never_opened_is_missed(story: World):
    for kind, on in (("quarantine", "2020-02-03"), ("isolation", "2020-02-04")):
        second = story.ordered("Hu", kind, on)
    story.cycle("2020-02-04")
    duty = Duty.objects.get(clause="order.serve", episode=second.hex)
    with beneath() as cursor:
        for table, column in (("duties_dutystate", "duty_id"), ("duties_dutyevent", "duty_id"), ("duties_duty", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [value_of(duty.id)])
    (missed,) = [finding for finding in check.run().findings if finding.code == "duty.not_opened"]
    assert (missed.id, missed.expected) == (story.person("Hu").hex, "order.serve")


def test_a_spell_of_exposures_is_asked_once_whichever_exposure_names_it(story: World):
    """Hu met Gao last on the 1st; then Ge, of the day before, and Gu, of the same day, turn out to be cases too."""
    for index, met, known in (("Ge", "2020-01-31", "2020-02-03"), ("Gu", "2020-02-01", "2020-02-04")):
        story.classified(index, "confirmed", known)
        story.met("Hu", index, known=known, last=met, kind="visit")
        story.cycle(known)
        assert codes() == []
    offers = DutyState.objects.filter(duty__clause="contact.offer_place", duty__subject_id=story.person("Hu"))
    assert list(offers.values_list("status", flat=True)) == ["open"]
    for value, known in (("discarded", "2020-02-05"), ("confirmed", "2020-02-06")):
        story.classified("Gao", value, known)  # the exposure that named it falls away, the spell does not
        story.cycle(known)
        assert codes() == []
        assert list(offers.values_list("status", flat=True)) == ["open"]
