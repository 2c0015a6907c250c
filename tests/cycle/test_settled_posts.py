"""A post filled, vacated or named: what is owed goes at once to whoever answers now, as the day's run would have it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from mainstay.cycle import check
from mainstay.cycle.models import Run
from mainstay.cycle.now import settle_posts
from mainstay.cycle.queries import instance_moment
from mainstay.duties.models import DutyEvent, DutyState
from mainstay.organisations import services as organisations
from mainstay.organisations.models import Facility, Post
from mainstay.people.models import Person
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.platform.locks import lease
from mainstay.platform.models import Dirty
from tests.cycle.stories import confirmed, contact
from tests.cycle.test_judged_now import NOON, live, written
from tests.world import World


def post(code: str) -> Post:
    return Post.objects.get(code=code)


def owed(world: World, name: str, status: str = "open") -> set[tuple[str, str]]:
    """(whose, who answers) of somebody's duties."""
    rows = DutyState.objects.filter(subject_id=world.people[name], status=status)
    return set(rows.values_list("post__code", "answering__code"))


def fill(code: str) -> list[tuple[str, str]]:
    rows = DutyState.objects.filter(duty__clause="post.fill", subject_id=post(code).id)
    return list(rows.values_list("status", "answering__code"))


def standing() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """{(subject, clause, day): (what became of it, whose, who answers)} of every duty."""
    rows = DutyState.objects.values_list(
        "subject_id", "duty__clause", "duty__occurrence", "status", "post__code", "answering__code"
    )
    return {row[:3]: row[3:] for row in rows}


def moved() -> int:
    return DutyEvent.objects.filter(verb="reassigned").count()


def judge_everybody(world: World, on: str) -> None:
    """The slow way: whoever and whatever there is, is judged again."""
    everybody = {ledger.Subject("person", one) for one in Person.objects.values_list("id", flat=True)}
    everybody |= {ledger.Subject("post", one) for one in Post.objects.values_list("id", flat=True)}
    ledger.append([], by=world.by, at=world.at, verb="test", touch=everybody)
    world.cycle(on)


def at_noon(world: World) -> World:
    """Hu of Unit Two is a contact since the 6th; Unit Two has nobody, so Unit One's worker answers. It is the 7th."""
    world.lives("Hu", "u2")
    confirmed(world, on="2020-02-06")
    world.met("Hu", "Gao", "2020-02-06", first="2020-02-06", last="2020-02-06")
    world.cycle("2020-02-06")
    Run.objects.update(started_at=F("moment_at"))
    assert owed(world, "Hu") == {("unit-u2", "unit-u1"), ("tracing", "tracing")}
    assert fill("unit-u2") == [("open", "unit-u1")]
    return world


@pytest.mark.django_db(transaction=True)
def test_who_is_given_a_post_at_noon_answers_at_noon_and_the_day_ends_as_it_would_have(
    committed_world: World,
) -> None:
    world = at_noon(committed_world)
    by, geng = {"by": world.by, "at": NOON}, ledger.actor("Worker Geng")
    organisations.assign(post=post("unit-u2"), holder=geng, starts_at=NOON, **by)
    with transaction.atomic():
        world.cycle("2020-02-07")
        without = standing()
        transaction.set_rollback(True)

    assert settle_posts(posts=[post("unit-u2").id], **by)
    assert owed(world, "Hu") == {("unit-u2", "unit-u2"), ("tracing", "tracing")}
    assert fill("unit-u2") == [("done", "unit-u1")]
    assert not Dirty.objects.exists()
    assert not DutyEvent.objects.filter(period_date="2020-02-07", verb="missed").exists()
    assert check.run().findings == ()
    before = written()
    assert settle_posts(posts=[post("unit-u2").id], **by)
    assert written() == before  # once more changes nothing

    world.cycle("2020-02-07")
    # The one difference: what was owed for the 7th was his from noon on, so it is he who missed it.
    todays = {key for key in without if key[1:] == ("contact.observe", date(2020, 2, 7))}
    assert {without[key] for key in todays} == {("missed", "unit-u2", "unit-u1")}
    assert standing() == without | dict.fromkeys(todays, ("missed", "unit-u2", "unit-u2"))
    assert check.run().findings == ()


@pytest.mark.django_db(transaction=True)
def test_after_the_days_run_too_and_what_falls_upward_falls_with_the_duties_to_fill_posts(
    committed_world: World,
) -> None:
    """Unit One's worker leaves: the duties of both units, and the one to fill Unit Two, fall to the headquarters."""
    world = at_noon(committed_world)
    Run.objects.update(started_at=now())  # looking back: this instance's time stands at the end of the 6th
    own = instance_moment(now())
    assert not own.live
    unit, by = post("unit-u1"), {"by": world.by, "at": own.at}
    organisations.vacate(post=unit, ends_at=own.at, **by)
    assert settle_posts(posts=[unit.id], by=world.by, at=now())
    assert owed(world, "Hu") == {("unit-u2", "headquarters"), ("tracing", "tracing")}
    assert fill("unit-u1") == fill("unit-u2") == [("open", "headquarters")]
    count = moved()
    judge_everybody(world, "2020-02-06")
    assert moved() == count
    assert check.run().findings == ()


@pytest.mark.django_db
def test_a_new_post_takes_what_is_its_own_from_whoever_had_it(world: World) -> None:
    """The emergency room's patient was the hospital's; the room gets a post of its own, then somebody to hold it."""
    confirmed(world)
    world.stays("Gao", "ward", "h1-er", "2020-02-01")
    contact(world)
    world.cycle("2020-02-01")
    assert ("ward-h1", "ward-h1") in owed(world, "Gao")
    own = instance_moment(now())
    made = organisations.name_post(
        code="ward-er", name="Emergency room", superior=post("ward-h1"),
        facility=Facility.objects.get(code="h1-er"), by=world.by, at=own.at,
    )  # fmt: skip
    assert settle_posts(posts=[made.id], by=world.by, at=now())
    theirs = {pair for pair in owed(world, "Gao") if "ward" in pair[0]}
    assert theirs == {("ward-er", "ward-h1")}
    assert fill("ward-er") == [("open", "ward-h1")]

    organisations.assign(post=made, holder=ledger.actor("Nurse Xi"), starts_at=own.at, by=world.by, at=own.at)
    assert settle_posts(posts=[made.id], by=world.by, at=now())
    assert {pair for pair in owed(world, "Gao") if "ward" in pair[0]} == {("ward-er", "ward-er")}
    assert fill("ward-er") == [("done", "ward-h1")]
    count = moved()
    judge_everybody(world, "2020-02-01")
    assert moved() == count


@pytest.mark.django_db
def test_left_to_the_run_before_the_first_while_one_goes_on_and_where_too_many_are_concerned(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, by = post("unit-u2"), {"by": world.by, "at": NOON}
    organisations.assign(post=unit, holder=ledger.actor("Worker Geng"), starts_at=NOON, **by)
    assert not settle_posts(posts=[unit.id], **by)  # nothing was run yet
    live(world)
    organisations.vacate(post=unit, ends_at=NOON + timedelta(minutes=1), **by)
    with lease("reconciler"):
        assert not settle_posts(posts=[unit.id], **by)
    monkeypatch.setattr("mainstay.cycle.now.SOME", 0)
    assert not settle_posts(posts=[post("headquarters").id], **by)  # An's duties lie beneath it
    # What was left is still marked, so that the next run finds it.
    assert Dirty.objects.filter(subject_type="post", subject_id=unit.id).exists()
