"""What is sent twice happens once: the answer to a write is kept for a day under the key that its sender gave it.

Key, deed and answer are one transaction. Of two that come at the same time the second waits at the key until the
first has ended: then it is told the same, or, where the first came to nothing, it is done itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction

from mainstay.accounts.models import KeptAnswer
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.keys import decrypt_bytes, encrypt_bytes, load_keys

KEY = re.compile(r"[!-~]{1,100}", re.ASCII)
KEPT_FOR = timedelta(hours=24)
FIRST_REFUSAL = 400

BAD_KEY = code("idempotency.key", "An Idempotency-Key is none.")
REUSED = code("idempotency.reused", "An Idempotency-Key was used for another request before.")
BUSY = code("idempotency.busy", "A request under the same Idempotency-Key has not ended yet.")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is sent; `again`: it was given before, and nothing was done for it now."""

    status: int
    content: bytes
    again: bool = False


def digest(*parts: bytes) -> str:
    """What tells one request from another."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def once(*, account: UUID, key: str, request: str, at: datetime, act: Callable[[], Answer]) -> Answer:
    """Do `act` unless it was done under this key of this account; `request` is the digest of what was asked.

    A refusal (status 400 or more) undoes what `act` wrote and is not kept: mended, it may be sent under the same
    key. Raises `idempotency.key`, `idempotency.reused` and `idempotency.busy`.
    """
    if not KEY.fullmatch(key):
        raise MainstayError(BAD_KEY, "Give an Idempotency-Key of 1 to 100 visible ASCII characters, best a UUID.")
    with transaction.atomic():
        row, mine = _claim(account, key, request, at)
        if not mine:
            return _before(row, request)
        answer = act()
        if answer.status >= FIRST_REFUSAL:
            transaction.set_rollback(True)
            return answer
        row.status, row.sealed = answer.status, encrypt_bytes(load_keys(), answer.content, _place(account, key))
        row.save(update_fields=["status", "sealed"])
        return answer


def _claim(account: UUID, key: str, request: str, at: datetime) -> tuple[KeptAnswer, bool]:
    """The row of this key, and whether it is this request's to fill."""
    KeptAnswer.objects.filter(account_id=account, key=key, expires_at__lte=at).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.get_or_create(
                account_id=account,
                key=key,
                defaults={"request": request, "status": 0, "sealed": b"", "expires_at": at + KEPT_FOR},
            )
    except OperationalError as error:
        raise MainstayError(BUSY, "The first request under this key has not ended; send it again later.") from error


def _before(row: KeptAnswer, request: str) -> Answer:
    if row.request != request:
        raise MainstayError(
            REUSED, "Under this Idempotency-Key something else was sent before; give every request a key of its own."
        )
    content = decrypt_bytes(load_keys(), row.sealed, _place(row.account_id, row.key))
    return Answer(row.status, content, again=True)


def _place(account: UUID, key: str) -> str:
    return f"accounts_keptanswer.sealed.{account.hex}.{key}"


def sweep(*, at: datetime) -> int:
    """Forget the answers whose day is over; how many went."""
    return KeptAnswer.objects.filter(expires_at__lte=at).delete()[0]
