"""Organisations, and who holds a post from when to when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mainstay.organisations import services
from mainstay.organisations.models import Organisation, Post
from mainstay.organisations.queries import holdings_at
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Entry
from mainstay.platform.reading import View
from tests.world import World

pytestmark = pytest.mark.django_db


def on(month: int, day: int = 1) -> datetime:
    return datetime(2020, month, day, tzinfo=UTC)


def test_an_organisation_is_registered_once_with_one_ledger_line(world: World) -> None:
    for name in ("Lake Community Committee", "the same again"):
        services.add_organisation(code="o1", name=name, by=world.by, at=world.at)
    assert list(Organisation.objects.values_list("code", "name")) == [("o1", "Lake Community Committee")]
    assert list(Entry.objects.filter(verb="organisation.add").values_list("actor", "purpose")) == [(world.by.id, "o1")]


def test_who_leaves_is_who_holds_the_post_then_not_who_comes_later(world: World) -> None:
    """Jia holds it from January to March, Yi from March on; in February it is Jia who leaves."""
    post, jia, yi = Post.objects.get(code="unit-u2"), ledger.actor("Worker Jia"), ledger.actor("Worker Yi")
    services.assign(post=post, holder=yi, starts_at=on(3), by=world.by, at=world.at)
    services.assign(post=post, holder=jia, starts_at=on(1), ends_at=on(3), by=world.by, at=world.at)

    left = services.vacate(post=post, ends_at=on(2), by=world.by, at=world.at)

    assert (left.holder_id, left.starts_at, left.ends_at) == (jia.id, on(1), on(2))
    held = [holdings_at(at, View()).get(post.id) for at in (on(1, 15), on(2, 15), on(3, 15))]
    assert held == [jia.id, None, yi.id]


def test_nobody_can_leave_before_they_come(world: World) -> None:
    post = Post.objects.get(code="unit-u2")
    services.assign(post=post, holder=ledger.actor("Worker Yi"), starts_at=on(3), by=world.by, at=world.at)
    with pytest.raises(MainstayError, match=r"\[post.not_held\]"):
        services.vacate(post=post, ends_at=on(2), by=world.by, at=world.at)
