"""The way in: whoever comes to the front is led to the first page that is theirs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from mainstay.accounts.models import Account
from mainstay.accounts.rules import Permission, Role
from mainstay.web.doors import door, open_door


@open_door
@require_safe
def home(request: Any) -> HttpResponse:
    """To the guided start while nobody has an account, to sign in, or to the first page of one's work."""
    if not request.user.is_authenticated and not Account.objects.exists():
        return redirect("first")
    return _first_page(request)


# Whoever leads begins with Today, whoever finds the ill with the list, others with their own duties.
FIRST = (
    (Role.COMMAND, "today"),
    (Role.DISTRICT_OFFICER, "today"),
    (Role.EPIDEMIOLOGIST, "line-list"),
    (Role.DATA_CLERK, "files"),
)


@door()
def _first_page(request: Any) -> HttpResponse:
    roles = request.rights.roles
    for role, page in FIRST:
        if role in roles:
            return redirect(page)
    if request.rights.may(Permission.SEE_DUTIES):
        return redirect("duties")
    for group in request.shell.groups:
        for link in group.links:
            if link.url:
                return redirect(link.url)
    return redirect("me")
