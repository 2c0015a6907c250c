"""Files sent by the browser, between their arrival and their being taken in: private, encrypted, for a day.

Each lies in the home under the account that sent it and its own hash. It goes once it was taken in, else after a
day: whoever opens the pages of files, and `mainstay serve` every minute, sweeps out what is older.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from mainstay.platform.environment import read_environment
from mainstay.platform.keys import decrypt_bytes, encrypt_bytes, load_keys

LARGEST = 10 * 1024 * 1024
KEPT_SECONDS = 24 * 3600
LONGEST_NAME = 150
DIGEST = re.compile(r"[0-9a-f]{64}")
_END = b"\0"  # of the name, before the content


def keep(*, content: bytes, name: str, owner: UUID) -> str:
    """Keep a file for its sender; returns its SHA-256, by which it is found again."""
    digest = hashlib.sha256(content).hexdigest()
    put(_private(_folder() / owner.hex) / digest, content, plain_name(name), _place(owner, digest))
    return digest


@contextmanager
def opened(digest: str, owner: UUID) -> Iterator[Path | None]:
    """The file in plain, under the name that its sender gave it, for as long as it is worked on; None if it is gone."""
    with plainly(_path(digest, owner), _place(owner, digest)) as path:
        yield path


def put(path: Path, content: bytes, name: str, place: str) -> None:
    """Write a file encrypted, its name with it; `place` is bound in, so that it cannot be moved."""
    sealed = encrypt_bytes(load_keys(), name.encode() + _END + content, place)
    # Written beside its place and moved there, so that nobody ever reads half of it.
    handle, written = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(sealed)
    Path(written).replace(path)


@contextmanager
def plainly(path: Path | None, place: str) -> Iterator[Path | None]:
    """A file that was `put`, in plain and by its name, in a private folder of the home that goes afterwards."""
    try:
        sealed = path.read_bytes() if path is not None else None
    except FileNotFoundError:
        sealed = None
    if sealed is None:
        yield None
        return
    name, content = decrypt_bytes(load_keys(), sealed, place).split(_END, 1)
    with workplace() as folder:
        plain = folder / name.decode()
        plain.write_bytes(content)
        yield plain


@contextmanager
def workplace() -> Iterator[Path]:
    """A private folder of the home for what must lie in plain for a moment; it goes with all that is in it."""
    with tempfile.TemporaryDirectory(dir=_private(_folder()), prefix="open-") as folder:
        yield Path(folder)


def forget(digest: str, owner: UUID) -> None:
    """Remove a file that was taken in, or that nobody wants taken in."""
    path = _path(digest, owner)
    if path is not None:
        path.unlink(missing_ok=True)


def sweep() -> int:
    """Remove what has lain for more than a day; returns how many files went."""
    ended = time.time() - KEPT_SECONDS
    gone = 0
    for path in _folder().glob("*/*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < ended:
                path.unlink()
                gone += 1
    return gone


def plain_name(given: str) -> str:
    """A file's name as it can stand in a folder: without the sender's folders, short, never empty."""
    name = re.split(r"[/\\]", given)[-1]
    name = "".join(letter for letter in name if letter.isprintable()).strip(" .")
    while len(name.encode()) > LONGEST_NAME:
        stem, dot, end = name.rpartition(".")
        name = f"{stem[:-1]}{dot}{end}" if dot and len(end) <= 10 and stem else name[:-1]
    return name or "list"


def _folder() -> Path:
    return read_environment().home / "uploads"


def _path(digest: str, owner: UUID) -> Path | None:
    return _folder() / owner.hex / digest if DIGEST.fullmatch(digest) else None


def _private(folder: Path) -> Path:
    """The folder, for nobody but the instance's own user."""
    for one in (folder.parent, folder) if folder.parent == _folder() else (folder,):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _place(owner: UUID, digest: str) -> str:
    return f"upload.{owner.hex}.{digest}"
