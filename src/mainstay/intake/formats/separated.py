"""Text with separators: CSV, or a table pasted from a spreadsheet, which parts its cells by tabs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from mainstay.intake.files import FILE_EMPTY, FILE_LINE, refused
from mainstay.intake.formats.contents import Contents, Layout, Row, Table
from mainstay.intake.formats.text import not_throughout, opened_text
from mainstay.intake.rules.table_shape import TOP_ROWS, find_header

LONGEST_CELL = 1 << 17
# Read after the last line: an open quotation mark would swallow it, and so cannot go unnoticed.
END = "\x00\x03end of file\x03\x00"
SEPARATORS = (",", ";", "\t", "|")
# Between tabs a lone quotation mark is a cell ("as above"): a spreadsheet that is copied does not quote it.
_LONE_MARK = re.compile(r'(?<=\t)"(?=\t)')


def contents(path: Path, encoding: str, layout: Layout) -> Contents:
    """The file's one table; raises `file.empty`. Its rows may raise `file.line` and `file.encoding`."""
    with opened_text(path, encoding) as text:
        lines = list(islice((line for line in text if line.strip()), TOP_ROWS + 1))
    if not lines:
        raise refused(FILE_EMPTY, path, "it holds nothing but blank lines", "ask the sender for the file again")
    said = _said(lines[0])
    separator = _separator(lines[1:] if said else lines, said, layout)
    return Contents("csv", (Table(lambda: _rows(path, encoding, separator, bool(said))),), encoding, separator)


def _said(line: str) -> str:
    """The separator that a spreadsheet states in a first line `sep=;`."""
    return line.strip()[4:5] if line.lower().startswith("sep=") else ""


def _separator(lines: list[str], said: str, layout: Layout) -> str:
    """The one stated, else the one that finds most of the columns expected, then most columns."""
    if layout.separator or said:
        return layout.separator or said
    wanted = set(layout.expected)

    def finds(mark: str) -> tuple[int, int]:
        header = find_header(_first_rows(lines, mark), layout.expected)
        return len(wanted & set(header.names)), sum(map(bool, header.names))

    return max(SEPARATORS, key=finds)


def _first_rows(lines: list[str], separator: str) -> list[Row]:
    rows: list[Row] = []
    try:
        for cells in csv.reader(lines, delimiter=separator):
            rows.append((len(rows) + 1, cells))
    except csv.Error:
        pass
    return rows or [(1, [])]


def _rows(path: Path, encoding: str, separator: str, said: bool) -> Iterator[Row]:
    """The rows that are not blank; the first of them is row 1, whatever blank lines stand above it."""
    csv.field_size_limit(LONGEST_CELL)
    with opened_text(path, encoding) as text:
        number = 0
        lines: Iterable[str] = (_LONE_MARK.sub('""""', line) for line in text) if separator == "\t" else text
        try:
            for cells in csv.reader(chain(lines, [END]), delimiter=separator):
                if not "".join(cells).strip():
                    number += number > 0
                elif said:
                    said = False
                elif cells != [END]:
                    number += 1
                    if cells[-1].endswith(END):
                        raise csv.Error("a quotation mark is open at the end of the file")
                    yield number, cells
        except csv.Error as error:
            raise refused(
                FILE_LINE,
                path,
                f"from row {number} on it cannot be parted into cells ({error})",
                "look for a quotation mark that is never closed",
                row=number,
            ) from error
        except UnicodeDecodeError as error:
            raise not_throughout(path, encoding) from error
