"""The doors of the pages: who may come in, and what a page then knows of them.

Every view of the product bears one; a test walks all addresses and finds those that lack it. Whoever may not come in
is told what is told of a page that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from mainstay.accounts.models import Account
from mainstay.accounts.queries import rights_of
from mainstay.accounts.rules import Permission, Rights, Scope
from mainstay.platform.clock import now
from mainstay.web import shell

View = Callable[..., HttpResponse]

# Which permission opens which entry of the rail.
ENTRIES: dict[str, Permission] = {
    "today": Permission.SEE_FIGURES,
    "duties": Permission.SEE_DUTIES,
    "posts": Permission.ASSIGN_DUTIES,
    "line-list": Permission.SEE_PEOPLE,
    "tracing": Permission.SEE_PEOPLE,
    "who-to-call": Permission.SEE_DUTIES,
    "isolation-orders": Permission.SEE_PEOPLE,
    "protocol": Permission.SEE_PROTOCOL,
    "tonight": Permission.SEE_FIGURES,
    "report": Permission.SEE_FIGURES,
    "files": Permission.MEND_ROWS,
    "accounts": Permission.MANAGE_ACCOUNTS,
    "jobs": Permission.MANAGE_ACCOUNTS,
    "audit": Permission.SEE_AUDIT,
}


@dataclass(frozen=True)
class Door:
    """What a view asks of whoever comes: nothing (`is_open`), to be signed in, or a permission too."""

    permission: Permission | None = None
    is_open: bool = False


def open_door(view: View) -> View:
    """For the pages before one is signed in; each holds what it asks for by itself."""
    view.door = Door(is_open=True)  # type: ignore[attr-defined]
    return view


def door(permission: Permission | None = None, *, entry: str = "") -> Callable[[View], View]:
    """Let in who is signed in and has the permission; `entry` is the page's own in the rail.

    The request then has `rights`, `scope` (where the permission holds), `by` (the actor), `at` and `shell`.
    """

    def hang(view: View) -> View:
        @wraps(view)
        def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _ended(request)
            _admit(request, permission, entry)
            return view(request, *args, **kwargs)

        through.door = Door(permission)  # type: ignore[attr-defined]
        return through

    return hang


def _ended(request: HttpRequest) -> HttpResponse:
    """To sign in; what was typed into a form is kept for its writer."""
    from mainstay.web.kept import keep  # whose page has a door of its own

    told = keep(request) if request.method == "POST" else None
    return told or redirect_to_login(request.get_full_path())


def _admit(request: Any, permission: Permission | None, entry: str) -> None:
    account: Account = request.user
    request.at = now()
    request.by = account.actor
    request.rights = rights_of(account.id, request.at)
    request.scope = request.rights.scope(permission) if permission else Scope()
    request.shell = _shell(account, request.rights, entry)
    if permission is not None and not request.rights.may(permission):
        raise Http404


def _shell(account: Account, rights: Rights, entry: str) -> shell.Shell:
    return shell.shell(
        entries=[key for key, permission in ENTRIES.items() if rights.may(permission)],
        active=entry,
        account=shell.Account(account.actor.name, url=shell.address("me")),
        find_url=shell.address(shell.FIND) if rights.may(Permission.SEE_PEOPLE) else "",
    )
