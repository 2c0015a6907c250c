"""Files of text: their encoding, found by one look at every byte; the text; what can be no text."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mainstay.intake import encodings
from mainstay.intake.files import BLOCK, FILE_BINARY, FILE_ENCODING, FILE_LINE, opened, refused
from mainstay.intake.formats.contents import Layout

LONGEST_LINE = 1 << 20
EVIDENCE = 1 << 16


def encoding_of(path: Path, start: bytes, layout: Layout, *, in_lines: bool = True, said: str = "") -> str:
    """The encoding in which the whole file can be read; `said` is one that the text itself names.

    Raises `file.binary`, `file.encoding`, and `file.line` unless the file need not be `in_lines`.
    """
    _refuse_binary(start, path)
    with opened(path) as unpacked:
        found = _look(unpacked, path, in_lines)
    marked = encodings.by_mark(start) or encodings.by_nulls(start)
    if said and not layout.encoding and not marked and not found.utf8 and _decodes(path, said):
        return said
    encoding = layout.encoding or marked or ("utf-8" if found.utf8 else encodings.guess(found.evidence))
    if not encoding:
        raise refused(
            FILE_ENCODING,
            path,
            "its encoding cannot be told",
            "state `encoding` in the mapping, or send it in UTF-8",
        )
    if not (encoding in ("utf-8", "utf-8-sig") and found.utf8) and not _decodes(path, encoding):
        raise not_throughout(path, encoding)
    return encoding


def not_throughout(path: Path, encoding: str) -> Exception:
    """The error for a file that is in an encoding only in part."""
    return refused(
        FILE_ENCODING,
        path,
        f"it is not {encoding} throughout",
        "state the right `encoding` in the mapping, or send it in UTF-8",
        encoding=encoding,
    )


@contextmanager
def opened_text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file's text, its line ends as they stand and without a byte order mark."""
    codec = encodings.CODECS.get(encoding, encoding)
    codec = "utf-8-sig" if codec == "utf-8" else codec
    with opened(path) as unpacked:
        yield io.TextIOWrapper(unpacked, encoding=codec, newline="")


@dataclass
class _Look:
    utf8: bool = True
    evidence: bytes = b""  # lines with high bytes, for telling the encoding


def _look(unpacked: IO[bytes], path: Path, in_lines: bool) -> _Look:
    found = _Look()
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 0
    while block := unpacked.read(BLOCK):
        if in_lines:
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
        raise refused(
            FILE_LINE,
            path,
            f"it has a line of more than {LONGEST_LINE:,} bytes",
            "this is no table of rows, or its line ends were lost: export it again",
        )
    return longest if first < 0 else len(block) - block.rfind(b"\n") - 1


# What is no text, nor a table in any format that is read. The last are the streams of spreadsheets before 1993.
_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Rar!", "a packed archive"),
    (b"7z\xbc\xaf", "a packed archive"),
    (b"\x09\x00\x04\x00", "a spreadsheet of before 1993"),
    (b"\x09\x02\x06\x00", "a spreadsheet of before 1993"),
    (b"\x09\x04\x06\x00", "a spreadsheet of before 1993"),
)


def _refuse_binary(start: bytes, path: Path) -> None:
    what = next((name for mark, name in _SIGNATURES if start.startswith(mark)), "")
    if not what and not encodings.by_mark(start) and not encodings.by_nulls(start):
        strange = sum(byte < 32 and byte not in b"\t\r\n\0" for byte in start) + start.count(0)
        what = "no text but binary data" if strange > len(start) * 0.05 + 4 else ""
    if what:
        raise refused(FILE_BINARY, path, f"it is {what}", "save the table as a workbook or as CSV and send that")


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with opened(path) as unpacked:
            # Not a codecs.StreamReader: that one passes over a character that the file's end cuts in two.
            text = io.TextIOWrapper(unpacked, encoding=encodings.CODECS.get(encoding, encoding), newline="")
            while text.read(BLOCK):
                pass
    except (UnicodeError, LookupError):
        return False
    return True
