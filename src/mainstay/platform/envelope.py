"""Answers for machines, in the one shape that scripts rely on, whichever door gives them."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID


def plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses by field, days and instants as ISO text, ids as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, UUID):
        return str(value)
    return value


def envelope(name: str, data: Any, *, as_of: date | None = None, known_at: int | None = None, **more: Any) -> str:
    """The envelope that scripts rely on, as one line of JSON; what is said `more` stands before the data."""
    whole = {"schema": f"mainstay.{name}/1", "as_of": plain(as_of), "known_at": known_at, **more, "data": plain(data)}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False)
