"""What runs in a worker's process. Nothing of Django may be imported before `begin` has set it up."""

from __future__ import annotations

import os
import pickle
import threading
from itertools import islice
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING, Any, NamedTuple

from mainstay.cycle.pace import Pace
from mainstay.platform import failpoints
from mainstay.platform.garbage import rare_collections

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


# What this process keeps from block to block: how many subjects one transaction can take, and in a worker the run's
# setting. The aim is below half of what is allowed, since a busy disk makes single transactions twice as long.
_pace = Pace(first=50, most=2000, hold=0.07)
_in: dict[str, Any] = {}


def judged(work: Work, setting: Setting) -> Judged:
    """Judge a block of subjects and write it, in as many transactions as keep each short."""
    from mainstay.cycle.judging import judge_block, write_chunk

    with rare_collections():
        found: dict[Any, list[SubjectChanges]] = {}
        for subject in judge_block(work, setting):
            found.setdefault(subject.id, []).append(subject)
        changes, longest, ids = 0, 0.0, iter(work.ids)
        while some := list(islice(ids, _pace.size)):
            theirs = [subject for one in some for subject in found.get(one, ())]
            failpoints.reach(JUDGE_BEFORE)
            held = write_chunk(work.type, some, theirs, setting)
            failpoints.reach(JUDGE_AFTER)
            _pace.took(len(some), held)
            changes += sum(len(subject.changes) for subject in theirs)
            longest = max(longest, held)
        return Judged(len(work.ids), changes, longest)


def begin(setting: bytes) -> None:
    """Set this process up for a run; it ends with the one that started it, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import django

    django.setup()
    _in["setting"] = pickle.loads(setting)


def judge(work: Work) -> Judged:
    """One block, by this process's own connection."""
    return judged(work, _in["setting"])


def _end_with_parent() -> None:
    """A run that was killed leaves no worker behind; what it had not committed is not there."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
