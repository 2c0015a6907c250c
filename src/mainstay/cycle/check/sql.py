"""Small pieces of SQL that all proofs use, and the one way in which rows become findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from mainstay.cycle.check.arrow import kind_of
from mainstay.cycle.check.findings import Finding

if TYPE_CHECKING:
    import duckdb

Model = TypeVar("Model", bound=type[models.Model])
# A table thrown away whole is one fault, not three million sentences.
AT_MOST = 500


def text_of(column: models.Field, of: str = "") -> str:
    """A column as canonical text; the unknown as nothing. `of` says of which table, as `t.`."""
    name = f'{of}"{column.column}"'
    kind = kind_of(column)
    if kind in ("UUIDField", "CharField", "TextField"):
        return f"COALESCE({name}, '')"
    if kind == "BinaryField":
        return f"COALESCE(lower(hex({name})), '')"
    return f"COALESCE(CAST({name} AS VARCHAR), '')"


def joined(parts: list[str]) -> str:
    """SQL texts joined by the unit separator."""
    return " || chr(31) || ".join(parts)


def quoted(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def rows(duck: duckdb.DuckDBPyConnection, sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a small answer."""
    return duck.execute(sql, params or []).fetchall()


def found(
    duck: duckdb.DuckDBPyConnection, sql: str, tell: Callable[..., Finding], params: list[Any] | None = None
) -> list[Finding]:
    """One finding per row of the answer, at most AT_MOST; `tell` takes the row's columns."""
    return [tell(*row) for row in rows(duck, f"{sql} LIMIT {AT_MOST}", params)]


def sizes(duck: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """{table: rows} of everything in DuckDB: a small instance is proved without asking its empty tables."""
    return dict(rows(duck, "SELECT table_name, estimated_size FROM duckdb_tables()"))


def filled(duck: duckdb.DuckDBPyConnection, models: Iterable[Model]) -> list[Model]:
    """Those of the models whose tables have rows, in their order."""
    there = sizes(duck)
    return [model for model in models if there[model._meta.db_table]]
