"""Whose a duty is: by where the person is, and who answers where nobody holds the post."""

from __future__ import annotations

from datetime import date

import pytest

from mainstay.duties.models import DutyState
from mainstay.organisations import services as organisations
from mainstay.organisations.models import Post
from mainstay.platform import ledger
from tests.cycle.stories import confirmed, contact, events
from tests.world import World, at_time

pytestmark = pytest.mark.django_db


def test_the_owner_is_by_where_the_person_is(world: World) -> None:
    world.lives("Hu", "u1")
    contact(world)
    world.cycle("2020-02-01")
    owner = DutyState.objects.select_related("post").get(duty__clause="contact.observe", subject_id=world.person("Hu"))
    assert owner.post.code == "unit-u1"
    world.stays("Hu", "site", "s1", "2020-02-02")
    world.cycle("2020-02-02")
    tomorrow = DutyState.objects.select_related("post").get(
        duty__occurrence=date(2020, 2, 3), subject_id=world.person("Hu")
    )
    assert tomorrow.post.code == "site-s1"


def test_a_ward_without_a_post_is_its_hospitals(world: World) -> None:
    confirmed(world)
    world.stays("Gao", "ward", "h1-er", "2020-02-01")
    world.cycle("2020-02-01")
    assert DutyState.objects.get(duty__clause="case.observe").post.code == "ward-h1"


def test_a_vacant_post_falls_to_the_next_holder_above_and_makes_a_duty_to_fill_it(world: World) -> None:
    world.lives("Hu", "u2")
    contact(world)
    world.cycle("2020-02-01")
    state = DutyState.objects.get(duty__clause="contact.observe", subject_id=world.person("Hu"))
    assert (state.post.code, state.answering.code) == ("unit-u2", "unit-u1")
    fill = DutyState.objects.get(duty__clause="post.fill", subject_id=Post.objects.get(code="unit-u2").id)
    assert (fill.status, fill.answering.code) == ("open", "unit-u1")


def test_filling_the_post_closes_that_duty_and_moves_the_others(world: World) -> None:
    world.lives("Hu", "u2")
    contact(world)
    world.cycle("2020-02-01")
    organisations.assign(
        post=Post.objects.get(code="unit-u2"),
        holder=ledger.actor("Worker Geng"),
        starts_at=at_time("2020-02-02", "08:00"),
        by=world.by,
        at=at_time("2020-02-02", "08:00"),
    )
    world.cycle("2020-02-02")
    fill = DutyState.objects.get(duty__clause="post.fill", subject_id=Post.objects.get(code="unit-u2").id)
    assert fill.status == "done"
    assert ("2020-02-02", "reassigned") in events("Hu", world, "contact.offer_place")
    state = DutyState.objects.get(duty__occurrence=date(2020, 2, 3), subject_id=world.person("Hu"))
    assert state.answering.code == "unit-u2"


def test_a_second_vacancy_is_a_second_duty(world: World) -> None:
    post = Post.objects.get(code="unit-u1")
    for on in ("2020-02-02", "2020-02-05"):
        organisations.vacate(post=post, ends_at=at_time(on, "08:00"), by=world.by, at=at_time(on, "08:00"))
        world.cycle(on)
        holder, starts = ledger.actor(f"Worker of {on}"), at_time(on, "23:00")
        organisations.assign(post=post, holder=holder, starts_at=starts, by=world.by, at=starts)
        world.cycle(f"2020-02-0{int(on[-1]) + 1}")
    rows = DutyState.objects.filter(duty__clause="post.fill", subject_id=post.id)
    assert list(rows.values_list("status", flat=True)) == ["done", "done"]


def test_nothing_falls_to_headquarters_while_somebody_below_answers(world: World) -> None:
    contact(world)
    world.cycle("2020-02-01")
    answering = set(DutyState.objects.filter(subject_type="person").values_list("answering__code", flat=True))
    assert "headquarters" not in answering
    assert None not in answering
