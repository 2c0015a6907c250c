"""Should, done and overdue by place: the city by district, a district by community, a community by unit.

Counted over everything that somebody should have done, whether or not anybody was found at the door.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from mainstay.duties.queries import DutyRow, KindTotal, Wanted, duty_totals_by, list_duties
from mainstay.places.models import Place
from mainstay.platform.clock import day_end
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Instance
from mainstay.reports.queries.indicators import seal_to_read
from mainstay.reports.rules.situation import Coverage

PLACE_UNKNOWN = code("place.unknown", "There is no place of that code, or none that lists are scoped by.")

# Below a place of the first kind the lines are of the second; the column of its duties names it.
BELOW = {Place.Kind.CITY: Place.Kind.DISTRICT, Place.Kind.DISTRICT: Place.Kind.COMMUNITY}
BELOW |= {Place.Kind.COMMUNITY: Place.Kind.UNIT}
COLUMN = {
    Place.Kind.DISTRICT: "district_id",
    Place.Kind.COMMUNITY: "community_id",
    Place.Kind.UNIT: "unit_id",
}


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place's sums; `code` None: what lies in none of the places of this level."""

    code: str | None
    name: str
    opens: bool
    should: int
    done: int
    overdue: int
    missed: int
    excused: int

    @property
    def in_time(self) -> int:
        return self.should - self.done - self.overdue - self.missed - self.excused


@dataclass(frozen=True, slots=True)
class CoverageByPlace:
    """The places below one (None: the city), in the order of their codes, with their sum."""

    period_date: date
    known_at: int | None
    place: str | None
    name: str
    trail: tuple[tuple[str, str], ...]  # (code, name) of the places above, the widest first
    kind: str | None
    kinds: tuple[tuple[str, int], ...]  # with how many should have been done
    rows: tuple[PlaceRow, ...]
    total: PlaceRow
    place_has_below: bool


def coverage_lines(wanted: Wanted) -> tuple[Coverage, ...]:
    """By kind and community; `place` None where the community is not known; two statements.

    Each duty is in one line: their sum is what the city should.
    """
    found = duty_totals_by(wanted, COLUMN[Place.Kind.COMMUNITY])
    codes: dict[UUID | None, str] = dict(Place.objects.filter(kind=Place.Kind.COMMUNITY).values_list("id", "code"))
    lines = [_line(total, codes.get(place)) for place, totals in found.items() for total in totals]
    return tuple(sorted(lines, key=lambda line: (line.kind, line.place is None, line.place or "")))


def _line(total: KindTotal, place: str | None) -> Coverage:
    return Coverage(total.kind, place, total.should, total.done, total.overdue, total.missed, total.excused)


def coverage_by_place(
    *, on: date, known_at: int | None = None, place: str | None = None, kind: str | None = None
) -> CoverageByPlace:
    """The coverage of the places right below one, of all kinds of duties or one; at most seven statements.

    Raises `seal.unknown` and `place.unknown`.
    """
    seal = seal_to_read(known_at)
    above = _place(place)
    wanted = _wanted(on, seal.to_entry if seal else 0, above)
    level = BELOW.get(above.kind if above else Place.Kind.CITY)
    column = COLUMN[level or Place.Kind.UNIT]
    found = duty_totals_by(wanted, column)
    places = Place.objects.filter(kind=level).order_by("code")
    if above is not None:
        places = places.filter(Q(parent_id=above.id) | Q(id__in=[one for one in found if one]))
    below = {one.id: one for one in places} if level else {}
    kinds: Counter[str] = Counter()
    for total in (total for totals in found.values() for total in totals):
        kinds[total.kind] += total.should
    by_place = {
        identity: [total for total in totals if kind is None or total.kind == kind]
        for identity, totals in found.items()
    }
    rows = [_row(by_place.get(one.id, []), one.code, one.name, one.kind in BELOW) for one in below.values()]
    rest = [total for identity, totals in by_place.items() if identity not in below for total in totals]
    if rest or not rows:
        rows.append(_row(rest, None, "", False))
    return CoverageByPlace(
        period_date=on,
        known_at=seal.no if seal else None,
        place=above.code if above else None,
        name=above.name if above else "",
        trail=_trail(above),
        kind=kind,
        kinds=tuple(sorted(kinds.items())),
        rows=tuple(rows),
        total=_row([total for totals in by_place.values() for total in totals], None, "", False),
        place_has_below=level is not None,
    )


def _row(totals: Iterable[KindTotal], code_: str | None, name: str, opens: bool) -> PlaceRow:
    names = ("should", "done", "overdue", "missed", "excused")
    totals = list(totals)
    return PlaceRow(code_, name, opens, *(sum(getattr(total, one) for total in totals) for one in names))


def _place(asked: str | None) -> Place | None:
    if asked is None:
        return None
    found = None
    if "\0" not in asked:  # PostgreSQL cannot even look for it
        found = Place.objects.filter(code=asked, kind__in=list(COLUMN)).select_related("parent__parent").first()
    if found is None:
        raise MainstayError(PLACE_UNKNOWN, f"There is no district, community or unit '{asked}'.", {"place": asked})
    return found


def _trail(place: Place | None) -> tuple[tuple[str, str], ...]:
    above: list[tuple[str, str]] = []
    at = place.parent if place else None
    while at is not None and at.kind in COLUMN:
        above.insert(0, (at.code, at.name))
        at = at.parent
    return tuple(above)


def _wanted(on: date, to_entry: int, place: Place | None) -> Wanted:
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    column = (COLUMN[Place.Kind(place.kind)], place.id) if place else None
    return Wanted(on, day_end(on, zone), to_entry=to_entry, place=column)


# What a number of the table counts, as a status of duties; None for every one that should have been done.
STATUSES: dict[str, str | None] = {
    "should": None,
    "done": "done",
    "in_time": "open",
    "overdue": "overdue",
    "missed": "missed",
    "excused": "excused",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """Which number of the table: of a place and everything below it (None: the city) and of a kind (None: all).

    `outside`: only what lies in none of the places right below.
    """

    on: date
    known_at: int | None = None
    place: str | None = None
    kind: str | None = None
    number: str = "should"
    outside: bool = False


def counted_duties(counted: Counted, after: UUID | None = None, limit: int = 100) -> Sequence[DutyRow]:
    """One page of the duties that a number counts, by id, from `after` on; at most five statements.

    Raises `seal.unknown` and `place.unknown`.
    """
    seal = seal_to_read(counted.known_at)
    above = _place(counted.place)
    wanted = _wanted(counted.on, seal.to_entry if seal else 0, above)
    level = BELOW.get(above.kind if above else Place.Kind.CITY)
    wanted = replace(
        wanted,
        kind=counted.kind,
        status=STATUSES[counted.number],
        without=COLUMN[level] if counted.outside and level else None,
        withdrawn=False,
    )
    return list_duties(wanted, after=after, limit=limit)
