"""Named places at which a test may kill the process, to prove that nothing is lost or half done."""

from __future__ import annotations

import os
import signal

from mainstay.platform.environment import read_environment

# Every place; the kill tests walk this list.
PLACES: list[str] = []
_reached: dict[str, int] = {}


def place(name: str) -> str:
    """Register a failpoint beside the code that reaches it."""
    PLACES.append(name)
    return name


def reach(name: str) -> None:
    """Die here, without warning, if MAINSTAY_FAILPOINT says `name` or `name:nth time`."""
    wanted = read_environment().failpoint
    if not wanted:
        return
    at, _, nth = wanted.partition(":")
    if at != name:
        return
    _reached[name] = _reached.get(name, 0) + 1
    if _reached[name] >= int(nth or 1):
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
