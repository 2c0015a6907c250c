"""The form rows have in a backup: the same from either database, and for either.

Ids are 32 hex digits, days and instants ISO 8601 in UTC, truth true and false, bytes hex digits, JSON its text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.apps.registry import Apps
from django.db import models

# Made anew by every instance, or of a moment: who is signed in, who holds what just now, what waits in the queue. What
# people are found by is made of their identifiers again: it tells, without a key, who is called alike (ADR 0016).
LEFT_OUT = frozenset(
    {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "django_session",
        "people_searchterm",
        "platform_door",
        "platform_job",
        "platform_lease",
        "platform_neverfilled",
    }
)
Convert = Callable[[Any], Any]


def kept_models(registry: Apps) -> list[type[models.Model]]:
    """Every table that is kept, in order of name."""
    found = [model for model in registry.get_models(include_auto_created=True) if model._meta.managed]
    kept = [model for model in found if not model._meta.proxy and model._meta.db_table not in LEFT_OUT]
    return sorted(kept, key=lambda model: model._meta.db_table)


def kind_of(field: models.Field) -> str:
    """The column's type; a foreign key has that of what it points to."""
    return kind_of(field.target_field) if field.remote_field is not None else field.get_internal_type()


def _instant_from_postgresql(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _instant_from_sqlite(value: str) -> str:
    return value.replace(" ", "T") + "Z"


def _instant_to_sqlite(text: str) -> str:
    return text.removesuffix("Z").replace("T", " ")


_FROM: dict[str, dict[str, Convert]] = {
    "sqlite": {"DateTimeField": _instant_from_sqlite, "BooleanField": bool, "BinaryField": bytes.hex},
    "postgresql": {
        "UUIDField": lambda value: value.hex,
        "DateTimeField": _instant_from_postgresql,
        "DateField": date.isoformat,
        "BinaryField": lambda value: bytes(value).hex(),
        "GenericIPAddressField": str,
    },
}
_TO: dict[str, dict[str, Convert]] = {
    "sqlite": {"DateTimeField": _instant_to_sqlite, "BinaryField": bytes.fromhex},
    "postgresql": {"BinaryField": bytes.fromhex},
}


def outward(model: type[models.Model], vendor: str) -> list[Convert | None]:
    """For each column what makes the database's value one of the backup's; None where it is one already."""
    return [_FROM[vendor].get(kind_of(field)) for field in model._meta.concrete_fields]


def inward(model: type[models.Model], columns: list[str], vendor: str) -> list[Convert | None]:
    """The way back, in the order of the backup's columns."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    return [_TO[vendor].get(kind_of(fields[column])) for column in columns]


def converted(row: Any, converters: list[Convert | None]) -> list[Any]:
    """A row with each value in the other form; the unknown stays unknown."""
    return [
        value if value is None or convert is None else convert(value)
        for value, convert in zip(row, converters, strict=True)
    ]
