"""Reads of places."""

from __future__ import annotations

from mainstay.accounts.rules import Scope, Whereabouts
from mainstay.places.models import Place


def place_within(code: str, scope: Scope) -> Place | None:
    """The place of that code; None where there is none, or none within a scope; one statement."""
    found = Place.objects.filter(code=code).first() if code else None
    if found is None or not scope.covers(Whereabouts(found.district_id, found.community_id, found.unit_id)):
        return None
    return found
