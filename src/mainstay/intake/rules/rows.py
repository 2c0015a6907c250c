"""From a row to what it states: the persons it names, the facts in their slots, what is held and why.

A bad value holds its field and no more: it counts as unknown until mended. A row is held whole only
where nobody in it can be identified, or where its cells cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mainstay.intake.mapping import CheckSpec, FactSpec, Mapping, PersonSpec
from mainstay.intake.rules.cells import Context, Read, Value, reader_of, shown
from mainstay.intake.rules.slots import SEP, Draft, Named, Slot, condition
from mainstay.platform.errors import code

ROW_WIDTH = code("row.width", "A row has more or fewer cells than the header; it is held whole.")
ROW_NOBODY = code("row.nobody", "Nobody in a row can be identified; it is held whole.")
PERSON_MISSING = code("person.missing", "A row lacks an identifier that is part of its key; the field is held.")
PERSON_SAME = code("person.same", "A row names one person as their own contact; the field is held.")
CHECK_FAILED = code("check.failed", "Two columns of a row contradict each other; both fields are held.")
CHECK_WARNING = code("check.warning", "Two columns of a row look wrong together; the row was taken as it is.")


class Problem(NamedTuple):
    """What is held: the columns, the text that stood there, why, and how to mend it."""

    columns: tuple[str, ...]
    value: str
    code: str
    reason: str
    remedy: str
    held: str  # field or row


class Warned(NamedTuple):
    """What was taken but looks wrong."""

    columns: tuple[str, ...]
    value: str
    code: str
    reason: str


class RowKey(NamedTuple):
    """What a row is recognised by: the key's text, the content's, and whether the key is whole."""

    record: str
    content: str
    whole: bool


class RowReading(NamedTuple):
    """All that one row states."""

    number: int
    key: RowKey
    persons: tuple[Named, ...]
    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Warned, ...]
    cells: tuple[str, ...]

    @property
    def held_whole(self) -> bool:
        return not self.persons


class RowReader:
    """Reads the rows of one file under one mapping."""

    def __init__(self, mapping: Mapping, header: Sequence[str], context: Context) -> None:
        self.mapping = mapping
        self.width = len(header)
        at = {name: index for index, name in enumerate(header)}
        self._columns: list[tuple[str, int, Callable[[str], Read]]] = [
            (column.name, at[column.name], reader_of(column, mapping.null, context))
            for column in mapping.columns
            if column.name in at
        ]
        self._lacking = {column.name: None for column in mapping.columns if column.name not in at}
        self._at = at
        self._key_at = [at[name] for name in mapping.key]
        self._content_at = [at.get(column.name) for column in mapping.columns]
        self._slots = [Slot(spec, context.zone) for spec in mapping.facts]
        self._checks = [(check, condition(check.condition, context.zone)) for check in mapping.checks]
        self._contacts = [spec for spec in mapping.facts if spec.index]

    def key_of(self, cells: Sequence[str]) -> RowKey:
        """The row's key and content, without reading what the cells mean."""
        if len(cells) != self.width:
            return RowKey("", SEP.join(cells), False)
        content = SEP.join(["" if at is None else cells[at].strip() for at in self._content_at])
        parts = [cells[at].strip() for at in self._key_at]
        if not all(part and part not in self.mapping.null for part in parts):
            return RowKey("", content, False)
        return RowKey(SEP.join(parts), content, True)

    def read(self, number: int, cells: Sequence[str], key: RowKey | None = None) -> RowReading:
        """What the row states; never raises for anything a cell may hold. `key`: its `key_of`, if known."""
        key = key or self.key_of(cells)
        if len(cells) != self.width:
            return self._held(number, key, cells, _width(cells, self.width))
        values: dict[str, Value] = dict(self._lacking)
        problems = []
        for name, at, read in self._columns:
            value, fault = read(cells[at])
            values[name] = value
            if fault is not None:
                problems.append(Problem((name,), cells[at], *fault, "field"))
        persons, missing = self._persons(values, {name for problem in problems for name in problem.columns})
        if not persons:
            return self._held(number, key, cells, self._nobody(cells, problems))
        if any(values[name] is None for name in self.mapping.key):
            key = RowKey("", key.content, False)
        problems += missing
        warnings = self._check(values, cells, problems)
        drafts = tuple([draft for slot in self._slots if (draft := slot.draft(values, persons)) is not None])
        return RowReading(number, key, tuple(persons.values()), drafts, tuple(problems), tuple(warnings), tuple(cells))

    def _nobody(self, cells: Sequence[str], problems: list[Problem]) -> Problem:
        columns = tuple(person.column for person in self.mapping.persons)
        told = [problem for problem in problems if problem.columns[0] in columns]
        return Problem(
            columns,
            SEP.join(cells[self._at[name]] for name in columns),
            ROW_NOBODY,
            told[0].reason if told else "The row names nobody.",
            "Write the identifier, or leave the row out.",
            "row",
        )

    def _held(self, number: int, key: RowKey, cells: Sequence[str], problem: Problem) -> RowReading:
        return RowReading(number, RowKey("", key.content, False), (), (), (problem,), (), tuple(cells))

    def _persons(self, values: dict[str, Value], held: set[str]) -> tuple[dict[str, Named], list[Problem]]:
        """(the persons that can be identified, by role; what is held for the others)."""
        found: dict[str, Named] = {}
        problems = []
        for spec in self.mapping.persons:
            value = values[spec.column]
            if value is not None:
                found[spec.role] = Named(spec.role, spec.scheme, str(value), spec.known)
            elif spec.column in self.mapping.key and spec.column not in held:
                problems.append(
                    Problem(
                        (spec.column,),
                        "",
                        PERSON_MISSING,
                        "There is no identifier.",
                        "Write whom the row is about.",
                        "field",
                    )
                )
        for fact in self._contacts:
            if fact.index in found and fact.person in found:
                _refuse_own_contact(fact, found, self.mapping.persons, problems)
        return found, problems

    def _check(self, values: dict[str, Value], cells: Sequence[str], problems: list[Problem]) -> list[Warned]:
        """Judge all checks on the values as received, then hold what they hold."""
        failed = [check for check, holds in self._checks if holds(values)]
        warnings = []
        for check in failed:
            columns = check.hold or _columns_of(check)
            text = SEP.join(cells[self._at[name]] for name in columns)
            if check.hold:
                problems.append(Problem(columns, text, CHECK_FAILED, check.reason, check.remedy, "field"))
            else:
                warnings.append(Warned(columns, text, CHECK_WARNING, check.reason))
        for check in failed:
            for name in check.hold:
                values[name] = None
        return warnings


def _width(cells: Sequence[str], width: int) -> Problem:
    return Problem(
        ("",),
        SEP.join(cells),
        ROW_WIDTH,
        f"The row has {len(cells)} cells, the header {width}.",
        "Look for a separator, quotation mark or line break too many or too few.",
        "row",
    )


def _refuse_own_contact(
    fact: FactSpec, found: dict[str, Named], specs: tuple[PersonSpec, ...], problems: list[Problem]
) -> None:
    one, other = found[fact.person], found[fact.index]
    if (one.scheme, one.identifier) == (other.scheme, other.identifier):
        column = next(spec.column for spec in specs if spec.role == fact.index)
        del found[fact.index]
        problems.append(
            Problem(
                (column,),
                other.identifier,
                PERSON_SAME,
                "The row names one person as their own contact.",
                "Write whom the person met.",
                "field",
            )
        )


def _columns_of(check: CheckSpec) -> tuple[str, ...]:
    condition = check.condition
    other = condition.test in ("earlier_than", "not_later_than")
    return (condition.column, condition.operand) if other else (condition.column,)


def entry_value(problem: Problem | Warned) -> str:
    """The text that stood in the columns, as an entry shows it."""
    return shown(", ".join(problem.value.split(SEP)))
