"""A result as plain data, for JSON."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any


def as_data(result: Any) -> Any:
    """Frozen results as dicts and lists, days as ISO text; what is unknown stays None."""
    if is_dataclass(result) and not isinstance(result, type):
        return {field.name: as_data(getattr(result, field.name)) for field in fields(result)}
    if isinstance(result, date):
        return result.isoformat()
    if isinstance(result, tuple | list):
        return [as_data(value) for value in result]
    return result
