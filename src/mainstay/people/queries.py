"""Reads of persons."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Q

from mainstay.people.models import ADDRESS, NAME, PHONE, Identifier, Person
from mainstay.people.services import sealed_place
from mainstay.platform.keys import blind_index, decrypt, load_keys


def find_person(name: str) -> UUID | None:
    """A person by id, by `scheme:identifier`, or by an identifier that only one person has; else None."""
    try:
        identity = UUID(name)
    except ValueError:
        return _by_identifier(name)
    return identity if Person.objects.filter(id=identity).exists() else None


def _by_identifier(name: str) -> UUID | None:
    found = _holders(name, schemes())
    return found.pop() if len(found) == 1 else None


def identified(given: str) -> set[UUID]:
    """Whoever has this id, or this whole number under some scheme (also as `scheme:number`); by names and telephones
    nobody is identified. Three statements at most.
    """
    try:
        return set(Person.objects.filter(id=UUID(given)).values_list("id", flat=True))
    except ValueError:
        return _holders(given, [scheme for scheme in schemes() if scheme not in (NAME, PHONE, ADDRESS)])


def schemes() -> list[str]:
    """Every scheme that has an identifier: one step of the index each, however many identifiers there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE there(scheme) AS (SELECT MIN(scheme) FROM people_identifier UNION ALL "
            "SELECT (SELECT MIN(i.scheme) FROM people_identifier i WHERE i.scheme > there.scheme) FROM there "
            "WHERE there.scheme IS NOT NULL) SELECT scheme FROM there WHERE scheme IS NOT NULL"
        )
        return [scheme for (scheme,) in cursor.fetchall()]


def _holders(name: str, among: Collection[str]) -> set[UUID]:
    """Who has this identifier under one of these schemes; with a scheme in front under that one alone."""
    keys = load_keys()
    scheme, colon, value = name.partition(":")
    tries = [(scheme, value)] if colon and scheme in among else [(each, name) for each in among]
    if not tries:
        return set()
    wanted = (Q(scheme=each, blind=blind_index(keys, each, text)) for each, text in tries)
    return set(Identifier.objects.filter(reduce(or_, wanted)).values_list("person_id", flat=True))


class ReadAs:
    """Who is read as whom at present, with the homes of those who are read as another; one statement."""

    def __init__(self) -> None:
        rows = Person.objects.filter(merged_into__isnull=False).order_by("id")
        self.into: dict[UUID, UUID] = {}
        self.homes: dict[UUID, Home] = {}
        self._members: dict[UUID, list[UUID]] = {}
        for person, into, *home in rows.values_list("id", "merged_into_id", *HOME):
            self.into[person] = into
            self.homes[person] = Home(*home)
        for person in self.into:
            self._members.setdefault(self.survivor(person), []).append(person)

    def survivor(self, person: UUID) -> UUID:
        """Follow the links to whom this person is read as."""
        seen: set[UUID] = set()
        while person in self.into and person not in seen:
            seen.add(person)
            person = self.into[person]
        return person

    def members(self, person: UUID) -> list[UUID]:
        """A person and all who are read as them."""
        return [person, *self._members.get(person, ())]

    def everybody(self, people: Iterable[UUID]) -> list[UUID]:
        """These people and all who are read as them."""
        return [member for person in people for member in self.members(person)]

    def inherited(self, person: UUID) -> Home:
        """The home of the first record read as this person that has one; for whoever has none of their own."""
        homes = (self.homes[one] for one in self._members.get(person, ()))
        return next((home for home in homes if home.is_known), NO_HOME)

    @property
    def survivors(self) -> list[UUID]:
        """Everybody as whom somebody is read."""
        return list(self._members)


HOME = ("district_id", "community_id", "unit_id", "home_id")


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives: the place itself and the columns by which lists are scoped."""

    district: UUID | None = None
    community: UUID | None = None
    unit: UUID | None = None
    place: UUID | None = None

    @property
    def is_known(self) -> bool:
        return any((self.district, self.community, self.unit))


NO_HOME = Home()


def homes(people: Collection[UUID], read_as: ReadAs) -> dict[UUID, Home]:
    """Where these people live: by their own record, else by one that is read as theirs; one statement."""
    rows = Person.objects.filter(id__in=people).values_list("id", *HOME)
    own = {person: Home(*home) for person, *home in rows}
    return {person: home if home.is_known else read_as.inherited(person) for person, home in own.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """An identifier in clear, for a page that may show it."""

    scheme: str
    value: str


def names_of(people: Collection[UUID], read_as: ReadAs) -> dict[UUID, str]:
    """What these people are called, where a name is known; nothing else is decrypted. One statement."""
    return {person: found[0].value for person, found in identifiers_of(people, read_as, schemes=(NAME,)).items()}


def identifiers_of(
    people: Collection[UUID], read_as: ReadAs, schemes: Collection[str] = ()
) -> dict[UUID, tuple[Known, ...]]:
    """Identifiers in clear under these schemes (none given: all), each person's own first, the newest of these first:
    what was written last is what they are called. One statement.
    """
    # The scheme is no part of the question: by it SQLite would rather go through everybody's names.
    rows = Identifier.objects.filter(person_id__in=read_as.everybody(people)).order_by("-id")
    keys = load_keys()
    found: dict[UUID, list[tuple[bool, Known]]] = {}
    for identity, of, scheme, sealed in rows.values_list("id", "person_id", "scheme", "sealed"):
        if schemes and scheme not in schemes:
            continue
        person = read_as.survivor(of)
        found.setdefault(person, []).append(
            (person != of, Known(scheme, decrypt(keys, sealed, sealed_place(identity))))
        )
    return {person: tuple(one for _other, one in sorted(all_, key=_own_first)) for person, all_ in found.items()}


def _own_first(found: tuple[bool, Known]) -> bool:
    return found[0]
