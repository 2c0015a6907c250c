"""Rows a second taken in, on both databases, beside what is left of it when nothing but the writing is done.

Beneath stand the same rows written bare (`bench.bare`), and the same file read with the csv module alone.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.stage import on_each_database, peak_memory_mb, show

HEADER = (
    "case_id", "generation", "date_of_infection", "date_of_onset", "date_of_hospitalisation",
    "date_of_outcome", "outcome", "gender", "hospital", "lon", "lat",
)  # fmt: skip


def _write(path: Path, rows: int) -> None:
    """A line list in the columns of the shipped mapping `ebola-sim-cases`, invented."""
    rng = random.Random(1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            infected = date(2014, 4, 1) + timedelta(days=rng.randrange(300))
            onset = infected + timedelta(days=rng.randrange(2, 20))
            admitted = onset + timedelta(days=rng.randrange(1, 6))
            ended = admitted + timedelta(days=rng.randrange(2, 15))
            outcome = rng.choice(("Death", "Recover"))
            hospital = rng.choice(("Connaught Hospital", "Military Hospital", "Rokupa Hospital"))
            writer.writerow((f"b{n:07}", 1, infected, onset, admitted, ended, outcome, "f", hospital, "", ""))


def measure(rows: int) -> dict[str, Any]:
    from bench.bare import write_again
    from bench.stage import new_instance
    from mainstay.cycle.sense import take_in
    from mainstay.platform.clock import now

    by = new_instance("default")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        _write(path, rows)
        begun = time.perf_counter()
        with path.open(newline="") as file:
            sum(1 for _ in csv.reader(file))
        plain = time.perf_counter() - begun
        begun, used = time.perf_counter(), time.process_time()
        done = take_in(path, "ebola-sim-cases", by=by, at=now())
        first, first_used = time.perf_counter() - begun, time.process_time() - used
        memory = peak_memory_mb()
        begun = time.perf_counter()
        again = take_in(path, "ebola-sim-cases", by=by, at=now())
        second = time.perf_counter() - begun
    assert (done.rows["new"], again.rows["known"], again.facts_added) == (rows, rows, 0)
    bare, bare_used = write_again()
    return {
        "rows": rows,
        "facts": done.facts_added,
        "new rows a second": round(rows / first),
        "known rows a second": round(rows / second),
        "the same written bare, rows a second": round(rows / bare),
        "times the bare writing": round(first / bare, 2),
        "processor, microseconds a new row": round(first_used / rows * 1e6),
        "of these the bare writing": round(bare_used / rows * 1e6),
        "csv module alone, rows a second": round(rows / plain),
        "memory of the first intake, MB": round(memory),
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench intake")
    parser.add_argument("--rows", type=int, default=50_000)
    given = parser.parse_args(arguments)
    rows = on_each_database("bench.intake", {"rows": given.rows})
    show("Intake", f"python -m bench intake --rows {given.rows}", rows)
    return 0
