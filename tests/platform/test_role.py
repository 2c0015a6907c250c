"""PostgreSQL: who works as the application's role appends facts and runs periods, and can undo none of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import DatabaseError, InternalError, ProgrammingError, connection, transaction

from mainstay.cases.models import Onset
from mainstay.platform import grants, ledger
from mainstay.platform.errors import MainstayError
from mainstay.platform.expiry import expire
from mainstay.platform.identity import new_id
from mainstay.platform.models import Door, Entry, Expired
from mainstay.platform.triggers import appended_models, missing_triggers
from tests.instances import ON_POSTGRESQL, Instance
from tests.intake.desk import CLINIC, row, text
from tests.world import World

on_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite knows no roles: its triggers are all there is")
ROLE = f"mainstay_app_{uuid.uuid4().hex[:8]}"


@pytest.fixture
def as_role(world: World) -> Iterator[World]:
    """The small city, in which everything is done as the role from now on; all of it is rolled back in the end."""
    grants.grant(ROLE)
    run(f'SET ROLE "{ROLE}"')
    yield world


def run(sql: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def denied(sql: str, *params: object, told: str = "permission denied|must be owner") -> None:
    try:
        run(sql, *params)
    except ProgrammingError as refusal:
        assert re.search(told, str(refusal)), f"{sql}: {refusal}"
    else:
        pytest.fail(f"was let through: {sql}")


# --- what it may ------------------------------------------------------------------------------------------


@on_postgresql
def test_it_appends_facts_seals_them_and_runs_a_period(as_role: World) -> None:
    world = as_role
    world.classified("Gao", "confirmed", "2020-02-01")
    world.lives("Hu", "u1")
    world.met("Hu", "Gao", "2020-02-01", last="2020-02-01")
    assert world.cycle("2020-02-01").status == "done"
    assert world.standing("Gao", "2020-02-01")["case.report"] == "open"
    assert world.standing("Hu", "2020-02-01")["contact.offer_place"] == "open"


@on_postgresql
def test_its_rights_cover_every_table_there_is(world: World) -> None:
    assert set(grants.rights()) == set(connection.introspection.table_names())


# --- what it may not --------------------------------------------------------------------------------------


@on_postgresql
def test_it_can_change_remove_or_empty_no_appended_table(as_role: World) -> None:
    for model in appended_models():
        table, key = model._meta.db_table, model._meta.pk.column
        denied(f'UPDATE "{table}" SET "{key}" = "{key}"')
        denied(f'DELETE FROM "{table}"')
        denied(f'TRUNCATE "{table}" CASCADE')


@on_postgresql
def test_it_has_no_way_round(as_role: World) -> None:
    for attempt in (
        "ALTER TABLE cases_onset DISABLE TRIGGER ALL",
        "DROP TRIGGER cases_onset_append_only ON cases_onset",
        "CREATE TRIGGER mine BEFORE INSERT ON cases_onset EXECUTE FUNCTION mainstay_append_only()",
        "SET session_replication_role = replica",
        "DROP TABLE cases_onset",
        "ALTER TABLE cases_onset OWNER TO CURRENT_USER",
        "CREATE OR REPLACE FUNCTION mainstay_append_only() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE mine (id int)",
        "INSERT INTO platform_door (id, held_by_id) VALUES (1, 1)",
        "INSERT INTO platform_neverfilled (id) VALUES (1)",
        "INSERT INTO cases_onset SELECT * FROM cases_onset ON CONFLICT (id) DO UPDATE SET disease = 'x'",
        "UPDATE platform_actor SET name = 'somebody else'",
        "UPDATE platform_instance SET zone = 'UTC'",
    ):
        denied(attempt)
    run("GRANT UPDATE ON cases_onset TO CURRENT_USER")  # the database only warns that nothing was granted
    denied("UPDATE cases_onset SET disease = 'x'")
    assert missing_triggers() == []


@on_postgresql
def test_a_door_of_its_own_beside_ours_opens_nothing(as_role: World) -> None:
    as_role.onset("Gao", "2020-02-01")
    run("CREATE TEMP TABLE platform_door (id int, held_by_id int)")
    run("INSERT INTO platform_door VALUES (1, 1)")
    denied("DELETE FROM cases_onset")


# --- the one door -----------------------------------------------------------------------------------------


@on_postgresql
def test_it_expires_facts_by_the_function_which_leaves_their_line_and_hash(as_role: World) -> None:
    world = as_role
    root = world.onset("Gao", "2020-02-01")
    world.onset("Hu", "2020-02-02")
    entry = expire(Onset, [root], reason="time is over", by=world.by, at=world.at, purpose="expiry of 2020")
    assert entry is not None and Entry.objects.get(no=entry.no).verb == "expire"
    assert [(grave.fact_id, grave.entry_id) for grave in Expired.objects.all()] == [(root, entry.no)]
    assert list(Onset.objects.values_list("person_id", flat=True)) == [world.person("Hu")]
    assert not Door.objects.exists()


@on_postgresql
def test_without_a_line_that_says_so_nothing_goes(as_role: World) -> None:
    as_role.onset("Gao", "2020-02-01")
    for entry in Entry.objects.values_list("no", flat=True):
        run("SELECT mainstay_expire(%s)", entry)
    assert Onset.objects.count() == 1


def buried(world: World, **changes: object) -> Entry | None:
    """A line that an onset has expired, written past the service, as somebody with the role's password could."""
    onset = Onset.objects.get()
    said = {"fact_table": "cases_onset", "fact_id": onset.id, "fact_entry_no": onset.entry_id, **changes}
    grave = Expired(id=new_id(), row_hash="0" * 64, reason="none", **said)
    return ledger.append([grave], by=world.by, at=world.at, verb="expire")


@on_postgresql
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"fact_entry_no": 1}, "expires 1 rows of cases_onset, of which 0 are there"),
        ({"fact_id": uuid.uuid4()}, "of which 0 are there"),
        ({"fact_table": "platform_entry"}, "platform_entry is no table of facts"),
        ({"fact_table": "people_person"}, "people_person is no table of facts"),
        ({"fact_table": "cases_onset WHERE true; --"}, "is no table of facts"),
    ],
)
def test_a_line_that_does_not_fit_what_is_there_removes_nothing(
    as_role: World, changes: dict[str, object], told: str
) -> None:
    as_role.onset("Gao", "2020-02-01")
    entry = buried(as_role, **changes)
    with pytest.raises((InternalError, DatabaseError), match=told):
        run("SELECT mainstay_expire(%s)", entry.no)
    assert (Onset.objects.count(), Door.objects.count()) == (1, 0)


@on_postgresql
def test_who_is_not_the_role_cannot_call_the_door(world: World) -> None:
    run('CREATE ROLE "mainstay_nobody"')
    run('SET ROLE "mainstay_nobody"')
    for call in ("mainstay_expire(1)", "mainstay_hold_ledger()"):
        denied(f"SELECT {call}", told="permission denied for function")


# --- which role -------------------------------------------------------------------------------------------


@on_postgresql
@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("CREATE ROLE {} SUPERUSER", "is a superuser"),
        ("CREATE ROLE {} CREATEROLE", "may make roles"),
        ("CREATE ROLE {} IN ROLE pg_write_all_data", "a member of pg_write_all_data"),
        ("CREATE ROLE {}; ALTER TABLE platform_entry OWNER TO {}", "owns the tables"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "may make tables beside ours"),
        ("GRANT UPDATE (disease) ON cases_onset TO PUBLIC", "everybody has UPDATE on cases_onset"),
        ("GRANT TRUNCATE ON platform_entry TO PUBLIC", "everybody has TRUNCATE on platform_entry"),
    ],
)
def test_a_role_that_could_get_round_its_rights_is_refused(db: None, made: str, told: str) -> None:
    run(made.format(ROLE, ROLE))
    with pytest.raises(MainstayError, match=rf"{told}.*\[role.refused\]"):
        grants.grant(ROLE)
    assert grants.granted() == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", 'x"; DROP TABLE cases_onset; --', "pg_monitor", "Mainstay"])
def test_a_name_that_is_none_is_refused_before_the_database_hears_it(name: str) -> None:
    with pytest.raises(MainstayError, match=r"\[role.refused\]"):
        grants.grant(name)


@on_postgresql
def test_given_again_it_has_the_same_rights_and_is_remembered(world: World) -> None:
    assert grants.granted() == []
    grants.grant(ROLE)
    run(f'GRANT UPDATE ON cases_onset TO "{ROLE}"')
    grants.grant(ROLE)
    assert grants.granted() == [ROLE]
    run(f'SET ROLE "{ROLE}"')
    denied("UPDATE cases_onset SET disease = 'x'")


# --- from the command line --------------------------------------------------------------------------------


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = Instance.new(tmp_path)
    yield made
    made.drop()


@on_postgresql
def test_connected_as_the_role_files_come_in_periods_are_run_and_proved(instance: Instance, tmp_path: Path) -> None:
    """Sixty rows: enough for the database's own way of taking in many at once."""
    role = f"{ROLE}_cli"
    made = instance.run("init", "--role", role, "--json")
    assert (made.code, made.data["role"]) == (0, role), made.err
    url = os_url(instance, role)
    try:
        rows = [row(str(no), ill="2020-02-01", reported="2020-02-03", met="NA") for no in range(1, 61)]
        (tmp_path / "list.csv").write_text(text(*rows), encoding="utf-8")
        (tmp_path / "clinic.toml").write_text(CLINIC, encoding="utf-8")

        def as_role(*arguments: str | Path):
            return instance.run(*arguments, MAINSTAY_DATABASE_URL=url)

        taken = as_role("intake", tmp_path / "list.csv", "--mapping", tmp_path / "clinic.toml", "--json")
        assert (taken.code, taken.data["rows"]["new"]) == (0, 60), taken.err
        assert as_role("cycle", "--on", "2020-02-03").code == 0
        assert as_role("check").code == 0
        again = as_role("init")
        assert (again.code, "[database.not_owner]" in again.err) == (2, True), again.err
        # The owner's next `init` renews the role's rights without being told its name.
        assert instance.run("init").code == 0
        assert as_role("cycle", "--on", "2020-02-04").code == 0
    finally:
        drop(instance, role)


def os_url(instance: Instance, role: str) -> str:
    """The instance's database as the role reaches it, by a password of its own."""
    parts = urlsplit(instance.environment()["MAINSTAY_DATABASE_URL"])
    with psycopg.connect(instance.environment()["MAINSTAY_DATABASE_URL"], autocommit=True) as owner:
        owner.execute(f"ALTER ROLE \"{role}\" PASSWORD 'open-sesame'")
    return urlunsplit(parts._replace(netloc=f"{role}:open-sesame@{parts.hostname}:{parts.port}"))


def drop(instance: Instance, role: str) -> None:
    with psycopg.connect(instance.environment()["MAINSTAY_DATABASE_URL"], autocommit=True) as owner:
        owner.execute(f'DROP OWNED BY "{role}"')
        owner.execute(f'DROP ROLE "{role}"')


@pytest.mark.skipif(ON_POSTGRESQL, reason="SQLite only")
def test_on_sqlite_a_role_is_refused_and_nothing_is_made(instance: Instance) -> None:
    told = instance.run("init", "--role", "mainstay_app")
    assert (told.code, "[role.refused]" in told.err) == (2, True), told.err
    assert not (instance.home / "keys.toml").exists()
