"""Writes files as people send them: the same rows in every format, and workbooks as ugly as they come."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from openpyxl.styles import PatternFill

Rows = Sequence[Sequence[Any]]
Sheets = dict[str, Rows]
# (first row, last row, first column, last column), from 1 and from "A" as 1.
Merges = Sequence[tuple[int, int, int, int]]
RED = PatternFill("solid", fgColor="FFFF0000")


def write_xlsx(path: Path, sheets: Sheets, merges: Merges = (), hidden: Sequence[str] = ()) -> Path:
    """Merges go to the first sheet; a text that begins with "!" is an error, one with "=" a formula."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                if value in (None, ""):
                    continue
                cell = sheet.cell(number, column)
                cell.value = value[1:] if isinstance(value, str) and value.startswith("!#") else value
                cell.fill = RED
        for first, last, left, right in merges if sheet is book.worksheets[0] else ():
            sheet.merge_cells(start_row=first, end_row=last, start_column=left, end_column=right)
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


XLS_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


def write_xls(path: Path, sheets: Sheets, merges: Merges = (), hidden: Sequence[str] = ()) -> Path:
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, (name, rows) in enumerate(sheets.items()):
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in hidden)
        covered = (
            {(first - 1, left - 1): (last - 1, right - 1) for first, last, left, right in merges} if not at else {}
        )
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value in (None, ""):
                    continue
                if isinstance(value, str) and value.startswith("!#"):
                    sheet.row(number).set_cell_error(column, XLS_ERRORS[value[1:]])
                    continue
                if isinstance(value, str) and value.startswith("="):
                    value = xlwt.Formula(value[1:])
                style = day if isinstance(value, datetime.date) else xlwt.easyxf()
                if (number, column) in covered:
                    last, right = covered[number, column]
                    sheet.write_merge(number, last, column, right, value, style)
                else:
                    sheet.write(number, column, value, style)
    book.save(str(path))
    return path


def write_ods(path: Path, sheets: Sheets, merges: Merges = (), hidden: Sequence[str] = ()) -> Path:
    assert not hidden, "not written here"
    book = OpenDocumentSpreadsheet()
    for at, (name, rows) in enumerate(sheets.items()):
        spans = {(first, left): (last, right) for first, last, left, right in merges} if not at else {}
        inside = {
            (row, column)
            for (first, left), (last, right) in spans.items()
            for row in range(first, last + 1)
            for column in range(left, right + 1)
        } - set(spans)
        table = Table(name=name)
        for number, row in enumerate(rows, 1):
            line = TableRow()
            for column, value in enumerate(row, 1):
                span = spans.get((number, column), (number, column))
                sizes = {"numberrowsspanned": span[0] - number + 1, "numbercolumnsspanned": span[1] - column + 1}
                line.addElement(
                    CoveredTableCell()
                    if (number, column) in inside
                    else _ods_cell(value, sizes if (number, column) in spans else {})
                )
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(str(path))
    return path


def _ods_cell(value: Any, sizes: dict[str, int]) -> TableCell:
    if value in (None, ""):
        return TableCell(**sizes)
    said: dict[str, str] = {"valuetype": "string"}
    text = str(value)
    if isinstance(value, bool):
        said = {"valuetype": "boolean", "booleanvalue": str(value).lower()}
    elif isinstance(value, (int, float)):
        said = {"valuetype": "float", "value": repr(value)}
    elif isinstance(value, datetime.date):
        said = {"valuetype": "date", "datevalue": value.isoformat()}
    elif text.startswith("!#"):
        said, text = {"valuetype": "string", "formula": "of:=X", "stringvalue": ""}, text[1:]
    cell = TableCell(**said, **sizes)
    cell.addElement(P(text=text))
    return cell


def write_html(path: Path, sheets: Sheets, merges: Merges = (), hidden: Sequence[str] = ()) -> Path:
    """As systems give it for .xls; every sheet a table."""
    assert not hidden, "a page hides nothing"
    parts = []
    for at, (name, rows) in enumerate(sheets.items()):
        spans = {(first, left): (last - first + 1, right - left + 1) for first, last, left, right in merges if not at}
        inside = {
            (row, column)
            for (first, left), (down, right) in spans.items()
            for row in range(first, first + down)
            for column in range(left, left + right)
        } - set(spans)
        lines = []
        for number, row in enumerate(rows, 1):
            cells = ""
            for column, value in enumerate(row, 1):
                if (number, column) in inside:
                    continue
                down, right = spans.get((number, column), (1, 1))
                shown = "" if value is None else escape(str(value).removeprefix("!")).replace("\n", "<br>")
                cells += f'<td rowspan="{down}" colspan={right}>{shown}</td>\n'
            lines.append(f"<tr>{cells}</tr>")
        parts.append(f"<table><caption>{name}</caption>{''.join(lines)}</table>")
    head = "<html><head><meta charset=gbk><style>td { mso: 1 }</style></head>"
    path.write_bytes(f"{head}<body>{''.join(parts)}</body></html>".encode("gbk"))
    return path


def csv_text(rows: Rows, separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write_parquet(path: Path, rows: Rows) -> Path:
    """The first row names the columns; every cell a text, the empty ones null."""
    header, *rest = rows
    columns = {name: [row[at] or None for row in rest] for at, name in enumerate(header)}
    table = pyarrow.table({name: pyarrow.array(cells, pyarrow.string()) for name, cells in columns.items()})
    pyarrow.parquet.write_table(table, path, row_group_size=2)
    return path


def write_jsonl(path: Path, rows: Rows) -> Path:
    header, *rest = rows
    lines = [json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rest]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


WORKBOOKS: dict[str, Callable[..., Path]] = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods, "html": write_html}
PLAIN: dict[str, Callable[[Path, Rows], Path]] = {
    "utf-8": lambda path, rows: _text(path, csv_text(rows), "utf-8"),
    "utf-8-sig": lambda path, rows: _text(path, csv_text(rows), "utf-8-sig"),
    "utf-16": lambda path, rows: _text(path, csv_text(rows, "\t"), "utf-16"),
    "utf-16 without its mark": lambda path, rows: _text(path, csv_text(rows), "utf-16-le"),
    "gb18030": lambda path, rows: _text(path, csv_text(rows, ";"), "gb18030"),
    "pasted": lambda path, rows: _text(path, csv_text(rows, "\t"), "utf-8"),
    "parquet": write_parquet,
    "jsonl": write_jsonl,
    **{name: lambda path, rows, write=write: write(path, {"Sheet1": rows}) for name, write in WORKBOOKS.items()},
}


def _text(path: Path, text: str, encoding: str) -> Path:
    path.write_bytes(text.encode(encoding))
    return path
