"""Somebody judged at once, between two runs and after one: as the run of the period would, and proved by the check."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from mainstay.cycle import check
from mainstay.cycle import now as judging_now
from mainstay.cycle.models import Run
from mainstay.cycle.now import judge_now, judge_waiting
from mainstay.cycle.queries import instance_moment
from mainstay.duties.models import Duty, DutyEvent, DutyState, SubjectState
from mainstay.platform.clock import now
from mainstay.platform.locks import lease
from mainstay.platform.models import Dirty
from mainstay.screening.services import record_check
from mainstay.tracing.services import name_contact
from tests.world import World, at_time

NOON = at_time("2020-02-07", "12:00")


def live(world: World) -> World:
    """An is suspected and was judged on the 6th, as the day ended; it is the 7th now."""
    world.lives("An", "u1")
    world.classified("An", "suspected", "2020-02-06")
    world.checked("An", "2020-02-06")
    world.cycle("2020-02-06")
    Run.objects.update(started_at=F("moment_at"))
    return world


def noon(world: World) -> None:
    """An is confirmed, has a fever, and names Bo of her household."""
    said: dict[str, Any] = {"known_at": NOON, "by": world.by, "at": NOON}
    from mainstay.cases.services import classify

    day = NOON.date()
    classify(person=world.people["An"], disease="mers", value="confirmed", observed=day, **said)
    record_check(person=world.people["An"], of="temperature", tenths=384, observed=day, **said)
    name_contact(
        person=world.person("Bo"), index=world.people["An"], disease="mers", kind="household", last=day, **said
    )


def categories(world: World) -> dict[str, str]:
    found = dict(SubjectState.objects.values_list("subject_id", "category"))
    return {name: found[one] for name, one in world.people.items() if one in found}


def written() -> tuple[list[Any], list[Any]]:
    """Every duty and every event by what they say."""
    duties = Duty.objects.order_by("id").values_list("id", "clause", "occurrence", "starts_at", "due_at", "opened_on")
    events = DutyEvent.objects.order_by("duty_id", "seq").values_list(
        "duty_id", "seq", "verb", "period_date", "status", "level", "post_id", "answering_id", "evidence", "cause"
    )
    return list(duties), list(events)


@pytest.mark.django_db(transaction=True)
def test_what_was_told_at_noon_is_owed_at_noon_and_the_day_ends_as_it_would_have(committed_world: World) -> None:
    world = live(committed_world)
    noon(world)
    with transaction.atomic():
        world.cycle("2020-02-07")
        without, in_the_end = written(), categories(world)
        transaction.set_rollback(True)

    assert judge_now(people=[world.people["An"]], by=world.by, at=NOON)
    assert categories(world) == {"An": "confirmed", "Bo": "close_contact"} == in_the_end
    assert world.standing("Bo", "2020-02-07")  # owed something within the minute he was named
    assert not Dirty.objects.exists()
    # Nothing of the day is missed yet, nothing of tomorrow is there, and it holds against the check.
    assert not DutyEvent.objects.filter(period_date="2020-02-07", verb="missed").exists()
    assert not Duty.objects.filter(occurrence__gt="2020-02-07").exists()
    assert set(DutyEvent.objects.filter(period_date="2020-02-07").values_list("verb", flat=True)) >= {"opened", "done"}
    assert check.run().findings == ()
    before = written()
    assert judge_now(people=[world.people["An"]], by=world.by, at=NOON)
    assert written() == before  # once more changes nothing

    world.cycle("2020-02-07")
    assert written() == without
    assert check.run().findings == ()


@pytest.mark.django_db(transaction=True)
def test_after_the_days_run_its_period_is_run_again(committed_world: World) -> None:
    world = committed_world
    world.lives("An", "u1")
    world.classified("An", "suspected", "2020-02-06")
    world.cycle("2020-02-06")  # looking back: this instance stands at the end of the 6th, when the 7th begins
    own = instance_moment(now())
    assert (own.report_day, own.day, own.live) == (NOON.date() - timedelta(1), NOON.date(), False)
    said: dict[str, Any] = {"person": world.people["An"], "known_at": own.at, "by": world.by, "at": now()}
    day_7 = DutyState.objects.filter(duty__occurrence=own.day)
    assert set(day_7.values_list("status", flat=True)) == {"open"}
    record_check(of="temperature", tenths=365, observed=own.day, **said)
    record_check(of="symptoms", observed=own.day, **said)
    assert judge_now(people=[world.people["An"]], by=world.by, at=now())
    assert set(day_7.values_list("status", flat=True)) == {"done"}
    assert check.run().findings == ()


def test_left_to_the_run_before_the_first_after_days_without_and_while_one_goes_on(world: World) -> None:
    def judged(at: datetime) -> bool:
        return judge_now(people=[world.people["An"]], by=world.by, at=at)

    world.classified("An", "suspected", "2020-02-06")
    assert not judged(NOON)
    live(world)
    assert not judged(NOON + timedelta(days=1))  # the 7th was never run
    with lease("reconciler"):
        assert not judged(NOON)
    Run.objects.create(period_date="2020-02-07", moment_at=NOON, status="running", started_at=NOON)
    assert not judged(NOON)
    assert Dirty.objects.count() == 0  # that is: An was judged by the run of the 6th, and nothing is new


def test_whoever_waits_after_a_file_is_judged_at_once_unless_they_are_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any day was run nobody is; then whoever a file told of, a clerk need not ask for it."""
    live(world)
    for name in ("Ci", "Di"):
        world.classified(name, "suspected", "2020-02-06")
    assert not {"Ci", "Di"} & set(categories(world))
    monkeypatch.setattr(judging_now, "FEW", 1)
    assert not judge_waiting(by=world.by, at=NOON)
    monkeypatch.setattr(judging_now, "FEW", 2)
    assert judge_waiting(by=world.by, at=NOON)
    assert categories(world) == {"An": "suspected", "Ci": "suspected", "Di": "suspected"}
    assert not Dirty.objects.exists()
    assert not judge_waiting(by=world.by, at=NOON)  # nobody waits
