"""From a row to what it states: the persons it names, the facts in their slots, what is held and why.

A bad value holds its field and no more: it counts as unknown until mended. A row is held whole only
where nobody in it can be identified, or where its cells cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from mainstay.intake.mapping import CheckSpec, Condition, FactSpec, Mapping, PersonSpec
from mainstay.intake.rules.cells import Context, Fault, Read, Value, reader_of, shown
from mainstay.intake.vocabulary import FACTS
from mainstay.platform.clock import known_on, local_date
from mainstay.platform.errors import code

ROW_WIDTH = code("row.width", "A row has more or fewer cells than the header; it is held whole.")
ROW_NOBODY = code("row.nobody", "Nobody in a row can be identified; it is held whole.")
PERSON_MISSING = code(
    "person.missing", "A row lacks an identifier that is part of its key; the field is held."
)
PERSON_SAME = code("person.same", "A row names one person as their own contact; the field is held.")
CHECK_FAILED = code("check.failed", "Two columns of a row contradict each other; both fields are held.")
CHECK_WARNING = code("check.warning", "Two columns of a row look wrong together; the row was taken as it is.")

SEP = "\x1f"


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


class Named(NamedTuple):
    """A person as a row names them."""

    role: str
    scheme: str
    identifier: str
    known: bool


class Draft(NamedTuple):
    """A fact as a row states it, before the persons are looked up. `values` are in the mapping's words."""

    slot: str
    fact: str
    role: str
    index: str
    values: tuple[tuple[str, Value], ...]
    date: date | None
    at: datetime | None
    first: date | None
    last: date | None
    known_at: datetime | None  # None: on receipt, or with the index
    with_index: bool
    content: str  # tells one version of the slot from the next


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
        self.zone = context.zone
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

    def key_of(self, cells: Sequence[str]) -> RowKey:
        """The row's key and content, without reading what the cells mean."""
        if len(cells) != self.width:
            return RowKey("", SEP.join(cells), False)
        content = SEP.join(["" if at is None else cells[at].strip() for at in self._content_at])
        parts = [cells[at].strip() for at in self._key_at]
        if not all(part and part not in self.mapping.null for part in parts):
            return RowKey("", content, False)
        return RowKey(SEP.join(parts), content, True)

    def read(self, number: int, cells: Sequence[str]) -> RowReading:
        """What the row states; never raises for anything a cell may hold."""
        key = self.key_of(cells)
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
        drafts = tuple(
            draft for spec in self.mapping.facts if (draft := self._draft(spec, values, persons)) is not None
        )
        return RowReading(
            number, key, tuple(persons.values()), drafts, tuple(problems), tuple(warnings), tuple(cells)
        )

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
        for fact in self.mapping.facts:
            if fact.index and fact.index in found and fact.person in found:
                _refuse_own_contact(fact, found, self.mapping.persons, problems)
        return found, problems

    def _check(self, values: dict[str, Value], cells: Sequence[str], problems: list[Problem]) -> list[Warned]:
        """Judge all checks on the values as received, then hold what they hold."""
        failed = [check for check in self.mapping.checks if _holds(check.condition, values, self.zone)]
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

    def _draft(self, spec: FactSpec, values: dict[str, Value], persons: dict[str, Named]) -> Draft | None:
        """The fact in this slot, or None where the row does not state it."""
        person = persons.get(spec.person)
        index = persons.get(spec.index) if spec.index else None
        if person is None or (spec.index and index is None):
            return None
        if spec.condition is not None and not _holds(spec.condition, values, self.zone):
            return None
        taken = _taken(spec, values)
        days = [values[name] for name in spec.day_columns]
        if taken is None or (days and not spec.undated and all(day is None for day in days)):
            return None
        date, at = self._moment(values[spec.date]) if spec.date else (None, None)
        first = self._moment(values[spec.first])[0] if spec.first else None
        last = self._moment(values[spec.last])[0] if spec.last else None
        return Draft(
            spec.slot,
            spec.fact,
            spec.person,
            spec.index,
            taken,
            date,
            at,
            first,
            last,
            None if spec.known_with_index else self._known(spec, values, days),
            spec.known_with_index,
            _content(person, index, taken, (date, at, first, last)),
        )

    def _moment(self, value: Value) -> tuple[date | None, datetime | None]:
        if isinstance(value, datetime):
            return local_date(value, self.zone), value.astimezone(UTC)
        return (value, None) if isinstance(value, date) else (None, None)

    def _known(self, spec: FactSpec, values: dict[str, Value], days: list[Value]) -> datetime | None:
        """The later of the columns that made it known and the fact's own day; None: on receipt."""
        told = [values[name] for name in spec.known]
        if not told or any(day is None for day in told):
            return None
        instants = [self._instant(day) for day in (*told, *days) if day is not None]
        return max(instants)

    def _instant(self, value: Value) -> datetime:
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        assert isinstance(value, date)
        return known_on(value, self.zone)


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


def _holds(condition: Condition, values: dict[str, Value], zone: str) -> bool:
    """Whether a condition holds; what is unknown fulfils none but `given = false`."""
    value = values[condition.column]
    if condition.test == "given":
        return (value is not None) is condition.operand
    if value is None:
        return False
    if condition.test == "equals":
        return value == condition.operand
    if condition.test == "one_of":
        return value in condition.operand
    other = values[condition.operand]
    if not isinstance(value, date) or not isinstance(other, date):
        return False
    mine, theirs = (local_date(day, zone) if isinstance(day, datetime) else day for day in (value, other))
    return mine < theirs if condition.test == "earlier_than" else mine <= theirs


def _taken(spec: FactSpec, values: dict[str, Value]) -> tuple[tuple[str, Value], ...] | None:
    """(key, value) for all that the row says; None where something the fact needs is unknown."""
    taken: list[tuple[str, Value]] = []
    needs = FACTS[spec.fact].needs
    for take in spec.takes:
        value = take.constant if take.column is None else values[take.column]
        if value is None:
            if take.name in needs or take.name == "facility":
                return None
            continue
        taken.append((take.name, value))
    return tuple(taken)


def _content(
    person: Named, index: Named | None, taken: tuple[tuple[str, Value], ...], days: tuple[object, ...]
) -> str:
    parts = [person.scheme, person.identifier]
    if index is not None:
        parts += [index.scheme, index.identifier]
    parts += [f"{name}={value}" for name, value in taken]
    parts += ["" if day is None else str(day) for day in days]
    return SEP.join(parts)


def entry_value(problem: Problem | Warned) -> str:
    """The text that stood in the columns, as an entry shows it."""
    return shown(", ".join(problem.value.split(SEP)))


__all__ = [
    "Context",
    "Draft",
    "Fault",
    "Named",
    "Problem",
    "RowKey",
    "RowReader",
    "RowReading",
    "Warned",
    "entry_value",
]
