"""Old Office files (.xls): which one it is, and the cells with an error, which calamine gives as empty.

Microsoft's [MS-CFB] describes the container, a small file system of sectors; [MS-XLS] the records in its
stream `Workbook`. Only what is needed here is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mainstay.intake.files import FILE_BINARY, FILE_PASSWORD, FILE_TOO_LARGE, refused
from mainstay.intake.formats.ooxml import UNCALCULATED, Fixed
from mainstay.intake.formats.packing import damaged

MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST = 256 << 20
_END = 0xFFFFFFFA  # sector numbers from here on have other meanings
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_EOF, _FILEPASS, _BOUNDSHEET, _BOOLERR, _FORMULA = 0x000A, 0x002F, 0x0085, 0x0205, 0x0006


def errors_in(path: Path) -> list[Fixed]:
    """For each sheet, in order, its cells with an error or a formula never calculated.

    Raises `file.password`, `file.unreadable`, `file.too_large`, and `file.binary` where the file is no workbook.
    """
    if path.stat().st_size > LARGEST:
        raise refused(FILE_TOO_LARGE, path, f"it is larger than {LARGEST >> 20} MB", "save it as .xlsx or as CSV")
    try:
        streams = _Streams(path.read_bytes())
        if "EncryptedPackage" in streams.entries:
            raise _password(path)
        book = streams.read("Workbook") or streams.read("Book")
        if not book:
            raise refused(
                FILE_BINARY, path, "it is an old Office file without a sheet", "send the table as a workbook or as CSV"
            )
        return _sheets(book, path)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise damaged(path) from error


def _password(path: Path) -> Exception:
    return refused(FILE_PASSWORD, path, "it is protected by a password", "save it without one and send that")


class _Streams:
    """The streams of the container, by name."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        tables, directory, _signature, self.cutoff, mini, _count, difat, _more = struct.unpack_from(
            "<IIIIIIII", data, 44
        )
        if shift not in (9, 12) or mini_shift != 6:
            raise IndexError("no such sector size")
        self.size = 1 << shift
        places = [*struct.unpack_from("<109I", data, 76), *self._further(difat)]
        self.next = self._numbers(place for place in places[:tables] if place < _END)
        self.entries = dict(self._directory(self._chain(directory)))
        self.mini_next = self._numbers(self._sectors(mini))
        root = self.entries.get("Root Entry", (0, 0))
        self.mini = self._chain(root[0]) if root[1] else b""

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _further(self, place: int) -> Iterator[int]:
        """The places of the allocation table beyond the header's 109, in sectors linked by their last number."""
        seen = set()
        while place < _END and place not in seen:
            seen.add(place)
            *numbers, place = struct.unpack(f"<{self.size // 4}I", self._sector(place))
            yield from numbers

    def _numbers(self, sectors: Iterator[int]) -> list[int]:
        found: list[int] = []
        for number in sectors:
            found += struct.unpack(f"<{self.size // 4}I", self._sector(number))
        return found

    def _sectors(self, first: int) -> Iterator[int]:
        seen = 0
        while first < _END and seen <= len(self.next):
            yield first
            first = self.next[first]
            seen += 1

    def _chain(self, first: int) -> bytes:
        return b"".join(map(self._sector, self._sectors(first)))

    def _directory(self, data: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
        for at in range(0, len(data) - 127, 128):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            first, size = struct.unpack_from("<II", data, at + 116)
            if kind in (2, 5) and 2 <= length <= 64:
                yield data[at : at + length - 2].decode("utf-16-le"), (first, size)

    def read(self, name: str) -> bytes:
        """A stream's bytes; empty where there is none by that name."""
        first, size = self.entries.get(name, (0, 0))
        if size >= self.cutoff:
            return self._chain(first)[:size]
        parts = []
        while size and first < _END and len(parts) <= len(self.mini_next):
            parts.append(self.mini[first * 64 : first * 64 + 64])
            first = self.mini_next[first]
        return b"".join(parts)[:size]


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """(number, content) of the records from one place to the end of that part of the stream."""
    while at + 4 <= len(book):
        number, length = struct.unpack_from("<HH", book, at)
        yield number, book[at + 4 : at + 4 + length]
        if number == _EOF:
            return
        at += 4 + length


def _sheets(book: bytes, path: Path) -> list[Fixed]:
    places = []
    for number, content in _records(book, 0):
        if number == _FILEPASS:
            raise _password(path)
        if number == _BOUNDSHEET:
            places.append(struct.unpack_from("<I", content)[0])
    found = [_errors(book, place) for place in places]
    if not any(one.calculated for one in found):
        # Not one formula with a result: a program wrote them, and no spreadsheet ever calculated them.
        for one in found:
            one.fixed.update(dict.fromkeys(one.blank, UNCALCULATED))
    return [one.fixed for one in found]


@dataclass
class _Found:
    fixed: Fixed = field(default_factory=dict)
    blank: list[tuple[int, int]] = field(default_factory=list)  # formulas that result in an empty text
    calculated: bool = False


def _errors(book: bytes, place: int) -> _Found:
    found = _Found()
    for number, content in _records(book, place):
        if number == _BOOLERR and len(content) >= 8 and content[7]:
            row, column = struct.unpack_from("<HH", content)
            found.fixed[row + 1, column] = _ERRORS.get(content[6], "#ERROR!")
        elif number == _FORMULA and len(content) >= 16:
            row, column = struct.unpack_from("<HH", content)
            kind = content[6] if content[12:14] == b"\xff\xff" else None  # else the result is a number
            found.calculated |= kind != 3
            if kind == 2:
                found.fixed[row + 1, column] = _ERRORS.get(content[8], "#ERROR!")
            elif kind == 3:
                found.blank.append((row + 1, column))
    return found
