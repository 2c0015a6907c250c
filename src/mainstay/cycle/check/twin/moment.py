"""When the twin looks: at the last completed run, through the ledger and the clock it looked through."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.duties.rules.in_force import InForce
from mainstay.duties.rules.parse import parse

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Moment:
    """A completed run: the period it closed, the instant it judged at, the ledger it read."""

    period: date
    at: int  # microseconds since 1970
    to_entry: int

    @property
    def next_day(self) -> date:
        return self.period + timedelta(days=1)


def last_moment(duck: duckdb.DuckDBPyConnection) -> Moment | None:
    """The last completed run; None before the first."""
    found = sql.rows(
        duck,
        "SELECT period_date, moment_at, to_entry FROM cycle_run WHERE status = 'done' ORDER BY started_at DESC LIMIT 1",
    )
    return Moment(*found[0]) if found else None


def unfinished(duck: duckdb.DuckDBPyConnection) -> list[date]:
    """Periods whose run was begun after the last completed one and not completed."""
    rows = sql.rows(
        duck,
        "SELECT DISTINCT period_date FROM cycle_run WHERE status <> 'done' AND started_at > "
        "(SELECT COALESCE(max(started_at), 0) FROM cycle_run WHERE status = 'done') ORDER BY 1",
    )
    return [day for (day,) in rows]


def judged_since(duck: duckdb.DuckDBPyConnection, last: Moment) -> set[str]:
    """Persons, posts and questions judged after the last run, on the day that follows its period; their duties and
    exposures.

    Only that one day: a state that claims a later one is proved like any other.
    """
    judged = f"SELECT subject_id FROM duties_subjectstate WHERE period_date = DATE '{last.next_day}'"
    duties = f"SELECT id FROM duties_duty WHERE subject_id IN ({judged})"
    exposures = f"FROM tracing_exposure WHERE person_id IN ({judged}) AND entry_id > {last.to_entry}"
    every = [judged, duties, f"SELECT root {exposures}", f"SELECT contact_root {exposures}"]
    return {identity for (identity,) in sql.rows(duck, " UNION ".join(every))}


def clock(duck: duckdb.DuckDBPyConnection) -> None:
    """day_start(day), day_end(day) and day_of(instant) in the city's time, by DuckDB's own calendar."""
    zone = sql.quoted(sql.rows(duck, "SELECT zone FROM platform_instance")[0][0])
    duck.execute(f"CREATE OR REPLACE MACRO day_start(d) AS epoch_us(timezone({zone}, CAST(d AS TIMESTAMP)))")
    duck.execute("CREATE OR REPLACE MACRO day_end(d) AS day_start(d + 1)")
    duck.execute(f"CREATE OR REPLACE MACRO day_of(i) AS CAST(timezone({zone}, make_timestamptz(i)) AS DATE)")


def adopted(duck: duckdb.DuckDBPyConnection, to_entry: int) -> list[InForce]:
    """The editions put into force, in order, as the ledger held them."""
    rows = sql.rows(
        duck,
        "SELECT text, from_date, withdrawn FROM duties_edition WHERE entry_id <= ? ORDER BY entry_id",
        [to_entry],
    )
    return [InForce(parse(tomllib.loads(text)), start, bool(gone)) for text, start, gone in rows]
