"""Writes of organisations: facilities, posts and who holds them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from mainstay.organisations.models import Facility, Holding, Organisation, Post
from mainstay.organisations.rules import has_cycle, overlaps
from mainstay.places.models import Place
from mainstay.platform import bulk, ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id, new_id
from mainstay.platform.models import Actor
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_instant

POST_CYCLE = code("post.cycle", "A post would be its own superior, directly or in a circle.")
POST_HELD = code("post.held", "A post would have two holders at one time.")
POST_SPAN = code("post.span", "A holding would end before it begins.")
POST_NOT_HELD = code("post.not_held", "Nobody holds the post whose holder should leave.")


def add_organisation(*, code: str, name: str, by: Actor, at: datetime) -> Organisation:
    """Register an organisation; the same code again changes nothing. A ledger line says who did it."""
    with transaction.atomic():
        organisation, made = Organisation.objects.get_or_create(code=code, defaults={"name": name})
        if made:
            ledger.note(by=by, at=at, verb="organisation.add", purpose=code)
        return organisation


def add_facility(
    *,
    code: str,
    name: str,
    kind: str,
    by: Actor,
    at: datetime,
    part_of: Facility | None = None,
    place: Place | None = None,
) -> Facility:
    """Register a hospital, ward or site; the same code again changes nothing."""
    with transaction.atomic():
        defaults = {"name": name, "kind": kind, "part_of": part_of, "place": place, **_scope(place)}
        facility, made = Facility.objects.get_or_create(code=code, defaults=defaults)
        if made:
            ledger.note(by=by, at=at, verb="facility.add", purpose=code)
        return facility


def add_post(
    *,
    code: str,
    name: str,
    by: Actor,
    at: datetime,
    superior: Post | None = None,
    facility: Facility | None = None,
    place: Place | None = None,
    headquarters: bool = False,
) -> Post:
    """Set up a post under its superior; it is vacant, and judged to be, until somebody is assigned."""
    if superior is not None and superior.code == code:
        raise MainstayError(
            POST_CYCLE, f"Post '{code}' names itself as its superior; name the post above it.", {"post": code}
        )
    with transaction.atomic():
        defaults = {
            "name": name,
            "superior": superior,
            "facility": facility,
            "place": place,
            "is_headquarters": headquarters,
            **_scope(place),
        }
        post, made = Post.objects.get_or_create(code=code, defaults=defaults)
        if made:
            touched = ledger.Subject("post", post.id)
            ledger.append([], by=by, at=at, verb="post.add", purpose=code, touch=(touched,))
        return post


def _scope(place: Place | None) -> dict[str, UUID | None]:
    names = ("district_id", "community_id", "unit_id")
    return {name: getattr(place, name) if place else None for name in names}


def set_superior(*, post: Post, superior: Post | None, by: Actor, at: datetime) -> Post:
    """Put a post under another; refused where the line upward would come round to it."""
    with transaction.atomic():
        # Locks all posts, so that of two lines drawn at once the second sees the first; read by a statement of
        # its own, which sees what the wait let through.
        list(Post.objects.select_for_update().order_by("id").values_list("id"))
        codes = dict(Post.objects.values_list("code", "superior__code"))
        codes[post.code] = superior.code if superior else None
        if has_cycle(codes, post.code):
            raise MainstayError(
                POST_CYCLE,
                f"Post '{post.code}' under '{codes[post.code]}' would stand above itself; choose one outside its line.",
                {"post": post.code, "superior": codes[post.code]},
            )
        Post.objects.filter(id=post.id).update(superior=superior)
        touched = ledger.Subject("post", post.id)
        ledger.append([], by=by, at=at, verb="post.superior", purpose=post.code, touch=(touched,))
    post.superior = superior
    return post


def assign(
    *, post: Post, holder: Actor, starts_at: datetime, by: Actor, at: datetime, ends_at: datetime | None = None
) -> Holding:
    """Somebody holds a post from an instant on; refused where somebody else does at any time in it."""
    if ends_at is not None and ends_at <= starts_at:
        raise MainstayError(
            POST_SPAN,
            f"The holding of '{post.code}' would end at {ends_at:%F %R}, before it begins.",
            {"post": post.code},
        )
    with transaction.atomic():
        # Locks the post, so that of two assignments at once the second sees the first.
        Post.objects.select_for_update().get(id=post.id)
        for starts, ends in _spans(post):
            if overlaps(_span(starts_at, ends_at), _span(starts, ends)):
                raise MainstayError(
                    POST_HELD,
                    f"Post '{post.code}' is held from {starts:%F %R}; end that holding first.",
                    {"post": post.code},
                )
        identity = new_id()
        row = Holding(
            id=identity,
            root=identity,
            post=post,
            holder=holder,
            starts_at=starts_at,
            ends_at=ends_at,
            became_known_at=min(at, starts_at),
            source="desk",
        )
        ledger.append([row], by=by, at=at, verb="post.assign")
    return row


def _span(starts: datetime, ends: datetime | None) -> tuple[int, int | None]:
    return int(starts.timestamp()), int(ends.timestamp()) if ends else None


def _spans(post: Post) -> list[tuple[datetime, datetime | None]]:
    rows = standing(Holding, ("starts_at", "ends_at"), View(), bulk.in_list("f.post_id", [post.id]))
    return [(as_instant(starts), as_instant(ends)) for starts, ends in rows]


def vacate(*, post: Post, ends_at: datetime, by: Actor, at: datetime) -> Holding:
    """The present holder leaves at an instant: a new version of the holding, with its end."""
    with transaction.atomic():
        Post.objects.select_for_update().get(id=post.id)
        last = _running(post, ends_at)
        if last is None:
            raise MainstayError(POST_NOT_HELD, f"Nobody holds '{post.code}' at {ends_at:%F %R}.", {"post": post.code})
        row = Holding(
            id=derived_id(last.root.hex, str(last.version + 1)),
            root=last.root,
            version=last.version + 1,
            post=post,
            holder_id=last.holder_id,
            starts_at=last.starts_at,
            ends_at=ends_at,
            became_known_at=min(at, ends_at),
            source="desk",
        )
        ledger.append([row], by=by, at=at, verb="post.vacate")
    return row


def _running(post: Post, ends_at: datetime) -> Holding | None:
    """The holding that has begun by an instant and would go on after it; not one that is only to come."""
    newest: dict[UUID, Holding] = {}
    for holding in Holding.objects.filter(post=post).order_by("version"):
        newest[holding.root] = holding
    running = [h for h in newest.values() if not h.retracted and h.starts_at < ends_at]
    return next((h for h in running if h.ends_at is None or h.ends_at > ends_at), None)
