"""One disease's facts and rules, with the tables that its conditions share: each made once, when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.twin.visible import LISTS
from mainstay.duties.rules.edition import CLASSES, DISCARDED, ExposedTo, Ruleset

if TYPE_CHECKING:
    import duckdb

# Unknown days come first in every order.
UNKNOWN_DAY = "DATE '0001-01-01'"
IN_ORDER = "place"
LATEST_FIRST = "place DESC"


def first_of(select: str, order: str) -> str:
    """The first row of each subject in an order."""
    return f"{select} QUALIFY row_number() OVER (PARTITION BY subject_id ORDER BY {order}) = 1"


def texts(values: tuple[str, ...]) -> str:
    """A list of string literals for IN."""
    return "(" + ", ".join(sql.quoted(value) for value in values) + ")"


class Scope:
    """Facts under one disease (and those under none), and the points: whom to judge, at which instant.

    `points` is a table (point_id, subject_id, at, today, now); `rules` names the clauses that
    conditions may refer to; `name` is the schema in which all tables made here stand. Facts are read
    from the tables <seen_as>_<kind>. `each` is the kind of record that every subject here is one of.
    """

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, rules: Ruleset, name: str, seen_as: str = "v", each: str = ""
    ) -> None:
        self.duck = duck
        self.rules = rules
        self.name = name
        self.points = f"{name}.points"
        self.each = each
        self._seen_as = seen_as
        self._made: dict[str, str] = {}
        self._waiting: dict[str, list[str]] = {}
        duck.execute(f"CREATE SCHEMA {name}")

    def set_points(self, instants: str) -> None:
        """Judge at `instants`, a SELECT of (subject_id, at, now)."""
        self.duck.execute(
            f"CREATE OR REPLACE TABLE {self.points} AS SELECT row_number() OVER () AS point_id, *, "
            'day_of("at") AS today FROM '
            f'(SELECT subject_id, "at", bool_or(now) AS now FROM ({instants}) GROUP BY subject_id, "at")'
        )

    def subjects(self) -> str:
        """SELECT of everybody of whom anything is known."""
        return " UNION ".join(f"SELECT subject_id FROM {self.facts(name)}" for name in LISTS)

    def facts(self, kind: str) -> str:
        """One kind of fact under this disease or none: subject_id, id, day and what the kind says."""
        where = f"WHERE disease IN ('', {sql.quoted(self.rules.disease)})"
        return self._object("VIEW", f"SELECT * FROM {self._seen_as}_{kind} {where}")

    def table(self, select: str) -> str:
        """A table of this content, made on first use."""
        return self._object("TABLE", select)

    def _object(self, kind: str, select: str) -> str:
        if select not in self._made:
            name = f"{kind[0].lower()}{len(self._made)}"
            self.duck.execute(f"CREATE {kind} {self.name}.{name} AS {select}")
            self._made[select] = f"{self.name}.{name}"
        return self._made[select]

    def add(self, table: str, select: str) -> None:
        """Rows for a table that all clauses fill; they come with `fill`, in one statement for each table."""
        self._waiting.setdefault(table, []).append(select)

    def fill(self) -> None:
        """Write what was added."""
        for table, selects in self._waiting.items():
            self.duck.execute(f"INSERT INTO {table} {' UNION ALL '.join(selects)}")
        self._waiting.clear()

    def drop(self) -> None:
        """Give the memory back."""
        self.duck.execute(f"DROP SCHEMA {self.name} CASCADE")

    # --- named steps ------------------------------------------------------------------------------

    def spell(self) -> str:
        """The classes given since the last exclusion, which outranks what was said on its own day."""
        facts = self.facts("classification")
        last = first_of(f"SELECT subject_id, day, place FROM {facts} WHERE value = '{DISCARDED}'", LATEST_FIRST)
        return self.table(
            "SELECT c.subject_id, c.id, c.day, c.value, c.place "
            f"FROM {facts} c LEFT JOIN ({last}) l USING (subject_id) WHERE l.place IS NULL "
            f"OR (c.place > l.place AND (l.day IS NULL OR COALESCE(c.day, {UNKNOWN_DAY}) > l.day))"
        )

    def current_class(self) -> str:
        """(subject_id, value): of the spell the first by precedence, else the exclusion itself."""
        ranked = " ".join(f"WHEN {sql.quoted(name)} THEN {n}" for n, name in enumerate(CLASSES))
        rank = f"CASE value {ranked} WHEN '{DISCARDED}' THEN {len(CLASSES) + 1} ELSE {len(CLASSES)} END"
        both = (
            f"SELECT subject_id, value, place FROM {self.spell()} UNION ALL "
            f"SELECT subject_id, value, place FROM {self.facts('classification')} WHERE value = '{DISCARDED}'"
        )
        return self.table(first_of(f"SELECT subject_id, value FROM ({both})", f"{rank}, {IN_ORDER}"))

    def exposures(self, asked: ExposedTo | None) -> str:
        """(subject_id, id, first, last, known, place): the exposures a clause asks for, all where it asks for none.

        `last` is the day observation counts from. An exposure before the index's window does not
        count; one whose day, or whose index's days, are unknown does.
        """
        where = "TRUE"
        if asked is not None:
            where = f"index_class IN {texts(asked.classes)}"
            if asked.kinds:
                where += f" AND kind IN {texts(asked.kinds)}"
            if asked.since is not None:
                columns = [_INDEX_DAYS[name] for name in asked.since.chain if name in _INDEX_DAYS]
                begins = f"COALESCE({', '.join([*columns, 'NULL'])}) + {asked.since.offset_days}"
                where += f" AND COALESCE(COALESCE(day, latest_date) >= CAST({begins} AS DATE), TRUE)"
        return self.table(
            "SELECT subject_id, id, COALESCE(first_date, day, latest_date) AS first, "
            f"COALESCE(day, latest_date) AS last, known, place FROM {self.facts('exposure')} WHERE {where}"
        )


_INDEX_DAYS = {
    "onset": "index_onset_date",
    "first_positive": "index_positive_date",
    "report": "index_report_date",
}
