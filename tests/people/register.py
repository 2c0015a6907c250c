"""A register of people who are nobody's concern, and asking it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from mainstay.accounts.rules import Scope
from mainstay.people import services as people
from mainstay.places.models import Place
from mainstay.platform.identity import new_id
from mainstay.reports.queries.found import find_people
from tests.world import World

AT = datetime(2020, 2, 10, 4, tzinfo=UTC)
CITY = Scope(everywhere=True)


def add(world: World, name: str, phone: str = "", home: str | None = None) -> UUID:
    """Somebody with a name on record, and where they live."""
    person = world.people[name] = new_id()
    people.add_person(person=person, name=name, phone=phone, by=world.by, at=world.at)
    if home:
        world.lives(name, home)
    return person


def names(query: str, scope: Scope = CITY) -> list[str]:
    return [row.name for row in find_people(query, scope, AT).rows]


def unit(code: str) -> Scope:
    return Scope(units=frozenset({Place.objects.get(code=code).id}))
