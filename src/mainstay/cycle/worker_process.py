"""What runs in a worker's process. Nothing of Django may be imported before `begin` has set it up."""

from __future__ import annotations

import gc
import os
import pickle
import threading
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING, Any, NamedTuple

from mainstay.cycle.chunks import FIRST, Chunks
from mainstay.platform import failpoints

if TYPE_CHECKING:
    from mainstay.cycle.judging import Setting, Work
    from mainstay.duties.services import SubjectChanges

JUDGE_BEFORE = failpoints.place("cycle.judge.before_commit")
JUDGE_AFTER = failpoints.place("cycle.judge.after_commit")


class Judged(NamedTuple):
    """Subjects judged and written: how many, how many duties changed, the longest that locks were held (seconds)."""

    subjects: int
    changes: int
    held: float


def judged(work: Work, setting: Setting) -> Judged:
    """Judge a block of subjects and write it, in as many transactions as keep each short."""
    from mainstay.cycle.judging import judge_block, write_chunk

    found: dict[Any, list[SubjectChanges]] = {}
    for subject in judge_block(work, setting):
        found.setdefault(subject.id, []).append(subject)
    chunks = Chunks(work.ids, _in.get("size", FIRST))
    changes, longest = 0, 0.0
    while some := chunks.take():
        theirs = [subject for one in some for subject in found.get(one, ())]
        failpoints.reach(JUDGE_BEFORE)
        held = write_chunk(work.type, some, theirs, setting)
        failpoints.reach(JUDGE_AFTER)
        _in["size"] = chunks.took(len(some), held)
        changes += sum(len(subject.changes) for subject in theirs)
        longest = max(longest, held)
    return Judged(len(work.ids), changes, longest)


# What a process keeps from block to block: the setting of the run, and how many subjects one transaction can take.
_in: dict[str, Any] = {}


def begin(setting: bytes) -> None:
    """Set this process up for a run; it ends with the one that started it, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import django

    django.setup()
    _in["setting"] = pickle.loads(setting)
    # Facts of a block live as long as the block: to search them for garbage again and again costs a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def judge(work: Work) -> Judged:
    """One block, by this process's own connection."""
    return judged(work, _in["setting"])


def _end_with_parent() -> None:
    """A run that was killed leaves no worker behind; what it had not committed is not there."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
