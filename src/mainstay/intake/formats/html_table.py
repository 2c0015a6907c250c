"""A page with a table, often called .xls: what many systems give as their "export to Excel"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from mainstay.intake.files import FILE_BINARY, FILE_EMPTY, FILE_TOO_LARGE, opened, refused
from mainstay.intake.formats.contents import Contents, Layout, Merge, Row, Table, filled
from mainstay.intake.formats.packing import MOST_CELLS
from mainstay.intake.formats.text import encoding_of, opened_text

LARGEST = 64 << 20
MOST_COLUMNS = 16_384
_PAGE = re.compile(
    rb"\s*(<\?xml[^>]*>)?\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|meta|style|body|table)\b", re.DOTALL | re.I
)
_XML_SHEET = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{1,40})", re.I)
_KEPT = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5", "big5-hkscs": "big5", "iso-8859-1": "latin-1"}


def is_page(start: bytes) -> bool:
    """Whether a file begins as a page does, in whichever encoding."""
    return bool(_PAGE.match(_plain(start)))


def _plain(start: bytes) -> bytes:
    return start.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")


def refuse_relatives(path: Path, start: bytes) -> None:
    """Raise `file.binary` for the two other kinds of text that are called .xls."""
    plain = _plain(start)
    what = ""
    if _XML_SHEET.search(plain) and plain.lstrip().startswith(b"<"):
        what = "a workbook in the XML format of 2003"
    elif plain.lstrip()[:13].lower() == b"mime-version:":
        what = "a web archive"
    if what:
        raise refused(FILE_BINARY, path, f"it is {what}", "open it in a spreadsheet program and save it as .xlsx")


def contents(path: Path, start: bytes, layout: Layout) -> Contents:
    """The tables of a page; raises `file.*` where it has none."""
    said = _CHARSET.search(_plain(start))
    name = said[1].decode("latin-1").lower() if said else ""
    encoding = encoding_of(path, start, layout, in_lines=False, said=_KEPT.get(name, name))
    reader = _Reader(path)
    with opened(path) as unpacked:
        too_large = len(unpacked.read(LARGEST + 1)) > LARGEST
    if too_large:
        raise refused(FILE_TOO_LARGE, path, f"it is a page of more than {LARGEST >> 20} MB", "save it as .xlsx")
    with opened_text(path, encoding) as text:
        while some := text.read(1 << 20):
            reader.feed(some)
    reader.close()
    tables = [table for table in reader.tables if table.rows]
    if not tables:
        raise refused(FILE_EMPTY, path, "it is a page without a table", "send the table as a workbook or as CSV")
    return Contents("html", tuple(_table(table, at, len(tables)) for at, table in enumerate(tables, 1)), encoding)


@dataclass
class _Drawn:
    """One table as drawn: its rows, and the cells that span several."""

    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    taken: dict[tuple[int, int], None] = field(default_factory=dict)  # by cells from above or from the left


def _table(drawn: _Drawn, at: int, of: int) -> Table:
    width = max(map(len, drawn.rows))
    merges = tuple(drawn.merges)

    def rows() -> Iterator[Row]:
        raw = ((number, cells + [""] * (width - len(cells))) for number, cells in enumerate(drawn.rows, 1))
        return filled(raw, merges)

    name = drawn.caption or (f"table {at}" if of > 1 else "")
    return Table(rows, name=name, first_column=0, merges=lambda: merges)


class _Reader(HTMLParser):
    """Collects the tables of a page; one within another's cell is read as a table of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.tables: list[_Drawn] = []
        self.open: list[_Drawn] = []
        self.cells = 0
        self.text: list[str] | None = None  # of the cell or caption that is open
        self.place = (0, 0)
        self.hidden = 0  # within a style or a script

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self.open.append(_Drawn())
            self.tables.append(self.open[-1])
        elif tag == "tr" and self.open:
            self._end_cell()
            self.open[-1].rows.append([])
        elif tag in ("td", "th") and self.open:
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif tag == "caption" and self.open:
            self.text = []
        elif tag in ("br", "p", "div") and self.text:
            self.text.append("\n")
        elif tag in ("style", "script"):
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "caption" and self.open and self.text is not None:
            self.open[-1].caption = " ".join("".join(self.text).split())[:100]
            self.text = None
        elif tag == "table" and self.open:
            self._end_cell()
            self.open.pop()
        elif tag in ("style", "script"):
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if self.text is not None and not self.hidden:
            self.text.append(" ".join(data.split("\n")) if data.strip() else " ")

    def close(self) -> None:
        super().close()
        self._end_cell()

    def _begin_cell(self, said: dict[str, str | None]) -> None:
        table = self.open[-1]
        if not table.rows:
            table.rows.append([])
        row, column = len(table.rows), len(table.rows[-1])
        while (row, column) in table.taken:
            table.rows[-1].append("")
            column += 1
        down, right = _span(said.get("rowspan")), _span(said.get("colspan"))
        self.cells += down * right
        if self.cells > MOST_CELLS or column + right > MOST_COLUMNS:
            raise refused(
                FILE_TOO_LARGE, self.path, "its tables have more cells than are taken in at once", "save it as .xlsx"
            )
        if down > 1 or right > 1:
            table.merges.append(Merge(row, row + down - 1, column, column + right - 1))
            for below in range(1, down):
                table.taken.update(dict.fromkeys((row + below, column + beside) for beside in range(right)))
        table.rows[-1] += [""] * right
        self.place = row, column
        self.text = []

    def _end_cell(self) -> None:
        if self.text is not None and self.open:
            row, column = self.place
            rows = self.open[-1].rows
            if 0 < row <= len(rows) and column < len(rows[row - 1]):
                lines = "".join(self.text).replace("\u00a0", " ").split("\n")
                rows[row - 1][column] = "\n".join(" ".join(line.split()) for line in lines).strip()
        self.text = None


def _span(said: str | None) -> int:
    return max(1, min(int(said), 65_536)) if said and said.strip().isdecimal() else 1
