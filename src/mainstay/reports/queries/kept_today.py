"""Today's counts of a large city are kept for a minute; those of a small one are counted at every look.

Whoever has recorded something since sees it counted: for them nothing is kept.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.cache import cache

from mainstay.accounts.rules import Scope
from mainstay.platform.ledger import LOOK
from mainstay.platform.models import Entry
from mainstay.reports.queries.today import Today, today

# From so many duties on counting takes longer than a page may; then it is kept for so many seconds.
MANY, KEPT = 20_000, 60
# One count at a time: ten people who look at once shall not count the same ten times.
_COUNTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class KeptToday:
    """The counts, at which instant they were made, up to which ledger entry, and what they are counts of."""

    found: Today
    at: datetime
    to_entry: int
    of: tuple[Scope, date, date | None, str]


def today_kept(
    scope: Scope, at: datetime, day: date, zone: str, since: date | None, *, reader: UUID, now: datetime
) -> KeptToday:
    """The counts that are kept, where they may serve this reader, else new ones. `at` is the instance's moment."""
    of = (scope, day, since, zone)
    if (kept := _kept(of, reader)) is not None:
        return kept
    with _COUNTING:
        if (kept := _kept(of, reader)) is not None:
            return kept
        to_entry = _last_entry()
        made = KeptToday(today(scope, at, day, zone, since), now, to_entry, of)
        if made.found.to_do.duties >= MANY:
            cache.set(_key(of), made, KEPT)
        return made


def _kept(of: tuple[Scope, date, date | None, str], reader: UUID) -> KeptToday | None:
    kept: KeptToday | None = cache.get(_key(of))
    # Two scopes may share a key; one's counts are never shown to the other.
    if kept is None or kept.of != of:
        return None
    theirs = Entry.objects.filter(no__gt=kept.to_entry, actor_id=reader).exclude(verb=LOOK)
    return None if theirs.exists() else kept


def _key(of: tuple[Scope, date, date | None, str]) -> str:
    return f"today:{hash(of)}"


def _last_entry() -> int:
    return Entry.objects.order_by("-no").values_list("no", flat=True).first() or 0
