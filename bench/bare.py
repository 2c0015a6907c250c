"""The floor under intake: the rows that it wrote, written again into bare copies of their tables.

The same rows into tables with the same indexes, in as many transactions, by `executemany` on SQLite and
`COPY` on PostgreSQL: no reading, no ids, no hashes, no ledger.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection

from mainstay.platform.models import Entry


@dataclass(frozen=True)
class Table:
    """A bare copy of a table, and the rows to be written into it, by transaction."""

    name: str
    columns: int
    parts: list[list[tuple[Any, ...]]]


def write_again() -> tuple[float, float]:
    """(seconds by the clock, of our processor) for all rows of the instance, in as many transactions as before."""
    transactions = max(1, Entry.objects.filter(verb="intake").count())
    with _connected() as (bare, copying):
        tables = [_table(bare, model._meta.db_table, transactions, copying) for model in apps.get_models()]
        tables = [table for table in tables if table.parts]
        begun, used = time.perf_counter(), time.process_time()
        for number in range(transactions):
            for table in tables:
                (_copy if copying else _insert)(bare, table, table.parts[number])
            bare.commit()
        return time.perf_counter() - begun, time.process_time() - used


@contextmanager
def _connected() -> Iterator[tuple[Any, bool]]:
    """(a plain connection of the database's own driver, whether it can COPY)."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        bare = connection.connection
        bare.autocommit = False
        yield bare, True
        bare.rollback()
        bare.autocommit = True
        return
    bare = sqlite3.connect(connection.settings_dict["NAME"])
    bare.executescript(connection.settings_dict["OPTIONS"]["init_command"])
    yield bare, False
    bare.close()


def _table(bare: Any, name: str, transactions: int, copying: bool) -> Table:
    copy = f"bare_{name}"
    cursor = bare.execute(f'SELECT * FROM "{name}"')
    columns = len(cursor.description)
    rows = cursor.fetchall()
    if copying:
        bare.execute(f'CREATE TABLE "{copy}" (LIKE "{name}" INCLUDING ALL)')
        rows = [tuple([_text(value) for value in row]) for row in rows]
    else:
        made = bare.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type != 'trigger'", [name]).fetchall()
        for number, (statement,) in enumerate(made):
            if statement is not None:
                bare.execute(_renamed(statement, name, copy, number))
    bare.commit()
    size = -(-len(rows) // transactions)
    return Table(copy, columns, [rows[at : at + size] for at in range(0, transactions * size, size)] if rows else [])


def _renamed(statement: str, name: str, copy: str, number: int) -> str:
    """The statement that made a table or one of its indexes, for the copy."""
    head, table, rest = statement.partition(f'"{name}"')
    if head.strip().startswith("CREATE TABLE"):
        return f'{head}"{copy}"{rest}'
    unique = "UNIQUE " if "UNIQUE" in head else ""
    return f'CREATE {unique}INDEX "{copy}_{number}" ON "{copy}"{rest}'


def _text(value: Any) -> Any:
    """As text, in which COPY is quickest."""
    return value if value is None or isinstance(value, (str, bytes, int)) else str(value)


def _insert(bare: Any, table: Table, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join(["?"] * table.columns)
    bare.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', rows)


def _copy(bare: Any, table: Table, rows: list[tuple[Any, ...]]) -> None:
    with bare.cursor() as cursor, cursor.copy(f'COPY "{table.name}" FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
