"""Operations on posts: who holds each and what it answers for; naming one, giving one, ending a holding."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from mainstay.accounts.rules import LONGEST_NAME, Permission
from mainstay.organisations import services
from mainstay.organisations.models import Post
from mainstay.organisations.pages import presenters, typed
from mainstay.organisations.pages.posts import settled
from mainstay.organisations.queries import HoldingRow
from mainstay.platform import cursors
from mainstay.platform.models import Instance
from mainstay.reports.queries.cards import Asked as Duties
from mainstay.reports.queries.posts import PostNow, PostsNow, posts_now
from mainstay.web.api.doors import operation, today
from mainstay.web.api.problems import not_found
from mainstay.web.api.words import Asked, Instant, Line, Page, Told

router = Router(tags=["posts"])
POSTS_A_PAGE = 100


class AnsweredForTold(Told):
    """A place or facility."""

    code: str
    name: str


class HoldingTold(Told):
    """Somebody holds a post; `id` names the holding for good."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime | None


class PostTold(Told):
    """A post as it stands now."""

    id: UUID
    code: str
    name: str
    superior: str | None = Field(description="The code of the post above it.")
    is_headquarters: bool
    answers_for: AnsweredForTold | None = Field(description="Null for the headquarters and for a task group.")
    holding: HoldingTold | None = Field(description="Null where the post is vacant.")
    vacant_since: datetime | None = Field(description="Null where somebody holds it, or nobody ever did.")
    coming: list[HoldingTold]
    answering: str | None = Field(
        description="The code of the post that answers now: its own, or of a vacant post the next above that is held."
    )
    open: int = Field(description="Open duties towards people for which it answers.")
    overdue: int
    others: int = Field(description="Its open duties about posts and received rows.")


class PostChanged(PostTold):
    """A post after it was given, or its holding ended."""

    duties_follow: Literal["now", "run", "then", "first"] = Field(
        description="When the duties concerned go to whoever answers: they have gone, they will with the next run, "
        "with the run of the day on which it begins, or with the first run of all."
    )


class PostsAsked(Asked):
    name: Annotated[Line, Field(max_length=100)] = Field(
        default="", description="Part of the name or code of a post, of what it answers for, or of its holder."
    )
    vacant: bool = Field(default=False, description="Only vacant ones.")
    cursor: str | None = None


@operation(router, "GET", "/posts", Permission.ASSIGN_DUTIES, answer=Page[PostTold])
def list_posts(request: Any, asked: Query[PostsAsked]) -> Any:
    """The posts within one's bounds by their codes: who holds each, who answers, and how much is owed there."""
    found = _read(request)
    after = str(cursors.opened("posts", asked.cursor)) if asked.cursor else ""
    wanted = [
        one
        for one in sorted(found.posts, key=lambda one: one.post.code)
        if one.post.code > after and (one.holding is None or not asked.vacant) and presenters.matches(one, asked.name)
    ]
    shown = wanted[:POSTS_A_PAGE]
    following = cursors.sealed("posts", shown[-1].post.code) if len(wanted) > len(shown) else None
    return {"items": [_told(one, found, request) for one in shown], "next_cursor": following}


class NewPost(Asked):
    code: Annotated[Line, Field(min_length=1, max_length=60)]
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    superior: Annotated[Line, Field(min_length=1, max_length=60)] = Field(description="The code of the post above it.")
    answers_for: Annotated[Line, Field(max_length=60)] = Field(
        default="", description="The code of a place or facility; empty for a task group."
    )


@operation(
    router, "POST", "/posts", Permission.ASSIGN_DUTIES, answer=PostChanged, status=201, takes="application/json",
    once=True,
)  # fmt: skip
def name_post(request: Any, asked: NewPost) -> Any:
    """Name a new post, for whoever leads the whole city; it is vacant until it is given to somebody."""
    if not request.scope.everywhere:
        raise not_found()
    place, facility = typed.answers_for(asked.answers_for)
    made = services.name_post(
        code=asked.code,
        name=asked.name,
        superior=typed.superior(asked.superior),
        place=place,
        facility=facility,
        by=request.by,
        at=request.moment,
    )
    return _changed(request, made, later=False)


class NewHolding(Asked):
    holder: Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)] = Field(description="A user name.")
    starts_at: Instant | None = Field(default=None, description="From now on without it; of today or later.")
    ends_at: Instant | None = Field(default=None, description="Until further notice without it.")
    instead_of: UUID | None = Field(
        default=None, description="The holding that this one follows: it ends as this one begins."
    )


@operation(
    router, "POST", "/posts/{post}/holdings", Permission.ASSIGN_DUTIES, answer=PostChanged, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def give_post(request: Any, post: UUID, asked: NewHolding) -> Any:
    """Give a post to somebody who has an account; the duties concerned go to whoever answers then."""
    found = _within_reach(request, post)
    starts = _open(request, "starts_at", asked.starts_at)
    services.assign(
        post=found,
        holder=typed.holder(asked.holder).actor,
        starts_at=starts,
        ends_at=asked.ends_at,
        instead_of=asked.instead_of,
        by=request.by,
        at=request.moment,
    )
    return _changed(request, found, later=starts > request.moment)


class HoldingEnd(Asked):
    ends_at: Instant | None = Field(default=None, description="Now without it; of today or later.")


@operation(
    router, "POST", "/posts/{post}/holdings/{holding}/ending", Permission.ASSIGN_DUTIES, answer=PostChanged,
    takes="application/json", once=True,
)  # fmt: skip
def end_holding(request: Any, post: UUID, holding: UUID, asked: HoldingEnd) -> Any:
    """End a holding; the post is vacant then. One that has not begun is taken back."""
    found = _within_reach(request, post)
    row = next((one for one in _row(_read(request), post).held if one.root == holding), None)
    if row is not None and row.starts_at > request.moment:
        services.take_back(post=found, holding=holding, by=request.by, at=request.moment)
        return _changed(request, found, later=False)
    ends = _open(request, "ends_at", asked.ends_at)
    services.vacate(post=found, ends_at=ends, holding=holding, by=request.by, at=request.moment)
    return _changed(request, found, later=ends > request.moment)


# --- words in and out -------------------------------------------------------------------------------------


def _read(request: Any) -> PostsNow:
    duties = Duties(request.rights.scope(Permission.SEE_DUTIES), request.moment, today(request))
    return posts_now(duties, request.scope, request.at)


def _within_reach(request: Any, post: UUID) -> Post:
    """A post within one's bounds; any other is not there."""
    _row(_read(request), post)
    return Post.objects.get(id=post)


def _row(found: PostsNow, post: UUID) -> PostNow:
    one = next((one for one in found.posts if one.post.id == post), None)
    if one is None:
        raise not_found()
    return one


def _open(request: Any, field: str, given: datetime | None) -> datetime:
    if given is None:
        return request.moment
    return typed.held_open(given, field, request.moment, Instance.objects.values_list("zone", flat=True).get(id=1))


def _changed(request: Any, post: Post, *, later: bool) -> dict[str, Any]:
    when = settled(request, post.id, later=later)
    found = _read(request)
    return {**_told(_row(found, post.id), found, request), "duties_follow": when}


def _told(one: PostNow, found: PostsNow, request: Any) -> dict[str, Any]:
    return {
        "id": one.post.id,
        "code": one.post.code,
        "name": one.post.name,
        "superior": found.codes[one.post.superior] if one.post.superior else None,
        "is_headquarters": one.post.is_headquarters,
        "answers_for": one.post.answers_for,
        "holding": _holding(one.holding) if one.holding else None,
        "vacant_since": one.vacant_since(request.moment),
        "coming": [_holding(row) for row in one.coming(request.moment)],
        "answering": found.codes[one.answering] if one.answering else None,
        "open": one.open,
        "overdue": one.overdue,
        "others": one.others,
    }


def _holding(row: HoldingRow) -> dict[str, Any]:
    return {"id": row.root, "name": row.name, "starts_at": row.starts_at, "ends_at": row.ends_at}
