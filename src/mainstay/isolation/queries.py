"""Where people are at present, and the same as SQL: who may see whom follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.accounts.rules import Scope, Whereabouts
from mainstay.duties.models import DutyState
from mainstay.duties.rules import facts as shapes
from mainstay.duties.rules.facts import PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.predicates import current_stay
from mainstay.isolation.models import Order, Stay
from mainstay.organisations.queries import parts, with_those_above
from mainstay.people.models import Person
from mainstay.people.queries import ReadAs, homes
from mainstay.platform import bulk
from mainstay.platform.clock import local_date
from mainstay.platform.models import Instance
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_bool, as_date, as_instant, as_uuid, same, table_reader
from mainstay.tracing.models import Contact

# The columns of a home by which lists are scoped.
SCOPE = ("district_id", "community_id", "unit_id")
_STAY = ("person_id", "root", "became_known_at", "starts_date", "ends_date", "kind", "facility_id", "certain")
_READ_STAY = table_reader(as_uuid, as_uuid, as_instant, as_date, as_date, same, as_uuid, as_bool)


def present_stays(people: Collection[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, shapes.Stay]:
    """{person: where they stay at a moment}, as a judge takes it; who stays nowhere known is left out.

    Two statements.
    """
    members = read_as.everybody(people)
    if not members:
        return {}
    theirs: dict[UUID, list[shapes.Stay]] = {}
    for person, *stay in _READ_STAY(standing(Stay, _STAY, View(known_by=at), bulk.in_list("f.person_id", members))):
        theirs.setdefault(read_as.survivor(person), []).append(shapes.Stay(*stay))
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    horizon = Horizon(at, local_date(at, zone), zone)
    found = {
        person: current_stay(PersonFacts(stays=shapes.in_order(stays)), horizon) for person, stays in theirs.items()
    }
    return {person: stay for person, stay in found.items() if stay is not None}


def whereabouts(people: Collection[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, Whereabouts]:
    """{person: what a right over them hangs on}: their home; the facilities where they stay or owed something.

    Whoever has no home yet is looked after from where those live who named them. People who are not there are
    left out. Five statements, or seven.
    """
    stays = present_stays(people, at, read_as)
    above = parts()
    concerned: dict[UUID, set[UUID]] = {}
    for person, stay in stays.items():
        concerned.setdefault(person, set()).update(with_those_above(stay.facility, above))
    for person, *posts in _facilities_of_posts(people):
        for facility in posts:
            concerned.setdefault(person, set()).update(with_those_above(facility, above))
    living = homes(people, read_as)
    named = _places_of_those_who_named([person for person, home in living.items() if not home.is_known])
    return {
        person: Whereabouts(
            home.district,
            home.community,
            home.unit,
            frozenset(concerned.get(person, ())),
            frozenset(named.get(person, ())),
        )
        for person, home in living.items()
    }


def covered(people: Collection[UUID], scope: Scope, at: datetime, read_as: ReadAs) -> set[UUID]:
    """Those of them who are there and whom a scope covers; as many statements as `whereabouts`."""
    return {one for one, there in whereabouts(people, at, read_as).items() if scope.covers(there)}


def _places_of_those_who_named(people: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """{person: districts, communities and units of the homes of those who named them}; two statements."""
    if not people:
        return {}
    found = standing(Contact, ("person_id", "index_id"), View(), bulk.in_list("f.person_id", sorted(people)))
    pairs = [(as_uuid(person), as_uuid(index)) for person, index in found]
    rows = Person.objects.filter(id__in={index for _person, index in pairs})
    places = {index: set(scope) - {None} for index, *scope in rows.values_list("id", *SCOPE)}
    named: dict[UUID, set[UUID]] = {}
    for person, index in pairs:
        named.setdefault(person, set()).update(places.get(index, ()))
    return named


def _facilities_of_posts(people: Collection[UUID]) -> Iterable[tuple[UUID, UUID | None, UUID | None]]:
    """Facilities whose posts answer for somebody's open duties."""
    rows = DutyState.objects.filter(subject_type="person", status="open", subject_id__in=people)
    return rows.values_list("subject_id", "post__facility_id", "answering__facility_id").distinct()


def givers(order: UUID) -> frozenset[str]:
    """Who gave an order: the officials its versions name, and who wrote it into the ledger. Two statements."""
    officials = Order.objects.filter(root=order).values_list("official", flat=True)
    wrote = Order.objects.filter(root=order, version=1).values_list("entry__actor__name", flat=True)
    return frozenset([*officials, *wrote])


# --- the same as SQL ----------------------------------------------------------------------------------

Condition = tuple[str, list[Any]]


def within(scope: Scope, at: datetime, read_as: ReadAs) -> Condition:
    """A scope as a condition on `people_person p`, with its parameters: those for whom `Scope.covers` says yes.

    Four statements at most, however many people there are: what cannot be said by a column of `p` is found
    first, which is only who stays in the scope's facilities and who has a home by another record alone.
    """
    if scope.everywhere:
        return "1 = 1", []
    parts = _in_places("p", scope)
    if parts:
        if others := _housed_by_another_record(scope, read_as):
            ids, params = bulk.in_list("p.id", others)
            parts.append((f"{_NO_HOME} AND {ids}", params))
        parts.append(_named_from(scope, read_as))
    if scope.facilities:
        parts += _in_facilities(_with_those_below(scope.facilities), at, read_as)
    if not parts:
        return "1 = 0", []
    return "(" + " OR ".join(f"({sql})" for sql, _params in parts) + ")", [one for _sql, all_ in parts for one in all_]


_NO_HOME = "p.district_id IS NULL AND p.community_id IS NULL AND p.unit_id IS NULL"


def _in_places(alias: str, scope: Scope) -> list[Condition]:
    """The places of a scope as conditions on the columns of a person."""
    levels = zip(SCOPE, (scope.districts, scope.communities, scope.units), strict=True)
    return [bulk.in_list(f"{alias}.{column}", sorted(ids)) for column, ids in levels if ids]


def _named_from(scope: Scope, read_as: ReadAs) -> Condition:
    """Nobody knows their place, by no record of theirs, and somebody who lives in the scope named them."""
    false = "FALSE" if connection.vendor == "postgresql" else "0"
    inside = _in_places("q", scope)
    sql = (
        f"{_NO_HOME} AND EXISTS (SELECT 1 FROM tracing_contact c JOIN people_person q ON q.id = c.index_id "
        f"WHERE c.person_id = p.id AND c.retracted = {false} AND NOT EXISTS "
        "(SELECT 1 FROM tracing_contact v WHERE v.root = c.root AND v.version > c.version) "
        f"AND ({' OR '.join(one for one, _params in inside)}))"
    )
    params = [one for _sql, all_ in inside for one in all_]
    if housed := [person for person in read_as.survivors if read_as.inherited(person).is_known]:
        ids, more = bulk.in_list("p.id", sorted(housed))
        sql, params = f"{sql} AND NOT {ids}", [*params, *more]
    return sql, params


def _housed_by_another_record(scope: Scope, read_as: ReadAs) -> list[UUID]:
    found = []
    for person in read_as.survivors:
        home = read_as.inherited(person)
        if scope.covers(Whereabouts(home.district, home.community, home.unit)):
            found.append(person)
    return sorted(found)


def _in_facilities(facilities: Sequence[UUID], at: datetime, read_as: ReadAs) -> list[Condition]:
    rows = standing(Stay, ("person_id",), View(known_by=at), bulk.in_list("f.facility_id", facilities))
    seen = {read_as.survivor(person) for (value,) in rows if (person := as_uuid(value)) is not None}
    there = [person for person, stay in present_stays(seen, at, read_as).items() if stay.facility in set(facilities)]
    posts, params = bulk.in_list("o.facility_id", facilities)
    owed = (
        "EXISTS (SELECT 1 FROM duties_dutystate s "
        "JOIN organisations_post o ON o.id = s.post_id OR o.id = s.answering_id "
        f"WHERE s.subject_id = p.id AND s.subject_type = 'person' AND s.status = 'open' AND {posts})"
    )
    return [(owed, params), *([bulk.in_list("p.id", sorted(there))] if there else [])]


def _with_those_below(facilities: Collection[UUID]) -> list[UUID]:
    """These facilities and all that is part of them."""
    above = parts()
    return sorted(one for one in above if not facilities.isdisjoint(with_those_above(one, above)))
