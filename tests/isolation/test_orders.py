"""Orders and stays end: early, with a reason, and whatever hung on them ends with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mainstay.cycle import check
from mainstay.isolation import services
from mainstay.isolation.models import Order, Stay
from mainstay.platform.clock import known_on
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Dirty, Entry
from tests.world import World, at_time, day


def written(world: World, on: str) -> dict[str, Any]:
    return {"known_at": known_on(day(on), world.zone), "by": world.by, "at": world.at}


def ended(world: World, order: UUID, at: datetime, reason: str = "the index was never ill") -> UUID:
    return services.end_order(root=order, ends_at=at, reason=reason, **written(world, "2020-02-05"))


def last(root: UUID) -> Order:
    return Order.objects.filter(root=root).latest("version")


@pytest.mark.django_db
def test_an_order_ends_early_its_grounds_kept_and_the_ledger_says_why(world: World) -> None:
    order = world.ordered("Hu", "quarantine", "2020-02-01", days=14)
    Dirty.objects.all().delete()

    ended(world, order, at_time("2020-02-05", "12:00"))

    first, now = Order.objects.get(root=order, version=1), last(order)
    assert (now.version, now.ends_at - now.starts_at) == (2, timedelta(days=4))
    assert (first.ends_at - first.starts_at, now.reason) == (timedelta(days=14), first.reason)
    # The review of the 8th lies past the end now, so it is the end's.
    assert (first.review_at - first.starts_at, now.review_at) == (timedelta(days=7), now.ends_at)
    line = Entry.objects.get(verb="order.end")
    assert (line.actor, line.purpose) == (world.by, "the index was never ill")
    assert Dirty.objects.filter(subject_id=world.person("Hu")).exists()


@pytest.mark.django_db
def test_a_review_that_comes_before_the_end_stays_where_it_is(world: World) -> None:
    order = world.ordered("Hu", "quarantine", "2020-02-01", days=14)
    review = last(order).review_at
    ended(world, order, at_time("2020-02-10", "12:00"))
    assert last(order).review_at == review


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "reason", "why"),
    [
        (("2020-02-01", "12:00"), "an error", "before it begins"),
        (("2020-02-15", "12:00"), "an error", "ends no later"),
        (("2020-03-01", "12:00"), "longer is safer", "ends no later"),
        (("2020-02-05", "12:00"), " ", "nobody says why"),
    ],
)
def test_it_cannot_end_before_it_begins_nor_later_than_it_said_nor_for_no_reason(
    world: World, at: tuple[str, str], reason: str, why: str
) -> None:
    order = world.ordered("Hu", "quarantine", "2020-02-01", days=14)
    with pytest.raises(MainstayError, match=rf"{why}.*\[order.end\]"):
        ended(world, order, at_time(*at), reason)
    assert (last(order).version, Entry.objects.filter(verb="order.end").count()) == (1, 0)


@pytest.mark.django_db
def test_an_order_that_does_not_exist_cannot_end(world: World) -> None:
    with pytest.raises(MainstayError, match=r"\[order.unknown\]"):
        ended(world, world.person("Hu"), at_time("2020-02-05", "12:00"))


def test_ended_on_the_fifth_nothing_is_asked_under_it_and_what_was_done_stays_done(committed_world: World) -> None:
    """The review would have fallen due on the 8th; the check, by other code, finds nothing amiss."""
    world = committed_world
    order = world.ordered("Hu", "quarantine", "2020-02-01", days=14)
    services.serve_order(
        root=order, served_at=at_time("2020-02-01", "18:00"), how="in person", **written(world, "2020-02-01")
    )
    world.cycle("2020-02-01")
    ended(world, order, at_time("2020-02-05", "12:00"))
    for on in ("2020-02-05", "2020-02-09"):
        world.cycle(on)
        assert world.standing("Hu", on) == {"order.serve": "done", "order.confirm_oral": "done"}
    assert all(row.required for row in world.duties("Hu", "2020-02-09"))
    assert check.run().findings == ()


@pytest.mark.django_db
def test_a_stay_ends_on_a_day_and_the_person_is_looked_at_again(world: World) -> None:
    stay = world.stays("Hu", "site", "s1", "2020-02-01")
    Dirty.objects.all().delete()
    assert services.end_stay(root=stay, ends=day("2020-02-04"), **written(world, "2020-02-04")) == stay
    rows = Stay.objects.filter(root=stay).order_by("version").values_list("version", "starts_date", "ends_date", "kind")
    assert list(rows) == [
        (1, day("2020-02-01"), None, "site"),
        (2, day("2020-02-01"), day("2020-02-04"), "site"),
    ]
    assert Entry.objects.filter(verb="stay.end").count() == 1
    assert Dirty.objects.filter(subject_id=world.person("Hu")).exists()


@pytest.mark.django_db
def test_a_stay_that_does_not_exist_cannot_end(world: World) -> None:
    with pytest.raises(MainstayError, match=r"\[fact.unknown\]"):
        services.end_stay(root=world.person("Hu"), ends=day("2020-02-04"), **written(world, "2020-02-04"))
