"""Conditions put together from the words: SQL's own AND, OR and NOT are those of three values."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.cycle.check.twin.predicates import SQL_FOR, unknown_name
from mainstay.cycle.check.twin.scope import Scope
from mainstay.duties.rules import edition as words
from mainstay.duties.rules.edition import Condition, ExposedTo


class Statement:
    """One SELECT over a scope's points, joined to a table of answers for every word that it uses.

    A condition put together from others is computed once, under a name of its own: written out wherever it is
    asked for, it made statements that took longer to plan than to run.
    """

    def __init__(self, scope: Scope, exposure: ExposedTo | None) -> None:
        self.scope = scope
        self.exposure = exposure
        self._answers: dict[str, str] = {}  # a word's table -> the name of its column
        self._levels: list[dict[str, str]] = []  # of each level, which builds on those below: SQL -> its name

    def truth(self, condition: Condition) -> str:
        """The name of a condition's column: a nullable BOOLEAN."""
        return self._truth(condition)[0]

    def _truth(self, condition: Condition) -> tuple[str, int]:
        """The name and the level: 0 for a word."""
        if isinstance(condition, words.SymptomIs) and len(condition.names) > 1:
            return self._truth(_one_by_one(condition))
        if isinstance(condition, words.AllOf | words.AnyOf | words.NoneOf | words.AtLeast):
            return self._combined(condition)
        table = self.scope.table(
            f"SELECT p.point_id, {SQL_FOR[type(condition)](condition, self.scope, self.exposure)} AS value "
            f"FROM {self.scope.points} p"
        )
        return self._answers.setdefault(table, table.rpartition(".")[2]), 0

    def _combined(self, condition: words.AllOf | words.AnyOf | words.NoneOf | words.AtLeast) -> tuple[str, int]:
        parts = [self._truth(part) for part in condition.parts]
        level = max((level for _, level in parts), default=0) + 1
        while len(self._levels) < level:
            self._levels.append({})
        named = self._levels[level - 1]
        return named.setdefault(_together(condition, [name for name, _ in parts]), f"c{level}_{len(named)}"), level

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
        answers = "".join(f", {table}.value AS {name}" for table, name in self._answers.items())
        joins = "".join(f" JOIN {table} USING (point_id)" for table in self._answers)
        rows = f"SELECT p.*{answers} FROM {self.scope.points} p{joins}"
        for level in self._levels:
            rows = f"SELECT *, {', '.join(f'{text} AS {name}' for text, name in level.items())} FROM ({rows})"
        return f"SELECT {columns} FROM ({rows}) p WHERE {where}"


def _together(condition: words.AllOf | words.AnyOf | words.NoneOf | words.AtLeast, parts: list[str]) -> str:
    """SQL of a condition from the names of its parts."""
    if isinstance(condition, words.AllOf):
        return f"({' AND '.join(parts or ['TRUE'])})"
    if isinstance(condition, words.AnyOf):
        return f"({' OR '.join(parts or ['FALSE'])})"
    if isinstance(condition, words.NoneOf):
        return f"(NOT ({' OR '.join(parts or ['FALSE'])}))"
    true = " + ".join(f"CAST({part} IS TRUE AS INTEGER)" for part in parts)
    possible = " + ".join(f"CAST({part} IS NOT FALSE AS INTEGER)" for part in parts)
    return (
        f"(CASE WHEN {true} >= {condition.count} THEN TRUE WHEN {possible} >= {condition.count} THEN NULL "
        "ELSE FALSE END)"
    )


def _one_by_one(condition: words.SymptomIs) -> words.AnyOf:
    """Several names are any of them, each unknown by itself."""
    return words.AnyOf(tuple(words.SymptomIs((name,)) for name in condition.names))
