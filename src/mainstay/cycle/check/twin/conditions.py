"""Conditions put together from the words: SQL's own AND, OR and NOT are those of three values."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.cycle.check.twin.predicates import SQL_FOR, unknown_name
from mainstay.cycle.check.twin.scope import Scope
from mainstay.duties.rules import edition as words
from mainstay.duties.rules.edition import Condition, ExposedTo


class Statement:
    """One SELECT over a scope's points, joined to a table of answers for every word that it uses."""

    def __init__(self, scope: Scope, exposure: ExposedTo | None) -> None:
        self.scope = scope
        self.exposure = exposure
        self._tables: list[str] = []

    def truth(self, condition: Condition) -> str:
        """SQL of a condition: a nullable BOOLEAN."""
        if isinstance(condition, words.SymptomIs) and len(condition.names) > 1:
            return self.truth(_one_by_one(condition))
        if isinstance(condition, words.AllOf | words.AnyOf | words.NoneOf | words.AtLeast):
            return self._combined(condition)
        table = self.scope.table(
            f"SELECT p.point_id, {SQL_FOR[type(condition)](condition, self.scope, self.exposure)} AS value "
            f"FROM {self.scope.points} p"
        )
        if table not in self._tables:
            self._tables.append(table)
        return f"{table}.value"

    def _combined(self, condition: Condition) -> str:
        parts = [self.truth(part) for part in condition.parts]  # type: ignore[union-attr]
        if isinstance(condition, words.AllOf):
            return f"({' AND '.join(parts or ['TRUE'])})"
        if isinstance(condition, words.AnyOf):
            return f"({' OR '.join(parts or ['FALSE'])})"
        if isinstance(condition, words.NoneOf):
            return f"(NOT ({' OR '.join(parts or ['FALSE'])}))"
        true = " + ".join(f"CAST({part} IS TRUE AS INTEGER)" for part in parts)
        possible = " + ".join(f"CAST({part} IS NOT FALSE AS INTEGER)" for part in parts)
        count = condition.count  # type: ignore[union-attr]
        return f"(CASE WHEN {true} >= {count} THEN TRUE WHEN {possible} >= {count} THEN NULL ELSE FALSE END)"

    def missing(self, condition: Condition, under: str = "TRUE") -> Iterator[tuple[str, str]]:
        """(SQL of a name, SQL of whether it is what the verdict hangs on) of every word that can be unknown.

        A word decides where it is unknown and everything above it is; `under` says what is above the top.
        """
        if isinstance(condition, words.SymptomIs) and len(condition.names) > 1:
            condition = _one_by_one(condition)
        here = f"{under} AND {self.truth(condition)} IS NULL"
        if isinstance(condition, words.AllOf | words.AnyOf | words.NoneOf | words.AtLeast):
            for part in condition.parts:
                yield from self.missing(part, here)
            return
        name = unknown_name(condition, self.scope, self.exposure)
        if name is not None:
            yield name, here

    def select(self, columns: str, where: str = "TRUE") -> str:
        """The whole SELECT; `columns` and `where` may name the point as `p`."""
        joins = "".join(f" JOIN {table} USING (point_id)" for table in self._tables)
        return f"SELECT {columns} FROM {self.scope.points} p{joins} WHERE {where}"


def _one_by_one(condition: words.SymptomIs) -> words.AnyOf:
    """Several names are any of them, each unknown by itself."""
    return words.AnyOf(tuple(words.SymptomIs((name,)) for name in condition.names))
