"""Raw database values as Python's, alike on both databases: raw SQL knows no field types on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection


def as_uuid(value: Any) -> UUID | None:
    if value is None or isinstance(value, UUID):
        return value
    return UUID(value)


@lru_cache(maxsize=100_000)
def _date(text: str) -> date:
    return date.fromisoformat(text)


def as_date(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return _date(value)


@lru_cache(maxsize=100_000)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def as_instant(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        # Django's SQLite cursor converts columns declared as datetime, to naive UTC.
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return _instant(value)


def as_bool(value: Any) -> bool | None:
    return None if value is None else bool(value)


def same(value: Any) -> Any:
    return value


Converter = Callable[[Any], Any]


def table_reader(*converters: Converter) -> Callable[[Sequence[tuple[Any, ...]]], Iterable[tuple[Any, ...]]]:
    """A function that converts rows a column at a time, which takes half as long as row by row."""

    def read(rows: Sequence[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        if not rows:
            return ()
        columns = zip(*rows, strict=True)
        return zip(
            *(
                column if convert is same else [convert(value) for value in column]
                for convert, column in zip(converters, columns, strict=True)
            ),
            strict=True,
        )

    return read


def fetched(sql: str, params: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement, as the database gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def instant_text(value: datetime) -> str:
    """An instant as SQLite keeps it: UTC without an offset."""
    return str((value if value.tzinfo is UTC else value.astimezone(UTC)).replace(tzinfo=None))


def parameter(value: Any) -> Any:
    """A value for raw SQL on the database at hand."""
    if connection.vendor == "postgresql":
        return value
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.hex if isinstance(value, UUID) else value
