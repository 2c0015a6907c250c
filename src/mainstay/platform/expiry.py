"""The one guarded door by which facts may lawfully end, and which leaves a ledger line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from mainstay.platform import ledger
from mainstay.platform.canonical import row_hash
from mainstay.platform.models import Actor, Appended, Entry, Expired


@contextmanager
def open_door() -> Iterator[None]:
    """Allow removal inside this transaction; the open door itself cannot be committed."""
    if not connection.in_atomic_block:
        raise RuntimeError("the door opens only inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO platform_door (id, held_by_id) VALUES (1, 1)")
        yield
        cursor.execute("DELETE FROM platform_door")


def expire(
    model: type[Appended], ids: Sequence[UUID], *, reason: str, by: Actor, at: datetime, purpose: str
) -> Entry | None:
    """Remove facts whose time is over or whose subject has the right to it.

    Their hashes stay under a new ledger entry, so that `check` can still prove what is left.
    Ids that are not there are passed over; nothing to remove means no entry.
    """
    with transaction.atomic():
        doomed = list(model.objects.filter(id__in=ids))
        graves = [
            Expired(
                id=ledger_id,
                fact_table=model._meta.db_table,
                fact_id=fact.id,
                fact_entry_no=fact.entry_id,
                row_hash=row_hash(fact),
                reason=reason,
            )
            for fact, ledger_id in ((fact, _grave_id(fact)) for fact in doomed)
        ]
        touched = ledger.subjects_of(ledger.rows_of(model, doomed))
        entry = ledger.append(graves, by=by, at=at, verb="expire", purpose=purpose, touch=touched)
        if entry is not None:
            _remove(model, [fact.id for fact in doomed], entry)
        return entry


def _remove(model: type[Appended], ids: Sequence[UUID], entry: Entry) -> None:
    """On PostgreSQL by the owner's function, which removes what stands as expired under the entry and nothing else.

    The application's own role could open no door. SQLite knows no roles: there the door is all.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT mainstay_expire(%s)", [entry.no])
        return
    with open_door():
        model.objects.filter(id__in=ids).delete()


def _grave_id(fact: Appended) -> UUID:
    from mainstay.platform.identity import derived_id

    return derived_id("expired", fact._meta.db_table, fact.id.hex)
