"""A whole cycle over people of concern, and an unchanged one after it, on both databases.

Beside it the physical limit of the same run: writing as many rows of the same tables by the bare
bulk insert, without judging anybody.
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from typing import Any

from bench.stage import on_each_database, show


def measure(people: int) -> dict[str, Any]:
    from bench.people import LAST, populate
    from bench.stage import new_instance
    from mainstay.cycle.run import run_cycle
    from mainstay.duties.models import Duty, DutyEvent

    by = new_instance("default")
    facts = populate(people, by)
    whole = _timed(lambda: run_cycle(on=LAST, by=by))
    duties, events = Duty.objects.count(), DutyEvent.objects.count()
    unchanged = _timed(lambda: run_cycle(on=LAST, by=by))
    next_day = _timed(lambda: run_cycle(on=LAST + timedelta(days=1), by=by))
    return {
        "people": people,
        "facts": facts,
        "duties opened": duties,
        "whole cycle, s": whole,
        "unchanged cycle, s": unchanged,
        "next day, s": next_day,
        "bare insert of as many rows, s": _bare(duties, events),
        "longest transaction, ms": _longest(),
    }


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _bare(duties: int, events: int) -> float:
    """As many rows into tables of the same columns and indexes: the least the database can take."""
    from django.db import connection, transaction

    from mainstay.duties.models import Duty, DutyEvent
    from mainstay.platform import bulk
    from mainstay.platform.bulk import Rows

    kept = [
        Rows(model, list(model.objects.values_list(*bulk.names(model))[:count]))
        for model, count in ((Duty, duties), (DutyEvent, events))
    ]
    begun = time.perf_counter()
    for rows in kept:
        table = f"bare_{rows.model._meta.db_table}"
        columns = ", ".join(f'"{field.column}"' for field in rows.model._meta.concrete_fields)
        marks = ", ".join(["%s"] * len(bulk.names(rows.model)))
        for some in bulk.chunks(rows.values, 5000):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f'CREATE TABLE IF NOT EXISTS "{table}" AS SELECT * FROM "{rows.model._meta.db_table}" LIMIT 0'
                )
                cursor.executemany(
                    f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', bulk.adapted(rows.model, some)
                )
    return time.perf_counter() - begun


def _longest() -> float:
    """The longest any transaction of the judge step held its locks."""
    from mainstay.cycle.workers import HELD

    return max(HELD) * 1000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench cycle")
    parser.add_argument("--people", type=int, default=50_000)
    given = parser.parse_args(arguments)
    rows = on_each_database("bench.cycle", {"people": given.people})
    show("A whole cycle", f"python -m bench cycle --people {given.people}", rows)
    return 0
