"""What became known of people: class, category, tests, where they are, what is owed, calls, whom they named."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.cases.models import Classification, Result
from mainstay.duties.models import SubjectState
from mainstay.duties.rules.edition import CATEGORIES
from mainstay.people.models import Identifier
from mainstay.people.queries import NAME, ReadAs, identifiers_of, names_of
from mainstay.people.services import sealed_place
from mainstay.platform import bulk
from mainstay.platform.keys import blind_index, decrypt, load_keys
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_date, as_uuid, same, table_reader
from mainstay.reports.queries.owed import CallRow, OwedRow, last_calls, owed_to
from mainstay.reports.queries.whereabouts import where_are
from mainstay.tracing.models import Contact


@dataclass(frozen=True, slots=True)
class Told:
    """A word with the day it is of."""

    word: str
    of: str
    day: date | None


@dataclass(frozen=True, slots=True)
class AddedRow:
    """What is known of one person now; None or empty where nothing is."""

    id: UUID
    category: str
    classification: Told | None
    result: Told | None
    kind_of_place: str
    place: str
    owed: tuple[OwedRow, ...]
    call: CallRow | None
    named: tuple[str, ...]
    particulars: dict[str, str]


def added(people: Collection[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, AddedRow]:
    """{person: what is known of them at a moment}; the same number of statements however many they are."""
    members = read_as.everybody(people)
    if not members:
        return {}
    categories, classes = _categories(people), last_told(Classification, "disease", members, at, read_as)
    results = last_told(Result, "test", members, at, read_as)
    where, named = where_are(people, at, read_as), _named(members, at, read_as)
    calls = _by_survivor(last_calls(members), read_as)
    owed: dict[UUID, list[OwedRow]] = {}
    for row in owed_to(people):
        owed.setdefault(row.person, []).append(row)
    particulars = identifiers_of(people, read_as)
    return {
        person: AddedRow(
            person,
            categories.get(person, ""),
            classes.get(person),
            results.get(person),
            *where[person],
            tuple(owed.get(person, ())),
            calls.get(person),
            tuple(named.get(person, ())),
            {one.scheme: one.value for one in reversed(particulars.get(person, ()))},
        )
        for person in people
        if person in where
    }


def _categories(people: Collection[UUID]) -> dict[UUID, str]:
    """The gravest under any protocol."""
    rank = {name: place for place, name in enumerate(CATEGORIES)}
    found: dict[UUID, str] = {}
    rows = SubjectState.objects.filter(subject_type="person", subject_id__in=people).exclude(category="")
    for person, category in rows.values_list("subject_id", "category"):
        if person not in found or rank.get(category, 99) < rank.get(found[person], 99):
            found[person] = category
    return found


_READ_TOLD = table_reader(as_uuid, same, same, as_date)


def last_told(
    model: type[Classification] | type[Result], of: str, members: list[UUID], at: datetime, read_as: ReadAs
) -> dict[UUID, Told]:
    """{person: the latest by its own day; of one day the later written}; one statement. `members`: all records."""
    rows = _READ_TOLD(
        standing(
            model, ("person_id", "value", of, "observed_date"), View(known_by=at), bulk.in_list("f.person_id", members)
        )
    )
    found: dict[UUID, Told] = {}
    for person, value, about, day in rows:
        survivor, told = read_as.survivor(person), Told(value, about, day)
        if survivor not in found or (found[survivor].day or date.min) <= (day or date.min):
            found[survivor] = told
    return found


def _named(members: list[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, list[str]]:
    """Whom each named, by name where one is known."""
    pairs: dict[UUID, set[UUID]] = {}
    for index, person in contacts_named(members, at, read_as):
        pairs.setdefault(index, set()).add(person)
    names = names_of({one for some in pairs.values() for one in some}, read_as)
    return {index: sorted(names.get(one, one.hex[-8:]) for one in some) for index, some in pairs.items()}


_READ_PAIR = table_reader(as_uuid, as_uuid)


def contacts_named(members: Iterable[UUID], at: datetime, read_as: ReadAs, after: int = 0) -> set[tuple[UUID, UUID]]:
    """(who named, who was named), as they are read, of what was entered after an entry; one statement."""
    where, params = bulk.in_list("f.index_id", list(members))
    new = (f"{where} AND f.entry_id > %s", [*params, after])
    rows = _READ_PAIR(standing(Contact, ("index_id", "person_id"), View(known_by=at), new, undated=True))
    return {(read_as.survivor(index), read_as.survivor(person)) for index, person in rows}


def added_by_hand(since: datetime, read_as: ReadAs) -> set[UUID]:
    """Who was added on a page since an instant; one statement.

    A name that was typed there is worked in with the person's own id, which tells it from one that a file brought;
    the time is in the identifier's id.
    """
    floor = UUID(int=(int(since.timestamp() * 1000) << 80))
    keys, found = load_keys(), set()
    for row in Identifier.objects.filter(id__gte=floor):
        if row.scheme != NAME:  # asked of SQLite, it would go through everybody's names
            continue
        value = decrypt(keys, row.sealed, sealed_place(row.id))
        if row.blind == blind_index(keys, NAME, f"{value} {row.person_id.hex}"):
            found.add(read_as.survivor(row.person_id))
    return found


def _by_survivor(calls: dict[UUID, CallRow], read_as: ReadAs) -> dict[UUID, CallRow]:
    found: dict[UUID, CallRow] = {}
    for person, call in calls.items():
        survivor = read_as.survivor(person)
        if survivor not in found or found[survivor].at < call.at:
            found[survivor] = call
    return found
