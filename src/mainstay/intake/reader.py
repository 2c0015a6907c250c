"""Reads a delivered file, whatever its format: CSV, a workbook, a page, Parquet, JSON lines, a pasted table.

`examine` finds the table once, before anything else is done with the file: one that cannot be used is
refused there with one sentence. `records` then yields the table's rows, a few in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mainstay.intake.files import FILE_COLUMNS, FILE_EMPTY, FILE_SHEET, refused, sha256_of
from mainstay.intake.formats.contents import Contents, Layout, Row, Table
from mainstay.intake.formats.telling import contents_of
from mainstay.intake.mapping import Mapping
from mainstay.intake.rules import table_shape
from mainstay.intake.rules.table_shape import TOP_ROWS, Header, Log, Shape, Skipped


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read: how, and which columns stand where.

    `encoding`, `separator` and `sheet` are empty where the format has none. `log` tells, once the rows have
    been read, what was left out and filled in.
    """

    path: Path
    sha256: str
    format: str
    encoding: str
    separator: str
    sheet: str
    header: tuple[str, ...]
    shape: Shape
    table: Table
    ditto: frozenset[str]
    others: tuple[str, ...] = ()  # sentences on the sheets that are not read
    log: Log = field(default_factory=Log)

    @property
    def first_column(self) -> int | None:
        """The number of the first cell's column in its sheet, from 0 for A; None where columns have no letters."""
        return self.table.first_column

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The rows left out, with what each is and why; complete once the rows have been read to their end."""
        return tuple(self.log.skipped)

    def unread(self, mapping: Mapping) -> tuple[str, ...]:
        """Columns of the file of which the mapping says nothing."""
        known = {column.name for column in mapping.columns} | set(mapping.ignored)
        return tuple(name for name in self.header if name and name not in known)

    def notes(self) -> tuple[str, ...]:
        """What was taken otherwise than it stands there, in sentences; complete as `skipped`."""
        return (*self.others, *_notes(self))


def examine(path: Path, layout: Layout, sheet: str = "") -> Source:
    """Find the table that has the columns asked for, in the sheet named if one is; raises `file.*`, exit code 2."""
    contents = contents_of(path, layout)
    table, shape, others = _chosen(path, contents, layout, sheet)
    _refuse_header(path, shape.header.names, layout, table)
    return Source(
        path,
        sha256_of(path),
        contents.format,
        contents.encoding,
        contents.separator,
        table.name,
        shape.header.names,
        shape,
        table,
        layout.ditto,
        others,
    )


def records(source: Source) -> Iterator[Row]:
    """(row number, cells) of every row that states something, numbered as the user sees them.

    Of CSV the header is row 1, of a sheet its rows are those it shows, of JSON lines the lines.
    """
    source.log.clear()
    return table_shape.records(source.table.rows(), source.shape, source.ditto, source.log)


# --- which table ------------------------------------------------------------------------------------------


def _chosen(path: Path, contents: Contents, layout: Layout, asked: str) -> tuple[Table, Shape, tuple[str, ...]]:
    """The one table that is meant: that named, else the only one shown that has the columns."""
    tables = contents.tables
    if asked and not tables[0].name:
        raise refused(FILE_SHEET, path, f"it has no sheets, so none is called '{asked}'", "leave --sheet out")
    wanted = asked or layout.sheet
    if wanted and tables[0].name:
        tables = tuple(table for table in tables if table.name == wanted)
        if not tables:
            there = ", ".join(f"'{table.name}'" for table in contents.tables)
            raise refused(FILE_SHEET, path, f"it has no sheet '{wanted}'", f"name one of {there}", sheet=wanted)
    looked = [one for table in tables if (one := _looked(table, layout)) is not None]
    if not looked:
        where = f"its sheet '{wanted}' is empty" if wanted else "it holds nothing but blank rows"
        raise refused(FILE_EMPTY, path, where, "send the workbook or file that has the table")
    fitting = [one for one in looked if not _lacks(one.shape.header, layout)]
    fitting = [one for one in fitting if one.has_rows] or fitting
    shown = [one for one in fitting if not one.table.hidden or wanted]
    _refuse_doubt(path, fitting, shown)
    found = shown[0] if shown else max(looked, key=lambda one: (not one.table.hidden, _finds(one.shape, layout)))
    return found.table, found.shape, _others(found.table, [one.table for one in looked], wanted)


class _Looked(NamedTuple):
    """A table that was looked into; `has_rows`: it is no form with nothing below its header."""

    table: Table
    shape: Shape
    has_rows: bool


def _looked(table: Table, layout: Layout) -> _Looked | None:
    """The table with its form; None where nothing stands in it."""
    if table.header is not None:
        return _Looked(table, Shape(Header(table.header, 0, -1, "the format names the columns")), True)
    rows = list(islice(table.rows(), TOP_ROWS))
    if not rows:
        return None
    shape = table_shape.shape_of(rows, layout.expected)
    return _Looked(table, shape, len(rows) > shape.header.last + 1)


def _lacks(header: Header, layout: Layout) -> list[str]:
    return [name for name in layout.expected if name not in header.names]


def _finds(shape: Shape, layout: Layout) -> int:
    return len(set(layout.expected).intersection(shape.header.names))


def _refuse_doubt(path: Path, fitting: list[_Looked], shown: list[_Looked]) -> None:
    """Which sheet is asked, never guessed: where several fit, and where only hidden ones do."""
    names = [one.table.name for one in shown]
    if len(shown) > 1:
        alike = " and ".join(f"'{name}'" for name in names[:6]) + (" and others" if len(names) > 6 else "")
        raise refused(
            FILE_SHEET,
            path,
            f"which sheet is meant? {alike} look alike",
            "name one with --sheet, or `sheet` in the mapping, and send the file once for each that counts",
            sheets=names,
        )
    if fitting and not shown:
        hidden = fitting[0].table.name
        raise refused(
            FILE_SHEET,
            path,
            f"the columns stand only in the sheet '{hidden}', which is hidden",
            f"name it with --sheet if it is meant: --sheet '{hidden}'",
            sheets=[hidden],
        )


def _others(table: Table, tables: Sequence[Table], wanted: str) -> tuple[str, ...]:
    if not table.name or wanted:
        return ()
    said = [f"'{one.name}'{' (hidden)' if one.hidden else ''}" for one in tables if one is not table]
    return (f"Read was the sheet '{table.name}'; not read: {', '.join(said)}.",) if said else ()


def _refuse_header(path: Path, header: tuple[str, ...], layout: Layout, table: Table) -> None:
    where = f"the header of the sheet '{table.name}'" if table.name else "the header"
    missing = [name for name in layout.expected if name not in header]
    if missing:
        near = [match for name in missing for match in get_close_matches(name, header, 1, 0.8)]
        hint = f" (the file has {', '.join(repr(name) for name in near)})" if near else ""
        shown = ", ".join(repr(name) for name in missing[:8]) + (" and more" if len(missing) > 8 else "")
        raise refused(
            FILE_COLUMNS,
            path,
            f"{where} lacks {'the column' if len(missing) == 1 else 'the columns'} {shown}{hint}",
            layout.columns_remedy,
            missing=missing,
        )
    twice = [name for name in layout.expected if header.count(name) > 1]
    if twice:
        raise refused(FILE_COLUMNS, path, f"{where} has {twice[0]!r} twice", "name every column once", twice=twice)


# --- what is said of it -----------------------------------------------------------------------------------


def _notes(source: Source) -> Iterator[str]:
    header, log = source.shape.header, source.log
    if header.last > header.first:
        yield "The header has two rows; a column is called by both, as 'upper / lower'."
    merges = source.table.merges()
    rows = sorted({merge.first_row for merge in merges})
    if merges:
        yield f"Merged cells count for every row and column they cover: {len(merges)}, from rows {_some(rows)}."
    if log.ditto_cells:
        yield (
            f"{_count(log.ditto_cells, 'cell')} saying 'as above' took what the row above says, in rows "
            f"{_some(log.ditto_rows)}."
        )
    if log.skipped_rows:
        yield f"Left out, because they state nothing of anybody: {_count(log.skipped_rows, 'row')}, listed one by one."


def _some(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:8])) + (" and more" if len(rows) > 8 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
