"""One post: who holds it, held it and will; giving it to a colleague, ending a holding, taking one back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts.queries import open_accounts
from mainstay.accounts.rules import Permission
from mainstay.organisations import services
from mainstay.organisations.models import Post
from mainstay.organisations.pages import presenters, typed
from mainstay.organisations.pages.posts import CHOICES, read, settled
from mainstay.people.pages.typed import cleaned, form_key
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import derived_id
from mainstay.reports.queries.posts import PostNow, PostsNow
from mainstay.web.city_time import city_time
from mainstay.web.doors import door


@door(Permission.ASSIGN_DUTIES, entry="posts")
@require_http_methods(["GET", "POST"])
@city_time
def post(request: Any, post: UUID) -> HttpResponse:
    """A post within the reader's bounds; any other reads as not found."""
    found = read(request)
    one = next((one for one in found.posts if one.post.id == post), None)
    if one is None:
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in ACTS:
            raise Http404
        try:
            begins = ACTS[act](request, Post.objects.get(id=post))
            when = settled(request, post, later=begins > request.moment)
            return redirect(presenters.said(reverse("post", args=[post]), act, when))
        except MainstayError as error:
            errors = typed.by_field(error)
    context = _page(request, one, found) | {"errors": errors, "given": request.POST or request.GET}
    return render(request, "organisations/post.html", context, status=422 if errors else 200)


# --- what can be done; each answers from when on it counts ----------------------------------------------


def _give(request: Any, post: Post) -> datetime:
    holder = typed.holder(request.POST.get("holder", ""))
    starts = typed.instant(request.POST.get("from", ""), "from", request.moment, request.zone)
    until = cleaned(request.POST.get("until", ""))
    services.assign(
        post=post,
        holder=holder.actor,
        starts_at=starts,
        ends_at=typed.instant(until, "until", request.moment, request.zone) if until else None,
        instead_of=_root(request, "seen"),
        fact_id=derived_id("holding", post.id.hex, form_key(request.POST.get("key", ""))),
        by=request.by,
        at=request.moment,
    )
    return starts


def _end(request: Any, post: Post) -> datetime:
    ends = typed.instant(request.POST.get("ends", ""), "ends", request.moment, request.zone)
    holding = _root(request, "holding")
    if holding is None:
        raise Http404
    services.vacate(post=post, ends_at=ends, holding=holding, by=request.by, at=request.moment)
    return ends


def _take_back(request: Any, post: Post) -> datetime:
    holding = _root(request, "holding")
    if holding is None:
        raise Http404
    services.take_back(post=post, holding=holding, by=request.by, at=request.moment)
    return request.moment


ACTS = {"give": _give, "end": _end, "take-back": _take_back}


def _root(request: Any, field: str) -> UUID | None:
    """The holding that the page showed when the form was made; what is none is none."""
    try:
        return UUID(request.POST.get(field, ""))
    except ValueError:
        return None


# --- what is shown -----------------------------------------------------------------------------------------


def _page(request: Any, one: PostNow, found: PostsNow) -> dict[str, Any]:
    accounts = open_accounts(CHOICES + 1)
    choices = [(username, f"{name} ({username})") for username, name in accounts]
    rows = [presenters.holding(row, request) for row in reversed(one.held)]
    return {
        "one": presenters.row(one, found, request, flat=True),
        "above": presenters.above(one, found),
        "beneath": [(other.post.id, other.post.name) for other in found.posts if other.post.superior == one.post.id],
        "held": rows,
        "present": one.holding.root if one.holding else "",
        "choices": [("", _("Choose")), *choices] if len(accounts) <= CHOICES else [],
        "key": form_key(request.POST.get("key", "")),
        "told": presenters.told(request),
    }
