"""What every format gives: the tables of a file, each with its rows as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

Row = tuple[int, list[str]]


class Layout(Protocol):
    """What is asked of a file's form; a mapping says it, among other things."""

    @property
    def name(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def separator(self) -> str: ...
    @property
    def sheet(self) -> str: ...
    @property
    def ditto(self) -> frozenset[str]: ...
    @property
    def expected(self) -> tuple[str, ...]: ...
    @property
    def columns_remedy(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells shown as one, from the first to the last row and column; rows as the user numbers them, columns from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file.

    `rows` gives (row number as the user sees it, cells) of every row that is not blank, from the start each
    time it is called. `first_column` is what the first cell's column is numbered in a sheet, from 0 for A; None
    where columns have no letters. `header` is given where the format itself names the columns.
    """

    rows: Callable[[], Iterator[Row]]
    name: str = ""
    hidden: bool = False
    first_column: int | None = None
    header: tuple[str, ...] | None = None
    merges: Callable[[], tuple[Merge, ...]] = tuple


@dataclass(frozen=True, slots=True)
class Contents:
    """A file as its format sees it: `format` is csv, xlsx, xls, ods, html, parquet or jsonl."""

    format: str
    tables: tuple[Table, ...]
    encoding: str = ""
    separator: str = ""


def filled(rows: Iterator[Row], merges: tuple[Merge, ...]) -> Iterator[Row]:
    """The rows with every cell of a merge saying what its first one says.

    Left out are blank rows, and those in which nothing stands but what reaches down into them.
    """
    starting: dict[int, list[Merge]] = {}
    for merge in merges:
        starting.setdefault(merge.first_row, []).append(merge)
    running: list[tuple[Merge, str]] = []
    for number, cells in rows:
        own = any(map(str.strip, cells))
        for merge in starting.get(number, ()):
            if merge.first_column < len(cells):
                running.append((merge, cells[merge.first_column]))
        if running:
            running = [one for one in running if one[0].last_row >= number]
            for merge, text in running:
                last = min(merge.last_column, len(cells) - 1)
                cells[merge.first_column : last + 1] = [text] * (last + 1 - merge.first_column)
        if own:
            yield number, cells
