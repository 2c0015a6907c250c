"""How many requests are answered: of one account, and of one address that guesses at tokens.

Counted in this serving process's memory by the minute; nothing is written, and a restart forgets it.
"""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mainstay.web.api.problems import TOO_MANY, Problem

REQUESTS_A_MINUTE = 600
FAILURES_A_MINUTE = 30
MINUTE = 60


def hold_account(account: UUID) -> None:
    """Count one more request of an account; raises `requests.too_many` beyond the limit."""
    if COUNTS.add(f"account {account.hex}", 1) > REQUESTS_A_MINUTE:
        raise _too_many()


def hold_address(request: Any) -> None:
    """Raise `requests.too_many` for an address from which too many wrong tokens came."""
    if COUNTS.add(_address(request), 0) >= FAILURES_A_MINUTE:
        raise _too_many()


def count_failure(request: Any) -> None:
    """One more wrong token from this address."""
    COUNTS.add(_address(request), 1)


def _address(request: Any) -> str:
    return f"address {request.META.get('REMOTE_ADDR', '')}"


class Counts:
    """Of the minute at hand, by name; the next minute begins anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def add(self, name: str, more: int) -> int:
        """Count so many more, and return how many that makes."""
        with self._lock:
            minute = int(time.time()) // MINUTE
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            self._counts[name] = self._counts.get(name, 0) + more
            return self._counts[name]

    def forget(self) -> None:
        """As at the beginning of a minute."""
        with self._lock:
            self._counts = {}


COUNTS = Counts()


def _too_many() -> Problem:
    seconds = MINUTE - int(time.time()) % MINUTE
    sentence = _("Too many requests in this minute; go on in %(seconds)s seconds.") % {"seconds": seconds}
    return Problem(429, TOO_MANY, sentence, headers={"Retry-After": str(seconds)})
