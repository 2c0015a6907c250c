"""The posts as they stand: who holds each, who answers where nobody does, and how much each answers for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mainstay.accounts.queries import DeputyRow, deputies_at
from mainstay.accounts.rules import Scope
from mainstay.organisations.queries import HoldingRow, PostRow, list_holdings, list_posts
from mainstay.organisations.rules import Posts, PostView, tree_order
from mainstay.reports.queries.cards import Asked, ShareRow, by_post
from mainstay.reports.queries.today import others_by_post


@dataclass(frozen=True, slots=True)
class PostNow:
    """One post at a moment. `depth`: how far beneath the top of what is shown.

    `holding` is the present one (None: vacant, since the end of the last in `held`, or ever), `answering` who answers
    for it: itself, or the next holder above; None where nobody does. `open` and `overdue` are the duties towards people
    for which it answers, `others` those about posts and received rows, `fallen` its own for which it does not answer.
    """

    post: PostRow
    depth: int
    holding: HoldingRow | None
    held: tuple[HoldingRow, ...]
    deputies: tuple[DeputyRow, ...]
    answering: UUID | None
    open: int
    overdue: int
    others: int
    fallen: int

    def vacant_since(self, at: datetime) -> datetime | None:
        """Since when nobody holds it; None where somebody does or nobody ever did."""
        ended = [one.ends_at for one in self.held if one.ends_at is not None and one.ends_at <= at]
        return max(ended, default=None) if self.holding is None else None

    def coming(self, at: datetime) -> tuple[HoldingRow, ...]:
        """Who will hold it, the next first."""
        return tuple(one for one in self.held if one.starts_at > at)


@dataclass(frozen=True, slots=True)
class PostsNow:
    """The posts within somebody's bounds from the top down, of each superior the vacant ones first.

    `names` and `codes` are those of all posts; `unowned` counts open duties for which nobody answers.
    """

    posts: tuple[PostNow, ...]
    names: dict[UUID, str]
    codes: dict[UUID, str]
    unowned: int


def posts_now(asked: Asked, bounds: Scope, at: datetime) -> PostsNow:
    """Posts within bounds, with the duties that are asked for, at the moment that is asked for; deputies by the clock
    (`at`). A constant number of statements.
    """
    posts, held, deputies = list_posts(), list_holdings(), deputies_at(at)
    present = {post: one for post, all_ in held.items() for one in all_ if one.holds(asked.at)}
    resolved = Posts([PostView(one.id, one.code, one.superior, one.id in present) for one in posts], {})
    count, others = _Counted(by_post(asked)), others_by_post(asked.scope)
    shown = {one.id: one for one in posts if bounds.covers(one.whereabouts)}

    def rank(post: UUID) -> tuple[bool, bool, str]:
        return not shown[post].is_headquarters, post in present, shown[post].name

    found = []
    for post, depth in tree_order({one.id: one.superior for one in shown.values()}, rank):
        holding = present.get(post)
        answering = resolved.answering(resolved.by_id[post])
        found.append(
            PostNow(
                shown[post],
                depth,
                holding,
                tuple(held.get(post, ())),
                tuple(deputies.get(holding.holder, ())) if holding else (),
                answering.id if answering else None,
                count.open.get(post, 0),
                count.overdue.get(post, 0),
                others.get(post, 0),
                count.fallen.get(post, 0),
            )
        )
    unowned = count.open.get(None, 0) + others.get(None, 0)
    names, codes = ({one.id: getattr(one, column) for one in posts} for column in ("name", "code"))
    return PostsNow(tuple(found), names, codes, unowned)


class _Counted:
    """Shares summed up by who answers, and by whose they are where another answers."""

    def __init__(self, shares: Iterable[ShareRow]) -> None:
        self.open: dict[UUID | None, int] = {}
        self.overdue: dict[UUID | None, int] = {}
        self.fallen: dict[UUID | None, int] = {}
        for one in shares:
            self.open[one.answering] = self.open.get(one.answering, 0) + one.duties
            self.overdue[one.answering] = self.overdue.get(one.answering, 0) + one.overdue
            if one.post != one.answering:
                self.fallen[one.post] = self.fallen.get(one.post, 0) + one.duties
