"""One at a time: a lease in the database, which ends by itself when its holder was killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import new_id
from mainstay.platform.models import Lease

BUSY = code("lease.busy", "Another process is already doing this.")
LENGTH = timedelta(seconds=15)


@contextmanager
def lease(name: str, wait: timedelta = LENGTH * 2) -> Iterator[None]:
    """Hold the named lease, renewing it from a thread; raises `lease.busy` after waiting in vain.

    The wait is longer than a lease, so that a killed holder's lease has ended by then.
    """
    holder = new_id()
    give_up = now() + wait
    pause = threading.Event()
    while not _take(name, holder):
        if now() >= give_up:
            raise MainstayError(
                BUSY, f"Another process holds '{name}'; wait until it is done, then try again.", {"lease": name}
            )
        pause.wait(0.2)
    stop = threading.Event()
    keeper = threading.Thread(target=_renew, args=(name, holder, stop), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()
        Lease.objects.filter(name=name, holder=holder).delete()


def _take(name: str, holder: UUID) -> bool:
    at = now()
    with transaction.atomic():
        Lease.objects.bulk_create(
            [Lease(name=name, holder=holder, until_at=datetime(1, 1, 2, tzinfo=at.tzinfo))], ignore_conflicts=True
        )
        free = Q(until_at__lt=at) | Q(holder=holder)
        return Lease.objects.filter(free, name=name).update(holder=holder, until_at=at + LENGTH) == 1


def _renew(name: str, holder: UUID, stop: threading.Event) -> None:
    try:
        while not stop.wait(LENGTH.total_seconds() / 3):
            Lease.objects.filter(name=name, holder=holder).update(until_at=now() + LENGTH)
    finally:
        connection.close()
