"""What runs in a worker's process. Nothing of Django may be imported before `begin` has set it up."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING, Any, NamedTuple

from mainstay.platform import failpoints

if TYPE_CHECKING:
    from mainstay.cycle.judging import Setting, Work

JUDGE_BEFORE = failpoints.place("cycle.judge.before_commit")
JUDGE_AFTER = failpoints.place("cycle.judge.after_commit")


class Judged(NamedTuple):
    """A chunk that is written: of how many subjects, how many duties changed, for how many seconds it held locks."""

    subjects: int
    changes: int
    held: float


def judged(work: Work, setting: Setting, judge_chunk: Callable[[Work, Setting], tuple[int, float]]) -> Judged:
    """Judge and write one chunk."""
    failpoints.reach(JUDGE_BEFORE)
    changes, held = judge_chunk(work, setting)
    failpoints.reach(JUDGE_AFTER)
    return Judged(len(work.ids), changes, held)


_in: dict[str, Any] = {}


def begin(setting: bytes) -> None:
    """Set this process up for a run; it ends with the one that started it, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import django

    django.setup()
    _in["setting"] = pickle.loads(setting)


def judge(work: Work) -> Judged:
    """One chunk, by this process's own connection."""
    from mainstay.cycle.judging import judge_chunk

    return judged(work, _in["setting"], judge_chunk)


def _end_with_parent() -> None:
    """A run that was killed leaves no worker behind; what it had not committed is not there."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
