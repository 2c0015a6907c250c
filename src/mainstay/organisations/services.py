"""Writes of organisations: facilities, posts and who holds them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from mainstay.organisations.models import Facility, Holding, Organisation, Post
from mainstay.organisations.rules import has_cycle, overlaps, post_fault
from mainstay.places.models import Place
from mainstay.platform import bulk, ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.facts import retraction
from mainstay.platform.identity import derived_id, new_id
from mainstay.platform.models import Actor
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_instant, as_uuid

POST_CYCLE = code("post.cycle", "A post would be its own superior, directly or in a circle.")
POST_HELD = code("post.held", "A post would have two holders at one time.")
POST_SPAN = code("post.span", "A holding would end before it begins.")
POST_NOT_HELD = code("post.not_held", "Nobody holds the post whose holder should leave.")
POST_BEGUN = code("post.begun", "A holding would be taken back that has begun.")
POST_CODE = code("post.code", "A post cannot be called so: code or name cannot be one, or the code is another's.")
POST_TAKEN = code("post.answered_for", "A place or facility has a post already.")


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


def name_post(
    *,
    code: str,
    name: str,
    superior: Post | None,
    by: Actor,
    at: datetime,
    facility: Facility | None = None,
    place: Place | None = None,
) -> Post:
    """A new post of a city at work: as `add_post`, but refused where the code is another post's already, or the place
    or facility has one. Sent twice it is the same post.

    Raises `post.code`, `post.answered_for`, `post.cycle`, each naming its field.
    """
    for field, fault in post_fault(code, name).items():
        raise MainstayError(POST_CODE, f"This cannot be a post's {field}: {fault}.", {"field": field})
    try:
        with transaction.atomic():
            _hold_unanswered(code, facility, place)
            post = add_post(code=code, name=name, superior=superior, facility=facility, place=place, by=by, at=at)
    except IntegrityError as error:
        # Somebody named another post for it at the same moment.
        raise _answered_for("") from error
    wanted = (name, *(one.id if one else None for one in (superior, facility, place)))
    if (post.name, post.superior_id, post.facility_id, post.place_id) != wanted:
        raise MainstayError(
            POST_CODE, f"The code '{code}' is that of '{post.name}'; choose another.", {"field": "code", "post": code}
        )
    return post


def _hold_unanswered(code: str, facility: Facility | None, place: Place | None) -> None:
    others = Post.objects.exclude(code=code)
    for theirs in ({"facility": facility} if facility else {}, {"place": place} if place else {}):
        there = others.filter(**theirs).first() if theirs else None
        if there is not None:
            raise _answered_for(there.name)


def _answered_for(name: str) -> MainstayError:
    whose = f"'{name}'" if name else "another post"
    sentence = f"{whose} answers for this place or facility already; give that post to somebody."
    return MainstayError(POST_TAKEN, sentence, {"field": "answers_for"})


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
    *,
    post: Post,
    holder: Actor,
    starts_at: datetime,
    by: Actor,
    at: datetime,
    ends_at: datetime | None = None,
    instead_of: UUID | None = None,
    fact_id: UUID | None = None,
) -> Holding:
    """Somebody holds a post from an instant on; refused where somebody else does at any time in it.

    `instead_of` is the holding (its root) that this one follows: where it goes on, it ends as this one begins, under
    the same entry of the ledger, so that the post is not vacant between. `fact_id` is given by a form that may be sent
    twice: the second time nothing changes. Raises `post.span`, `post.held`.
    """
    if ends_at is not None and ends_at <= starts_at:
        raise MainstayError(
            POST_SPAN,
            f"The holding of '{post.code}' would end at {ends_at:%F %R}, before it begins.",
            {"post": post.code},
        )
    with transaction.atomic():
        # Locks the post, so that of two assignments at once the second sees the first.
        Post.objects.select_for_update().get(id=post.id)
        there = Holding.objects.filter(id=fact_id).first() if fact_id else None
        if there is not None:
            return there
        left = _leaving(post, (starts_at, ends_at), instead_of, at)
        identity = fact_id or new_id()
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
        ledger.append([*left, row], by=by, at=at, verb="post.assign")
    return row


def _leaving(
    post: Post, wanted: tuple[datetime, datetime | None], instead_of: UUID | None, at: datetime
) -> list[Holding]:
    """The end of the holding that another follows; raises `post.held` where the post is held otherwise meanwhile."""
    left = []
    for root, starts, ends in _spans(post):
        if not overlaps(_span(*wanted), _span(starts, ends)):
            continue
        if root != instead_of or starts >= wanted[0]:
            raise MainstayError(
                POST_HELD,
                f"Post '{post.code}' is held from {starts:%F %R}; end that holding first.",
                {"post": post.code, "starts_at": starts.isoformat()},
            )
        last = Holding.objects.filter(root=root).order_by("-version")[0]
        left.append(_ended(last, wanted[0], at))
    return left


def _span(starts: datetime, ends: datetime | None) -> tuple[int, int | None]:
    return int(starts.timestamp()), int(ends.timestamp()) if ends else None


def _spans(post: Post) -> list[tuple[UUID, datetime, datetime | None]]:
    """(root, start, end) of every holding of a post that stands."""
    columns = ("root", "starts_at", "ends_at")
    rows = standing(Holding, columns, View(), bulk.in_list("f.post_id", [post.id]))
    return [(as_uuid(root), as_instant(starts), as_instant(ends)) for root, starts, ends in rows]


def take_headquarters(*, holder: Actor, by: Actor, at: datetime) -> Holding | None:
    """Whoever sets an instance up answers for what nobody else does: the headquarters' post is theirs from now on.

    None where the profile has none, or somebody holds it or will.
    """
    with transaction.atomic():
        post = Post.objects.select_for_update().filter(is_headquarters=True).first()
        if post is None or any(ends is None or ends > at for _root, _starts, ends in _spans(post)):
            return None
        return assign(post=post, holder=holder, starts_at=at, by=by, at=at)


def vacate(*, post: Post, ends_at: datetime, by: Actor, at: datetime, holding: UUID | None = None) -> Holding:
    """The present holder leaves at an instant: a new version of the holding, with its end.

    `holding` names the one that is meant (its root), as somebody saw it: where it has ended by then, nothing changes.
    Raises `post.not_held`.
    """
    with transaction.atomic():
        Post.objects.select_for_update().get(id=post.id)
        last = _running(post, ends_at)
        if holding is not None and (last is None or last.root != holding):
            seen = Holding.objects.filter(post=post, root=holding).order_by("-version").first()
            if seen is not None and not seen.retracted and seen.ends_at is not None and seen.ends_at <= ends_at:
                return seen
            last = None
        if last is None:
            raise MainstayError(POST_NOT_HELD, f"Nobody holds '{post.code}' at {ends_at:%F %R}.", {"post": post.code})
        row = _ended(last, ends_at, at)
        ledger.append([row], by=by, at=at, verb="post.vacate")
    return row


def take_back(*, post: Post, holding: UUID, by: Actor, at: datetime) -> bool:
    """A holding that has not begun will not; whether this changed anything (not the second time).

    Raises `post.begun` for one that has begun, `post.not_held` where the post has none of that root.
    """
    with transaction.atomic():
        Post.objects.select_for_update().get(id=post.id)
        last = Holding.objects.filter(post=post, root=holding).order_by("-version").first()
        if last is None:
            raise MainstayError(POST_NOT_HELD, f"'{post.code}' has no such holding; read it again.")
        if last.retracted:
            return False
        if last.starts_at <= at:
            raise MainstayError(POST_BEGUN, f"It began at {last.starts_at:%F %R}; give it an end instead.")
        ledger.append([retraction(Holding, last.root, known_at=at)], by=by, at=at, verb="post.take_back")
    return True


def _ended(last: Holding, ends_at: datetime, at: datetime) -> Holding:
    """The next version of a holding, with its end."""
    return Holding(
        id=derived_id(last.root.hex, str(last.version + 1)),
        root=last.root,
        version=last.version + 1,
        post_id=last.post_id,
        holder_id=last.holder_id,
        starts_at=last.starts_at,
        ends_at=ends_at,
        became_known_at=min(at, ends_at),
        source="desk",
    )


def _running(post: Post, ends_at: datetime) -> Holding | None:
    """The holding that has begun by an instant and would go on after it; not one that is only to come."""
    newest: dict[UUID, Holding] = {}
    for holding in Holding.objects.filter(post=post).order_by("version"):
        newest[holding.root] = holding
    running = [h for h in newest.values() if not h.retracted and h.starts_at < ends_at]
    return next((h for h in running if h.ends_at is None or h.ends_at > ends_at), None)
