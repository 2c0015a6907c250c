"""How long each part of a bar is. Shares are whole hundredths, because the pages allow no inline style."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 100


@dataclass(frozen=True)
class Part:
    """One part of a bar: what it counts, and its share of the bar in hundredths (0 to 100)."""

    kind: str
    count: int
    share: int


@dataclass(frozen=True)
class Bar:
    """A bar's parts in the order they are drawn, without empty ones, and what they count together."""

    parts: tuple[Part, ...]
    total: int


def duty_bar(*, done: int, overdue: int, missed: int, in_time: int) -> Bar:
    """Should = done + overdue + missed + in time, in that order."""
    return _bar(done=done, overdue=overdue, missed=missed, in_time=in_time)


def capacity_bar(*, occupied: int, held: int, free: int) -> Bar:
    """All places = occupied + held + free, in that order."""
    return _bar(occupied=occupied, held=held, free=free)


def _bar(**counts: int) -> Bar:
    if any(count < 0 for count in counts.values()):
        raise ValueError(f"a part of a bar cannot be less than nothing: {counts}")
    shares = _shares(list(counts.values()))
    parts = (Part(kind, count, share) for (kind, count), share in zip(counts.items(), shares, strict=True))
    return Bar(tuple(part for part in parts if part.count), sum(counts.values()))


def _shares(counts: list[int]) -> list[int]:
    """Hundredths that add up to the whole: what rounding down leaves goes to the largest remainders."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    shares = [count * WHOLE // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda place: counts[place] * WHOLE % total, reverse=True)
    for place in by_remainder[: WHOLE - sum(shares)]:
        shares[place] += 1
    return shares
