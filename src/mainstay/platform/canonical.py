"""One text per row, the same from Python and from SQL, so that a hash can be proved by other means.

Columns in the model's order, joined by the unit separator: ids as 32 hex digits, days as ISO dates,
instants as microseconds since 1970, truth as 1 and 0, sealed bytes as hex digits, the unknown
as nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import models

SEPARATOR = "\x1f"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _instant(value: datetime) -> str:
    return str((value - _EPOCH) // _MICROSECOND)


_day = date.isoformat


def _text_of(field: models.Field) -> Callable[[Any], str]:
    kind = field.get_internal_type()
    if kind in ("ForeignKey", "OneToOneField"):
        return _text_of(field.target_field)
    if kind == "UUIDField":
        return attrgetter("hex")
    if kind == "DateTimeField":
        return _instant
    if kind == "DateField":
        return _day
    if kind == "BooleanField":
        return lambda value: "1" if value else "0"
    if kind == "BinaryField":
        return lambda value: bytes(value).hex()
    return str


@lru_cache(maxsize=64)
def hashed_fields(model: type[models.Model]) -> tuple[models.Field, ...]:
    """The columns under the hash: all but the ledger number, which the entry's own line gives."""
    return tuple(field for field in model._meta.concrete_fields if field.attname != "entry_id")


@lru_cache(maxsize=64)
def writers(model: type[models.Model]) -> tuple[tuple[str, Callable[[Any], str]], ...]:
    """(attribute, its value as text), in the order of the columns; the unknown is left to the caller."""
    return tuple((field.attname, _text_of(field)) for field in hashed_fields(model))


def canonical(row: models.Model) -> str:
    """The row's text. Its table's name stands first, so that a row cannot change tables unseen."""
    parts = [row._meta.db_table]
    values = row.__dict__
    for name, write in writers(type(row)):
        value = values[name]
        parts.append("" if value is None else write(value))
    return SEPARATOR.join(parts)


def row_hash(row: models.Model) -> str:
    """SHA-256 of the row's text, as 64 hex digits."""
    return hashlib.sha256(canonical(row).encode()).hexdigest()


def row_hashes(model: type[models.Model], values: Sequence[tuple[Any, ...]]) -> list[str]:
    """`row_hash` of many rows, given as tuples in the order of `hashed_fields`; column by column, which is faster."""
    if not values:
        return []
    columns = [
        _texts(write, column) for (_name, write), column in zip(writers(model), zip(*values, strict=True), strict=True)
    ]
    table, sha256 = model._meta.db_table, hashlib.sha256
    return [sha256(SEPARATOR.join((table, *parts)).encode()).hexdigest() for parts in zip(*columns, strict=True)]


def _texts(write: Callable[[Any], str], column: Sequence[Any]) -> list[str]:
    """One column's texts. Days, instants and words repeat from row to row; ids do not, and are slow to look up."""
    if write is str or write is _instant or write is _day:
        known = {value: "" if value is None else write(value) for value in set(column)}
        return [known[value] for value in column]
    return ["" if value is None else write(value) for value in column]


def rows_hash(hashes: list[str]) -> str:
    """SHA-256 over row hashes in sorted order: the same for the same rows in any order."""
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()
