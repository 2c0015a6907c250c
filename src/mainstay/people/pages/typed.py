"""What is typed into pages and addresses, read without ever failing on junk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from mainstay.accounts.rules import Scope
from mainstay.organisations.models import Facility
from mainstay.places.models import Place
from mainstay.platform.identity import new_id
from mainstay.reports.queries.line_list import Cursor

LONGEST = 200


def cleaned(given: str) -> str:
    """One line without control characters, which no database keeps, and without blanks at its ends."""
    return "".join(letter for letter in given if letter.isprintable()).strip()


def form_key(given: str) -> str:
    """What tells a second sending of one form: the key it was shown with; what is none is a form of its own."""
    try:
        return UUID(given).hex
    except ValueError:
        return new_id().hex


@dataclass(frozen=True)
class Named:
    """A place or facility by the code that was typed, and the scope that it is."""

    name: str
    scope: Scope


def place_by_code(code: str) -> Named | None:
    """The place or facility of that code; None where there is none."""
    if len(code) > LONGEST:
        return None
    place = Place.objects.filter(code=code).first()
    if place is not None:
        own = {
            Place.Kind.CITY: Scope(everywhere=True),
            Place.Kind.DISTRICT: Scope(districts=frozenset({place.id})),
            Place.Kind.COMMUNITY: Scope(communities=frozenset({place.id})),
        }
        # Below a unit nothing is listed by itself.
        unit = Scope(units=frozenset({place.unit_id} - {None}))
        return Named(place.name, own.get(Place.Kind(place.kind), unit))
    facility = Facility.objects.filter(code=code).first()
    return Named(facility.name, Scope(facilities=frozenset({facility.id}))) if facility else None


def cursor_text(cursor: Cursor) -> str:
    """A cursor as it stands in an address."""
    return f"{cursor.category}~{cursor.oldest.isoformat()}~{cursor.id.hex}"


def cursor_from(text: str) -> Cursor | None:
    """The cursor of an address; None for anything that is none, which is the first page."""
    parts = cleaned(text).split("~")
    if len(parts) != 3:
        return None
    try:
        oldest, person = datetime.fromisoformat(parts[1]), UUID(parts[2])
        oldest = (oldest if oldest.tzinfo else oldest.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Cursor(parts[0][:40], oldest, person)
