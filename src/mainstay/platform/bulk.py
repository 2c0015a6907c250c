"""Many rows at once on either database; a row whose id is there already is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from django.db import connection, models
from django.db.models.base import ModelState

from mainstay.platform.rows import instant_text

SMALL = 40


@lru_cache(maxsize=128)
def adapters(model: type[models.Model], vendor: str) -> dict[str, Callable[[Any], Any] | None]:
    """{attribute: how the database wants it}, in the order of the columns; None where the value goes as it is."""
    return {field.attname: _adapter(field, vendor) for field in model._meta.concrete_fields}


def _adapter(field: models.Field, vendor: str) -> Callable[[Any], Any] | None:
    """As text wherever that is one: PostgreSQL copies ids and days so six times faster than as Python's own."""
    kind = field.get_internal_type()
    if kind in ("ForeignKey", "OneToOneField"):
        return _adapter(field.target_field, vendor)
    if kind == "UUIDField":
        return attrgetter("hex")
    if kind == "DateTimeField":
        return _naive if vendor == "sqlite" else _iso
    if kind == "DateField":
        return date.isoformat
    return None


@lru_cache(maxsize=4096)
def _naive(value: datetime) -> str:
    """As Django writes it on SQLite: UTC without an offset. Remembered, since ends of days repeat."""
    return instant_text(value)


_iso = lru_cache(maxsize=4096)(datetime.isoformat)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table as tuples of Python values: thousands of model instances would cost more than their writing.

    The values stand in the order of `names(model)`; those of an appended table leave the ledger's
    number out, which is given when they are written. `adapted` says that they are values as the database
    wants them already.
    """

    model: type[models.Model]
    values: Sequence[Sequence[Any]]
    adapted: bool = False


@lru_cache(maxsize=128)
def names(model: type[models.Model]) -> tuple[str, ...]:
    """The attributes of a row in the order of its columns."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def values_of(rows: Sequence[models.Model], attributes: Sequence[str]) -> list[tuple[Any, ...]]:
    """These attributes of model instances, as tuples."""
    return list(map(itemgetter(*attributes), map(vars, rows)))


def adapted(
    model: type[models.Model], values: Sequence[Sequence[Any]], attributes: Sequence[str] | None = None
) -> Sequence[Sequence[Any]]:
    """The values of these attributes (left out: all) as the database wants them; column by column, which is faster."""
    known = adapters(model, connection.vendor)
    found = [known[name] for name in attributes or known]
    columns = [
        column if adapt is None else [None if value is None else adapt(value) for value in column]
        for column, adapt in zip(zip(*values, strict=True), found, strict=True)
    ]
    return list(zip(*columns, strict=True))


def insert_values(rows: Rows, *, fresh: bool = False) -> int:
    """Insert rows of one table, skipping those whose primary key exists; returns how many were written.

    `fresh` says that none exists, which on PostgreSQL takes half the time; it raises IntegrityError
    where that proves wrong.
    """
    if not rows.values:
        return 0
    key = ", ".join(f'"{field.column}"' for field in rows.model._meta.pk_fields)
    conflict = f"ON CONFLICT ({key}) DO NOTHING"
    return _write(rows, conflict, copied=fresh)


def upsert_values(rows: Rows, key: tuple[str, ...]) -> None:
    """Insert rows of a state table, or bring those with the same key up to date."""
    if not rows.values:
        return
    columns = [field.column for field in rows.model._meta.concrete_fields]
    changed = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if column not in key)
    _write(rows, f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}", copied=False)


def _write(rows: Rows, conflict: str, copied: bool) -> int:
    fields = rows.model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table = rows.model._meta.db_table
    tuples = rows.values if rows.adapted else adapted(rows.model, rows.values)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(tuples) > SMALL:
            if copied:
                _copy_into(cursor, table, columns, tuples)
                return len(tuples)
            return _copy(cursor, table, columns, conflict, tuples)
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) {conflict}', tuples)
        return cursor.rowcount


def _copy(cursor: Any, table: str, columns: str, conflict: str, tuples: Sequence[Sequence[Any]]) -> int:
    """COPY to a staging table, then one INSERT: COPY itself cannot skip what is there."""
    if not connection.in_atomic_block:
        raise RuntimeError("many rows at once need a transaction: the staging table is emptied at its end")
    staging = f"staging_{table}"
    cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS "{staging}" (LIKE "{table}") ON COMMIT DELETE ROWS')
    _copy_into(cursor, staging, columns, tuples)
    cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{staging}" {conflict}')
    written = cursor.rowcount
    cursor.execute(f'TRUNCATE "{staging}"')
    return written


def _copy_into(cursor: Any, table: str, columns: str, tuples: Sequence[Sequence[Any]]) -> None:
    # Django wraps no errors of a copy by itself.
    with connection.wrap_database_errors, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
        for row in tuples:
            copy.write_row(row)


def chunks(items: Iterable[Any], size: int) -> Iterable[list[Any]]:
    """Lists of at most `size` items each."""
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def id_values(ids: Iterable[Any]) -> list[Any]:
    """UUIDs as the database compares them in raw SQL."""
    if connection.vendor == "postgresql":
        return list(ids)
    return [value.hex for value in ids]


def in_list(column: str, ids: Sequence[Any]) -> tuple[str, list[Any]]:
    """SQL and parameters for `column IN ids`, as one array on PostgreSQL."""
    return in_texts(column, id_values(ids))


def in_texts(column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """`in_list` for what the database compares as it is."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN ({','.join(['%s'] * len(values))})", list(values)


@lru_cache(maxsize=128)
def template(model: type[models.Model]) -> dict[str, Any]:
    """What a new row holds where nothing is said: the columns' plain defaults, without ids made at need."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        made = field.primary_key or (field.has_default() and callable(field.default))
        values[field.attname] = None if made else field.get_default()
    return values


def build(model: type[models.Model], values: dict[str, Any]) -> Any:
    """A row from its column values, as `model(**values)` but at a fifth of its cost; give the primary key."""
    row = model.__new__(model)
    row.__dict__ = {**template(model), **values, "_state": ModelState()}
    return row
