"""A form that was sent after its session had ended: nothing typed is lost, and nobody else gets to see it.

What was typed lies encrypted in the new session, for the account that was signed in before, which a signed cookie
names. Whoever signs in as that account is shown it and sends it again; for anybody else it is thrown away.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mainstay.accounts.models import Account
from mainstay.platform.errors import MainstayError
from mainstay.platform.keys import decrypt, encrypt, load_keys
from mainstay.web.doors import door
from mainstay.web.failures import session_ended

COOKIE = "was"
PLACE = "web.kept form"
LARGEST = 100_000  # characters; a longer form is a file, which is chosen again


def remembering(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the browser remembers, signed, whose session it had."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and _was(request) != user.pk:
            response.set_signed_cookie(COOKIE, user.pk.hex, httponly=True, samesite="Lax")
        return response

    return respond


def _was(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.get_signed_cookie(COOKIE, default=""))
    except ValueError:
        return None


def keep(request: HttpRequest) -> HttpResponse | None:
    """The page that says what is kept and for whom; None where it is nobody's or too large to keep."""
    was = _was(request)
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]
    text = json.dumps({"account": was.hex if was else "", "path": request.get_full_path(), "fields": fields})
    account = Account.objects.select_related("actor").filter(id=was, is_active=True).first() if was else None
    if account is None or len(text) > LARGEST or not fields:
        return None
    request.session["kept"] = base64.b64encode(encrypt(load_keys(), text, PLACE)).decode()
    sign_in = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': reverse('kept')})}"
    count = {"count": len(fields)}
    told = ngettext("%(count)s field as typed", "%(count)s fields as typed", len(fields)) % count
    return session_ended(request, name=account.actor.name, kept=told, sign_in_url=sign_in)


@dataclass(frozen=True)
class Kept:
    """A form as it was sent."""

    account: UUID
    path: str
    fields: tuple[tuple[str, str], ...]


def _read(sealed: str) -> Kept | None:
    try:
        told = json.loads(decrypt(load_keys(), base64.b64decode(sealed), PLACE))
    except (MainstayError, ValueError):
        return None  # the keys have changed since
    return Kept(UUID(told["account"]), told["path"], tuple((name, value) for name, value in told["fields"]))


@door()
@require_safe
def kept(request: Any) -> HttpResponse:
    """What was typed before the session ended, to be looked at and sent again."""
    found = _read(request.session.pop("kept", ""))
    if found is None or found.account != request.user.pk:
        raise Http404
    return render(request, "kept.html", {"path": found.path, "fields": found.fields})
