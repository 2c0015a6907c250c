"""An XLSX as it was received, with columns at its right and rows beneath: everything else stays as its sender made it.

Colours, widths, merged cells and other sheets are theirs. Formulas go and leave the value that was saved with them, so
that nothing in what is given back can run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from mainstay.intake.formats import ooxml

Cell = str | int | None
# A sheet is put together in memory.
LARGEST_SHEET = 100 << 20
# Parts that run, or fetch something when the workbook is opened.
_RUNS = re.compile(
    r"vbaProject|xl/(externalLinks|connections|queryTables|activeX|embeddings|ctrlProps|macrosheets|model|webextensions)|customUI",
    re.IGNORECASE,
)
_CALCULATED = "xl/calcChain.xml"
_FORMULA = re.compile(r"<(?:[\w.-]{1,100}:)?f\b[^>]*?(?:/>|>.*?</(?:[\w.-]{1,100}:)?f>)", re.DOTALL)
_ROW = re.compile(r"<((?:\w{1,20}:)?)row\b([^>]*?)(?:/>|>(.*?)</(?:\w{1,20}:)?row>)", re.DOTALL)
_NUMBER = re.compile(r'\br="(\d{1,7})"')
_PLACE = re.compile(r'<(?:\w{1,20}:)?c\b[^>]*?\br="([A-Z]{1,3})\d{1,7}"')
_STYLE = re.compile(r'<(?:\w{1,20}:)?c\b[^>]*?\bs="(\d{1,6})"')
_END = re.compile(r"</((?:\w{1,20}:)?)sheetData>|<((?:\w{1,20}:)?)sheetData\s*/>")
_DIMENSION = re.compile(r'(<(?:\w{1,20}:)?dimension\b[^>]*?\bref=")[^"]*(")')
_SPANS = re.compile(r'\s*\bspans="[^"]*"')
# What no XML may hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def with_added(
    path: Path, sheet: str, header: int, cells: Mapping[int, Sequence[Cell]], rows: Sequence[Mapping[int, Cell]]
) -> bytes | None:
    """The workbook with `cells` (by row number, `header` the names) right of all that stands in the sheet.

    `rows` come beneath, each by the number of its column from 0: -1 is the first added one, -2 the next. None where
    this workbook cannot be added to in this way: it brings parts that run, or is put together otherwise.
    """
    with ZipFile(path) as archive:
        names, parts = archive.namelist(), ooxml.parts_of(path)
        part = parts.get(sheet)
        if part is None or any(_RUNS.search(name) for name in names):
            return None
        if archive.getinfo(part).file_size > LARGEST_SHEET:
            return None
        sheets = {name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")}
        try:
            found = _added(archive.read(part).decode(), header, cells, rows)
            if found is None:
                return None
            made = BytesIO()
            with ZipFile(made, "w", ZIP_DEFLATED) as given:
                for name in names:
                    if name != _CALCULATED:
                        is_sheet = name in sheets or name in parts.values()
                        given.writestr(name, found if name == part else _harmless(name, archive.read(name), is_sheet))
        except UnicodeDecodeError:  # a sheet in another encoding than UTF-8
            return None
        return made.getvalue()


def _harmless(name: str, content: bytes, is_sheet: bool) -> bytes:
    if is_sheet:
        return _FORMULA.sub("", content.decode()).encode()
    if name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        # The order of calculation names cells with formulas: without these it would be found damaged.
        return re.sub(rb"<(?:Override|Relationship)\b[^>]*calcChain[^>]*/>", b"", content)
    return content


def _added(
    xml: str, header: int, cells: Mapping[int, Sequence[Cell]], rows: Sequence[Mapping[int, Cell]]
) -> str | None:
    xml = _FORMULA.sub("", xml)
    ends = list(_END.finditer(xml))
    if len(ends) != 1 or ends[0].group(1) is None or "<!DOCTYPE" in xml[:1000]:
        return None
    first = max((_column(letters) for letters in _PLACE.findall(xml)), default=-1) + 1
    last, written = 0, set()

    def extended(row: re.Match[str]) -> str:
        nonlocal last
        prefix, attributes, inner = row.group(1), row.group(2), row.group(3) or ""
        stated = _NUMBER.search(attributes)
        last = int(stated.group(1)) if stated else last + 1
        if last not in cells:
            return row.group(0)
        written.add(last)
        styles = _STYLE.findall(inner) if last == header else []
        more = _cells(prefix, last, dict(enumerate(cells[last], first)), styles[-1] if styles else "")
        return f"<{prefix}row{_SPANS.sub('', attributes).rstrip()}>{inner}{more}</{prefix}row>"

    end = ends[0]
    body = _ROW.sub(extended, xml[: end.start()])
    if written != set(cells):
        return None
    prefix = end.group(1)
    beneath = ""
    for number, row in enumerate(rows, last + 1):
        placed = {column if column >= 0 else first - 1 - column: value for column, value in row.items()}
        beneath += f'<{prefix}row r="{number}">{_cells(prefix, number, placed)}</{prefix}row>'
    width = first + max((len(one) for one in cells.values()), default=0)
    reach = f"A1:{letters_of(max(0, width - 1))}{max(1, last + len(rows))}"
    return _DIMENSION.sub(rf"\g<1>{reach}\g<2>", body, count=1) + beneath + xml[end.start() :]


def _cells(prefix: str, row: int, values: Mapping[int, Cell], style: str = "") -> str:
    styled = f' s="{style}"' if style else ""
    said = []
    for column, value in sorted(values.items()):
        place = f'r="{letters_of(column)}{row}"{styled}'
        if isinstance(value, int):
            said.append(f"<{prefix}c {place}><{prefix}v>{value}</{prefix}v></{prefix}c>")
        elif value:
            text = escape(_FORBIDDEN.sub("", value), quote=False)
            said.append(
                f'<{prefix}c {place} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t>'
                f"</{prefix}is></{prefix}c>"
            )
    return "".join(said)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def letters_of(number: int) -> str:
    """What a sheet calls a column: A for 0, Z for 25, AA for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
