"""Posts as they are held at a moment, and where people are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mainstay.accounts.rules import WHOLE_CITY, Area, Jurisdiction, Whereabouts
from mainstay.organisations.models import Facility, Holding, Post
from mainstay.organisations.rules import LONGEST_CODE, Posts, PostView
from mainstay.places.models import Place
from mainstay.platform import bulk
from mainstay.platform.models import Actor
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_instant, as_uuid, table_reader


def holdings_at(moment: datetime, view: View) -> dict[UUID, UUID]:
    """{post: holder} at a moment."""
    found = {}
    for post, holder, starts, ends in _holdings(view):
        if starts <= moment and (ends is None or moment < ends):
            found[post] = holder
    return found


def _holdings(view: View) -> list[tuple[UUID, UUID, datetime, datetime | None]]:
    rows = standing(Holding, ("post_id", "holder_id", "starts_at", "ends_at"), view)
    return [(as_uuid(p), as_uuid(h), as_instant(s), as_instant(e)) for p, h, s, e in rows]


def posts_at(moment: datetime, view: View) -> Posts:
    """All posts with who holds them at a moment; three statements."""
    held = holdings_at(moment, view)
    rows = Post.objects.order_by("code").values_list(
        "id", "code", "superior_id", "facility_id", "place_id", "is_headquarters"
    )
    posts = [
        PostView(identity, code, superior, identity in held, facility, place, headquarters)
        for identity, code, superior, facility, place, headquarters in rows
    ]
    return Posts(posts, dict(Facility.objects.values_list("id", "part_of_id")))


@dataclass(frozen=True, slots=True)
class Vacancy:
    """How a post stands at a moment: by which fact it is held, or since when not (None: never held)."""

    holding: UUID | None
    vacant_since: datetime | None
    next_change: datetime | None


def vacancies(posts: list[UUID], moment: datetime, view: View) -> dict[UUID, Vacancy]:
    """{post: how it stands} at a moment; one statement."""
    spans: dict[UUID, list[tuple[UUID, datetime, datetime | None]]] = {post: [] for post in posts}
    columns = ("root", "post_id", "starts_at", "ends_at")
    for root, post, starts, ends in _READ_SPAN(standing(Holding, columns, view)):
        if post in spans:
            spans[post].append((root, starts, ends))
    return {post: _vacancy(spans[post], moment) for post in posts}


_READ_SPAN = table_reader(as_uuid, as_uuid, as_instant, as_instant)


def _vacancy(spans: list[tuple[UUID, datetime, datetime | None]], moment: datetime) -> Vacancy:
    later = [instant for _root, *span in spans for instant in span if instant is not None and instant > moment]
    next_change = min(later, default=None)
    for root, starts, ends in spans:
        if starts <= moment and (ends is None or moment < ends):
            return Vacancy(root, None, next_change)
    ended = [ends for _root, _starts, ends in spans if ends is not None and ends <= moment]
    return Vacancy(None, max(ended, default=None), next_change)


@dataclass(frozen=True)
class HolderNames:
    """Codes of posts and names of their holders at a moment."""

    codes: dict[UUID, str]
    holders: dict[UUID, str]

    def code(self, post: UUID | None) -> str | None:
        return self.codes.get(post) if post else None

    def holder(self, post: UUID | None) -> str | None:
        return self.holders.get(post) if post else None


def holder_names(moment: datetime) -> HolderNames:
    """Who is called what, for lists; three statements."""
    held = holdings_at(moment, View())
    names = dict(Actor.objects.filter(id__in=held.values()).values_list("id", "name"))
    codes = dict(Post.objects.values_list("id", "code"))
    return HolderNames(codes, {post: names[holder] for post, holder in held.items()})


# --- posts for a list ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnsweredFor:
    """A place or facility that a post answers for."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with what it answers for (nothing: a task group, or the headquarters), and where that lies."""

    id: UUID
    code: str
    name: str
    superior: UUID | None
    is_headquarters: bool
    answers_for: AnsweredFor | None
    whereabouts: Whereabouts


_OWN = ("id", "code", "name", "superior_id", "is_headquarters")
_OF_PLACE, _OF_FACILITY = ((f"{one}_id", f"{one}__code", f"{one}__name") for one in ("place", "facility"))
_SCOPE = ("district_id", "community_id", "unit_id")


def list_posts() -> list[PostRow]:
    """Every post, by code; two statements."""
    part_of = parts()
    rows = Post.objects.order_by("code").values_list(*_OWN, *_OF_PLACE, *_OF_FACILITY, *_SCOPE)
    return [_post(row[:5], row[5:8], row[8:11], row[11:], part_of) for row in rows]


def _post(own: tuple, place: tuple, facility: tuple, scope: tuple, part_of: dict[UUID, UUID | None]) -> PostRow:
    answered = facility if facility[0] else place
    facilities = frozenset(with_those_above(facility[0], part_of))
    return PostRow(*own, AnsweredFor(*answered) if answered[0] else None, Whereabouts(*scope, facilities))


def parts() -> dict[UUID, UUID | None]:
    """{facility: what it is a part of}; one statement."""
    return dict(Facility.objects.values_list("id", "part_of_id"))


def with_those_above(facility: UUID | None, part_of: dict[UUID, UUID | None]) -> list[UUID]:
    """A ward, its hospital, and so on."""
    found: list[UUID] = []
    while facility is not None and facility not in found:
        found.append(facility)
        facility = part_of.get(facility)
    return found


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """Somebody holds a post from when to when (None: until further notice); `root` names the holding for good."""

    root: UUID
    holder: UUID
    name: str
    starts_at: datetime
    ends_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


def list_holdings(posts: Collection[UUID] | None = None) -> dict[UUID, list[HoldingRow]]:
    """{post: who held, holds and will hold it, in order of time}, of these posts or of all; two statements."""
    if posts is not None and not posts:
        return {}
    where = bulk.in_list("f.post_id", sorted(posts)) if posts is not None else ("1 = 1", [])
    columns = ("root", "post_id", "holder_id", "starts_at", "ends_at")
    rows = sorted(_READ_HOLDING(standing(Holding, columns, View(), where)), key=lambda row: (row[3], row[0]))
    names = dict(Actor.objects.filter(id__in={holder for _root, _post, holder, *_ in rows}).values_list("id", "name"))
    found: dict[UUID, list[HoldingRow]] = {}
    for root, post, holder, starts, ends in rows:
        found.setdefault(post, []).append(HoldingRow(root, holder, names[holder], starts, ends))
    return found


_READ_HOLDING = table_reader(as_uuid, as_uuid, as_uuid, as_instant, as_instant)


def posts_held(actor: UUID, moment: datetime) -> list[tuple[UUID, str]]:
    """(post, name) of what somebody holds at a moment, by name; two statements."""
    held = [post for post, holder in holdings_at(moment, View()).items() if holder == actor]
    return list(Post.objects.filter(id__in=held).order_by("name", "code").values_list("id", "name"))


# --- jurisdictions -------------------------------------------------------------------------------------


def jurisdiction(code: str) -> Jurisdiction | None:
    """What bears this code: a district, community, unit or facility; the whole city for none or for its own code;
    None for nothing. Below a unit nobody has a jurisdiction.
    """
    if not code:
        return WHOLE_CITY
    if "\0" in code or len(code) > LONGEST_CODE:
        return None  # PostgreSQL cannot even look for it
    place = Place.objects.filter(code=code, kind__in=list(Area)).first()
    if place is not None:
        return WHOLE_CITY if place.kind == Area.CITY else Jurisdiction(Area(place.kind), place.id)
    facility = Facility.objects.filter(code=code).first()
    return Jurisdiction(Area.FACILITY, facility.id) if facility is not None else None


def jurisdictions_named(wanted: Iterable[Jurisdiction]) -> dict[UUID, tuple[str, str]]:
    """{place or facility: (code, name)} of these jurisdictions; two statements at most."""
    ids = [one.id for one in wanted if one.id is not None]
    if not ids:
        return {}
    found = {}
    for model in (Place, Facility):
        rows = model.objects.filter(id__in=ids).values_list("id", "code", "name")
        found |= {identity: (code, name) for identity, code, name in rows}
    return found
