"""How far long work has come, told to whoever watches it."""

from __future__ import annotations

from collections.abc import Callable

# (what is being done, how much of it is done, of how much)
Progress = Callable[[str, int, int], None]


def silent(_step: str, _done: int, _of: int) -> None:
    """Nobody watches."""
