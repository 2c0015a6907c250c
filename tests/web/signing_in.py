"""Somebody at the pages: an account with a role for a place, signed in with Django's client."""

from __future__ import annotations

import os
import re

from django.test import Client

from mainstay.accounts import services
from mainstay.accounts.rules import WHOLE_CITY, Area, Jurisdiction, Role
from mainstay.organisations.models import Facility
from mainstay.places.models import Place
from mainstay.platform.clock import now
from tests.world import World

# Each goes into every field of a page; in the long run some more do.
JUNK = ["", "\x00", "x" * 5000, "<script>alert(1)</script>", "9" * 40]
JUNK += ["confirmed~9999-12-31T23:59:59-14:00~" + "0" * 32]
if os.environ.get("MAINSTAY_SOAK"):
    JUNK += ["'; DROP TABLE people_person; --", "١٢٣", "~not a day~"]


def signed_in(world: World, name: str, role: Role, code: str = "") -> Client:
    """An account under the name of an actor, with a role for a place or facility (none: the whole city)."""
    account = services.open_account(username=name.casefold().replace(" ", "."), name=name, by=world.by, at=now())
    services.give_role(account=account, role=role, jurisdiction=_jurisdiction(code), by=world.by, at=now())
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def hidden(page: str) -> dict[str, str]:
    """What a form carries to be sent back: its key, and what its reader had seen."""
    return dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', page))


def _jurisdiction(code: str) -> Jurisdiction:
    if not code:
        return WHOLE_CITY
    place = Place.objects.filter(code=code).first()
    if place is not None:
        return Jurisdiction(Area(place.kind), place.id)
    return Jurisdiction(Area.FACILITY, Facility.objects.get(code=code).id)
