"""The whole check over some million facts, beside reading every fact table into Arrow in the same run.

Most facts are of people who are nobody's concern: they have temperatures, traits, stays, treatments and
contacts, and owe nothing. Among them stand people of concern, judged by a real cycle, so that every
proof has work: seals, hashes, links, state, the twin and the digest.

The scan reads all columns of all fact tables over ADBC, batch by batch, and keeps nothing. Both are
measured by turns in a process of their own, whose largest size is the figure for memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.stage import median, on_each_database, peak_memory_mb, show

OF_CONCERN = 5_000
FACTS_A_PERSON = 30
CHUNK = 12_000


def measure(facts: int, runs: int) -> dict[str, Any]:
    """Make the instance, run one cycle over it, and have it proved in a fresh process."""
    from bench.people import LAST, populate
    from bench.stage import new_instance
    from mainstay.cycle.run import run_cycle

    by = new_instance("default")
    _bystanders(facts, by)
    populate(OF_CONCERN, by)
    run_cycle(on=LAST, by=by)
    command = [sys.executable, "-c", f"from bench.check import prove; prove({runs})"]
    root = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=root, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


# --- what is measured -------------------------------------------------------------------------------


def prove(runs: int) -> None:
    """Scan and check by turns; prints the figures as JSON."""
    import django

    django.setup()
    from mainstay.cycle import check

    scans, laps = [_scan()[0]], []
    largest = peak_memory_mb()
    for _ in range(runs):
        laps.append(_Laps())
        result = check.run(progress=laps[-1].tell)
        laps[-1].tell("whole", 1, 1)
        if not result.ok:
            raise SystemExit(f"the check is red: {result.findings[0].sentence}")
        scans.append(_scan()[0])
    steps = {name: median([lap.seconds[name] for lap in laps]) for name in laps[0].seconds}
    whole = steps.pop("whole")
    figures = {
        "facts": result.counts["facts"],
        "duties": result.counts["duties"],
        "scan into Arrow, s": median(scans),
        "check, s": whole,
        "check, in scans": whole / median(scans),
        **{f"  of it {name}, s": seconds for name, seconds in steps.items()},
        "peak after the scan, MB": round(largest),
        "peak after the check, MB": round(peak_memory_mb()),
    }
    print(json.dumps(figures))


class _Laps:
    """Seconds by step, from the check's own progress."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._begun = self._last = time.perf_counter()

    def tell(self, step: str, done: int, of: int) -> None:
        if done == of:
            at = time.perf_counter()
            self.seconds[step] = at - (self._begun if step == "whole" else self._last)
            self._last = at


def _scan() -> tuple[float, int]:
    """(seconds, rows) of all columns of all fact tables into Arrow over ADBC; opening the source is not counted."""
    from contextlib import closing

    from mainstay.cycle.check.arrow import Source, appended
    from mainstay.platform.models import Fact

    rows = 0
    with closing(Source()) as source:
        begun = time.perf_counter()
        for model in appended():
            if issubclass(model, Fact):
                with source.batches(model) as reader:
                    rows += sum(batch.num_rows for batch in reader)
        return time.perf_counter() - begun, rows


# --- the stage --------------------------------------------------------------------------------------


def _bystanders(facts: int, by: Any) -> None:
    """Facts with valid hashes, straight into the tables: as the ledger writes them, without looking first."""
    from django.db import transaction

    from mainstay.people import services as people
    from mainstay.platform import bulk

    names = [people.Identity("bench", f"bystander {n}") for n in range(max(2, facts // FACTS_A_PERSON))]
    persons = []
    for some in bulk.chunks(names, CHUNK):
        with transaction.atomic():
            resolved = people.resolve(some, known=some)
        persons += [resolved.persons[name] for name in some]
    for some in bulk.chunks(_facts(facts, persons), CHUNK):
        with transaction.atomic():
            _write(some, by)


def _write(rows: list[Any], by: Any) -> None:
    from mainstay.platform import bulk
    from mainstay.platform.canonical import row_hash, rows_hash
    from mainstay.platform.clock import now
    from mainstay.platform.models import Entry

    at = now()
    entry = Entry.objects.create(
        actor=by,
        verb="bench.bystanders",
        at=at,
        recorded_at=at,
        fact_count=len(rows),
        facts_hash=rows_hash([row_hash(row) for row in rows]),
    )
    kinds: dict[type, list[Any]] = {}
    for row in rows:
        row.entry_id = entry.no
        kinds.setdefault(type(row), []).append(row)
    for same in kinds.values():
        bulk.insert_values(bulk.Rows(type(same[0]), bulk.values_of(same, bulk.names(type(same[0])))))


def _facts(count: int, persons: list[Any]) -> Iterator[Any]:
    """Six checks in ten facts, and one each of what else is known of people who are well."""
    from bench.people import DISEASE, LAST, ZONE
    from mainstay.care.models import Treatment
    from mainstay.isolation.models import Stay
    from mainstay.people.models import Trait
    from mainstay.platform.clock import known_on
    from mainstay.platform.facts import new_fact
    from mainstay.screening.models import Check
    from mainstay.tracing.models import Contact

    days = [LAST - timedelta(days=n) for n in range(FACTS_A_PERSON)]
    known = [known_on(day, ZONE) for day in days]
    for n in range(count):
        person = persons[n % len(persons)]
        turn = n // len(persons) % FACTS_A_PERSON
        of = {"person_id": person, "observed_date": days[turn], "known_at": known[turn]}
        which = (n + turn) % 10
        if which == 0:
            yield new_fact(Trait, name="age", value=str(20 + n % 60), **of)
        elif which == 1:
            yield new_fact(Stay, kind="home", starts_date=days[turn], **of)
        elif which == 2:
            yield new_fact(Treatment, disease=DISEASE, kind="vaccine", **of)
        elif which == 3:
            met = persons[(n + 1) % len(persons)]
            yield new_fact(Contact, index_id=met, disease=DISEASE, kind="household", last_date=days[turn], **of)
        else:
            yield new_fact(Check, of="temperature", tenths=360 + n % 10, **of)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench check")
    parser.add_argument("--facts", type=int, default=3_000_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(arguments)
    rows = on_each_database("bench.check", {"facts": given.facts, "runs": given.runs})
    show("The check", f"python -m bench check --facts {given.facts} --runs {given.runs}", rows)
    return 0
