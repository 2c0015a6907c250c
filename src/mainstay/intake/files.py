"""The bytes of a delivered file: opened, unpacked, and refused in one sentence where they cannot be used."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mainstay.platform.errors import MainstayError, code

FILE_UNREADABLE = code("file.unreadable", "The file cannot be opened or unpacked.")
FILE_EMPTY = code("file.empty", "The file holds nothing.")
FILE_BINARY = code("file.binary", "The file holds no table that can be read.")
FILE_ENCODING = code("file.encoding", "The file is not in the encoding stated, or none can be told.")
FILE_LINE = code("file.line", "A line or cell is too long, or a quotation mark is never closed.")
FILE_COLUMNS = code("file.columns", "A column that the mapping needs is missing or there twice.")
FILE_TOO_LARGE = code("file.too_large", "Unpacked, the file would be larger than is taken in at once.")
FILE_PASSWORD = code("file.password", "The file is protected by a password.")
FILE_SHEET = code("file.sheet", "There is no such sheet, or several fit and none was named.")

BLOCK = 1 << 18
START = 4096  # of a file's first bytes, by which its format is told
GZIP = b"\x1f\x8b"


def refused(name: str, path: Path, what: str, remedy: str, **facts: object) -> MainstayError:
    """The error for a file that cannot be used: what is wrong with it, and what to do."""
    return MainstayError(name, f"{path}: {what}; {remedy}. Nothing was written.", {"file": str(path), **facts})


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked; every way in which that can fail becomes one sentence."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP
            raw.seek(0)
            if packed:
                with gzip.open(raw) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise refused(
            FILE_UNREADABLE, path, "its gzip packing is cut off or damaged", "fetch it again from the sender"
        ) from error
    except OSError as error:
        raise refused(
            FILE_UNREADABLE,
            path,
            f"it cannot be opened ({error.strerror})",
            "check the name and the right to read it",
        ) from error


def start_of(path: Path) -> bytes:
    """The first bytes, unpacked; raises `file.empty` where there are none."""
    with opened(path) as unpacked:
        start = unpacked.read(START)
    if not start:
        raise refused(FILE_EMPTY, path, "it is empty", "ask the sender for the file again")
    return start


def sha256_of(path: Path) -> str:
    """The digest of the file as received, packed or not."""
    digest = hashlib.sha256()
    with path.open("rb") as raw:
        while block := raw.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
