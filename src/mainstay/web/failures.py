"""The pages for what went wrong: found nowhere, failed, ended. Each says what is safe and what to do next."""

from __future__ import annotations

import logging
import secrets
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

_log = logging.getLogger("mainstay.web")


def failed(request: HttpRequest) -> HttpResponse:
    """For `handler500`: a short number for the person, the same number with the cause for the operators."""
    number = f"E-{secrets.token_hex(3).upper()}"
    _log.error("%s at %s", number, request.path, exc_info=sys.exc_info())
    # Without the request: what broke may be what the shell needs.
    return HttpResponse(render_to_string("500.html", {"number": number}), status=500)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For `handler400`: more fields or more bytes than a form of ours has, or a file cut off on its way."""
    _log.warning("not understood at %s: %s", request.path, exception)
    if request.path.startswith("/api/"):
        from mainstay.web.api.problems import answer, problem_of

        return answer(problem_of(exception))
    return HttpResponse(render_to_string("400.html"), status=400)


def session_ended(request: HttpRequest, *, name: str, kept: str, sign_in_url: str) -> HttpResponse:
    """Signed out by time: who they were, what is kept for them and where to sign in again. Status 403."""
    context = {"name": name, "kept": kept, "sign_in_url": sign_in_url}
    return render(request, "session_ended.html", context, status=403)
