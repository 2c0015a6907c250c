"""The rows of people of concern: counted by the transaction that changes what they follow from."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from mainstay.duties import by_hand
from mainstay.duties.concern import recount
from mainstay.duties.models import DutyState, PersonOfConcern, SubjectState
from mainstay.duties.rules.concern import CATEGORIES, NEVER, NOT_URGENT, RANKED_NONE, gravest, ranked
from tests.world import World

NOON = datetime(2020, 2, 2, 4, tzinfo=UTC)


def test_the_gravest_category_counts_and_sorts_first() -> None:
    assert sorted(map(ranked, reversed(CATEGORIES))) == [ranked(one) for one in CATEGORIES]
    assert gravest(["close_contact", "suspected"]) == "3suspected"
    assert gravest([]) == ranked("") == RANKED_NONE > ranked("close_contact")
    assert ranked("close_contact") < ranked("something_local") < RANKED_NONE


@pytest.fixture
def story(world: World) -> World:
    """Gao is a confirmed case in a ward since the 1st, Hu met Gao, Ito is nobody's concern."""
    world.classified("Gao", "confirmed", "2020-02-01")
    world.onset("Gao", "2020-02-01")
    world.stays("Gao", "ward", "h1", "2020-02-01")
    world.met("Hu", "Gao", known="2020-02-01", last="2020-02-01")
    world.person("Ito")
    world.cycle("2020-02-01")
    return world


def kept(world: World) -> dict[str, PersonOfConcern]:
    names = {identity: name for name, identity in world.people.items()}
    return {names[row.person_id]: row for row in PersonOfConcern.objects.all()}


def test_a_row_says_what_is_open_the_earliest_deadline_and_since_when_a_place_is_waited_for(story: World) -> None:
    rows = kept(story)
    assert set(rows) == {"Gao", "Hu"}  # Ito is not of concern
    for name in rows:
        owed = DutyState.objects.filter(subject_id=story.person(name), status="open").select_related("duty")
        assert rows[name].open == len(owed) > 1
        assert rows[name].due_at == min(one.due_at for one in owed)
    assert (rows["Gao"].category, rows["Hu"].category) == ("0confirmed", "5close_contact")
    offer = DutyState.objects.select_related("duty").get(duty__kind="offer_quarantine", status="open")
    assert (rows["Hu"].waits_since, rows["Hu"].place_due_at) == (offer.duty.starts_at, offer.due_at)
    DutyState.objects.filter(duty=offer.duty).update(status="done")
    recount(dict.fromkeys(story.people.values()))
    assert kept(story)["Hu"].waits_since is None


def test_who_is_ruled_out_and_owed_nothing_has_no_row_any_more(story: World) -> None:
    story.classified("Gao", "discarded", "2020-02-02")
    story.cycle("2020-02-02")
    assert set(kept(story)) == set()  # with Gao no case, Hu is no contact


def test_excusing_by_hand_is_counted_at_once_and_leaves_the_urgency_as_it_was(story: World) -> None:
    PersonOfConcern.objects.filter(person_id=story.person("Hu")).update(urgency=2)
    before = kept(story)["Hu"]
    first = DutyState.objects.filter(subject_id=story.person("Hu"), status="open").order_by("due_at").first()
    by_hand.excuse(duties=[first.duty_id], reason="moved away", by=story.by, at=NOON)
    after = kept(story)["Hu"]
    assert (after.open, after.urgency) == (before.open - 1, 2)
    assert after.due_at >= before.due_at


def test_an_open_duty_without_a_category_keeps_somebody_in_the_lists(story: World) -> None:
    person = story.person("Hu")
    SubjectState.objects.filter(subject_id=person).update(category="")
    recount({person: NOT_URGENT})
    assert kept(story)["Hu"].category == RANKED_NONE
    DutyState.objects.filter(subject_id=person).update(status="done")
    recount({person: NOT_URGENT})
    assert "Hu" not in kept(story)


def test_a_category_alone_stands_last_of_its_kind(story: World) -> None:
    DutyState.objects.filter(subject_id=story.person("Hu")).update(status="done")
    recount({story.person("Hu"): None})
    assert (kept(story)["Hu"].open, kept(story)["Hu"].due_at) == (0, NEVER)


def test_an_instance_that_exists_is_counted_when_it_is_brought_up_to_date(story: World) -> None:
    """And everybody who has a category is looked at by the next run, which says how urgent they are."""
    names = ("person_id", "category", "due_at", "open", "waits_since", "place_due_at")
    before = set(PersonOfConcern.objects.values_list(*names))
    PersonOfConcern.objects.all().delete()
    migration: Any = import_module("mainstay.duties.migrations.0005_people_of_concern")
    migration.count(apps, connection.schema_editor())
    assert set(PersonOfConcern.objects.values_list(*names)) == before != set()
    assert set(PersonOfConcern.objects.values_list("urgency", flat=True)) == {NOT_URGENT}
    story.cycle("2020-02-01")
    assert kept(story)["Hu"].urgency == NOT_URGENT
