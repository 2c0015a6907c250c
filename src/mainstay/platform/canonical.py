"""One text per row, the same from Python and from SQL, so that a hash can be proved by other means.

Columns in the model's order, joined by the unit separator: ids as 32 hex digits, days as ISO dates,
instants as microseconds since 1970, truth as 1 and 0, sealed bytes as hex digits, the unknown
as nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import models

SEPARATOR = "\x1f"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _instant(value: datetime) -> str:
    return str((value - _EPOCH) // _MICROSECOND)


def _text_of(field: models.Field) -> Callable[[Any], str]:
    kind = field.get_internal_type()
    if kind in ("ForeignKey", "OneToOneField"):
        return _text_of(field.target_field)
    if kind == "UUIDField":
        return lambda value: value.hex
    if kind == "DateTimeField":
        return _instant
    if kind == "DateField":
        return lambda value: value.isoformat()
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
def _writers(model: type[models.Model]) -> tuple[tuple[str, Callable[[Any], str]], ...]:
    return tuple((field.attname, _text_of(field)) for field in hashed_fields(model))


def canonical(row: models.Model) -> str:
    """The row's text. Its table's name stands first, so that a row cannot change tables unseen."""
    parts = [row._meta.db_table]
    values = row.__dict__
    for name, write in _writers(type(row)):
        value = values[name]
        parts.append("" if value is None else write(value))
    return SEPARATOR.join(parts)


def row_hash(row: models.Model) -> str:
    """SHA-256 of the row's text, as 64 hex digits."""
    return hashlib.sha256(canonical(row).encode()).hexdigest()


def rows_hash(hashes: list[str]) -> str:
    """SHA-256 over row hashes in sorted order: the same for the same rows in any order."""
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()
