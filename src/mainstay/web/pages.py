"""The way in: whoever comes to the front is led to the first page that is theirs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from mainstay.accounts.models import Account
from mainstay.web.doors import door, open_door


@open_door
@require_safe
def home(request: Any) -> HttpResponse:
    """To the guided start while nobody has an account, to sign in, or to the first page of one's work."""
    if not request.user.is_authenticated and not Account.objects.exists():
        return redirect("first")
    return _first_page(request)


@door()
def _first_page(request: Any) -> HttpResponse:
    for group in request.shell.groups:
        for link in group.links:
            if link.url:
                return redirect(link.url)
    return redirect("me")
