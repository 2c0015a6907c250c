"""Writes of persons: looked up or made by identifier, merged and parted again, identifiers erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from mainstay.people.doors import address_blind, keep_addresses
from mainstay.people.models import ADDRESS, Identifier, Merge, Person, SearchTerm
from mainstay.people.rows import IdentifierRow, PersonRow
from mainstay.people.terms import TermRow, keep_terms, term_rows
from mainstay.places.models import Place
from mainstay.platform import bulk, ledger
from mainstay.platform.bulk import Rows
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import new_id, new_ids
from mainstay.platform.keys import KEY_VERSION, Keys, blind_index, encrypt, load_keys
from mainstay.platform.ledger import Subject
from mainstay.platform.models import Actor, Entry

MERGE_REFUSED = code("person.merge", "These two persons cannot be merged.")
UNMERGE_REFUSED = code("person.unmerge", "This person is not merged into another.")
PERSON_NAME = code("person.name", "A person cannot be added without a name.")
PERSON_UNKNOWN = code("person.unknown", "There is no person by that id.")
LOOKED_UP_AT_ONCE = 5000


class Identity(NamedTuple):
    """An identifier as a source gives it: whose numbering, and the number or name."""

    scheme: str
    value: str


@dataclass(slots=True)
class Resolved:
    """Whom identifiers stand for, and what `keep` still has to write so that it is so."""

    persons: dict[Identity, UUID] = field(default_factory=dict)
    created: frozenset[Identity] = frozenset()  # nobody stood behind these before
    rising: frozenset[UUID] = frozenset()  # so far only named by others, known from now on
    new_persons: list[PersonRow] = field(default_factory=list)
    new_identifiers: list[IdentifierRow] = field(default_factory=list)
    shared: frozenset[Identity] = frozenset()  # further ones of a person that stand for somebody else
    terms: list[TermRow] = field(default_factory=list)  # what they are found by
    addresses: dict[UUID, str] = field(default_factory=dict)  # at which door they live, by a keyed digest

    def identify(self, row_id: UUID, person: UUID, one: Identity, blind: str, keys: Keys) -> None:
        """This identifier is to be the person's, and they are to be found by it."""
        self.new_identifiers.append(_identifier(row_id, person, one.scheme, one.value, blind, keys))
        self.terms += term_rows(person, *one, keys)
        if one.scheme == ADDRESS:
            self.addresses[person] = address_blind(one.value, keys)


# By the identifier that a person is named by: further ones they have.
Further = Mapping[Identity, Collection[Identity]]


def look_up(identities: Iterable[Identity], *, keys: Keys | None = None) -> dict[Identity, UUID]:
    """The persons whom these identifiers stand for, exactly; those never heard of are left out."""
    return _look_up(_blinds(identities, keys or load_keys()))[0]


def resolve(
    identities: Collection[Identity], *, known: Collection[Identity] = (), keys: Keys | None = None
) -> Resolved:
    """The persons for these identifiers, made where there are none; call it in the using transaction.

    `known` are those of whom the source says something itself; the others are kept as not yet known,
    until a row of their own comes. The caller's facts about them leave the ledger line.
    """
    resolved = prepare(identities, known=known, keys=keys)
    keep(resolved)
    return resolved


def prepare(
    identities: Collection[Identity],
    *,
    known: Collection[Identity] = (),
    keys: Keys | None = None,
    further: Further | None = None,
    shown: Further | None = None,
) -> Resolved:
    """As `resolve`, but nothing is written yet: so that the transaction that does is short.

    `further` identifiers are kept with whom they are stated of; one that stands for somebody else already stays
    theirs, and is told as `shared`: nobody becomes somebody else by a second telephone. What is `shown` of them
    (name, telephone, address) is kept with each and claims nothing.
    """
    keys = keys or load_keys()
    blinds = _blinds(identities, keys)
    persons, unknown = _look_up(blinds)
    vouched = frozenset(known)
    rising = frozenset(person for identity, person in persons.items() if identity in vouched and person in unknown)
    resolved = Resolved(persons, rising=rising)
    missing = {blind: some for blind, some in blinds.items() if some[0] not in persons}
    ids = new_ids(2 * len(missing))
    for (_scheme, blind), spellings in missing.items():
        person, row_id = next(ids), next(ids)
        resolved.new_persons.append(PersonRow(None, None, None, person, not vouched.isdisjoint(spellings)))
        resolved.identify(row_id, person, spellings[0], blind, keys)
        persons.update(dict.fromkeys(spellings, person))
    resolved.created = frozenset(identity for spellings in missing.values() for identity in spellings)
    if further:
        _add_further(resolved, further, keys)
    if shown:
        _add_shown(resolved, shown, keys)
    return resolved


def _add_shown(resolved: Resolved, shown: Further, keys: Keys) -> None:
    """What somebody is called and how they are reached, unless it is kept with them already."""
    wanted = {}
    for identity, some in shown.items():
        person = resolved.persons[identity]
        wanted.update({(one.scheme, _own_blind(person, one, keys)): (person, one) for one in some})
    there: set[tuple[str, str]] = set()
    for blinds in bulk.chunks(sorted(blind for _scheme, blind in wanted), LOOKED_UP_AT_ONCE):
        rows = Identifier.objects.filter(scheme__in={scheme for scheme, _blind in wanted}, blind__in=blinds)
        there.update(rows.values_list("scheme", "blind"))
    for (scheme, blind), (person, one) in wanted.items():
        if (scheme, blind) not in there:
            resolved.identify(new_id(), person, one, blind, keys)


def _own_blind(person: UUID, one: Identity, keys: Keys) -> str:
    """Worked in with the person's own id: what is only shown of somebody is never taken for somebody else's."""
    return blind_index(keys, one.scheme, f"{one.value} {person.hex}")


def _add_further(resolved: Resolved, further: Further, keys: Keys) -> None:
    """Each further identifier becomes its person's, unless it is somebody's already."""
    blinds = _blinds((one for some in further.values() for one in some), keys)
    spelt = {spelling: blind for blind, spellings in blinds.items() for spelling in spellings}
    holders = {blind: resolved.persons[some[0]] for blind, some in _blinds(resolved.persons, keys).items()}
    holders.update((spelt[identity], person) for identity, person in _look_up(blinds)[0].items())
    shared = set()
    for identity, some in further.items():
        person = resolved.persons[identity]
        for other in some:
            scheme, blind = spelt[other]
            if (scheme, blind) not in holders:
                holders[scheme, blind] = person
                resolved.identify(new_id(), person, other, blind, keys)
            elif holders[scheme, blind] != person:
                shared.add(other)
    resolved.shared = frozenset(shared)


def keep(resolved: Resolved) -> None:
    """Write what `prepare` found missing; raises IntegrityError where somebody else was first."""
    addresses = resolved.addresses
    new = [row._replace(address_blind=addresses.get(row.id, "")) for row in resolved.new_persons]
    bulk.insert_values(Rows(Person, new), fresh=True)
    bulk.insert_values(Rows(Identifier, resolved.new_identifiers), fresh=True)
    keep_terms(resolved.terms, new={row.id for row in resolved.new_persons})
    if resolved.rising:
        Person.objects.filter(id__in=resolved.rising).update(known=True)
    keep_addresses({person: addresses[person] for person in addresses.keys() - {row.id for row in new}})


Blinds = dict[tuple[str, str], list[Identity]]


def _blinds(identities: Iterable[Identity], keys: Keys) -> Blinds:
    """By blind index the spellings that come to it: two spellings of one identifier are one person."""
    blinds: Blinds = {}
    for identity in dict.fromkeys(identities):
        blinds.setdefault((identity.scheme, blind_index(keys, *identity)), []).append(identity)
    return blinds


def _look_up(blinds: Blinds) -> tuple[dict[Identity, UUID], set[UUID]]:
    """(persons found, those of them nobody but a contact's naming vouches for)."""
    persons: dict[Identity, UUID] = {}
    unknown: set[UUID] = set()
    with connection.cursor() as cursor:
        for some in bulk.chunks(blinds, LOOKED_UP_AT_ONCE):
            for scheme, blind, value, known in _matches(cursor, some):
                person = value if isinstance(value, UUID) else UUID(value)
                persons.update(dict.fromkeys(blinds.get((scheme, blind), ()), person))
                if not known:
                    unknown.add(person)
    return persons, unknown


def _matches(cursor, wanted: list[tuple[str, str]]) -> list[tuple]:
    """The schemes are named too, which are few: with them the index is gone down, without them from end to end."""
    schemes, schemes_given = bulk.in_texts("i.scheme", sorted({scheme for scheme, _blind in wanted}))
    blinds, blinds_given = bulk.in_texts("i.blind", [blind for _scheme, blind in wanted])
    cursor.execute(
        "SELECT i.scheme, i.blind, i.person_id, p.known FROM people_identifier i "
        f"JOIN people_person p ON p.id = i.person_id WHERE {schemes} AND {blinds}",
        [*schemes_given, *blinds_given],
    )
    return cursor.fetchall()


def _identifier(row_id: UUID, person: UUID, scheme: str, value: str, blind: str, keys: Keys) -> IdentifierRow:
    return IdentifierRow(row_id, person, scheme, blind, encrypt(keys, value, sealed_place(row_id)), KEY_VERSION)


def sealed_place(identifier_id: UUID) -> str:
    """What binds an encrypted identifier to its cell."""
    return f"people_identifier.sealed.{identifier_id.hex}"


def merge(*, person: UUID, into: UUID, reason: str, by: Actor, at: datetime) -> Entry | None:
    """Read `person` as `into` from now on; facts stay where they were made, and both are judged again.

    Raises `person.merge` where that would be a circle, or one of them is merged already.
    """
    with transaction.atomic():
        rows = {row.id: row for row in Person.objects.select_for_update().filter(id__in=[person, into])}
        _refuse_merge(person, into, rows)
        root = new_id()
        fact = Merge(
            id=root,
            root=root,
            person_id=person,
            into_id=into,
            reason=reason[:200],
            source="desk",
            became_known_at=at,
            known_on_receipt=True,
        )
        entry = ledger.append([fact], by=by, at=at, verb="person.merge")
        Person.objects.filter(id=person).update(merged_into=into)
        return entry


def _refuse_merge(person: UUID, into: UUID, rows: dict[UUID, Person]) -> None:
    why = ""
    if person == into:
        why = "they are the same record; name two"
    elif person not in rows or into not in rows:
        why = "one of them does not exist; look the identifiers up again"
    elif rows[person].merged_into_id is not None:
        why = "the first is merged into another already; part them before"
    else:
        # Up the chain from `into`: to meet `person` there would be a circle.
        above, seen = rows[into].merged_into_id, {into}
        while above is not None and above not in seen:
            seen.add(above)
            above = Person.objects.values_list("merged_into_id", flat=True).get(id=above)
        if person in seen:
            why = "the second is merged into the first already; that would be a circle"
    if why:
        raise MainstayError(MERGE_REFUSED, f"Cannot merge: {why}.", {"person": str(person), "into": str(into)})


def unmerge(*, person: UUID, by: Actor, at: datetime) -> Entry | None:
    """Undo a merge: the two are read apart again, and both are judged again."""
    with transaction.atomic():
        row = Person.objects.select_for_update().filter(id=person).first()
        last = Merge.objects.filter(person_id=person).order_by("-entry_id", "-version").first()
        if row is None or row.merged_into_id is None or last is None or last.retracted:
            raise MainstayError(
                UNMERGE_REFUSED,
                "This person is not merged into another; look the identifier up again.",
                {"person": str(person)},
            )
        fact = Merge(
            id=new_id(),
            root=last.root,
            version=last.version + 1,
            retracted=True,
            person_id=person,
            into_id=last.into_id,
            reason=last.reason,
            source="desk",
            became_known_at=at,
            known_on_receipt=True,
        )
        entry = ledger.append([fact], by=by, at=at, verb="person.unmerge")
        Person.objects.filter(id=person).update(merged_into=None)
        return entry


def set_home(*, person: UUID, home: Place | None, by: Actor, at: datetime) -> Entry | None:
    """Where somebody lives from now on (None: nobody knows), which decides whose their duties are at home.

    A place of any level: the post of its grid unit answers. The person is judged again; the same home once
    more changes nothing (None). Raises `person.unknown`.
    """
    scope = {name: getattr(home, name) if home else None for name in ("district_id", "community_id", "unit_id")}
    with transaction.atomic():
        row = Person.objects.select_for_update().filter(id=person).first()
        if row is None:
            raise MainstayError(
                PERSON_UNKNOWN, f"There is no person {person}; look the identifier up again.", {"person": str(person)}
            )
        if row.home_id == (home.id if home else None):
            return None
        Person.objects.filter(id=person).update(home=home, **scope)
        purpose = home.code if home else "unknown"
        return ledger.append([], by=by, at=at, verb="person.home", purpose=purpose, touch=[Subject("person", person)])


LONGEST_PARTICULAR = 200


def add_person(
    *, person: UUID, name: str, by: Actor, at: datetime, phone: str = "", address: str = "", known: bool = True
) -> bool:
    """Add somebody by name under an id that the form gives; whether they are new (a second sending changes nothing).

    Name, telephone and address are kept as identifiers, but claim nothing: two people of one name, or of one
    household's telephone, stay two until somebody says that they are one. `known` is False for somebody who
    was only named. Raises `person.name`.
    """
    given = {"name": name.strip(), "phone": phone.strip(), "address": address.strip()}
    if not given["name"] or max(map(len, given.values())) > LONGEST_PARTICULAR:
        raise MainstayError(
            PERSON_NAME,
            f"Give a name; name, telephone and address have at most {LONGEST_PARTICULAR} characters each.",
            {"field": "name"},
        )
    with transaction.atomic():
        keys = load_keys()
        door = address_blind(given["address"], keys) if given["address"] else ""
        _row, made = Person.objects.get_or_create(id=person, defaults={"known": known, "address_blind": door})
        if made:
            rows = [
                _identifier(new_id(), person, scheme, value, _own_blind(person, Identity(scheme, value), keys), keys)
                for scheme, value in given.items()
                if value
            ]
            bulk.insert_values(Rows(Identifier, rows), fresh=True)
            keep_terms(term for said in given.items() for term in term_rows(person, *said, keys))
            ledger.append([], by=by, at=at, verb="person.add", touch=[Subject("person", person)])
        return made


def call_anew(*, person: UUID, scheme: str, value: str, by: Actor, at: datetime) -> bool:
    """What somebody is called, or how they are reached, from now on; whether it was new.

    What was written before is kept and no longer shown first; the ledger's line says who wrote when, under which
    scheme, and not what. Raises `person.unknown`, `person.name`.
    """
    if not value or len(value) > LONGEST_PARTICULAR:
        raise MainstayError(
            PERSON_NAME, f"Write something, at most {LONGEST_PARTICULAR} characters.", {"field": scheme}
        )
    keys = load_keys()
    with transaction.atomic():
        row = Person.objects.select_for_update().filter(id=person).first()
        if row is None:
            raise MainstayError(PERSON_UNKNOWN, f"There is no person {person}.", {"person": str(person)})
        blind = _own_blind(person, Identity(scheme, value), keys)
        newest = Identifier.objects.filter(person=person, scheme=scheme).order_by("-id").first()
        if newest is not None and newest.blind == blind:
            return False
        # Said once before, and right after all: it comes first again.
        Identifier.objects.filter(scheme=scheme, blind=blind).delete()
        bulk.insert_values(Rows(Identifier, [_identifier(new_id(), person, scheme, value, blind, keys)]), fresh=True)
        keep_terms(term_rows(person, scheme, value, keys))
        if scheme == ADDRESS:
            keep_addresses({person: address_blind(value, keys)})
        ledger.append([], by=by, at=at, verb="person.call", purpose=scheme, touch=[Subject("person", person)])
        return True


def erase_identifiers(*, person: UUID, reason: str, by: Actor, at: datetime) -> int:
    """Forget by what numbers and names somebody was known; every fact stays as it was. Returns how many.

    They are no longer found by them either, and live at no known door.
    """
    with transaction.atomic():
        Person.objects.select_for_update().filter(id=person).first()
        SearchTerm.objects.filter(person_id=person).delete()
        keep_addresses({person: ""})
        count, _ = Identifier.objects.filter(person_id=person).delete()
        if count:
            ledger.append(
                [], by=by, at=at, verb="person.erase", purpose=reason[:200], touch=[Subject("person", person)]
            )
        return count
