"""Organisations, and who holds a post from when to when."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from mainstay.organisations import services
from mainstay.organisations.models import Facility, Holding, Organisation, Post
from mainstay.organisations.queries import holdings_at, list_holdings
from mainstay.organisations.rules import tree_order
from mainstay.places.models import Place
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
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


def refused(code: str, act: Callable[..., object], /, **given: object) -> MainstayError:
    with pytest.raises(MainstayError) as told:
        act(**given)
    assert told.value.code == code
    return told.value


def test_who_takes_a_post_over_follows_without_a_gap_and_the_same_form_again_changes_nothing(world: World) -> None:
    """Er holds Unit One; from February it is Jia's."""
    post, jia, form = Post.objects.get(code="unit-u1"), ledger.actor("Worker Jia"), new_id()
    given = {"post": post, "holder": jia, "starts_at": on(2), "by": world.by, "at": on(1)}
    refused("post.held", services.assign, **given)
    er = Holding.objects.get(post=post)
    for _sent in range(2):
        assert services.assign(**given, instead_of=er.root, fact_id=form).root == form
    spans = [(one.name, one.starts_at, one.ends_at) for one in list_holdings([post.id])[post.id]]
    assert spans == [("Worker Er", er.starts_at, on(2)), ("Worker Jia", on(2), None)]
    assert Entry.objects.filter(verb="post.assign", actor=world.by).count() == 1  # both under one entry
    # Somebody who still saw Er there cannot push Jia out.
    refused("post.held", services.assign, **given | {"starts_at": on(3)}, instead_of=er.root)


def test_the_end_of_a_holding_sent_again_changes_nothing_and_never_ends_the_next(world: World) -> None:
    post, by = Post.objects.get(code="unit-u1"), {"by": world.by, "at": on(1)}
    er = Holding.objects.get(post=post).root
    services.vacate(post=post, ends_at=on(2), holding=er, **by)
    services.assign(post=post, holder=ledger.actor("Worker Jia"), starts_at=on(2, 5), **by)
    entries = Entry.objects.count()
    assert services.vacate(post=post, ends_at=on(2, 9), holding=er, **by).ends_at == on(2)
    assert Entry.objects.count() == entries
    assert holdings_at(on(3), View())[post.id] == ledger.actor("Worker Jia").id
    refused("post.not_held", services.vacate, post=post, ends_at=on(2), holding=new_id(), **by)


def test_a_holding_that_has_not_begun_is_taken_back_once_and_one_that_has_is_not(world: World) -> None:
    post, by = Post.objects.get(code="unit-u2"), {"by": world.by, "at": on(1)}
    coming = services.assign(post=post, holder=ledger.actor("Worker Jia"), starts_at=on(2), **by).root
    assert [services.take_back(post=post, holding=coming, **by) for _sent in range(2)] == [True, False]
    assert list_holdings([post.id]) == {}
    begun = services.assign(post=post, holder=ledger.actor("Worker Yi"), starts_at=on(1), **by).root
    refused("post.begun", services.take_back, post=post, holding=begun, **by)
    refused("post.not_held", services.take_back, post=post, holding=new_id(), **by)


def test_a_post_is_named_once_and_what_is_anothers_is_refused_at_its_field(world: World) -> None:
    """Six posts there are; a seventh is named, twice, for the emergency room."""
    above, room = Post.objects.get(code="ward-h1"), Facility.objects.get(code="h1-er")
    given = {"code": "er", "name": "Emergency room", "superior": above, "facility": room, "by": world.by, "at": on(1)}
    before = Post.objects.count()
    for _sent in range(2):
        assert services.name_post(**given).facility_id == room.id
    assert (Post.objects.count(), Entry.objects.filter(verb="post.add", purpose="er").count()) == (before + 1, 1)
    told = [
        refused("post.code", services.name_post, **given | {"name": "Another"}),
        refused("post.code", services.name_post, **given | {"code": "tracing", "facility": None}),
        refused("post.code", services.name_post, **given | {"code": "no blanks"}),
        refused("post.code", services.name_post, **given | {"name": "two\nlines"}),
        refused("post.answered_for", services.name_post, **given | {"code": "er-2"}),
        refused("post.answered_for", services.name_post,
                **given | {"code": "u", "facility": None, "place": Place.objects.get(code="u1")}),
    ]  # fmt: skip
    assert [error.facts["field"] for error in told] == ["code", "code", "code", "name", "answers_for", "answers_for"]
    assert Post.objects.count() == before + 1


def test_whoever_sets_up_takes_the_headquarters_where_nobody_holds_it(world: World) -> None:
    wen, by = ledger.actor("Wen"), {"by": world.by, "at": on(2)}
    post = Post.objects.get(is_headquarters=True)
    assert services.take_headquarters(holder=wen, **by) is None  # Officer Ai does
    services.vacate(post=post, ends_at=on(1), by=world.by, at=on(1))
    held = services.take_headquarters(holder=wen, **by)
    assert held is not None and (held.post_id, held.holder_id, held.starts_at) == (post.id, wen.id, on(2))
    assert services.take_headquarters(holder=ledger.actor("Ke"), **by) is None


@pytest.mark.parametrize("seed", range(20))
def test_the_tree_is_what_going_down_from_each_top_gives(seed: int) -> None:
    """Each post stands under an earlier one, or under one that is not shown, or at the top."""
    dice, hidden = random.Random(seed), UUID(int=99)
    posts = [UUID(int=n) for n in range(20)]
    superiors = {post: dice.choice([*posts[:n], None, hidden]) for n, post in enumerate(posts)}
    ranks = {post: (dice.randrange(4), n) for n, post in enumerate(posts)}

    def down(post: UUID, depth: int) -> list[tuple[UUID, int]]:
        beneath = sorted((one for one in posts if superiors[one] == post), key=ranks.__getitem__)
        return [(post, depth), *(row for one in beneath for row in down(one, depth + 1))]

    tops = sorted((one for one in posts if superiors[one] in (None, hidden)), key=ranks.__getitem__)
    assert tree_order(superiors, ranks.__getitem__) == [row for top in tops for row in down(top, 0)]
