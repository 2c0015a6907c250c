"""Duties, their states and people's categories, altered beneath the triggers: the check names each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from mainstay.cycle import check
from mainstay.cycle.sense import take_in
from mainstay.platform import triggers
from mainstay.platform.clock import now
from mainstay.platform.rows import parameter
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story(committed_world: World) -> World:
    """Gao is a confirmed case; Hu met Gao; two periods are closed."""
    world = committed_world
    world.onset("Gao", "2020-02-01")
    world.reported("Gao", "2020-02-01")
    world.classified("Gao", "confirmed", "2020-02-01")
    world.met("Hu", "Gao", known="2020-02-01", last="2020-02-01")
    world.cycle("2020-02-01")
    world.checked("Hu", "2020-02-02")
    world.cycle("2020-02-02")
    return world


def _beneath(sql: str, *params: object) -> None:
    """Change something as somebody with the database's password would: without the triggers, which return."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model in triggers.appended_models():
            table = model._meta.db_table
            if connection.vendor == "sqlite":
                for verb in ("update", "delete"):
                    cursor.execute(f'DROP TRIGGER "{table}_no_{verb}"')
            else:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{table}_append_only"')
        cursor.execute(sql, [parameter(value) for value in params])
        if connection.vendor != "sqlite":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in triggers.appended_models():
                table = model._meta.db_table
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER "{table}_append_only"')
    triggers.install()


def _codes() -> set[str]:
    return {finding.code for finding in check.run().findings}


def test_a_closed_period_is_green(story: World) -> None:
    assert check.run().findings == ()


SABOTAGE: dict[str, tuple[str, Callable[[World], tuple[object, ...]], str]] = {
    "a state row off": (
        "UPDATE duties_dutystate SET level = level + 1 WHERE subject_id = %s",
        lambda world: (world.person("Hu"),),
        "duty.state_off",
    ),
    "a duty that would be shown on another day": (
        "UPDATE duties_dutystate SET occurrence = '2020-01-01' WHERE subject_id = %s",
        lambda world: (world.person("Hu"),),
        "duty.state_off",
    ),
    "a duty without owner": (
        "UPDATE duties_dutystate SET post_id = NULL, answering_id = NULL WHERE subject_id = %s",
        lambda world: (world.person("Hu"),),
        "duty.unowned",
    ),
    "a duty's state deleted": (
        "DELETE FROM duties_dutystate WHERE subject_id = %s",
        lambda world: (world.person("Hu"),),
        "duty.state_missing",
    ),
    "somebody left out of the lists": (
        "DELETE FROM duties_personofconcern WHERE person_id = %s",
        lambda world: (world.person("Hu"),),
        "person.concern_off",
    ),
    "somebody listed as owed less": (
        "UPDATE duties_personofconcern SET open = open - 1 WHERE person_id = %s",
        lambda world: (world.person("Hu"),),
        "person.concern_off",
    ),
    "somebody listed as owed later": (
        "UPDATE duties_personofconcern SET due_at = %s WHERE person_id = %s",
        lambda world: (now(), world.person("Hu")),
        "person.concern_off",
    ),
    "a category off": (
        "UPDATE duties_subjectstate SET category = 'suspected' WHERE subject_id = %s",
        lambda world: (world.person("Hu"),),
        "person.category_off",
    ),
    "an exposure altered": (
        "UPDATE tracing_exposure SET index_class = 'suspected' WHERE person_id = %s",
        lambda world: (world.person("Hu"),),
        "ledger.fact_altered",
    ),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_each_is_found_and_named(name: str, story: World) -> None:
    sql, params, code = SABOTAGE[name]
    _beneath(sql, *params(story))
    assert code in _codes()


def test_a_person_of_concern_without_a_duty_is_named(story: World) -> None:
    """Everything of Hu's duties is gone, as if nobody had ever asked anything of Hu."""
    hu = story.person("Hu")
    for sql in (
        "DELETE FROM duties_dutystate WHERE subject_id = %s",
        "DELETE FROM duties_dutyevent WHERE duty_id IN (SELECT id FROM duties_duty WHERE subject_id = %s)",
        "DELETE FROM duties_duty WHERE subject_id = %s",
    ):
        _beneath(sql, hu)
    codes = _codes()
    assert {"person.without_duty", "duty.not_opened", "ledger.fact_removed"} <= codes


def test_rows_held_for_mending_are_proved_like_any_other(committed_world: World, tmp_path: Path) -> None:
    """A held value lies encrypted in the ledger's care: the proof reads it too."""
    file = tmp_path / "cases.csv"
    columns = "case_ID infector date_of_prodrome date_of_rash date_of_death age gender family_ID class"
    columns += " complications x_loc y_loc"
    file.write_text(",".join(columns.split()) + "\n1,NA,1861-02-31,1861-11-25,NA,7,f,1,1,yes,1,1\n")
    done = take_in(file, "hagelloch-1861-cases", by=committed_world.by, at=now())
    assert [line.column for line in done.rejects] == ["date_of_prodrome"]
    assert check.run().findings == ()
