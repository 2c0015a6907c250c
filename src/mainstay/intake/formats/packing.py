"""Workbooks that are zip archives: proved whole and of a size that can be held, before anything reads them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from mainstay.intake.files import BLOCK, FILE_BINARY, FILE_PASSWORD, FILE_TOO_LARGE, FILE_UNREADABLE, refused

MARK = b"PK"
# Unpacked; a sheet of a million rows and twenty columns takes about as much.
LARGEST = 2 << 30
# A workbook packs to a tenth or a twentieth. What claims more than this of a large part was made to fill a disk.
HIGHEST_RATIO = 250
RATIO_FROM = 64 << 20
MOST_PARTS = 10_000
# A sheet is held in memory whole: rows times columns.
MOST_CELLS = 25_000_000
# What reading a broken archive fails with: a place that is none, a method nobody knows, a sum that is wrong.
_BROKEN = (BadZipFile, EOFError, OSError, RuntimeError, UnicodeDecodeError, ValueError, struct.error, zlib.error)
AGAIN = "open it in a spreadsheet program, save it again and send that"


def kind_of(path: Path) -> str:
    """xlsx or ods; raises `file.unreadable`, `file.too_large`, `file.password`, and `file.binary` for any other."""
    try:
        with ZipFile(path) as archive:
            _refuse_large(path, archive.infolist())
            names = set(archive.namelist())
            for part in archive.infolist():
                _refuse_damaged(path, archive, part)
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "content.xml" in names and "mimetype" in names:
                return _opendocument(path, archive)
    except _BROKEN as error:
        raise damaged(path) from error
    raise refused(FILE_BINARY, path, f"it is {_other(names)}", "send the workbook or the CSV file itself")


def damaged(path: Path) -> Exception:
    """The error for a workbook that breaks off or is broken within."""
    return refused(FILE_UNREADABLE, path, "the workbook is cut off or damaged", f"fetch it again, or {AGAIN}")


def refuse_wide(path: Path, sheet: str, rows: int, columns: int) -> None:
    """Raise `file.too_large` for a sheet that would take more memory than is given to one."""
    if rows * columns > MOST_CELLS:
        raise refused(
            FILE_TOO_LARGE,
            path,
            f"its sheet '{sheet}' reaches to row {rows:,} and column {columns:,}, which is {rows * columns:,} cells "
            f"(at most {MOST_CELLS:,})",
            "delete what stands far below or beside the table, or save it as CSV",
        )


def blocks(path: Path, part: str) -> Iterator[bytes]:
    """One part of the archive, unpacked bit by bit."""
    with ZipFile(path) as archive, archive.open(part) as file:
        while block := file.read(BLOCK):
            yield block


def _refuse_large(path: Path, parts: list[ZipInfo]) -> None:
    whole = sum(part.file_size for part in parts)
    packed = [part for part in parts if part.file_size > RATIO_FROM]
    steep = any(part.file_size > HIGHEST_RATIO * max(part.compress_size, 1) for part in packed)
    if whole > LARGEST or steep or len(parts) > MOST_PARTS:
        raise refused(
            FILE_TOO_LARGE,
            path,
            f"it would unpack to {whole >> 20:,} MB in {len(parts):,} parts, packed more tightly than a table can be"
            if steep
            else f"it would unpack to {whole >> 20:,} MB in {len(parts):,} parts (at most {LARGEST >> 20:,} MB)",
            "save the table alone as a workbook or as CSV, and send that",
        )


def _refuse_damaged(path: Path, archive: ZipFile, part: ZipInfo) -> None:
    """Unpack a part once: what is cut off, damaged or larger than it says fails here, not in the middle."""
    if part.flag_bits & 1:
        raise refused(FILE_PASSWORD, path, "it is protected by a password", "save it without one and send that")
    with archive.open(part) as file:
        while file.read(BLOCK):
            pass


def _opendocument(path: Path, archive: ZipFile) -> str:
    manifest = "META-INF/manifest.xml"
    if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
        raise refused(FILE_PASSWORD, path, "it is protected by a password", "save it without one and send that")
    if b"spreadsheet" not in archive.read("mimetype"):
        raise refused(FILE_BINARY, path, "it is a document without a sheet", "send the table as a workbook or as CSV")
    return "ods"


def _other(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "a binary workbook (.xlsb)"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return "a document or slides, not a workbook"
    return "a zip archive, not a workbook"
