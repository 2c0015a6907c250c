"""Two officers at two desks: one post never has two holders, and no line of posts comes round to itself."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from mainstay.organisations import services
from mainstay.organisations.models import Facility, Holding, Post
from mainstay.organisations.queries import holdings_at
from mainstay.organisations.rules import has_cycle
from mainstay.platform import ledger
from mainstay.platform.clock import ONE_DAY
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry
from mainstay.platform.reading import View
from tests.at_once import at_once, refusals
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

# Long enough that without a lock both have read before either writes.
A_MOMENT = 0.3


@pytest.fixture
def slow_to_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing each takes a moment."""

    def slowly(read):
        def reading(*arguments):
            found = read(*arguments)
            time.sleep(A_MOMENT)
            return found

        return reading

    for name in ("_spans", "_running", "has_cycle"):
        monkeypatch.setattr(services, name, slowly(getattr(services, name)))


def _assigns(world: World, name: str, **span):
    """Somebody puts `name` into the vacant post of Unit Two."""
    post, holder = Post.objects.get(code="unit-u2"), ledger.actor(name)
    return lambda: services.assign(post=post, holder=holder, by=world.by, at=world.at, **span)


def test_of_two_put_into_one_post_one_holds_it_and_the_other_officer_is_told(
    committed_world: World, slow_to_decide: None
) -> None:
    world = committed_world
    outcomes = at_once(
        _assigns(world, "Worker Jia", starts_at=world.at),
        _assigns(world, "Worker Yi", starts_at=world.at + ONE_DAY),
    )
    assert refusals(outcomes) == ["post.held"]
    assert Holding.objects.filter(post__code="unit-u2").count() == 1
    # The refused one left no line either: nine posts' and holders' lines of the profile aside, one.
    assert Entry.objects.filter(verb="post.assign", actor=world.by).count() == 1


def test_two_holdings_that_only_touch_both_stand(committed_world: World, slow_to_decide: None) -> None:
    world = committed_world
    shift_ends = world.at + timedelta(hours=8)
    outcomes = at_once(
        _assigns(world, "Worker Jia", starts_at=world.at, ends_at=shift_ends),
        _assigns(world, "Worker Yi", starts_at=shift_ends),
    )
    assert refusals(outcomes) == []
    assert Holding.objects.filter(post__code="unit-u2").count() == 2


def test_of_two_who_end_one_holding_one_ends_it_and_the_other_is_told(
    committed_world: World, slow_to_decide: None
) -> None:
    world = committed_world
    post = Post.objects.get(code="unit-u1")
    outcomes = at_once(*[lambda: services.vacate(post=post, ends_at=world.at + ONE_DAY, by=world.by, at=world.at)] * 2)
    assert refusals(outcomes) == ["post.not_held"]
    assert list(Holding.objects.filter(post=post).order_by("version").values_list("version", flat=True)) == [1, 2]


def test_who_leaves_and_who_comes_at_the_same_time_never_hold_a_post_together(
    committed_world: World, slow_to_decide: None
) -> None:
    """Whichever is first: the newcomer is put in after the leaver, or is refused and tries again."""
    world = committed_world
    post, leaves, comes = Post.objects.get(code="unit-u1"), world.at + ONE_DAY, ledger.actor("Worker Yi")
    vacated, assigned = at_once(
        lambda: services.vacate(post=post, ends_at=leaves, by=world.by, at=world.at),
        lambda: services.assign(post=post, holder=comes, starts_at=leaves, by=world.by, at=world.at),
    )
    assert vacated.ends_at == leaves
    told = refusals([assigned])
    assert told in ([], ["post.held"])
    holder = holdings_at(leaves, View()).get(post.id)
    assert holder == (None if told else comes.id)


def test_two_posts_each_put_under_the_other_do_not_come_round(committed_world: World, slow_to_decide: None) -> None:
    """Each of the two alone would be in order."""
    world = committed_world
    first, second = Post.objects.get(code="tracing"), Post.objects.get(code="ward-h1")
    outcomes = at_once(
        lambda: services.set_superior(post=first, superior=second, by=world.by, at=world.at),
        lambda: services.set_superior(post=second, superior=first, by=world.by, at=world.at),
    )
    assert refusals(outcomes) == ["post.cycle"]
    superiors = dict(Post.objects.values_list("code", "superior__code"))
    assert not any(has_cycle(superiors, post) for post in superiors)


def test_of_two_who_hand_one_post_on_one_does_and_the_other_is_told_that_somebody_else_holds_it(
    committed_world: World, slow_to_decide: None
) -> None:
    """Both saw Er hold it; Jia gets it, or Yi, and Er's holding ends once."""
    world = committed_world
    post = Post.objects.get(code="unit-u1")
    seen, leaves = Holding.objects.get(post=post), world.at + ONE_DAY

    def hands_on(name: str, starts_at):
        holder = ledger.actor(name)
        return lambda: services.assign(
            post=post, holder=holder, starts_at=starts_at, instead_of=seen.root, by=world.by, at=world.at
        )

    outcomes = at_once(hands_on("Worker Jia", leaves), hands_on("Worker Yi", leaves))
    assert refusals(outcomes) == ["post.held"]
    assert Holding.objects.filter(post=post).count() == 1 + 1 + 1  # Er's, its end, and one who follows
    before, after = holdings_at(leaves - timedelta(seconds=1), View()), holdings_at(leaves, View())
    assert before[post.id] == seen.holder_id != after[post.id]


def test_one_form_sent_twice_at_once_is_one_holding(committed_world: World, slow_to_decide: None) -> None:
    world, form = committed_world, new_id()
    outcomes = at_once(*[_assigns(world, "Worker Jia", starts_at=world.at, fact_id=form)] * 2)
    assert refusals(outcomes) == []
    assert [one.root for one in Holding.objects.filter(post__code="unit-u2")] == [form]
    assert Entry.objects.filter(verb="post.assign", actor=world.by).count() == 1


def test_of_two_posts_named_for_one_ward_one_is_and_the_other_officer_is_told(committed_world: World) -> None:
    world, ward = committed_world, Facility.objects.get(code="h1-er")
    above = Post.objects.get(code="ward-h1")

    def names(code: str):
        return lambda: services.name_post(code=code, name=code, superior=above, facility=ward, by=world.by, at=world.at)

    for attempt in range(3):
        outcomes = at_once(names(f"a{attempt}"), names(f"b{attempt}"))
        assert refusals(outcomes) == ["post.answered_for"] * (1 if attempt == 0 else 2)
    assert Post.objects.filter(facility=ward).count() == 1
