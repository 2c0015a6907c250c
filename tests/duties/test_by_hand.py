"""Duties that people decide about: excused with a reason, taken back, handed to another post."""

from __future__ import annotations

from uuid import UUID

import pytest

from mainstay.cycle import check
from mainstay.duties import by_hand
from mainstay.duties.models import DutyEvent, DutyState, Excuse, HandOver
from mainstay.organisations.models import Post
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry, Lease
from tests.at_once import at_once, refusals
from tests.world import World


def investigate(world: World, name: str = "An") -> UUID:
    """Suspected since the 1st, An's source is to be investigated: tracing's duty."""
    if name not in world.people:
        world.classified(name, "suspected", "2020-02-01")
        world.cycle("2020-02-01")
    return DutyState.objects.get(duty__kind="investigate", subject_id=world.person(name)).duty_id


def state(duty: UUID) -> DutyState:
    return DutyState.objects.select_related("post", "answering").get(duty_id=duty)


def excused(world: World, duty: UUID, reason: str = "done by the province's team", who: str = "Clerk Fu") -> int:
    return by_hand.excuse(duties=[duty], reason=reason, by=ledger.actor(who), at=world.at)


def post(code: str) -> UUID:
    return Post.objects.get(code=code).id


@pytest.mark.django_db
def test_an_excused_duty_is_closed_at_once_and_stays_so(world: World) -> None:
    duty = investigate(world)
    assert excused(world, duty) == 1
    event = DutyEvent.objects.filter(duty_id=duty).order_by("-seq").first()
    assert (state(duty).status, event.verb, event.cause) == (
        "excused",
        "excused",
        f"fact:{Excuse.objects.get().root.hex}",
    )
    world.symptom("An", "cough", "2020-02-02")  # something new: An is judged again
    world.cycle("2020-02-02")
    world.cycle("2020-02-03")
    assert state(duty).status == "excused"


@pytest.mark.django_db
def test_an_excuse_taken_back_lets_the_same_duty_stand_again(world: World) -> None:
    duty = investigate(world)
    due = state(duty).due_at
    excused(world, duty)
    assert by_hand.take_back(duty=duty, by=world.by, at=world.at) == 1
    assert by_hand.take_back(duty=duty, by=world.by, at=world.at) == 0  # sent twice
    world.cycle("2020-02-02")
    assert (state(duty).status, state(duty).due_at) == ("open", due)
    assert excused(world, duty, "again, this time for good") == 1
    assert (state(duty).status, Excuse.objects.order_by("-version").first().version) == ("excused", 3)


@pytest.mark.django_db
def test_sent_twice_it_is_one_excuse_and_a_second_person_is_told(world: World) -> None:
    duty = investigate(world)
    excused(world, duty)
    before = Entry.objects.count()
    assert excused(world, duty) == 0 and Entry.objects.count() == before
    with pytest.raises(MainstayError) as told:
        excused(world, duty, who="Tracer Bo")
    assert (told.value.code, told.value.facts["status"]) == ("duty.not_open", "excused")
    with pytest.raises(MainstayError, match="Say why"):
        excused(world, duty, reason="  ")
    with pytest.raises(MainstayError, match="not excused"):
        by_hand.take_back(duty=new_id(), by=world.by, at=world.at)


@pytest.mark.django_db
def test_what_is_handed_over_stays_with_its_new_post_whatever_the_protocol_says(world: World) -> None:
    duty = investigate(world)
    given = {"duties": [duty], "reason": "they speak the dialect", "by": world.by, "at": world.at}
    assert state(duty).answering.code == "tracing"
    assert by_hand.hand_over(post=post("ward-h1"), **given) == 1
    assert by_hand.hand_over(post=post("ward-h1"), **given) == 0  # sent twice
    for day in ("2020-02-02", "2020-02-03"):
        world.symptom("An", "cough", day)
        world.cycle(day)
        assert (state(duty).post.code, state(duty).answering.code) == ("ward-h1", "ward-h1")
    assert by_hand.hand_over(post=post("tracing"), **given) == 1  # and back
    assert HandOver.objects.count() == 2 and state(duty).answering.code == "tracing"
    with pytest.raises(MainstayError) as refused:
        by_hand.hand_over(post=post("unit-u2"), **given)  # vacant
    assert refused.value.code == "duty.post"


@pytest.mark.django_db
def test_while_a_run_is_under_way_it_follows_with_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    duty = investigate(world)
    monkeypatch.setattr(by_hand, "PATIENCE", by_hand.timedelta(0))
    row = Lease.objects.create(
        name="reconciler", holder=new_id(), host="elsewhere", process=1, until_at="2999-01-01T00:00Z"
    )
    assert excused(world, duty) == 1 and state(duty).status == "open"
    with pytest.raises(MainstayError, match="ended meanwhile"):
        excused(world, duty, who="Tracer Bo")
    row.delete()
    world.cycle("2020-02-02")
    assert state(duty).status == "excused"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told_and_the_books_are_in_order(committed_world: World) -> None:
    world = committed_world
    duty = investigate(world)
    mine, other = ledger.actor("Tracer Bo"), ledger.actor("Nurse Ci")
    outcomes = at_once(
        lambda: by_hand.excuse(duties=[duty], reason="one", by=mine, at=world.at),
        lambda: by_hand.excuse(duties=[duty], reason="two", by=other, at=world.at),
    )
    assert refusals(outcomes) == ["duty.not_open"]
    assert (Excuse.objects.count(), DutyEvent.objects.filter(duty_id=duty, verb="excused").count()) == (1, 1)
    world.cycle("2020-02-02")
    found = check.run()
    assert found.ok, [one.sentence for one in found.findings]
