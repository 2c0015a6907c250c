"""Posts as they are held at a moment, and where people are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mainstay.organisations.models import Facility, Holding, Post
from mainstay.organisations.rules import Posts, PostView
from mainstay.platform.models import Actor
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_instant, as_uuid


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


def vacancies(posts: list[UUID], moment: datetime, view: View) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    """{post: (vacant since, next change of holder)}; vacant since None while somebody holds it."""
    spans: dict[UUID, list[tuple[datetime, datetime | None]]] = {post: [] for post in posts}
    for post, _holder, starts, ends in _holdings(view):
        if post in spans:
            spans[post].append((starts, ends))
    return {post: _vacancy(spans[post], moment) for post in posts}


def _vacancy(
    spans: list[tuple[datetime, datetime | None]], moment: datetime
) -> tuple[datetime | None, datetime | None]:
    later = [instant for span in spans for instant in span if instant is not None and instant > moment]
    next_change = min(later, default=None)
    if any(starts <= moment and (ends is None or moment < ends) for starts, ends in spans):
        return None, next_change
    ended = [ends for _starts, ends in spans if ends is not None and ends <= moment]
    # A post nobody ever held is vacant from the moment it is first looked at.
    return max(ended, default=moment), next_change


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
