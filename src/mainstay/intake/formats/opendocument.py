"""What calamine does not tell of an ODS: merged cells, cells with an error, how far a table reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from mainstay.intake.formats.contents import Merge
from mainstay.intake.formats.packing import damaged

Fixed = dict[tuple[int, int], str]
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@dataclass
class Sheet:
    """What was found in one table; rows from 1, columns from 0."""

    rows: int = 0
    columns: int = 0
    fixed: Fixed = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)


def look(path: Path) -> dict[str, Sheet]:
    """{table's name: what was found in it}; raises `file.unreadable`."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    found: dict[str, Sheet] = {}
    try:
        with ZipFile(path) as archive, archive.open("content.xml") as file:
            _walk(iterparse(file, ("start", "end")), found)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise damaged(path) from error
    return found


def _walk(events: Iterator[tuple[str, Any]], found: dict[str, Sheet]) -> None:
    sheet = Sheet()
    row = 0
    for event, element in events:
        if event == "start":
            if element.tag == f"{_TABLE}table":
                sheet = found[element.get(f"{_TABLE}name", "")] = Sheet()
                row = 0
        elif element.tag == f"{_TABLE}table-row":
            repeated = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
            _cells(element, sheet, row + 1, repeated)
            row += repeated
            element.clear()
        elif element.tag in (f"{_TABLE}table", f"{_OFFICE}annotation"):
            element.clear()


def _cells(row: Any, sheet: Sheet, number: int, repeated: int) -> None:
    column = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        if cell.get(f"{_OFFICE}value-type"):
            sheet.rows = max(sheet.rows, number + repeated - 1)
            sheet.columns = max(sheet.columns, column + times)
            if wrong := _error(cell):
                sheet.fixed[number, column] = wrong
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        right = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        if down > 1 or right > 1:
            sheet.merges.append(Merge(number, number + down - 1, column, column + right - 1))
        column += times


def _error(cell: Any) -> str:
    """What an error reads, as #REF! or Err:502; empty for every other cell."""
    marked = any(name.endswith("}value-type") and value == "error" for name, value in cell.attrib.items())
    if not marked and not cell.get(f"{_TABLE}formula"):
        return ""
    text = "".join(cell.itertext()) if cell.find(f"{_TEXT}p") is not None else ""
    return text.strip() or "#ERROR!" if marked or text.startswith(("#", "Err:")) else ""
