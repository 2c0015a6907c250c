"""Reads a delivered CSV file, plain or packed by gzip: encoding and separator found and said.

`examine` looks at the whole file once, as bytes, before anything else is done with it: a file that
cannot be used is refused there with one sentence. `records` then yields its rows, a few in memory at a time.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import IO, Protocol

from mainstay.intake import encodings
from mainstay.intake.mapping import Mapping
from mainstay.platform.errors import MainstayError, code

FILE_UNREADABLE = code("file.unreadable", "The file cannot be opened or unpacked.")
FILE_EMPTY = code("file.empty", "The file holds nothing.")
FILE_BINARY = code("file.binary", "The file is no text.")
FILE_ENCODING = code("file.encoding", "The file is not in the encoding stated, or none can be told.")
FILE_LINE = code("file.line", "A line or cell is too long, or a quotation mark is never closed.")
FILE_COLUMNS = code("file.columns", "A column that the mapping needs is missing or there twice.")

BLOCK = 1 << 18
LONGEST_LINE = 1 << 20
LONGEST_CELL = 1 << 17
EVIDENCE = 1 << 16
# Read after the last line: an open quotation mark would swallow it, and so cannot go unnoticed.
END = "\x00\x03end of file\x03\x00"
SEPARATORS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read: how, and which columns stand where."""

    path: Path
    sha256: str
    encoding: str
    separator: str
    header: tuple[str, ...]
    header_records: int  # how many records come before the first row of data

    def unread(self, mapping: Mapping) -> tuple[str, ...]:
        """Columns of the file of which the mapping says nothing."""
        known = {column.name for column in mapping.columns} | set(mapping.ignored)
        return tuple(name for name in self.header if name and name not in known)


class Layout(Protocol):
    """What is asked of a file's form; a mapping says it, among other things."""

    @property
    def name(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def separator(self) -> str: ...
    @property
    def expected(self) -> tuple[str, ...]: ...
    @property
    def columns_remedy(self) -> str: ...


def examine(path: Path, layout: Layout) -> Source:
    """Prove that the file can be read to its end, and find out how; raises `file.*`, exit code 2."""
    sha256, encoding = _bytes_pass(path, layout)
    start = _first_lines(path, encoding)
    separator, header, before = _header(path, start, layout)
    return Source(path, sha256, encoding, separator, header, before)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked; every way in which that can fail becomes one sentence."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if packed:
                with gzip.open(raw) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _refused(
            FILE_UNREADABLE, path, "its gzip packing is cut off or damaged", "fetch it again from the sender"
        ) from error
    except OSError as error:
        raise _refused(
            FILE_UNREADABLE,
            path,
            f"it cannot be opened ({error.strerror})",
            "check the name and the right to read it",
        ) from error


def _refused(name: str, path: Path, what: str, remedy: str, **facts: object) -> MainstayError:
    return MainstayError(name, f"{path}: {what}; {remedy}. Nothing was written.", {"file": str(path), **facts})


def _bytes_pass(path: Path, layout: Layout) -> tuple[str, str]:
    """(SHA-256 of the file as received, its encoding), from one look at every byte."""
    with _opened(path) as unpacked:
        found = _look(unpacked, path)
    if not found.size:
        raise _refused(FILE_EMPTY, path, "it is empty", "ask the sender for the file again")
    encoding = _encoding(found, path, layout)
    digest = hashlib.sha256()
    with path.open("rb") as raw:
        while block := raw.read(BLOCK):
            digest.update(block)
    return digest.hexdigest(), encoding


@dataclass
class _Look:
    size: int = 0
    start: bytes = b""
    utf8: bool = True
    evidence: bytes = b""  # lines with high bytes, for telling the encoding


def _look(unpacked: IO[bytes], path: Path) -> _Look:
    found = _Look()
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 0
    while block := unpacked.read(BLOCK):
        if not found.size:
            found.start = block[:4096]
            _refuse_binary(found.start, path)
        found.size += len(block)
        line = _line_length(block, line, path)
        if found.utf8:
            found.utf8 = _valid(decoder, block)
        if len(found.evidence) < EVIDENCE and not block.isascii():
            found.evidence += b"\n".join(part for part in block.split(b"\n") if not part.isascii()) + b"\n"
    if found.utf8:
        found.utf8 = _valid(decoder, b"", final=True)
    return found


def _valid(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _line_length(block: bytes, before: int, path: Path) -> int:
    """Length of the line that is still open at the block's end; refuses one that is too long."""
    block = block.replace(b"\r", b"\n")
    first = block.find(b"\n")
    longest = before + (len(block) if first < 0 else first)
    if longest > LONGEST_LINE:
        raise _refused(
            FILE_LINE,
            path,
            f"it has a line of more than {LONGEST_LINE:,} bytes",
            "this is no table of rows, or its line ends were lost: export it again",
        )
    return longest if first < 0 else len(block) - block.rfind(b"\n") - 1


_SIGNATURES = (
    (b"PK\x03\x04", "a workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)


def _refuse_binary(start: bytes, path: Path) -> None:
    what = next((name for mark, name in _SIGNATURES if start.startswith(mark)), "")
    if not what and not encodings.by_mark(start):
        strange = sum(byte < 32 and byte not in b"\t\r\n\0" for byte in start) + start.count(0)
        what = "no text but binary data" if strange > len(start) * 0.05 + 4 else ""
    if what:
        raise _refused(FILE_BINARY, path, f"it is {what}", "save the table as CSV and send that")


def _encoding(found: _Look, path: Path, layout: Layout) -> str:
    marked = encodings.by_mark(found.start)
    encoding = layout.encoding or marked or ("utf-8" if found.utf8 else encodings.guess(found.evidence))
    if not encoding:
        raise _refused(
            FILE_ENCODING,
            path,
            "its encoding cannot be told",
            "state `encoding` in the mapping, or send it in UTF-8",
        )
    if encoding in ("utf-8", "utf-8-sig") and found.utf8:
        return encoding
    _decode_all(path, encoding)
    return encoding


def _decode_all(path: Path, encoding: str) -> None:
    with _opened(path) as unpacked:
        try:
            # Not a codecs.StreamReader: that one passes over a character that the file's end cuts in two.
            text = io.TextIOWrapper(unpacked, encoding=encodings.CODECS.get(encoding, encoding), newline="")
            while text.read(BLOCK):
                pass
        except UnicodeError as error:
            raise _refused(
                FILE_ENCODING,
                path,
                f"it is not {encoding} throughout",
                "state the right `encoding` in the mapping, or send it in UTF-8",
                encoding=encoding,
            ) from error


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[IO[str]]:
    codec = encodings.CODECS.get(encoding, encoding)
    codec = "utf-8-sig" if codec == "utf-8" else codec
    with _opened(path) as unpacked:
        yield io.TextIOWrapper(unpacked, encoding=codec, newline="")


def _first_lines(path: Path, encoding: str) -> list[str]:
    """The file's first lines that hold anything, at most two: a `sep=` line and the header."""
    with _text(path, encoding) as text:
        lines = []
        for line in text:
            if line.strip():
                lines.append(line)
            if len(lines) == 2:
                break
        return lines


def _header(path: Path, lines: list[str], layout: Layout) -> tuple[str, tuple[str, ...], int]:
    """(separator, the header's names, records up to the first row): the separator that finds most columns."""
    if not lines:
        raise _refused(FILE_EMPTY, path, "it holds nothing but blank lines", "ask the sender for the file again")
    said = lines[0].strip()[4:5] if lines[0].lower().startswith("sep=") else ""
    candidates = [layout.separator] if layout.separator else [said] if said else list(SEPARATORS)
    headers = {separator: _first_record(path, lines[1:] if said else lines, separator) for separator in candidates}
    wanted = set(layout.expected)
    separator = max(headers, key=lambda mark: (len(wanted & set(headers[mark])), len(headers[mark])))
    header = headers[separator]
    _refuse_header(path, header, layout)
    return separator, header, 2 if said else 1


def _first_record(path: Path, lines: list[str], separator: str) -> tuple[str, ...]:
    try:
        record = next(csv.reader(lines, delimiter=separator), [])
    except csv.Error:
        record = []
    return tuple(name.strip().strip("\ufeff") for name in record)


def _refuse_header(path: Path, header: tuple[str, ...], layout: Layout) -> None:
    missing = [name for name in layout.expected if name not in header]
    if missing:
        near = [match for name in missing for match in get_close_matches(name, header, 1, 0.8)]
        hint = f" (the file has {', '.join(repr(name) for name in near)})" if near else ""
        shown = ", ".join(repr(name) for name in missing[:8]) + (" and more" if len(missing) > 8 else "")
        raise _refused(
            FILE_COLUMNS,
            path,
            f"the header lacks {'the column' if len(missing) == 1 else 'the columns'} {shown}{hint}",
            layout.columns_remedy,
            missing=missing,
        )
    twice = [name for name in layout.expected if header.count(name) > 1]
    if twice:
        raise _refused(FILE_COLUMNS, path, f"the header has {twice[0]!r} twice", "name every column once", twice=twice)


def records(source: Source) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of every row that is not blank; the header is row 1, as a spreadsheet shows it."""
    csv.field_size_limit(LONGEST_CELL)
    with _text(source.path, source.encoding) as text:
        number = skipped = 0
        cells: list[str] = []
        try:
            for cells in csv.reader(chain(text, [END]), delimiter=source.separator):
                if not any(cells):
                    number += skipped > 0
                elif skipped < source.header_records:
                    skipped += 1
                    number = 1
                elif cells != [END]:
                    number += 1
                    if cells[-1].endswith(END):
                        raise csv.Error("a quotation mark is open at the end of the file")
                    yield number, cells
        except csv.Error as error:
            raise _refused(
                FILE_LINE,
                source.path,
                f"from row {number} on it cannot be parted into cells ({error})",
                "look for a quotation mark that is never closed",
                row=number,
            ) from error
        except UnicodeDecodeError as error:
            raise _refused(
                FILE_ENCODING, source.path, f"it is not {source.encoding} throughout", "send it in UTF-8"
            ) from error
