"""Writes of places."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mainstay.places.models import Place
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import new_id
from mainstay.platform.models import Actor

PLACE_LEVEL = code("place.level", "A place would lie in one of its own level or below.")

# A place lies in one of a level above its own; its own level and those above become its scope.
LEVELS: tuple[str, ...] = ("city", "district", "community", "unit", "compound", "building", "household")
SCOPES: tuple[str, ...] = ("district", "community", "unit")


def add_place(*, kind: str, code: str, name: str, by: Actor, at: datetime, parent: Place | None = None) -> Place:
    """Register a place under its parent; the same code again changes nothing; raises `place.level`."""
    if parent is not None and LEVELS.index(parent.kind) >= LEVELS.index(kind):
        raise MainstayError(
            PLACE_LEVEL,
            f"{kind} '{code}' cannot lie in {parent.kind} '{parent.code}'; name a place of a level above.",
            {"place": code, "parent": parent.code},
        )
    identity = new_id()
    scope = {f"{level}_id": getattr(parent, f"{level}_id") if parent else None for level in SCOPES}
    if kind in SCOPES:
        scope[f"{kind}_id"] = identity
    with transaction.atomic():
        defaults = {"id": identity, "kind": kind, "name": name, "sort_key": name, "parent": parent, **scope}
        place, made = Place.objects.get_or_create(code=code, defaults=defaults)
        if made:
            ledger.note(by=by, at=at, verb="place.add", purpose=code)
        return place
