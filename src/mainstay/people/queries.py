"""Reads of persons."""

from __future__ import annotations

from uuid import UUID

from mainstay.people.models import Identifier, Person
from mainstay.platform.keys import blind_index, load_keys


def find_person(name: str) -> UUID | None:
    """A person by id, by `scheme:identifier`, or by an identifier that only one person has; else None."""
    try:
        identity = UUID(name)
    except ValueError:
        return _by_identifier(name)
    return identity if Person.objects.filter(id=identity).exists() else None


def _by_identifier(name: str) -> UUID | None:
    keys = load_keys()
    scheme, colon, value = name.partition(":")
    schemes = set(Identifier.objects.values_list("scheme", flat=True).distinct())
    tries = [(scheme, value)] if colon and scheme in schemes else [(each, name) for each in schemes]
    blinds = [blind_index(keys, each, text) for each, text in tries]
    found = set(Identifier.objects.filter(blind__in=blinds).values_list("person_id", flat=True))
    return found.pop() if len(found) == 1 else None
