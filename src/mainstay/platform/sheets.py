"""Workbooks that the product gives out: typed cells, written row by row, and nothing in them that runs.

A cell that begins like a formula could run when the file is opened. In a workbook it is written as text and marked as
quoted, so that it stays text when somebody edits it, and reads as it was; in a CSV an apostrophe stands before it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST_CELL = 32_767
MOST_LINES = 1_048_576
# Spreadsheets keep 15 digits of a number: what is longer is written as text, or it would lose its end.
LARGEST_NUMBER = 10**15


def begins_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet may take this text for something to run; blanks before it do not help."""
    return text.startswith(FORMULA) or text.lstrip().startswith(("=", "+", "-", "@"))


def defused(text: str) -> str:
    """The text for a cell of a CSV."""
    return f"'{text}" if begins_like_a_formula(text) else text


@dataclass(frozen=True, slots=True)
class Styled:
    """A value with the name of a format of its book, over so many columns."""

    value: Any
    style: str
    columns: int = 1


class Book:
    """A workbook being written: `sheet` begins one, `row` adds a line to it, `content` ends it all."""

    STYLES: dict[str, dict[str, Any]] = {
        "": {},
        "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
        "title": {"bold": True, "font_size": 14},
        "note": {"text_wrap": True, "valign": "top"},
        "added": {"bg_color": "#E2EEF2", "valign": "top"},
    }

    def __init__(
        self,
        styles: dict[str, dict[str, Any]] | None = None,
        *,
        made_at: datetime | None = None,
        folder: Path | None = None,
        path: Path | None = None,
    ) -> None:
        """`folder`, private and of the caller's, takes the rows while they are many; without one memory does.

        `path`: where the workbook itself is written, ended by `end`, so that memory never holds it.
        """
        import xlsxwriter

        self._bytes = io.BytesIO()
        kept: dict[str, Any] = {"in_memory": True}
        if folder is not None:
            kept = {"constant_memory": True, "tmpdir": str(folder)}
        plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self._book = xlsxwriter.Workbook(
            str(path) if path is not None else self._bytes, {**kept, **plain, "remove_timezone": True}
        )
        if made_at is not None:
            self._book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
        self._styles = self.STYLES | (styles or {})
        self._formats: dict[tuple[str, str], Any] = {}
        self._sheet: Any = None
        self._at = 0

    def sheet(self, name: str, widths: Sequence[float] = (), *, landscape: bool = False) -> Any:
        """Begin a sheet, with its columns so wide; an A4 page when printed."""
        self._sheet, self._at = self._book.add_worksheet(name), 0
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        if landscape:
            self._sheet.set_landscape()
        return self._sheet

    def row(self, values: Iterable[Any], style: str = "", height: float | None = None) -> None:
        """One line: None leaves its cell empty, a number is a number, a day a day, all else text."""
        if height is not None:
            self._sheet.set_row(self._at, height)
        column = 0
        for value in values:
            one = value if isinstance(value, Styled) else Styled(value, style)
            self._write(column, one)
            column += one.columns
        self._at += 1

    def skip(self) -> None:
        """An empty line."""
        self._at += 1

    def end(self) -> None:
        """No more comes: the workbook is written to its path."""
        self._book.close()

    def content(self) -> bytes:
        """The workbook, ended."""
        self.end()
        return self._bytes.getvalue()

    def _write(self, column: int, one: Styled) -> None:
        value = one.value
        if one.columns > 1:
            format_ = self._format(one.style, _kind(value))
            self._sheet.merge_range(self._at, column, self._at, column + one.columns - 1, "", format_)
        if value is None or value == "":
            self._sheet.write_blank(self._at, column, None, self._format(one.style, "blank"))
            return
        kind = _kind(value)
        format_ = self._format(one.style, kind)
        if kind == "text":
            self._sheet.write_string(self._at, column, str(value)[:LONGEST_CELL], format_)
        elif kind == "quoted":
            self._sheet.write_string(self._at, column, value[:LONGEST_CELL], format_)
        elif kind == "truth":
            self._sheet.write_boolean(self._at, column, value, format_)
        elif kind in ("day", "instant"):
            self._sheet.write_datetime(self._at, column, value, format_)
        else:
            self._sheet.write_number(self._at, column, value, format_)

    def _format(self, style: str, kind: str) -> Any:
        key = (style, kind)
        if key not in self._formats:
            said = dict(self._styles[style])
            if kind in ("day", "instant"):
                said["num_format"] = "yyyy-mm-dd" if kind == "day" else "yyyy-mm-dd hh:mm"
                said.setdefault("align", "left")
            elif kind == "quoted":
                said["quote_prefix"] = True
            elif kind == "whole":
                said.setdefault("num_format", "#,##0")
            self._formats[key] = self._book.add_format(said)
        return self._formats[key]


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "whole" if abs(value) < LARGEST_NUMBER else "text"
    if isinstance(value, float):
        return "number"
    if isinstance(value, datetime):
        return "instant" if value.year >= 1900 else "text"
    if isinstance(value, date):
        return "day" if value.year >= 1900 else "text"
    return "quoted" if begins_like_a_formula(str(value)) else "text"
