"""A plain table for an analysis: named columns, read whole and strictly.

A feed's bad cell is held and the rest taken in; a table that somebody made for an analysis is refused instead, with
every place to mend: a figure from what was left of it would be taken for the figure of all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from mainstay.intake.mapping import LONGEST_TEXT, Column
from mainstay.intake.reader import FILE_COLUMNS, Source, examine, records
from mainstay.intake.rules.cells import VALUE_NUMBER, Context, Read, Readings, shown
from mainstay.intake.rules.days import Dating
from mainstay.intake.rules.sentences import Fault
from mainstay.platform.clock import local_date, now
from mainstay.platform.errors import MainstayError, code

TABLE_CELL = code("table.cell", "A cell of a plain table cannot be used.")
TABLE_ROW = code("table.row", "Rows of a plain table are incomplete, or contradict themselves or each other.")

NULL = frozenset(["", "NA"])
PLACES_SHOWN = 5
# Where the day begins first: nothing that has happened anywhere lies later.
EARLIEST_ZONE = "Pacific/Kiritimati"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """One column: its name (`also`: other names it may have), what its cells hold, whether it or they may be missing.

    `type` is date, integer (within the bounds), number, choice (of the spellings in `values`) or text.
    """

    name: str
    type: str = "date"
    also: tuple[str, ...] = ()
    optional: bool = False
    may_be_empty: bool = False
    at_least: int | None = None
    at_most: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlainRow:
    """A row as a spreadsheet numbers it (the header is row 1), its values by column; None where unknown."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table that was read: the file, the columns it has of those asked for, its rows in their order."""

    path: Path
    columns: frozenset[str]
    rows: tuple[PlainRow, ...]

    def refused(self, faults: Sequence[str]) -> MainstayError:
        """What to raise where rows contradict themselves or each other."""
        return refused(TABLE_ROW, self.path, faults)


@dataclass(frozen=True, slots=True)
class _Layout:
    expected: tuple[str, ...]
    name: str = "plain"
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    ditto: frozenset[str] = frozenset()

    @property
    def columns_remedy(self) -> str:
        return f"name the columns {', '.join(self.expected)} in its first row"


def refused(name: str, path: Path, faults: Sequence[str]) -> MainstayError:
    """One error that names the file and the first few of its faults."""
    lines = [f"{path}, {fault}" for fault in faults[:PLACES_SHOWN]]
    if len(faults) > PLACES_SHOWN:
        lines.append(f"{path}: {len(faults) - PLACES_SHOWN} more like these.")
    return MainstayError(name, "\n".join(lines), {"file": str(path), "faults": list(faults)})


def read_plain(path: Path, columns: Sequence[PlainColumn]) -> PlainTable:
    """The table in a file. Raises `file.*` where it cannot be read, `table.cell` and `table.row` naming each place."""
    source = _examined(path, columns)
    places = {column.name: place for column in columns if (place := _place(column, source.header)) is not None}
    context = Context("UTC", local_date(now(), EARLIEST_ZONE))
    read = {column.name: _reader(column, context) for column in columns if column.name in places}
    rows, bad, narrow = [], [], []
    for number, cells in records(source):
        if len(cells) != len(source.header):
            narrow.append(f"row {number}: it has {len(cells)} cells, the header {len(source.header)}. {_WIDTH}")
            continue
        values = {}
        for name, reading in read.items():
            values[name], fault = reading(cells[places[name]])
            if fault is not None:
                header = source.header[places[name]]
                bad.append(f"row {number}, column '{header}': {fault.reason} {fault.remedy}")
        rows.append(PlainRow(number, values))
    narrow += [
        f"row {one.row}: it is {one.reason} ('{shown(one.text)}'). Take it out, so that nothing is left out unseen."
        for one in source.skipped
        if one.kind in ("section", "total", "remark")
    ]
    if narrow:
        raise refused(TABLE_ROW, path, narrow)
    if bad:
        raise refused(TABLE_CELL, path, bad)
    if not rows:
        raise refused(TABLE_ROW, path, ["row 2: there is no row below the header. Send the table with its rows."])
    return PlainTable(path, frozenset(places), tuple(rows))


_WIDTH = "Look for a separator, quotation mark or line break too many or too few."


def _examined(path: Path, columns: Sequence[PlainColumn]) -> Source:
    """The file under the columns' own names, else under the other names that they may have."""
    needed = [column for column in columns if not column.optional]
    try:
        return examine(path, _Layout(tuple(column.name for column in needed)))
    except MainstayError as error:
        others = tuple(column.also[0] if column.also else column.name for column in needed)
        if error.code != FILE_COLUMNS or not any(column.also for column in needed):
            raise
        try:
            return examine(path, _Layout(others))
        except MainstayError:
            raise error from None


def _place(column: PlainColumn, header: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in (column.name, *column.also) if name in header), None)


def _reader(column: PlainColumn, context: Context) -> Callable[[str], Read]:
    if column.type == "number":
        read: Callable[[str], Read] = _number
    else:
        read = Readings(_as_mapped(column), NULL, context).__getitem__
    if column.may_be_empty:
        return read

    def filled(text: str) -> Read:
        value, fault = read(text)
        if value is None and fault is None:
            fault = Fault(TABLE_CELL, "The cell is empty.", "Fill it in, or leave the row out.")
        return value, fault

    return filled


def _as_mapped(column: PlainColumn) -> Column:
    return Column(
        name=column.name,
        type=column.type,
        optional=column.optional,
        nothing=frozenset(),
        values=column.values,
        dating=Dating(),
        at_least=column.at_least,
        at_most=column.at_most,
        longest=LONGEST_TEXT,
        create=False,
        part_of={},
    )


def _number(text: str) -> tuple[Any, Fault | None]:
    stripped = text.strip()
    if stripped in NULL:
        return None, None
    if not _NUMBER.fullmatch(stripped) or not isfinite(float(stripped)):
        return None, Fault(VALUE_NUMBER, f"'{shown(text)}' is no number.", "Write it in digits, as 0.25.")
    return float(stripped), None
