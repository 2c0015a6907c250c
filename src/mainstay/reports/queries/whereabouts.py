"""Where people are now: in a ward or at a site by a stay, else at home."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from mainstay.duties.rules.facts import Stay
from mainstay.isolation.queries import present_stays
from mainstay.organisations.models import Facility
from mainstay.people.queries import NO_HOME, ReadAs, homes
from mainstay.places.models import Place


def where_are(people: Collection[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, tuple[str, str]]:
    """{person: (`ward`, `site`, `home` or nothing; the facility's or the home's name)}; six statements."""
    return where_all_are(people, present_stays(people, at, read_as), read_as)


def where_all_are(people: Collection[UUID], stays: Mapping[UUID, Stay], read_as: ReadAs) -> dict[UUID, tuple[str, str]]:
    """The same of people who stay as given (`present_stays`); three statements."""
    living = homes(people, read_as)
    facilities = {stay.facility for stay in stays.values() if stay.facility}
    names: dict[UUID, str] = dict(Facility.objects.filter(id__in=facilities).values_list("id", "name"))
    places = {home.place or home.unit for home in living.values()} - {None}
    names |= dict(Place.objects.filter(id__in=places).values_list("id", "name"))
    return {
        person: _where(stays.get(person), home.place or home.unit, names)
        for person, home in ((one, living.get(one, NO_HOME)) for one in people)
    }


def _where(stay: Stay | None, home: UUID | None, names: dict[UUID, str]) -> tuple[str, str]:
    if stay is not None and stay.kind != "home":
        return stay.kind, names.get(stay.facility, "") if stay.facility else ""
    name = names.get(home, "") if home else ""
    return ("home", name) if stay is not None or name else ("", "")
