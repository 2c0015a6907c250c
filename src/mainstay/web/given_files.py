"""Files given out piece by piece: what was held for one is let go when it ends, however it ends."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

PIECE = 64 * 1024


class Pieces:
    """The pieces of a file, made while it is sent. Whoever serves closes it: at its end, or when the reader has gone.

    A generator alone would not do: one that was never begun has nothing that could be closed.
    """

    def __init__(self, pieces: Generator[bytes], held: ExitStack) -> None:
        self._pieces, self._held = pieces, held

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Let go of what was held; a second time does nothing."""
        try:
            self._pieces.close()
        finally:
            self._held.close()


def of_file(path: Path) -> Generator[bytes]:
    """A file's content, a piece at a time."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
