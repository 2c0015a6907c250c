"""The database refuses to change or remove what was appended, whoever asks and however."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from mainstay.cases.models import Onset
from mainstay.platform import ledger
from mainstay.platform.expiry import expire, open_door
from mainstay.platform.models import Door, Entry, Expired
from mainstay.platform.triggers import REFUSAL, appended_models, missing_triggers
from tests.world import World

pytestmark = pytest.mark.django_db


def _refused(sql: str, *params: object) -> None:
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def _filled(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
        return bool(cursor.fetchone()[0])


def test_every_appended_table_has_its_triggers_after_the_last_migration() -> None:
    assert missing_triggers() == []
    assert {"cases_onset", "duties_dutyevent", "platform_entry", "platform_seal", "isolation_order"} <= {
        model._meta.db_table for model in appended_models()
    }


def test_a_table_that_lost_a_trigger_is_named(world: World) -> None:
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON cases_onset"
        name = "cases_onset_no_delete" if connection.vendor == "sqlite" else "cases_onset_append_only"
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert missing_triggers() == ["cases_onset"]


@pytest.mark.parametrize("model", appended_models(), ids=lambda model: model._meta.db_table)
def test_update_is_refused_on_every_table(model, world: World) -> None:
    table, column = model._meta.db_table, model._meta.pk.column
    _fill(world)
    if _filled(table) or connection.vendor == "postgresql":  # PostgreSQL's triggers fire once a statement
        _refused(f'UPDATE "{table}" SET "{column}" = "{column}"')
    if connection.vendor == "postgresql":
        _refused(f'TRUNCATE "{table}" CASCADE')


@pytest.mark.parametrize("model", appended_models(), ids=lambda model: model._meta.db_table)
def test_delete_is_refused_on_every_table(model, world: World) -> None:
    table = model._meta.db_table
    _fill(world)
    if _filled(table) or connection.vendor == "postgresql":
        _refused(f'DELETE FROM "{table}"')


def _fill(world: World) -> None:
    world.onset("Gao", "2020-02-01")
    world.met("Hu", "Gao", "2020-02-01")
    connection.check_constraints()  # else PostgreSQL refuses for another reason: deferred checks pending


def test_replace_is_refused_on_sqlite(world: World) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's; PostgreSQL's ON CONFLICT DO UPDATE fires the update trigger")
    world.onset("Gao", "2020-02-01")
    _refused("INSERT OR REPLACE INTO cases_onset SELECT * FROM cases_onset")


def test_on_conflict_do_update_is_refused(world: World) -> None:
    world.onset("Gao", "2020-02-01")
    columns = ", ".join(field.column for field in Onset._meta.concrete_fields)
    _refused(
        f"INSERT INTO cases_onset ({columns}) SELECT {columns} FROM cases_onset WHERE TRUE "
        "ON CONFLICT (id) DO UPDATE SET disease = 'x'"
    )


def test_the_lawful_door_removes_and_leaves_a_ledger_line(world: World) -> None:
    root = world.onset("Gao", "2020-02-01")
    world.onset("Hu", "2020-02-02")
    entry = expire(Onset, [root], reason="time is over", by=world.by, at=world.at, purpose="expiry of 2020")
    assert list(Onset.objects.values_list("person_id", flat=True)) == [world.person("Hu")]
    assert entry is not None
    assert Entry.objects.get(no=entry.no).verb == "expire"
    assert [(grave.fact_id, grave.reason) for grave in Expired.objects.all()] == [(root, "time is over")]
    assert Door.objects.count() == 0


def test_expiring_twice_writes_nothing_more(world: World) -> None:
    root = world.onset("Gao", "2020-02-01")
    expire(Onset, [root], reason="time is over", by=world.by, at=world.at, purpose="p")
    before = Entry.objects.count()
    assert expire(Onset, [root], reason="time is over", by=world.by, at=world.at, purpose="p") is None
    assert Entry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_an_open_door_cannot_be_committed(committed_world: World) -> None:
    committed_world.onset("Gao", "2020-02-01")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO platform_door (id, held_by_id) VALUES (1, 1)")
        cursor.execute("DELETE FROM cases_onset")
    assert Onset.objects.count() == 1


def test_the_door_opens_only_inside_a_transaction() -> None:
    if connection.in_atomic_block:
        connection.in_atomic_block, kept = False, True
        try:
            with pytest.raises(RuntimeError), open_door():
                pass
        finally:
            connection.in_atomic_block = kept


def test_the_same_id_twice_is_written_once(world: World) -> None:
    fact = uuid.uuid4()
    world.person("Gao")
    for _ in range(2):
        from mainstay.cases import services

        services.record_onset(
            person=world.person("Gao"),
            disease="mers",
            observed=world.at.date(),
            known_at=world.at,
            by=world.by,
            at=world.at,
            fact_id=fact,
        )
    assert Onset.objects.filter(id=fact).count() == 1
    assert Entry.objects.filter(verb="case.onset").count() == 1


def test_a_seal_closes_the_entries_so_far_and_nothing_new_makes_no_seal(world: World) -> None:
    world.onset("Gao", "2020-02-01")
    first = ledger.seal(at=world.at)
    assert first is not None
    assert ledger.seal(at=world.at) == first
    world.onset("Hu", "2020-02-02")
    second = ledger.seal(at=world.at)
    assert (second.no, second.count) == (first.no + 1, 1)
