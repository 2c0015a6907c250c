"""The database as Arrow, streamed by ADBC into DuckDB, in one form for both databases.

Ids are 32 hex digits, instants microseconds since 1970, days DATE, truth 1 and 0, so that one SQL
text proves either database. All tables are read in one snapshot, read only.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.apps import apps
from django.db import connections, models

from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Appended

if TYPE_CHECKING:
    import duckdb

BATCH_ROWS = 65_536
MEMORY_LIMIT = "1500MB"
# Working tables that nothing is proved by; a step's counts are JSON and prove nothing either.
LEFT_OUT = frozenset(
    {
        "cycle_step",
        "people_searchterm",
        "platform_dirty",
        "platform_door",
        "platform_job",
        "platform_lease",
        "platform_neverfilled",
    }
)

NOT_A_FILE = code("check.database_in_memory", "The check needs a database that a second connection can read.")


def kind_of(column: models.Field) -> str:
    """The column's type; a foreign key has that of what it points to."""
    if column.remote_field is not None:
        return kind_of(column.target_field)
    return column.get_internal_type()


def our_models() -> list[type[models.Model]]:
    """Every table that is read, in order of name."""
    found = [m for m in apps.get_models() if m.__module__.startswith("mainstay.")]
    kept = [model for model in found if model._meta.db_table not in LEFT_OUT]
    return sorted(kept, key=lambda model: model._meta.db_table)


def appended() -> list[type[Appended]]:
    """Every table whose rows stand under a ledger entry, in order of name."""
    return [model for model in our_models() if issubclass(model, Appended)]


# --- one form for both databases --------------------------------------------------------------------

# ADBC on SQLite takes a column's type from its first batch, and a batch of NULLs for whole numbers: hence
# no NULL leaves SQLite in a text column. What cannot be read as its type is given a value that no fact has,
# so that a cell spoilt on purpose changes the hash instead of stopping the check.
_NO_NUMBER = "-9223372036854775808"
_NO_DAY = "DATE '0001-01-01'"
_FROM_SQLITE: dict[str, tuple[str, str]] = {
    "uuid": ("COALESCE(CAST({c} AS TEXT), '')", "NULLIF(CAST({c} AS VARCHAR), '')"),
    "text": ("COALESCE(CAST({c} AS TEXT), '')", "CAST({c} AS VARCHAR)"),
    "number": (
        f"CASE WHEN typeof({{c}}) IN ('integer', 'null') THEN {{c}} ELSE {_NO_NUMBER} END",
        "CAST({c} AS BIGINT)",
    ),
    "day": (
        "COALESCE(CAST({c} AS TEXT), '')",
        f"CASE WHEN CAST({{c}} AS VARCHAR) <> '' "
        f"THEN COALESCE(TRY_CAST(CAST({{c}} AS VARCHAR) AS DATE), {_NO_DAY}) END",
    ),
    "instant": (
        "COALESCE(CAST({c} AS TEXT), '')",
        f"CASE WHEN CAST({{c}} AS VARCHAR) <> '' "
        f"THEN COALESCE(epoch_us(TRY_CAST(CAST({{c}} AS VARCHAR) AS TIMESTAMP)), {_NO_NUMBER}) END",
    ),
    "bytes": ("COALESCE(CAST({c} AS BLOB), x'')", "CAST({c} AS BLOB)"),
}
_FROM_POSTGRESQL: dict[str, tuple[str, str]] = {
    "uuid": ("{c}", "replace(CAST({c} AS VARCHAR), '-', '')"),
    "text": ("{c}", "CAST({c} AS VARCHAR)"),
    "number": ("{c}", "CAST({c} AS BIGINT)"),
    "day": ("{c}", "CAST({c} AS DATE)"),
    "instant": ("{c}", "epoch_us({c})"),
    "bytes": ("{c}", "CAST({c} AS BLOB)"),
}
_KINDS = {
    "UUIDField": "uuid",
    "CharField": "text",
    "TextField": "text",
    "DateField": "day",
    "DateTimeField": "instant",
    "BinaryField": "bytes",
}


def forms(column: models.Field, vendor: str) -> tuple[str, str]:
    """(what the database is asked for, what DuckDB makes of it)."""
    plans = _FROM_SQLITE if vendor == "sqlite" else _FROM_POSTGRESQL
    asked, made = plans[_KINDS.get(kind_of(column), "number")]
    name = f'"{column.column}"'
    return f"{asked.format(c=name)} AS {name}", f"{made.format(c=name)} AS {name}"


# --- reading ----------------------------------------------------------------------------------------


class Source:
    """One ADBC connection to what is in Django's database, read only, in one snapshot."""

    def __init__(self, using: str = "default") -> None:
        self.vendor = connections[using].vendor
        settings = connections[using].settings_dict
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        if self.vendor == "sqlite":
            self._copy = private_folder()
            self.connection = _sqlite(settings, Path(self._copy.name) / "copy.sqlite3")
        else:
            self.connection = _postgresql(settings)

    @contextmanager
    def batches(self, model: type[models.Model]) -> Iterator[Any]:
        """A pyarrow.RecordBatchReader over a table's columns; it ends with its cursor."""
        asked = ", ".join(forms(column, self.vendor)[0] for column in model._meta.concrete_fields)
        with self.connection.cursor() as cursor:
            if self.vendor == "sqlite":
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH_ROWS})
            cursor.execute(f'SELECT {asked} FROM "{model._meta.db_table}"')
            with cursor.fetch_record_batch() as reader:
                yield reader

    def close(self) -> None:
        self.connection.close()
        if self._copy is not None:
            self._copy.cleanup()


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder of this check's own in the instance's home."""
    home = read_environment().home
    return tempfile.TemporaryDirectory(prefix="check-", dir=home if home.is_dir() else None)


def _sqlite(settings: dict[str, Any], copy: Path) -> Any:
    """ADBC over a copy of the database.

    ADBC brings a second SQLite library. Two of them on one file in one process take each other's locks away and
    cut off the shared memory that the other has mapped: a long log, a check and the next write were a bus error.
    """
    from adbc_driver_sqlite import dbapi

    name = str(settings["NAME"])
    if name == ":memory:" or "mode=memory" in name:
        raise MainstayError(
            NOT_A_FILE,
            "The check reads through a connection of its own; use a database file, not one in memory.",
        )
    # Copied in one step under one read lock: every table is of one snapshot.
    with closing(sqlite3.connect(name)) as live, closing(sqlite3.connect(copy)) as made:
        made.execute("PRAGMA synchronous=OFF")
        live.backup(made)
        made.execute("PRAGMA journal_mode=OFF")
    return dbapi.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1")


def _postgresql(settings: dict[str, Any]) -> Any:
    from adbc_driver_postgresql import dbapi

    login = quote(settings["USER"] or "", safe="")
    if settings["PASSWORD"]:
        login += ":" + quote(settings["PASSWORD"], safe="")
    # As parameters: a host may be a folder (a socket), which an address cannot carry.
    where = urlencode({key: settings[key.upper()] for key in ("host", "port") if settings[key.upper()]})
    connection = dbapi.connect(f"postgresql://{login}{'@' if login else ''}/{quote(settings['NAME'])}?{where}")
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return connection


@contextmanager
def warehouse(memory_limit: str = MEMORY_LIMIT) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB in memory; beyond the limit it spills into a private folder that goes with it."""
    import duckdb

    with private_folder() as folder:
        config = {
            "memory_limit": memory_limit,
            "temp_directory": folder,
            "preserve_insertion_order": False,
            # A root that stands in two tables is somebody's sabotage, and no reason to stop.
            "scalar_subquery_error_on_multiple_rows": False,
        }
        with duckdb.connect(":memory:", config=config) as duck:
            # Begun by `python -c` or from a notebook it would draw its progress into what we print.
            duck.execute("SET enable_progress_bar = false")
            yield duck


def load(duck: duckdb.DuckDBPyConnection, source: Source, model: type[models.Model]) -> None:
    """Stream one table into DuckDB under its own name."""
    table = model._meta.db_table
    made = ", ".join(forms(column, source.vendor)[1] for column in model._meta.concrete_fields)
    with source.batches(model) as reader:
        duck.register("incoming", reader)
        duck.execute(f'CREATE TABLE "{table}" AS SELECT {made} FROM incoming')
        duck.unregister("incoming")
