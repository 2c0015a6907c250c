"""Identifiers: UUIDv7 for what is made here, keyed digests for what a feed sends again."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Iterator
from uuid import NAMESPACE_URL, UUID, uuid5

DERIVED = uuid5(NAMESPACE_URL, "https://mainstay.invalid/derived")


def new_id() -> UUID:
    """A UUIDv7: its leading 48 bits are milliseconds, so that indexes grow at one end.

    Its clock is never evidence of order; ledger numbers are.
    """
    millis = time.time_ns() // 1_000_000
    raw = bytearray(millis.to_bytes(6, "big") + os.urandom(10))
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(raw))


def new_ids(count: int) -> Iterator[UUID]:
    """So many UUIDv7 of this moment, at a third of the cost of as many `new_id`."""
    millis = time.time_ns() // 1_000_000
    head = (millis << 80) | (7 << 76) | (2 << 62)
    drawn = os.urandom(10 * count)
    for at in range(0, 10 * count, 10):
        random = int.from_bytes(drawn[at : at + 10], "big")
        # Of the 80 random bits 74 are kept: four give way to the version, two to the variant.
        yield UUID(int=head | ((random >> 6) & 0xFFF) << 64 | random >> 18)


def keyed_id(key: bytes, *parts: str) -> UUID:
    """A stable id from what a feed names a record by, which cannot be guessed back without the key."""
    text = "\x1f".join(parts).encode()
    return UUID(bytes=hmac.new(key, text, hashlib.sha256).digest()[:16])


def derived_id(*parts: str) -> UUID:
    """A stable id from other ids (a duty from its subject, clause, episode and occurrence)."""
    digest = _DERIVED.copy()
    digest.update("\x1f".join(parts).encode())
    return UUID(int=int.from_bytes(digest.digest()[:16], "big"))


# Worked in once: tens of thousands of ids are derived in a cycle.
_DERIVED = hashlib.sha256(DERIVED.bytes)
