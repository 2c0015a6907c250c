"""Two at the same time, each on a connection of its own: for races that a single connection cannot show."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from mainstay.platform.errors import MainstayError

LONGEST = 60  # seconds; nobody of ours waits that long for a lock


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Let every act begin at the same instant; what each gave back, or the refusal it was told, in their order."""
    start = threading.Barrier(len(acts), timeout=LONGEST)

    def one(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait()
            return act()
        except MainstayError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        running = [threads.submit(one, act) for act in acts]
        return [each.result(LONGEST) for each in running]


def refusals(outcomes: list[Any]) -> list[str]:
    """The codes of those that were refused."""
    return [outcome.code for outcome in outcomes if isinstance(outcome, MainstayError)]
