"""A session ends some hours after its last page. That it was used is written once a minute, not with every page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mainstay.platform.clock import now

USED = "web.used"  # when that was last written, in whole seconds since 1970
SECONDS = 60


def prolonging(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, within Django's own for sessions, which saves what has changed."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session, at = request.session, int(now().timestamp())
        # A key that belongs to no session shows only when it is read; it does not begin one.
        if not session.is_empty() and session.keys() and at - session.get(USED, 0) >= SECONDS:
            session[USED] = at
        return response

    return respond
