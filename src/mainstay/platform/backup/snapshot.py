"""The database as it was at one instant, read beside everybody who goes on writing, a few rows at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

ROWS_AT_ONCE = 2000


class Cursors(Protocol):
    """What gives a cursor that fetches no more than it is asked for."""

    def __call__(self) -> Any: ...


@dataclass(frozen=True)
class Snapshot:
    """Every query sees the same instant."""

    vendor: str
    cursor: Cursors

    def rows(self, sql: str) -> Iterator[Any]:
        with closing(self.cursor()) as cursor:
            cursor.execute(sql)
            while some := cursor.fetchmany(ROWS_AT_ONCE):
                yield from some


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """A connection of its own in one read transaction: on SQLite readers keep nobody out, nor does PostgreSQL's."""
    with _sqlite() if connection.vendor == "sqlite" else _postgresql() as seen:
        yield seen


@contextmanager
def _sqlite() -> Iterator[Snapshot]:
    # Plain values: Django's own connection would make Python's of every date.
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30, isolation_level=None)) as own:
        own.execute("BEGIN")
        own.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # here the transaction's instant is fixed
        yield Snapshot("sqlite", own.cursor)


@contextmanager
def _postgresql() -> Iterator[Snapshot]:
    own: Any = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT 1")  # here the transaction's instant is fixed
        # Named cursors: the server keeps what was not fetched yet.
        yield Snapshot("postgresql", own.chunked_cursor)
    finally:
        own.close()
