"""What is open and what was closed, folded into what Today shows: by kind, by who answers, by what is not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

ESTABLISH = "establish"


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open duties of one kind for which one post answers; of those to find something out, by what (`clause`).

    `due_at` is the earliest deadline of all of them, `oldest` that of the overdue ones, `level` how high the highest
    of these was raised.
    """

    kind: str
    clause: str
    post: UUID | None
    edition: str
    number: int
    due_at: datetime
    overdue: int
    oldest: datetime | None
    level: int


@dataclass(frozen=True, slots=True)
class KindRow:
    """What became of one kind of duty: should is the sum of the others. `oldest` is its longest overdue deadline."""

    kind: str
    done: int
    in_time: int
    overdue: int
    missed: int
    excused: int
    oldest: datetime | None

    @property
    def should(self) -> int:
        return self.done + self.in_time + self.overdue + self.missed + self.excused


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """A post with what is overdue of its duties, since when, and how high the highest was raised."""

    post: UUID | None
    overdue: int
    oldest: datetime
    level: int


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """Something that open duties ask for: their clause, an edition of it, and how many are asked."""

    clause: str
    edition: str
    number: int


def by_kind(groups: Iterable[OpenGroup], closed: Iterable[tuple[str, str, int]]) -> list[KindRow]:
    """Of each kind what became of it, in order of the kinds; `closed`: (kind, status, how many)."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, status, number in closed:
        counts[kind][status] = number
    of_kind = _together(groups, lambda one: one.kind)
    rows = []
    for kind in sorted({*counts, *of_kind}):
        some, ended = of_kind.get(kind, []), counts[kind]
        overdue = sum(one.overdue for one in some)
        rows.append(
            KindRow(
                kind,
                ended.get("done", 0),
                sum(one.number for one in some) - overdue,
                overdue,
                ended.get("missed", 0),
                ended.get("excused", 0),
                _oldest(some),
            )
        )
    return rows


def by_owner(groups: Iterable[OpenGroup]) -> list[OwnerRow]:
    """Whose the overdue ones are, the longest delay first."""
    rows = []
    for post, some in _together(groups, lambda one: one.post).items():
        oldest = _oldest(some)
        if oldest is not None:
            rows.append(OwnerRow(post, sum(one.overdue for one in some), oldest, max(one.level for one in some)))
    return sorted(rows, key=lambda row: (row.oldest, str(row.post or "")))


def by_unknown(groups: Iterable[OpenGroup]) -> list[UnknownRow]:
    """What the open duties to find something out ask for, the most first."""
    asked = _together((one for one in groups if one.kind == ESTABLISH), lambda one: one.clause)
    rows = [
        UnknownRow(clause, max(one.edition for one in some), sum(one.number for one in some))
        for clause, some in asked.items()
    ]
    return sorted(rows, key=lambda row: (-row.number, row.clause))


def _together(groups: Iterable[OpenGroup], key: Callable[[OpenGroup], Any]) -> dict[Any, list[OpenGroup]]:
    found: dict[Any, list[OpenGroup]] = defaultdict(list)
    for one in groups:
        found[key(one)].append(one)
    return found


def _oldest(groups: Sequence[OpenGroup]) -> datetime | None:
    return min((one.oldest for one in groups if one.oldest is not None), default=None)
