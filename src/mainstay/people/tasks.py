"""People are made searchable, where that was asked for."""

from __future__ import annotations

from typing import Any

from mainstay.people.searchable import JOB, make_searchable
from mainstay.platform import jobs
from mainstay.platform.jobs import Tell


@jobs.task(JOB)
def search(_payload: dict[str, Any], tell: Tell) -> None:
    """Everybody's terms made anew; nothing where it was done meanwhile but the same once more."""
    make_searchable(tell)
