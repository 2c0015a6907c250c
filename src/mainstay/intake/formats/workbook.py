"""Workbooks: XLSX, XLS and ODS, read by calamine, one sheet in memory at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mainstay.intake.files import FILE_EMPTY, FILE_PASSWORD, refused
from mainstay.intake.formats import compound, ooxml, opendocument, packing
from mainstay.intake.formats.contents import Contents, Merge, Row, Table, filled
from mainstay.intake.rules.texts import text_of

_MUTING = threading.Lock()


def contents(path: Path, format_: str) -> Contents:
    """The sheets of a workbook; raises `file.*` where it cannot be read or has none."""
    book = _Book(path, format_)
    with _careful(path) as calamine, path.open("rb") as file:
        book.opened = calamine.CalamineWorkbook.from_filelike(file)  # by a path it would go by the name's ending
        some = [sheet for sheet in book.opened.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        shown = calamine.SheetVisibleEnum.Visible
        tables = tuple(_table(book, at, sheet.name, sheet.visible != shown) for at, sheet in enumerate(some))
    if not tables:
        raise refused(FILE_EMPTY, path, "it has no sheet with cells", "send the workbook that has the table")
    return Contents(format_, tables)


@dataclass
class _Book:
    """An open workbook, with what calamine does not tell of it; the sheet read last is kept."""

    path: Path
    format: str
    opened: Any = None
    parts: dict[str, str] = field(default_factory=dict)
    tables: dict[str, opendocument.Sheet] = field(default_factory=dict)
    errors: list[ooxml.Fixed] = field(default_factory=list)
    last: tuple[str, Any, ooxml.Fixed, tuple[Merge, ...]] | None = None

    def __post_init__(self) -> None:
        if self.format == "xlsx":
            self.parts = ooxml.parts_of(self.path)
        elif self.format == "ods":
            self.tables = opendocument.look(self.path)
        else:
            self.errors = compound.errors_in(self.path)

    def sheet(self, at: int, name: str) -> tuple[Any, ooxml.Fixed, tuple[Merge, ...]]:
        """(sheet, cells to be read otherwise, its merges); raises `file.too_large` before it is loaded."""
        if self.last is None or self.last[0] != name:
            self.last = None
            fixed, merges = self._told(at, name)
            with _careful(self.path):
                sheet = self.opened.get_sheet_by_name(name)
                merges = merges or tuple(
                    Merge(first[0] + 1, last[0] + 1, first[1], last[1])
                    for first, last in sheet.merged_cell_ranges or ()
                )
            self.last = name, sheet, fixed, merges
        return self.last[1:]

    def _told(self, at: int, name: str) -> tuple[ooxml.Fixed, tuple[Merge, ...]]:
        if self.format == "xls":
            return (self.errors[at] if at < len(self.errors) else {}), ()
        if self.format == "ods":
            table = self.tables.get(name, opendocument.Sheet())
            packing.refuse_wide(self.path, name, table.rows, table.columns)
            return table.fixed, tuple(table.merges)
        if name not in self.parts:
            return {}, ()
        found = ooxml.look(self.path, self.parts[name])
        packing.refuse_wide(self.path, name, found.rows, found.columns)
        return found.fixed, ()


def _table(book: _Book, at: int, name: str, hidden: bool) -> Table:
    return Table(
        lambda: _rows(book, at, name),
        name=name,
        hidden=hidden,
        first_column=0,
        merges=lambda: book.sheet(at, name)[2],
    )


def _rows(book: _Book, at: int, name: str) -> Iterator[Row]:
    sheet, fixed, merges = book.sheet(at, name)
    return filled(_raw(book.path, sheet, fixed), merges)


def _raw(path: Path, sheet: Any, fixed: ooxml.Fixed) -> Iterator[Row]:
    """Every row of the sheet from its first, each as wide as the sheet and beginning with column A."""
    if sheet.start is None and not fixed:
        return
    columns = max(
        sheet.start[1] + sheet.width if sheet.start else 0, *(column + 1 for _row, column in fixed or [(0, -1)])
    )
    before = [""] * (sheet.start[1] if sheet.start else 0)
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in fixed.items():
        by_row.setdefault(row, []).append((column, text))
    number = 0
    for number, values in enumerate(_values(path, sheet), 1):
        cells = [*before, *map(text_of, values)]
        cells += [""] * (columns - len(cells))
        for column, text in by_row.pop(number, ()):
            cells[column] = text
        yield number, cells
    for number in sorted(by_row):  # below all that calamine takes for filled
        cells = [""] * columns
        for column, text in by_row[number]:
            cells[column] = text
        yield number, cells


def _values(path: Path, sheet: Any) -> Iterator[list[Any]]:
    with _careful(path):
        rows = sheet.iter_rows()
    while True:
        with _careful(path, mute=False):
            row = next(rows, None)
        if row is None:
            return
        yield row


@contextmanager
def _careful(path: Path, mute: bool = True) -> Iterator[Any]:
    """calamine; whatever it fails with on a damaged workbook becomes one sentence."""
    import python_calamine

    try:
        with _muted() if mute else nullcontext():
            yield python_calamine
    except python_calamine.PasswordError as error:
        raise refused(
            FILE_PASSWORD, path, "it is protected by a password", "save it without one and send that"
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise packing.damaged(path) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a failed assertion of the library becomes
            raise
        raise packing.damaged(path) from error


@contextmanager
def _muted() -> Iterator[None]:
    """Standard error shut for a moment: a failed assertion of the library writes its stack there, past Python."""
    with _MUTING:
        try:
            kept = os.dup(2)
        except OSError:  # this process has none
            kept = -1
        if kept < 0:
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
