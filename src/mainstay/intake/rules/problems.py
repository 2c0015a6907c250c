"""What is held of a row, and the cells of some rows while they are read."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from mainstay.intake.rules.sentences import Fault, Said


class Problem(NamedTuple):
    """What is held: the columns, the text that stood there, why, and how to mend it.

    `said` tells the two sentences by key, for readers of other languages.
    """

    columns: tuple[str, ...]
    value: str
    code: str
    reason: str
    remedy: str
    held: str  # field or row
    said: Said = Said()

    @classmethod
    def of(cls, columns: tuple[str, ...], value: str, found: Fault, held: str) -> Problem:
        """A fault as what is held because of it."""
        return cls(columns, value, found.code, found.reason, found.remedy, held, found.said)


# Of some rows: their cells by column, in lists in which a held cell is emptied; what is held, by the row's place.
Texts = dict[str, list[str]]
Problems = defaultdict[int, list[Problem]]
