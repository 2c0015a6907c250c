"""Posts in words and plain values."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.accounts.rules import Permission
from mainstay.organisations.queries import HoldingRow, PostRow
from mainstay.reports.queries.cards import NOBODY
from mainstay.reports.queries.posts import PostNow, PostsNow
from mainstay.web import wording

# Deeper than this the rows of the tree are not moved in any more.
DEEPEST = 6
DONE = {
    "give": gettext_lazy("The post is given."),
    "end": gettext_lazy("The holding has its end."),
    "take-back": gettext_lazy("It is taken back."),
    "name": gettext_lazy("The post is there; now give it to somebody."),
}
# When the duties concerned go to whoever answers then.
NOW, RUN, THEN, FIRST = "now", "run", "then", "first"
WHEN = {
    NOW: gettext_lazy("The duties concerned have gone to whoever answers for them now."),
    RUN: gettext_lazy(
        "The duties concerned follow with the next run: press Work out what is owed on Today, or wait for the night."
    ),
    THEN: gettext_lazy("Until then nothing changes; the duties concerned follow with the run of that day."),
    FIRST: gettext_lazy("No period was run yet: the first run gives what is owed to whoever answers then."),
}


def told(request: Any) -> tuple[str, str] | None:
    """(tone, sentence) of what was just done, by what the address says."""
    did, when = DONE.get(request.GET.get("did", "")), request.GET.get("when", "")
    if did is None or when not in WHEN:
        return None
    return "done" if when == NOW else "warn", f"{did} {WHEN[when]}"


def said(address: str, did: str, when: str) -> str:
    """The address of a page that tells what was done."""
    return f"{address}?{urlencode({'did': did, 'when': when})}"


def rows_href(request: Any, post: str, **more: str) -> str:
    """The duties of a post one by one, for whoever may see them."""
    if not request.rights.may(Permission.SEE_DUTIES):
        return ""
    return f"{reverse('duty-rows')}?{urlencode({'all': '1', 'post': post, **more})}"


def unowned_href(request: Any) -> str:
    return rows_href(request, NOBODY)


def row(one: PostNow, found: PostsNow, request: Any, *, flat: bool) -> dict[str, Any]:
    """One row of the list; `flat`: not as part of the tree, so that the post above is named."""
    return {
        "id": one.post.id,
        "name": one.post.name,
        "code": one.post.code,
        "depth": "" if flat else str(min(one.depth, DEEPEST)),
        "under": found.names.get(one.post.superior, "") if flat and one.post.superior else "",
        "answers_for": answers_for(one.post),
        "open": one.open,
        "overdue": one.overdue,
        "others": one.others,
        "open_href": rows_href(request, one.post.code),
        "overdue_href": rows_href(request, one.post.code, status="overdue"),
        **holder(one, found, request),
    }


def holder(one: PostNow, found: PostsNow, request: Any) -> dict[str, Any]:
    """Who holds a post since when and who stands in; of a vacant one since when, and who answers."""
    since = one.vacant_since(request.moment)
    coming = next(iter(one.coming(request.moment)), None)
    return {
        "vacant": one.holding is None,
        "holder": one.holding.name if one.holding else "",
        "span": _span(one.holding, request) if one.holding else "",
        "vacant_since": _moment(since, request) if since else "",
        "deputies": [
            _("%(name)s stands in until %(moment)s") % {"name": deputy.name, "moment": _moment(deputy.ends_at, request)}
            for deputy in one.deputies
        ],
        "coming": _("%(name)s from %(moment)s") % {"name": coming.name, "moment": _moment(coming.starts_at, request)}
        if coming
        else "",
        "fallen": one.fallen,
        "answering": found.names[one.answering] if one.holding is None and one.answering else "",
        "nobody": one.answering is None,
    }


def answers_for(post: PostRow) -> str:
    """What a post answers for, in words."""
    if post.is_headquarters:
        return _("what no other post does")
    if post.answers_for is not None:
        return post.answers_for.name
    return _("its task group")


def holding(one: HoldingRow, request: Any) -> dict[str, Any]:
    """One holding of a post's history."""
    return {
        "root": one.root,
        "name": one.name,
        "from": _moment(one.starts_at, request),
        "until": _moment(one.ends_at, request) if one.ends_at else "",
        "now": one.holds(request.moment),
        "coming": one.starts_at > request.moment,
    }


def _span(one: HoldingRow, request: Any) -> str:
    starts = _moment(one.starts_at, request)
    if one.ends_at is None:
        return _("since %(moment)s") % {"moment": starts}
    return _("since %(moment)s, until %(end)s") % {"moment": starts, "end": _moment(one.ends_at, request)}


def _moment(when: datetime, request: Any) -> str:
    return wording.moment(when, request.today)


def matches(one: PostNow, wanted: str) -> bool:
    """Whether a row is looked for by this name: the post's, its code, what it answers for, who holds it."""
    words = [one.post.name, one.post.code, one.holding.name if one.holding else ""]
    words += [one.post.answers_for.name, one.post.answers_for.code] if one.post.answers_for else []
    return any(wanted.casefold() in word.casefold() for word in words)


def above(one: PostNow, found: PostsNow) -> list[tuple[UUID, str]]:
    """(post, name) of those above that are shown, the nearest first."""
    by_id = {other.post.id: other for other in found.posts}
    line, at = [], one.post.superior
    while at in by_id and at is not None:
        line.append((at, by_id[at].post.name))
        at = by_id[at].post.superior
    return line
