"""What the pages of duties are asked for by their address: read strictly, junk is what was not asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from mainstay.accounts.rules import scope_of
from mainstay.duties.titles import unknown_asked_for
from mainstay.organisations.models import Post
from mainstay.organisations.queries import jurisdiction, jurisdictions_named
from mainstay.people.pages import words
from mainstay.people.pages.typed import cleaned
from mainstay.reports.kinds import KINDS, kind_name
from mainstay.reports.queries.cards import NOBODY, STATUSES, Asked
from mainstay.reports.queries.owed import posts_of

NAMES = ("kind", "post", "where", "status", "asks", "all", "by", "since")
DOOR = re.compile(r"p[0-9a-f]{32}|h[0-9a-f]{32}|a[0-9a-f]{1,32}")
POSTS = 300


@dataclass(frozen=True)
class Chosen:
    """The filters as they stand in the address, and what they ask for. `mine`: of the reader's own posts."""

    given: dict[str, str]
    asked: Asked
    mine: bool
    posts: frozenset[UUID]
    place: str
    post: str

    @property
    def by_door(self) -> bool:
        return self.given["by"] == "door"

    def address(self, path: str, **changes: str) -> str:
        """The page again with some of it changed."""
        kept = {name: value for name, value in (self.given | changes).items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


def read(request: Any) -> Chosen:
    """The filters of an address, on duties within the reader's bounds."""
    given = {name: cleaned(request.GET.get(name, ""))[:200] for name in NAMES}
    posts = posts_of(request.by.id, request.moment)
    post = Post.objects.filter(code=given["post"]).first() if given["post"] not in ("", NOBODY) else None
    mine = bool(posts) and given["all"] != "1" and not given["post"]
    place = jurisdiction(given["where"]) if given["where"] else None
    answering: frozenset[UUID] | None = posts if mine else None
    if given["post"] not in ("", NOBODY):
        answering = frozenset({post.id} if post else ())
    asked = Asked(
        scope=request.scope,
        at=request.moment,
        today=request.today,
        status=given["status"] if given["status"] in STATUSES else "to_do",
        since=_day(given["since"]),
        kind=given["kind"] or None,
        answering=answering,
        unowned=given["post"] == NOBODY,
        where=None if not given["where"] else scope_of([place] if place else []),
        asks=given["asks"] or None,
    )
    named = jurisdictions_named([place] if place else [])
    where = named[place.id][1] if place is not None and place.id in named else given["where"]
    return Chosen(given, asked, mine, posts, where, post.name if post else given["post"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def statuses() -> dict[str, str]:
    """What a filter for what became of a duty says."""
    return {
        "to_do": _("to do"),
        "overdue": _("overdue"),
        "in_time": _("in time"),
        "done": _("done"),
        "missed": _("missed"),
        "excused": _("excused"),
        "all": _("all of the period"),
    }


def options(chosen: Chosen) -> dict[str, Any]:
    """The filters' fields."""
    kinds = sorted(((kind, kind_name(kind)) for kind in KINDS), key=lambda one: one[1])
    posts = [(code, name) for code, name in Post.objects.order_by("name").values_list("code", "name")[:POSTS]]
    return {
        **chosen.given,
        "status": chosen.asked.status,
        "kinds": [("", _("all")), *kinds],
        "posts": [("", _("all")), (NOBODY, _("nobody")), *posts],
        "statuses": list(statuses().items()),
    }


def chips(chosen: Chosen, path: str) -> list[dict[str, str]]:
    """What filters stand, each with the address without it."""
    found = []
    if chosen.asked.status != "to_do":
        found.append((statuses()[chosen.asked.status], "status"))
    if chosen.asked.kind:
        found.append((kind_name(chosen.asked.kind), "kind"))
    if chosen.given["post"]:
        whose = _("nobody") if chosen.asked.unowned else chosen.post
        found.append((_("Whose: %(post)s") % {"post": whose}, "post"))
    if chosen.given["where"]:
        found.append((_("Where: %(place)s") % {"place": chosen.place}, "where"))
    if chosen.asked.asks:
        unknown = unknown_asked_for(chosen.asked.asks) or chosen.asked.asks.partition(".")[2]
        found.append((_("Find out: %(what)s") % {"what": words.word(unknown)}, "asks"))
    return [{"word": word, "href": chosen.address(path, **{name: ""})} for word, name in found]


# --- cursors ------------------------------------------------------------------------------------------


def cursor_text(due: datetime, key: str) -> str:
    return f"{due.isoformat()}~{key}"


def _parts(text: str) -> tuple[datetime, str] | None:
    due, mark, key = cleaned(text)[:120].partition("~")
    if not mark:
        return None
    try:
        when = datetime.fromisoformat(due)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC), key
    except (ValueError, OverflowError):
        return None


def card_cursor(text: str) -> tuple[datetime, str] | None:
    """After which card a page begins; the first page for anything that is none."""
    parts = _parts(text)
    return parts if parts and DOOR.fullmatch(parts[1]) else None


def row_cursor(text: str) -> tuple[datetime, UUID] | None:
    """After which duty a page begins; the first page for anything that is none."""
    parts = _parts(text)
    try:
        return (parts[0], UUID(parts[1])) if parts else None
    except ValueError:
        return None
