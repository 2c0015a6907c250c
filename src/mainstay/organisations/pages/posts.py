"""The posts: who holds each, who answers where nobody does, how much is owed there; and a form that names another."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.rules import Permission
from mainstay.cycle.now import settle_posts
from mainstay.cycle.queries import last_run
from mainstay.organisations import services
from mainstay.organisations.pages import presenters, typed
from mainstay.organisations.pages.presenters import FIRST, NOW, RUN, THEN
from mainstay.people.pages.typed import cleaned, start_from
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.cards import Asked
from mainstay.reports.queries.posts import PostNow, PostsNow, posts_now
from mainstay.web.city_time import city_time
from mainstay.web.doors import door

A_PAGE = 100
# More than these are typed by their code.
CHOICES = 300
VACANT, HELD = "vacant", "held"


@door(Permission.ASSIGN_DUTIES, entry="posts")
@require_http_methods(["GET", "POST"])
@city_time
def posts(request: Any) -> HttpResponse:
    """The posts within the reader's bounds; whoever leads the whole city names another."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        if not request.scope.everywhere:
            raise Http404
        try:
            return _named(request)
        except MainstayError as error:
            errors = typed.by_field(error)
    context = _listed(request, read(request)) | {"errors": errors, "given": request.POST}
    return render(request, "organisations/posts.html", context, status=422 if errors else 200)


def read(request: Any) -> PostsNow:
    """The posts at the instance's moment, with the duties that the reader may see."""
    asked = Asked(request.rights.scope(Permission.SEE_DUTIES), request.moment, request.today)
    return posts_now(asked, request.scope, request.at)


def settled(request: Any, post: UUID, *, later: bool) -> str:
    """Give the duties concerned to whoever answers now, if this changed it; when that is, as a word of WHEN."""
    if later:
        return THEN
    if settle_posts(posts=[post], by=request.by, at=request.at):
        return NOW
    return RUN if last_run() is not None else FIRST


def _named(request: Any) -> HttpResponse:
    given = {name: cleaned(request.POST.get(name, "")) for name in ("name", "code", "superior", "answers_for")}
    place, facility = typed.answers_for(given["answers_for"])
    made = services.name_post(
        code=given["code"],
        name=given["name"],
        superior=typed.superior(given["superior"]),
        place=place,
        facility=facility,
        by=request.by,
        at=request.moment,
    )
    when = settled(request, made.id, later=False)
    return redirect(presenters.said(reverse("post", args=[made.id]), "name", when))


def _listed(request: Any, found: PostsNow) -> dict[str, Any]:
    wanted = cleaned(request.GET.get("q", ""))[:100]
    only = request.GET.get("only", "")
    only = only if only in (VACANT, HELD) else ""
    rows = [one for one in found.posts if _is_in(one, only) and presenters.matches(one, wanted)]
    start = start_from(request.GET.get("start", ""))
    to = cleaned(request.GET.get("to", ""))[:100]

    def address(**changes: Any) -> str:
        kept = {"q": wanted, "only": only, "to": to} | changes
        return f"{reverse('posts')}?{urlencode({name: value for name, value in kept.items() if value})}"

    shown = rows[start : start + A_PAGE]
    flat = bool(wanted or only)
    return {
        "found": found,
        "q": wanted,
        "only": only,
        "to": to,
        "rows": [presenters.row(one, found, request, flat=flat) for one in shown],
        "flat": flat,
        "views": [
            {"name": name, "number": number, "href": address(only=key), "current": key == only}
            for key, name, number in _views(found)
        ],
        "clear_href": address(q="") if wanted else "",
        "previous": address(start=max(0, start - A_PAGE)) if start else "",
        "next": address(start=start + A_PAGE) if start + A_PAGE < len(rows) else "",
        "unowned_href": presenters.unowned_href(request),
        "may_name": request.scope.everywhere,
        "superiors": _superiors(found),
        "told": presenters.told(request),
    }


def _views(found: PostsNow) -> list[tuple[str, str, int]]:
    held = sum(one.holding is not None for one in found.posts)
    return [("", _("All"), len(found.posts)), (VACANT, _("Vacant"), len(found.posts) - held), (HELD, _("Held"), held)]


def _is_in(one: PostNow, only: str) -> bool:
    return not only or (one.holding is None) == (only == VACANT)


def _superiors(found: PostsNow) -> list[tuple[str, str]]:
    """(code, name) to choose the post above from; nothing where there are so many that one types the code."""
    if len(found.posts) > CHOICES:
        return []
    return [(one.post.code, one.post.name) for one in found.posts]
