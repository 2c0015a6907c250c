"""Ids: those of one moment are as many different UUIDs of version 7, in the order of time."""

from __future__ import annotations

import time

from mainstay.platform.identity import new_id, new_ids


def test_many_ids_at_once_are_ids_of_version_7() -> None:
    before = time.time_ns() // 1_000_000
    ids = list(new_ids(1000))
    after = time.time_ns() // 1_000_000

    assert len(set(ids)) == 1000
    assert (
        {(one.version, one.variant) for one in ids}
        == {(new_id().version, new_id().variant)}
        == {(7, "specified in RFC 4122")}
    )
    assert all(before <= one.int >> 80 <= after for one in ids)
    # All 74 bits that are drawn vary.
    drawn = 0
    for one in ids:
        drawn |= one.int ^ ids[0].int
    assert drawn.bit_count() == 74
