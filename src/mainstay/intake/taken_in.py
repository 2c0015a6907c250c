"""Files that were taken in, kept for a month so that they can be given back with what was added: private, encrypted.

Each lies in the home under its delivery's id. `mainstay serve` looks every minute, and so does whoever opens the pages
of files, and removes what is older. Sent again, a file is kept anew, and nothing is taken in twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from mainstay.intake import uploads
from mainstay.platform.environment import read_environment

LARGEST = uploads.LARGEST
KEPT_DAYS = 30


def keep(*, delivery: UUID, path: Path) -> bool:
    """Keep the file of a delivery; whether it was not too large for it."""
    if path.stat().st_size > LARGEST:
        return False
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    uploads.put(folder / delivery.hex, path.read_bytes(), uploads.plain_name(path.name), _place(delivery))
    return True


@contextmanager
def opened(delivery: UUID) -> Iterator[Path | None]:
    """The file in plain, by its own name, for as long as it is worked on; None where it is no longer kept."""
    with uploads.plainly(_folder() / delivery.hex, _place(delivery)) as path:
        yield path


def is_kept(delivery: UUID) -> bool:
    return (_folder() / delivery.hex).is_file()


def sweep() -> int:
    """Remove what has been kept for its time; returns how many files went."""
    ended = time.time() - KEPT_DAYS * 24 * 3600
    gone = 0
    for path in _folder().glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < ended:
                path.unlink()
                gone += 1
    return gone


def _folder() -> Path:
    return read_environment().home / "taken-in"


def _place(delivery: UUID) -> str:
    return f"taken-in.{delivery.hex}"
