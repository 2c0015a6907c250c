"""How much one transaction takes: as much as keeps its locks for less than 200 ms."""

from __future__ import annotations

GROWTH = 2


class Pace:
    """How many rows or people the next transaction takes, by how long the last one held its locks.

    It begins with `first`, and aims at `hold` seconds, from which single transactions stray upwards: at most twice
    and at least half as many as last, never more than `most`.
    """

    def __init__(self, first: int, most: int, hold: float) -> None:
        self.size = min(first, most)
        self._most = most
        self._hold = hold

    def took(self, count: int, held: float) -> None:
        """One transaction of `count` held its locks for `held` seconds (0: there was none)."""
        if count < self.size and held <= self._hold:
            return  # a short rest of a list says nothing of a whole transaction
        fitting = int(count * self._hold / held) if held else GROWTH * count
        self.size = max(1, count // 2, min(fitting, GROWTH * count, self._most))
