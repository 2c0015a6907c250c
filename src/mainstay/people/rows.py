"""Persons and identifiers as they are written by the thousand: tuples in the order of their tables' columns."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID


class PersonRow(NamedTuple):
    """A new person as written, in the order of the table's columns (a test holds it to them)."""

    district_id: UUID | None
    community_id: UUID | None
    unit_id: UUID | None
    id: UUID
    known: bool
    merged_into_id: UUID | None = None
    home_id: UUID | None = None
    address_blind: str = ""


class IdentifierRow(NamedTuple):
    """A new identifier as written, in the order of the table's columns."""

    id: UUID
    person_id: UUID
    scheme: str
    blind: str
    sealed: bytes
    key_version: int
