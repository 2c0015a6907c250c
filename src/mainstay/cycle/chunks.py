"""A long list of subjects, cut so that one transaction holds its locks well under 200 ms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# What one transaction may hold its locks for, in seconds; the size of chunks follows the time the last one took.
HOLD = 0.07
GROWTH = 1.5
FIRST, SMALLEST, LARGEST = 50, 10, 2000


class Chunks:
    """Hands out the list chunk by chunk; `took` says how long a chunk held its locks."""

    def __init__(self, ids: Sequence[Any], size: int = FIRST) -> None:
        self._ids = ids
        self._start = 0
        self._size = size

    def take(self) -> list[Any]:
        """The next chunk; empty at the list's end."""
        some = list(self._ids[self._start : self._start + self._size])
        self._start += len(some)
        return some

    def took(self, count: int, held: float) -> int:
        """A chunk of `count` held its locks so many seconds: how many the next one has."""
        if count == self._size or held > HOLD:  # a short rest of a list says nothing of a whole chunk
            self._size = max(SMALLEST, min(LARGEST, int(count * GROWTH), int(count * HOLD / max(held, 1e-3))))
        return self._size
