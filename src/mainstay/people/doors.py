"""At which door somebody is called on: one rule, in Python and as SQL (a test holds the two together).

A door is the household that is somebody's home; else the address as it was written last, the same for all who wrote the
same; else the building; else everybody has a door of their own. Its key says which: `h`, `a` or `b` and what it is of,
or `p` and the person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from mainstay.people.models import Person
from mainstay.places.models import Place
from mainstay.platform import bulk
from mainstay.platform.keys import Keys, blind_index

HOUSEHOLD, ADDRESS, BUILDING, ALONE = "h", "a", "b", "p"
# At whose doors one call is made for all: a building has many.
TOGETHER = (HOUSEHOLD, ADDRESS)

_HEX = "REPLACE(CAST({0} AS CHAR(36)), '-', '')"
OWN_DOOR = f"'{ALONE}' || " + _HEX.format("p.id")
# Over `people_person p LEFT JOIN places_place h ON h.id = p.home_id`.
DOOR = (
    f"CASE WHEN h.kind = '{Place.Kind.HOUSEHOLD}' THEN '{HOUSEHOLD}' || {_HEX.format('h.id')} "
    f"WHEN p.address_blind <> '' THEN '{ADDRESS}' || p.address_blind "
    f"WHEN h.kind = '{Place.Kind.BUILDING}' THEN '{BUILDING}' || {_HEX.format('h.id')} ELSE {OWN_DOOR} END"
)


def doors(people: Collection[UUID]) -> dict[UUID, str]:
    """{person: the key of their door}; one statement."""
    rows = Person.objects.filter(id__in=people).values_list("id", "home_id", "home__kind", "address_blind")
    return {person: door_of(person, home, kind, address) for person, home, kind, address in rows}


def door_of(person: UUID, home: UUID | None, kind: str | None, address_blind: str) -> str:
    """The key of a door, by the home, its kind of place, and the digest of an address ('' for none)."""
    if home is not None and kind == Place.Kind.HOUSEHOLD:
        return HOUSEHOLD + home.hex
    if address_blind:
        return ADDRESS + address_blind
    if home is not None and kind == Place.Kind.BUILDING:
        return BUILDING + home.hex
    return ALONE + person.hex


def address_blind(address: str, keys: Keys) -> str:
    """What two who wrote one address have in common: nothing else can be read from it without the key."""
    return blind_index(keys, "door", address)


def keep_addresses(blinds: Mapping[UUID, str]) -> None:
    """At which door people live who were known before, in the transaction that writes or removes their addresses."""
    rows = [Person(id=person, address_blind=blind) for person, blind in sorted(blinds.items())]
    Person.objects.bulk_update(rows, ["address_blind"])


def may_live_at(keys: Collection[str]) -> tuple[str, list[Any]]:
    """SQL over `people_person p`, with its parameters: whoever may have one of these doors; what is no key is nobody's.

    Asked first, so that the doors of a whole city are not worked out to find a few.
    """
    of = {kind: [key[1:] for key in keys if key[:1] == kind] for kind in (HOUSEHOLD, ADDRESS, BUILDING, ALONE)}
    conditions, params = [], list[Any]()
    for column, ids in (("p.id", of[ALONE]), ("p.home_id", of[HOUSEHOLD] + of[BUILDING])):
        where, given = bulk.in_list(column, [identity for text in ids if (identity := _id(text)) is not None])
        conditions.append(where)
        params += given
    where, given = bulk.in_texts("p.address_blind", list(filter(None, of[ADDRESS])))
    return f"({' OR '.join([*conditions, where])})", [*params, *given]


def _id(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
