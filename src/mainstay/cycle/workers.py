"""Judging many subjects: a short list here, a long one on several cores.

A worker is a process with a connection of its own, which judges and writes whole blocks as this process does
with a short list. Blocks have no subject in common and no order among them, and what a worker that was
killed had not written is judged by the next run.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from math import ceil
from multiprocessing import get_context

from mainstay.cycle import worker_process
from mainstay.cycle.judging import Setting, Work
from mainstay.cycle.worker_process import Judged
from mainstay.platform import bulk, failpoints
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError, code

WORKER_LOST = code("cycle.worker_lost", "A process that was judging ended before it had answered.")

BUSY = failpoints.place("workers.busy")

# How many subjects are read together: facts of a thousand people cost hardly more statements than those of ten.
BLOCK = 500
# Fewer are judged before workers have started.
MANY = 4_000
MOST_WORKERS = 8

# The longest that each block held its locks, in seconds; `bench` reads it.
HELD: list[float] = []


def judge_all(work: Work, setting: Setting) -> Iterator[Judged]:
    """Judge everybody, block by block; tells of each block when it is written."""
    count = workers_for(len(work.ids))
    size = min(BLOCK, ceil(len(work.ids) / count)) if work.ids else BLOCK
    blocks = [Work(work.type, some, work.changed.intersection(some)) for some in bulk.chunks(work.ids, size)]
    judged = (worker_process.judged(block, setting) for block in blocks)
    for one in judged if len(blocks) < 2 or count < 2 else _by_workers(blocks, setting, count):
        HELD.append(one.held)
        yield one


def workers_for(subjects: int) -> int:
    """How many processes to judge so many subjects in: as MAINSTAY_WORKERS says, else by cores for a long list."""
    asked = read_environment().workers
    if asked is not None:
        return asked
    return min(os.cpu_count() or 1, MOST_WORKERS) if subjects >= MANY else 1


def _by_workers(blocks: list[Work], setting: Setting, count: int) -> Iterator[Judged]:
    begin = worker_process.begin, (pickle.dumps(setting),)
    with ProcessPoolExecutor(count, get_context("spawn"), *begin) as pool:
        try:
            for future in as_completed([pool.submit(worker_process.judge, block) for block in blocks]):
                failpoints.reach(BUSY)
                yield future.result()
        except BrokenProcessPool as error:
            raise MainstayError(
                WORKER_LOST,
                "A process that was judging was ended from outside or ran out of memory; what is written stays. "
                "Run the same command again, with MAINSTAY_WORKERS=1 if it happens twice.",
                exit_code=3,
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)
