"""Small pieces of SQL that all proofs use, and the one way in which rows become findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models

from mainstay.cycle.check.arrow import kind_of
from mainstay.cycle.check.findings import Finding

if TYPE_CHECKING:
    import duckdb

# A table thrown away whole is one fault, not three million sentences.
AT_MOST = 500


def text_of(column: models.Field) -> str:
    """A column as canonical text; the unknown as nothing."""
    name = f'"{column.column}"'
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


def known_tables(duck: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in rows(duck, "SELECT table_name FROM duckdb_tables()")}
