"""The doors of the API's operations: who may come in, and what an operation then knows of them.

As the doors of the pages: whoever may not come in is told what is told of an address that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router
from ninja.utils import check_csrf

from mainstay.accounts.models import Account
from mainstay.accounts.queries import account_by_token, rights_of
from mainstay.accounts.rules import Permission, Purpose, Scope
from mainstay.accounts.services import record_look
from mainstay.cycle.queries import instance_moment
from mainstay.platform.clock import now
from mainstay.platform.identity import new_id
from mainstay.web.api import limits
from mainstay.web.api.problems import MEDIA, NO_CSRF, NOT_SIGNED_IN, READ_ONLY, TOO_LARGE, Problem, not_found
from mainstay.web.doors import Door
from mainstay.web.sent_files import LARGEST

SAFE = ("GET", "HEAD")
KEY_HEADER = "Idempotency-Key"
FILE = "multipart/form-data"
FORM = 100_000  # bytes of a form beside its file


@dataclass(frozen=True)
class Operation(Door):
    """What an operation asks of whoever comes, and of what they send.

    `takes`: the media type of its body, empty for none. `once`: an Idempotency-Key makes it happen once.
    """

    writes: bool = False
    takes: str = ""
    once: bool = False


def operation(
    router: Router,
    method: str,
    path: str,
    permission: Permission | None = None,
    *,
    answer: Any,
    status: int = 200,
    takes: str = "",
    once: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put an operation on its area's router, behind its door.

    The request then has `account`, `by`, `at`, `rights` and `scope`, and `moment`, `day` and `zone`, the instance's
    own. Its name is the function's; what it is for, the first line of the docstring.
    """

    def hang(view: Callable[..., Any]) -> Callable[..., Any]:
        view.door = Operation(  # type: ignore[attr-defined]
            permission, writes=method not in SAFE, takes=takes, once=once
        )
        first, _blank, rest = (view.__doc__ or "").partition("\n")
        router.add_api_operation(
            path,
            [method],
            view,
            response={status: answer},
            operation_id=view.__name__,
            url_name=f"api-{view.__name__}",
            by_alias=True,
            summary=first.strip(),
            description="\n".join(line.strip() for line in rest.strip().splitlines()) or first.strip(),
        )
        return view

    return hang


def admit(request: Any, door: Operation) -> None:
    """Let in who is signed in and may do this; raises the problem that says why not."""
    request.at = now()
    own = instance_moment(request.at)
    request.moment, request.day, request.zone = own.at, own.day, own.zone
    request.account, read_only = _who(request)
    limits.hold_account(request.account.id)
    request.by = request.account.actor
    request.rights = rights_of(request.account.id, request.at)
    request.scope = request.rights.scope(door.permission) if door.permission else Scope()
    if door.permission is not None and not request.rights.may(door.permission):
        raise not_found()
    if door.writes and read_only:
        raise Problem(403, READ_ONLY, _("This token may only read; make one that may write too."))
    if door.takes and request.content_type != door.takes:
        raise Problem(415, MEDIA, _("Send this as %(media_type)s.") % {"media_type": door.takes})
    if door.takes == FILE and int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST + FORM:
        raise Problem(413, TOO_LARGE, _("This is more than is taken at once; send it in parts."))
    if door.writes and not request.by_token and check_csrf(request) is not None:
        raise Problem(403, NO_CSRF, _("Send the page's CSRF token in the header X-CSRFToken."))
    request.look = partial(_look, request)


def _who(request: Any) -> tuple[Account, bool]:
    """(account, whether it may only read) by the token, else by the browser's session."""
    given = request.headers.get("Authorization")
    request.by_token = given is not None
    if given is None:
        if request.user.is_authenticated:
            return request.user, False
        raise _unknown(_("Send a token as `Authorization: Bearer …`, or sign in with the browser."))
    limits.hold_address(request)
    scheme, _blank, secret = given.partition(" ")
    found = account_by_token(secret.strip(), request.at) if scheme.casefold() == "bearer" else None
    if found is None:
        limits.count_failure(request)
        raise _unknown(_("This token is none, or it has ended; ask for a new one."))
    return found


def _unknown(sentence: str) -> Problem:
    return Problem(401, NOT_SIGNED_IN, sentence, headers={"WWW-Authenticate": 'Bearer realm="mainstay"'})


def _look(
    request: Any,
    page: str,
    purpose: Purpose,
    *,
    subject: UUID | None = None,
    listed: list[UUID] | None = None,
    duty: UUID | None = None,
    reason: str = "",
) -> None:
    """That whoever asks saw somebody's data through the API."""
    record_look(
        account=request.account,
        page=f"api:{page}",
        purpose=purpose,
        subject=subject,
        listed=listed or [],
        duty=duty,
        reason=reason,
        by=request.by,
        at=request.at,
    )


def sent_under(request: Any) -> str:
    """The key a request came under, or one of its own: what is made with it is made once however often it is sent."""
    return request.headers.get(KEY_HEADER) or new_id().hex


def key_of(request: Any) -> str:
    """The same of this account: of two who use one key each makes their own."""
    return f"{request.account.id} {sent_under(request)}"


def today(request: Any) -> date:
    """The city's day of a request; one statement."""
    return request.day
