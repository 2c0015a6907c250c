"""Finding people by what is typed: a name, how it sounds, a telephone, a number from a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from mainstay.accounts.rules import Scope
from mainstay.isolation.queries import Condition, covered, within
from mainstay.people.queries import NAME, ReadAs, identified, identifiers_of
from mainstay.people.rules.search import WRITTEN, sound_of, terms_of, ways_asked, written
from mainstay.people.searchable import waits
from mainstay.people.terms import kept_as
from mainstay.platform import bulk
from mainstay.platform.keys import load_keys
from mainstay.platform.rows import as_uuid
from mainstay.reports.queries.line_list import gravest_categories
from mainstay.reports.queries.whereabouts import where_are

# So many are shown, and of a name that is very common so many are held against the reader's bounds.
CAP = 100
LOOKED_AT = 20_000
BY_NUMBER, AS_WRITTEN, AS_HEARD, OTHERWISE = range(4)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """Somebody who is found; `also` is the earlier or other name by which, where it is not the one shown."""

    id: UUID
    name: str
    also: str
    category: str
    kind_of_place: str
    place: str


@dataclass(frozen=True, slots=True)
class Found:
    """The people found, the likeliest first, CAP at most.

    `more`: others match too. `common`: so many are called so that not all were held against the reader's bounds.
    `waits`: it is still being worked out by what people are found. `number_of` is who has the number typed.
    """

    rows: tuple[FoundRow, ...] = ()
    more: bool = False
    common: bool = False
    waits: bool = False
    number_of: UUID | None = None


def find_people(query: str, scope: Scope, at: datetime) -> Found:
    """Whom a query finds within a scope, nobody's concern included; a record that is read as another is that one.

    Twenty-five statements at most, however many are found or there are.
    """
    query = query.strip()
    if not query:
        return Found()
    read_as = ReadAs()
    holders = covered({read_as.survivor(one) for one in identified(query)}, scope, at, read_as)
    asked = _Asked(ways_asked(query), _reach(scope, at, read_as), read_as)
    # Whoever is called exactly so comes first, however many sound alike.
    exact = asked.matching([way for way in asked.ways if way == {f"{WRITTEN}:{written(query)}"}])
    alike = asked.matching(asked.ways)
    people = {*holders, *exact, *alike}
    rows = _ranked(people, holders, query, asked.ways, at, read_as)
    return Found(
        rows=tuple(rows[:CAP]),
        more=len(rows) > CAP,
        common=len(people) <= CAP and asked.is_common(),
        waits=waits(),
        number_of=next(iter(holders)) if len(holders) == 1 else None,
    )


# --- the statements -----------------------------------------------------------------------------------


def _reach(scope: Scope, at: datetime, read_as: ReadAs) -> Condition | None:
    """The scope as a condition on a record `p`, also on one that is read as another; None where all are within."""
    if scope.everywhere:
        return None
    sql, params = within(scope, at, read_as)
    covering = covered(read_as.survivors, scope, at, read_as)
    merged = sorted(one for one in read_as.into if read_as.survivor(one) in covering)
    others, more = bulk.in_list("p.id", merged) if merged else ("1 = 0", [])
    return f"((p.merged_into_id IS NULL AND {sql}) OR {others})", [*params, *more]


class _Asked:
    """What is asked for, as SQL on the keyed terms."""

    def __init__(self, ways: Sequence[frozenset[str]], reach: Condition | None, read_as: ReadAs) -> None:
        self.ways, self._reach, self._read_as = ways, reach, read_as

    def matching(self, ways: Sequence[frozenset[str]]) -> list[UUID]:
        """The first who match one of these ways, within reach: one more than CAP where there are; one statement."""
        if not ways:
            return []
        sql, params = _said(ways)
        # Somebody may match in every way: so many rows hold one more than CAP people, where there are.
        limit = (CAP + 1) * len(ways)
        if self._reach is not None:
            condition, more = self._reach
            sql = (
                f"SELECT said.person_id FROM ({sql} LIMIT {LOOKED_AT}) AS said "
                f"JOIN people_person p ON p.id = said.person_id WHERE {condition}"
            )
            params = [*params, *more]
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT {limit}", params)
            found = [as_uuid(value) for (value,) in cursor.fetchall()]
        read = dict.fromkeys(self._read_as.survivor(one) for one in found if one is not None)
        return list(read)[: CAP + 1]

    def is_common(self) -> bool:
        """Whether not everybody was looked at who matches; one statement, and none where bounds did not matter."""
        if self._reach is None or not self.ways:
            return False
        sql, params = _said(self.ways)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({sql} LIMIT {LOOKED_AT + 1}) AS said", params)
            return cursor.fetchone()[0] > LOOKED_AT


def _said(ways: Sequence[frozenset[str]]) -> tuple[str, list[int]]:
    """Whoever has all terms of one of the ways, once for each way."""
    keys = load_keys()
    kept = [[kept_as(term, keys) for term in _rarest_first(way)] for way in ways]
    single = [way[0] for way in kept if len(way) == 1]
    parts, params = [], list(single)
    if single:
        marks = ", ".join(["%s"] * len(single))
        parts.append(f"SELECT a.person_id FROM people_searchterm a WHERE a.term IN ({marks})")
    for way in kept:
        if len(way) > 1:
            others = " ".join(
                f"JOIN people_searchterm t{number} ON t{number}.person_id = a.person_id AND t{number}.term = %s"
                for number in range(1, len(way))
            )
            parts.append(f"SELECT a.person_id FROM people_searchterm a {others} WHERE a.term = %s")
            params += [*way[1:], way[0]]
    return f"SELECT person_id FROM ({' UNION ALL '.join(parts)}) AS every", params


def _rarest_first(way: Collection[str]) -> list[str]:
    """Fewer people have the longer term; where nothing is counted beforehand the first is gone through."""
    return sorted(way, key=lambda term: (-len(term.partition(":")[2]), term))


# --- what is shown of them ----------------------------------------------------------------------------


def _ranked(
    people: Collection[UUID],
    holders: Collection[UUID],
    query: str,
    ways: Sequence[frozenset[str]],
    at: datetime,
    read_as: ReadAs,
) -> list[FoundRow]:
    """Whose number it is first, then who is written so, then who sounds so, then by the sound of the name."""
    if not people:
        return []
    known = identifiers_of(people, read_as, schemes=(NAME,))
    names = {person: [one.value for one in known.get(person, ())] or [""] for person in people}
    sought, heard = written(query), sound_of(query)

    def rank(person: UUID) -> tuple[int, str, str, UUID]:
        first = names[person][0]
        place = OTHERWISE
        if person in holders:
            place = BY_NUMBER
        elif sought in map(written, names[person]):
            place = AS_WRITTEN
        elif heard in map(sound_of, names[person]):
            place = AS_HEARD
        return place, sound_of(first), first, person

    ordered = sorted(people, key=rank)[: CAP + 1]
    categories, places = gravest_categories(ordered), where_are(ordered, at, read_as)
    return [
        FoundRow(person, names[person][0], _also(names[person], ways), categories.get(person, ""), *places[person])
        for person in ordered
    ]


def _also(names: Sequence[str], ways: Sequence[frozenset[str]]) -> str:
    """The name by which somebody is found, where it is not the first of theirs."""
    shown, *others = names
    if not others or _matches(shown, ways):
        return ""
    return next((name for name in others if _matches(name, ways)), "")


def _matches(name: str, ways: Sequence[frozenset[str]]) -> bool:
    terms = terms_of(name)
    return any(way <= terms for way in ways)
