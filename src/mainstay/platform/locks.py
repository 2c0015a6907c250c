"""One at a time: a lease in the database, which ends by itself when its holder was killed."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import new_id
from mainstay.platform.models import Lease

BUSY = code("lease.busy", "Another process is already doing this.")
LENGTH = timedelta(seconds=15)
# Longer than a lease, so that a killed holder's has ended by then.
WAIT = LENGTH * 2


@contextmanager
def lease(name: str, wait: timedelta = WAIT) -> Iterator[None]:
    """Hold the named lease, renewing it from a thread; raises `lease.busy` after waiting in vain."""
    holder = new_id()
    give_up = now() + wait
    pause = threading.Event()
    while not _take(name, holder):
        if now() >= give_up:
            # Not the caller's mistake: nothing asked for is wrong, and the same will work later.
            raise MainstayError(
                BUSY,
                f"Another process holds '{name}'; wait until it is done, then try again.",
                {"lease": name},
                exit_code=3,
            )
        pause.wait(0.2)
    try:
        with renewing(_renew, name, holder):
            yield
    finally:
        Lease.objects.filter(name=name, holder=holder).delete()


@contextmanager
def renewing(renew: Callable[..., None], *what: Any) -> Iterator[None]:
    """As long as the work lasts a thread runs `renew`, which is given what to renew and the event that ends it."""
    stop = threading.Event()
    keeper = threading.Thread(target=renew, args=(*what, stop), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _take(name: str, holder: UUID) -> bool:
    at = now()
    mine = {"holder": holder, "host": socket.gethostname()[:100], "process": os.getpid(), "until_at": at + LENGTH}
    with transaction.atomic():
        # Locks the row, so that of two takers the second sees the first.
        held = Lease.objects.select_for_update().filter(name=name).first()
        if held is None:
            made = Lease.objects.bulk_create([Lease(name=name, **mine)], ignore_conflicts=True)
            return Lease.objects.filter(name=name, holder=holder).exists() and bool(made)
        if held.until_at >= at and not _died_here(held):
            return False
        return Lease.objects.filter(name=name, holder=held.holder).update(**mine) == 1


def _died_here(held: Lease) -> bool:
    """Whether the holder ran on this machine and is gone; elsewhere only its lease's end can tell."""
    if os.name != "posix" or held.host != socket.gethostname()[:100]:
        return False
    try:
        os.kill(held.process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _renew(name: str, holder: UUID, stop: threading.Event) -> None:
    """Three times in the length of a lease, so that one that fails (a busy or restarted database) loses nothing."""
    try:
        while not stop.wait(LENGTH.total_seconds() / 3):
            try:
                Lease.objects.filter(name=name, holder=holder).update(until_at=now() + LENGTH)
            except DatabaseError:
                connection.close()  # the next one begins with a connection of its own
    finally:
        connection.close()
