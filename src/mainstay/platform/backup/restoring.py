"""A backup made an instance again, in an empty home and an empty database of either kind.

Until its one transaction is committed nothing looks like an instance: the row that says what this instance is comes
with all the others. Killed before, it is run again and begins anew.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from mainstay.platform import failpoints, triggers
from mainstay.platform.backup import form
from mainstay.platform.backup.archive import Archive, damaged, newer
from mainstay.platform.environment import HOME_UNUSABLE, read_environment
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.keys import Keys, keys_text, put_keys
from mainstay.platform.progress import Progress, silent

NOT_EMPTY = code("restore.not_empty", "The home or the database that is restored into is not empty.")

# Says that what lies here is half a restoration, which the next one may do away with.
MARKER = "restoring.txt"
MARKED = "A backup was being restored here and was cut short. Run `mainstay restore` again; it begins anew.\n"
OURS = {MARKER, "editions", "mappings", "uploads", *(f"mainstay.sqlite3{end}" for end in ("", "-wal", "-shm"))}
KEYS = "keys.toml"
ROWS_AT_ONCE = 2000
# What every migration fills by itself.
FILLED = frozenset({"django_migrations", "django_content_type", "auth_permission"})

BEFORE = failpoints.place("restore.before_commit")
AFTER = failpoints.place("restore.after_commit")


def hold_empty(home: Path) -> None:
    """Refuse a home with anything in it but keys and what a restoration left that was cut short."""
    there = {path.name for path in home.iterdir()} if home.is_dir() else set()
    ours = OURS if MARKER in there else set()
    if other := sorted(there - {KEYS} - ours):
        raise MainstayError(
            NOT_EMPTY,
            f"{home} holds {', '.join(other[:3])}{' and more' if len(other) > 3 else ''}; restore into a new or empty "
            f"folder (a {KEYS} may lie in it).",
            {"home": str(home), "found": other},
        )


def hold_database_empty() -> None:
    """Refuse a database with rows of an instance, or with tables of somebody else's."""
    if not read_environment().database_url:
        return  # the file in the home, which `hold_empty` looked at
    known = {model._meta.db_table for model in _all_models()}
    there = set(connection.introspection.table_names())
    other = sorted(there - known - FILLED)
    full = [] if other else [table for table in sorted(there & known - FILLED) if _filled(table)]
    if other or full:
        raise MainstayError(
            NOT_EMPTY,
            f"The database named holds {(other or full)[0]} already; make an empty one and name that.",
            {"found": other or full},
        )


def _all_models() -> list[type[models.Model]]:
    from django.apps import apps

    return list(apps.get_models(include_auto_created=True))


def _filled(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
        return cursor.fetchone() is not None


def restore(archive: Archive, *, keys: Keys | None = None, progress: Progress = silent) -> int:
    """Write a proved backup into the home and database of the environment; how many rows there are.

    `keys` are those to be put into the home, where it has none yet. Raises `restore.not_empty`, `backup.newer`,
    `backup.damaged`; whatever goes wrong, nothing is left of it.
    """
    home = read_environment().home
    hold_empty(home)
    hold_database_empty()
    targets = _targets(archive)
    made, put = not home.exists(), keys is not None and not (home / KEYS).exists()
    try:
        _clear(home)
        if put and keys is not None:
            put_keys(home, keys_text(keys))
        _files(archive, home)
        rows = _database(archive, targets, progress)
    except BaseException as error:
        connection.close()
        _undo(home, made, put)
        if isinstance(error, OSError):
            sentence = f"{home} cannot be used: {error.strerror}; choose another with --home."
            raise MainstayError(HOME_UNUSABLE, sentence) from error
        raise
    (home / MARKER).unlink()
    # From an older version: what is complete already is brought up to this one, as `mainstay init` would.
    call_command("migrate", verbosity=0, interactive=False)
    return rows


def _undo(home: Path, made: bool, put: bool) -> None:
    with suppress(OSError):
        _clear(home)
        if put:
            (home / KEYS).unlink(missing_ok=True)
        (home / MARKER).unlink()
        if made:
            home.rmdir()


def _clear(home: Path) -> None:
    """An empty home, marked as half restored before anything else stands in it; keys stay."""
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).write_text(MARKED, encoding="utf-8")
    for name in OURS - {MARKER}:
        path = home / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _files(archive: Archive, home: Path) -> None:
    for name in archive.files:
        path = home / name
        for folder in reversed([one for one in path.parents if home in one.parents]):
            folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(archive.content(name))


# --- the database ---------------------------------------------------------------------------------------------


def _targets(archive: Archive) -> list[tuple[str, str]]:
    """The last migration of each app that the backup's tables had."""
    loader = MigrationLoader(None)
    applied = {(app, str(name)) for app, names in archive.manifest["migrations"].items() for name in names}
    known = set(loader.disk_migrations)
    if unknown := sorted(applied - known):
        raise newer(archive.path, f"it has the tables of {unknown[0][0]} as of {unknown[0][1]}")
    parents = {parent for node in applied for parent in loader.disk_migrations[node].dependencies}
    return sorted(applied - parents)


def _database(archive: Archive, targets: list[tuple[str, str]], progress: Progress) -> int:
    """The tables as they were when the backup was made, filled in one transaction."""
    state = MigrationExecutor(connection).migrate(targets)
    triggers.install()
    found = _matched(archive, state.apps)
    rows = 0
    with transaction.atomic():
        for done, (model, said) in enumerate(found, 1):
            rows += _fill(archive, model, said)
            progress("tables", done, len(found))
        _hold_together(archive)
        _continue_numbers(found)
        failpoints.reach(BEFORE)
    failpoints.reach(AFTER)
    return rows


def _matched(archive: Archive, registry: Apps) -> list[tuple[type[models.Model], dict[str, Any]]]:
    """Each table of the backup with the model that the tables had then."""
    kept = {model._meta.db_table: model for model in form.kept_models(registry)}
    # Of a table that has gone from the code since, the migrations' end tells; what must be filled is what was kept.
    for table, said in archive.tables.items():
        if table not in kept:
            raise damaged(archive, f"it holds a table '{table}' that its version had not")
        if {field.column for field in kept[table]._meta.concrete_fields} != set(said["columns"]):
            raise damaged(archive, f"the columns of {table} are not those its version had")
    return [(kept[table], said) for table, said in sorted(archive.tables.items())]


def _fill(archive: Archive, model: type[models.Model], said: dict[str, Any]) -> int:
    """Rows enter as they were, with their own ids, entries and hashes."""
    table, columns = model._meta.db_table, said["columns"]
    rows, number = _rows(archive, model, columns), 0
    while some := list(islice(rows, ROWS_AT_ONCE)):
        _insert(table, ", ".join(f'"{column}"' for column in columns), some)
        number += len(some)
    if number != said["rows"]:
        raise damaged(archive, f"{table} has {number} rows where {said['rows']} were written")
    return number


def _rows(archive: Archive, model: type[models.Model], columns: list[str]) -> Iterator[list[Any]]:
    converters = form.inward(model, columns, connection.vendor)
    with archive.member(f"tables/{model._meta.db_table}.jsonl") as file:
        for line in file:
            try:
                yield form.converted(json.loads(line), converters)
            except (ValueError, TypeError, AttributeError) as error:
                raise damaged(archive, f"a row of {model._meta.db_table} cannot be read") from error


def _insert(table: str, columns: str, rows: list[list[Any]]) -> None:
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', rows)


def _hold_together(archive: Archive) -> None:
    """Every row points to one that is there."""
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise damaged(archive, "rows point to others that are missing") from error


def _continue_numbers(found: list[tuple[type[models.Model], dict[str, Any]]]) -> None:
    """Numbers given by the database go on after the last; SQLite keeps that by itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model for model, _said in found]):
            cursor.execute(statement)
