"""What calamine does not tell of an XLSX: cells with an error, formulas never calculated, how far a sheet reaches.

It gives both kinds of cell as empty: an identifier that reads #REF! would be unknown in silence. So the sheet's
XML is looked through once for them, as bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath
from zipfile import ZipFile

from mainstay.intake.formats.packing import blocks, damaged

# (row from 1, column from 0): what is to be read there.
Fixed = dict[tuple[int, int], str]
UNCALCULATED = "#UNCALCULATED!"
_LARGEST_INDEX = 16 << 20
_WAITING = 32 << 20  # bytes without the end of a row

# How long a cell's tag may be: without a bound, a sheet made of open tags would take hours.
_IN_TAG = rb"[^>]{0,400}?"
_PLACE = rb'\br="([A-Z]{1,3})(\d{1,7})"'
_CELL_ENDS = rb"</(?:\w{1,20}:)?c>"
_ROW = re.compile(rb"<(?:\w{1,20}:)?row\b" + _IN_TAG + rb'\br="(\d{1,7})"')
_FAR = re.compile(rb"<(?:\w{1,20}:)?c\b" + _IN_TAG + rb'\br="([A-Z]{2,3})\d')
_ERROR = re.compile(
    rb"<(?:\w{1,20}:)?c\b(?=[^>]{0,400}\bt=\"e\")" + _IN_TAG + _PLACE + rb"[^>]{0,400}>"
    rb"(?:(?!" + _CELL_ENDS + rb").){0,9000}?<(?:\w{1,20}:)?v>([^<]{1,20})<",
    re.DOTALL,
)
_FORMULA = re.compile(
    rb"<(?:\w{1,20}:)?c\b(?![^>]{0,400}\bt=\"str\")" + _IN_TAG + _PLACE + rb"[^>]{0,400}>\s*"
    rb"<(?:\w{1,20}:)?f\b(?:[^>]{0,400}/>|[^>]{0,400}>[^<]{0,9000}</(?:\w{1,20}:)?f>)\s*"
    rb"(?:<(?:\w{1,20}:)?v\s*/>|<(?:\w{1,20}:)?v>\s*</(?:\w{1,20}:)?v>)?\s*" + _CELL_ENDS
)


@dataclass
class Sheet:
    """What was found in one sheet's XML."""

    rows: int = 0
    columns: int = 26
    fixed: Fixed = field(default_factory=dict)


def parts_of(path: Path) -> dict[str, str]:
    """{sheet's name: the part of the archive it stands in}."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    with ZipFile(path) as archive:
        try:
            book = fromstring(archive.open("xl/workbook.xml").read(_LARGEST_INDEX))
            links = fromstring(archive.open("xl/_rels/workbook.xml.rels").read(_LARGEST_INDEX))
        except (KeyError, ParseError, DefusedXmlException, ValueError) as error:
            raise damaged(path) from error
        there = set(archive.namelist())
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            if part in there:
                found[sheet.get("name", "")] = part
    return found


def look(path: Path, part: str) -> Sheet:
    """Look one sheet's XML through."""
    found = Sheet()
    for text in _rows(blocks(path, part)):
        numbers = [int(number) for number in _ROW.findall(text)]
        found.rows = max(found.rows, max(numbers, default=0))
        found.columns = max([found.columns, *(column_of(letters) + 1 for letters in set(_FAR.findall(text)))])
        for letters, row, said in _ERROR.findall(text):
            found.fixed[int(row), column_of(letters)] = said.decode("latin-1").strip()
        for letters, row in _FORMULA.findall(text):
            found.fixed[int(row), column_of(letters)] = UNCALCULATED
    return found


def column_of(letters: bytes) -> int:
    """A column's number, from 0 for A."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _rows(some: Iterator[bytes]) -> Iterator[bytes]:
    """The XML in pieces that end with a row, so that no cell is cut in two."""
    waiting = b""
    for block in some:
        waiting += block
        end = waiting.rfind(b"row>")
        if end >= 0 or len(waiting) > _WAITING:
            yield waiting[: end + 4] if end >= 0 else waiting
            waiting = waiting[end + 4 :] if end >= 0 else b""
    yield waiting
