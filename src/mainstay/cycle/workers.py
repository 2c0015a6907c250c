"""Judging many subjects: a short list here, a long one on several cores.

A worker is a process with a connection of its own, which judges and writes whole chunks as this process does
with a short list. Chunks have no subject in common and no order among them, and what a worker that was
killed had not written is judged by the next run.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from mainstay.cycle import worker_process
from mainstay.cycle.chunks import Chunks
from mainstay.cycle.judging import Setting, Work, judge_chunk
from mainstay.cycle.worker_process import Judged
from mainstay.duties.services import HELD
from mainstay.platform import failpoints
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError, code

WORKER_LOST = code("cycle.worker_lost", "A process that was judging ended before it had answered.")

BUSY = failpoints.place("workers.busy")

# Fewer are judged before workers have started.
MANY = 4_000
MOST_WORKERS = 8


def judge_all(work: Work, setting: Setting) -> Iterator[Judged]:
    """Judge everybody, chunk by chunk, each in a transaction of its own; tells of each chunk when it is written."""
    count = workers_for(len(work.ids))
    judged = _here(work, setting) if count < 2 else _by_workers(work, setting, count)
    for one in judged:
        HELD.append(one.held)
        yield one


def workers_for(subjects: int) -> int:
    """How many processes to judge so many subjects in: as MAINSTAY_WORKERS says, else by cores for a long list."""
    asked = read_environment().workers
    if asked is not None:
        return min(asked, max(1, subjects))
    return min(os.cpu_count() or 1, MOST_WORKERS) if subjects >= MANY else 1


def _part(work: Work, some: list) -> Work:
    return Work(work.type, some, work.changed.intersection(some))


def _here(work: Work, setting: Setting) -> Iterator[Judged]:
    chunks = Chunks(work.ids)
    while some := chunks.take():
        one = worker_process.judged(_part(work, some), setting, judge_chunk)
        chunks.took(one.subjects, one.held)
        yield one


def _by_workers(work: Work, setting: Setting, count: int) -> Iterator[Judged]:
    """Each worker has a chunk in hand and one waiting."""
    chunks = Chunks(work.ids)
    begin = worker_process.begin, (pickle.dumps(setting),)
    with ProcessPoolExecutor(count, get_context("spawn"), *begin) as pool:
        running: set[Future[Judged]] = set()
        try:
            while True:
                while len(running) < count * 2 and (some := chunks.take()):
                    running.add(pool.submit(worker_process.judge, _part(work, some)))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                failpoints.reach(BUSY)
                for future in done:
                    one = future.result()
                    chunks.took(one.subjects, one.held)
                    yield one
        except BrokenProcessPool as error:
            raise MainstayError(
                WORKER_LOST,
                "A process that was judging was ended from outside or ran out of memory; what is written stays. "
                "Run the same command again, with MAINSTAY_WORKERS=1 if it happens twice.",
                exit_code=3,
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)
