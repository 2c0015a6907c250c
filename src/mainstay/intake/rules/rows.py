"""From a row to what it states: the persons it names, the facts in their slots, what is held and why.

A bad value holds its field and no more: it counts as unknown until mended. A row is held whole only
where nobody in it can be identified, or where its cells cannot be told apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Table
from operator import itemgetter
from typing import Any, NamedTuple

from mainstay.intake.mapping import FactSpec, Mapping, PersonSpec
from mainstay.intake.rules.cells import AND, REMEMBERED, Context, Readings, shown
from mainstay.intake.rules.counts import CountSlot, Where
from mainstay.intake.rules.days import narrow
from mainstay.intake.rules.problems import Problem, Problems, Texts
from mainstay.intake.rules.sentences import fault
from mainstay.intake.rules.slots import SEP, Draft, Named, Slot, Values, columns_of, condition
from mainstay.platform.errors import code

ROW_WIDTH = code("row.width", "A row has more or fewer cells than the header; it is held whole.")
ROW_NOBODY = code("row.nobody", "Nobody in a row can be identified; it is held whole.")
PERSON_MISSING = code("person.missing", "A row lacks an identifier that is part of its key; the field is held.")
PERSON_SAME = code("person.same", "A row names one person as their own contact; the field is held.")
CHECK_FAILED = code("check.failed", "Two columns of a row contradict each other; both fields are held.")
BETWEEN_PHONES = re.compile(r"[/、,，;；]")
PERSON_SHARED = code(
    "person.shared", "A further identifier of somebody stands for somebody else already; it was left with them."
)
CHECK_WARNING = code("check.warning", "Two columns of a row look wrong together; the row was taken as it is.")


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


# Of some rows, by their place among them: what looks wrong.
Warnings = defaultdict[int, list[Warned]]


class Arrived(NamedTuple):
    """One row as it came: its number, its cells, what it is recognised by."""

    number: int
    cells: Sequence[str]
    key: RowKey


class RowReading(NamedTuple):
    """All that one row states."""

    number: int
    key: RowKey
    persons: tuple[Named, ...]
    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Warned, ...]
    cells: Sequence[str]
    held_whole: bool = False


class Remembered(dict[tuple[str, ...], Any]):
    """What follows from the cells in some columns: worked out once for each combination, since they repeat."""

    def __init__(self, work_out: Callable[[Values], Any], uses: Sequence[str], readings: Table[str, Readings]) -> None:
        super().__init__()
        self.uses = uses
        self._work_out = work_out
        self._readings = [(name, readings[name]) for name in uses]

    def __missing__(self, texts: tuple[str, ...]) -> Any:
        values = {name: read[text][0] for (name, read), text in zip(self._readings, texts, strict=True)}
        found = self._work_out(values)
        if len(self) >= REMEMBERED:
            self.clear()
        self[texts] = found
        return found

    def over(self, texts: Texts, rows: int) -> list[Any]:
        """Of every row, in order."""
        if not self.uses:
            return [self[()]] * rows
        return list(map(self.__getitem__, zip(*[texts[name] for name in self.uses], strict=True)))


class RowReader:
    """Reads the rows of one file under one mapping, some hundreds at a time and column by column.

    What a column, a slot or a check says depends on few cells, and these repeat from row to row: each is
    read once and remembered by its text. A held cell reads as an empty one from then on.
    """

    def __init__(self, mapping: Mapping, header: Sequence[str], context: Context) -> None:
        self.mapping = mapping
        self.width = len(header)
        self._at = {name: index for index, name in enumerate(header)}
        # One past the last cell, where an empty one is put: a column that the file may lack is read from there.
        places = [self._at.get(column.name, self.width) for column in mapping.columns]
        self._content_of = _picker(places)
        self._key_of = _picker([self._at[name] for name in mapping.key])
        split = {person.column: person.split for person in mapping.persons if person.split}
        self._readings = {
            column.name: Readings(column, mapping.null, context, mapping.ditto, split.get(column.name, ()))
            for column in mapping.columns
        }
        self._where = Where(mapping, self._readings, self._at, context.zone) if mapping.place is not None else None
        self._said = [
            (spec, Remembered(slot.statement, slot.uses, self._readings))
            for spec, slot in ((spec, _slot(spec, mapping, context.zone)) for spec in mapping.facts)
        ]
        self._fails = [
            (check, Remembered(condition(asked, context.zone), columns_of(asked), self._readings))
            for check, asked in ((check, check.condition) for check in mapping.checks)
        ]
        self._contacts = [spec for spec in mapping.facts if spec.index]

    def in_scope(self, cells: Sequence[str]) -> bool:
        """Whether a row belongs to the feed; one that cannot be told apart does, so that it is held and not lost."""
        scope = self.mapping.scope
        return scope is None or len(cells) != self.width or cells[self._at[scope.column]].strip() in scope.words

    def key_of(self, cells: Sequence[str]) -> RowKey:
        """The row's key and content, without reading what the cells mean."""
        if len(cells) != self.width:
            return RowKey("", SEP.join(cells), False)
        stripped = [*map(str.strip, cells), ""]
        content = SEP.join(self._content_of(stripped))
        parts = self._key_of(stripped)
        if not all(map(str.isascii, parts)):
            parts = tuple(map(narrow, parts))  # １２ is the record 12
        if self._where is not None:
            content += self._where.moved(stripped)
            placed = self._where.is_whole(parts)
            return RowKey(SEP.join(self._where.key(parts)) if placed else "", content, placed)
        if self.mapping.null.isdisjoint(parts):
            return RowKey(SEP.join(parts), content, True)
        return RowKey("", content, False)

    def read(self, number: int, cells: Sequence[str]) -> RowReading:
        """What one row states."""
        return self.read_all([Arrived(number, cells, self.key_of(cells))])[0]

    def read_all(self, rows: Sequence[Arrived]) -> list[RowReading]:
        """What the rows state, in their order; never raises for anything a cell may hold."""
        whole = [row for row in rows if len(row.cells) == self.width]
        read = self._read(whole)
        if len(whole) == len(rows):
            return read
        rest = iter(read)
        return [
            next(rest) if len(row.cells) == self.width else _held(row, _width(row.cells, self.width)) for row in rows
        ]

    def _read(self, rows: Sequence[Arrived]) -> list[RowReading]:
        if not rows:
            return []
        columns = zip(*[self._content_of([*row.cells, ""]) for row in rows], strict=True)
        texts = dict(zip(self._readings, map(list, columns), strict=True))
        problems = self._faults(texts)
        persons = self._persons(texts, problems)
        if self._where is not None:
            whole = self._where.unplaced(texts, problems)
        else:
            whole = {at: self._nobody(rows[at].cells, problems[at]) for at, named in enumerate(persons) if not named}
        keyless = {
            at
            for name in self.mapping.key
            for at, (value, _fault) in enumerate(map(self._readings[name].__getitem__, texts[name]))
            if value is None and self._where is None
        }
        warnings = self._check(rows, texts, problems)
        drafts = self._drafts(texts, persons)
        return [
            _held(row, whole[at])
            if at in whole
            else RowReading(
                row.number,
                RowKey("", row.key.content, False) if at in keyless else row.key,
                tuple(persons[at].values()),
                tuple(drafts[at]),
                tuple(problems.get(at, ())),
                tuple(warnings.get(at, ())),
                row.cells,
            )
            for at, row in enumerate(rows)
        ]

    def _faults(self, texts: Texts) -> Problems:
        """What is held because its cell cannot be read; such cells are emptied."""
        problems: Problems = defaultdict(list)
        for name, column in texts.items():
            readings = self._readings[name]
            bad = {text: fault for text in set(column) if (fault := readings[text][1]) is not None}
            for at, text in enumerate(column) if bad else ():
                if text in bad:
                    problems[at].append(Problem.of((name,), text, bad[text], "field"))
                    column[at] = ""
        return problems

    def _nobody(self, cells: Sequence[str], problems: list[Problem]) -> Problem:
        columns = tuple(person.column for person in self.mapping.persons)
        told = [one for one in problems if one.columns[0] in columns and one.code != PERSON_MISSING]
        text = SEP.join(cells[self._at[name]] for name in columns)
        whole = Problem.of(columns, text, fault(ROW_NOBODY, "nobody", "write_identifier"), "row")
        if not told:
            return whole
        said = told[0].said._replace(remedy=whole.said.remedy)
        return whole._replace(reason=told[0].reason, said=said)

    def _persons(self, texts: Texts, problems: Problems) -> list[dict[str, Named]]:
        """The persons that can be identified, by role, row for row; the others may be held."""
        found: list[dict[str, Named]] = [{} for _row in texts[self.mapping.key[0]]]
        for spec in self.mapping.persons:
            role, scheme, known = spec.role, spec.scheme, spec.known
            in_key = spec.column in self.mapping.key
            readings = self._readings[spec.column]
            for at, (value, _fault) in enumerate(map(readings.__getitem__, texts[spec.column])):
                if value is not None:
                    first, *further = str(value).split(AND) if spec.split else (str(value),)
                    shown = self._shown(spec, texts, at) if spec.shows else ()
                    found[at][role] = Named(role, scheme, first, known, tuple(further), shown)
                elif in_key and not any(spec.column in problem.columns for problem in problems.get(at, ())):
                    problems[at].append(_missing(spec.column))
        for fact in self._contacts:
            for at, named in enumerate(found):
                if fact.index in named and fact.person in named:
                    _refuse_own_contact(fact, named, self.mapping.persons, problems[at])
        return found

    def _shown(self, spec: PersonSpec, texts: Texts, at: int) -> tuple[tuple[str, str], ...]:
        """What this person is called and how they are reached; several telephones in a cell are several."""
        found = []
        for what, column in spec.shows:
            value = self._readings[column][texts[column][at]][0]
            parts = BETWEEN_PHONES.split(str(value or "")) if what == "phone" else [str(value or "")]
            found += [(what, part.strip()) for part in parts if part.strip()]
        return tuple(found)

    def _check(self, rows: Sequence[Arrived], texts: Texts, problems: Problems) -> Warnings:
        """Judge all checks on the values as received, then hold what they hold."""
        failed = [
            (check, at)
            for check, fails in self._fails
            for at, fault in enumerate(fails.over(texts, len(rows)))
            if fault
        ]
        warnings: Warnings = defaultdict(list)
        for check, at in failed:
            columns = check.hold or columns_of(check.condition)
            text = SEP.join(rows[at].cells[self._at[name]] for name in columns)
            if check.hold:
                problems[at].append(Problem(columns, text, CHECK_FAILED, check.reason, check.remedy, "field"))
            else:
                warnings[at].append(Warned(columns, text, CHECK_WARNING, check.reason))
        for check, at in failed:
            for name in check.hold:
                texts[name][at] = ""
        return warnings

    def _drafts(self, texts: Texts, persons: list[dict[str, Named]]) -> list[list[Draft]]:
        """The facts that the rows state, each with whom it is about."""
        drafts: list[list[Draft]] = [[] for _row in persons]
        words = [{role: f"{one.scheme}{SEP}{one.identifier}{SEP}" for role, one in named.items()} for named in persons]
        for spec, said in self._said:
            role, index = spec.person, spec.index
            for found, who, says in zip(drafts, words, said.over(texts, len(persons)), strict=True):
                if says is None or (role and role not in who):
                    continue
                if not index:
                    found.append(Draft(says, who[role] + says.content if role else says.content))
                elif index in who:
                    found.append(Draft(says, who[role] + who[index] + says.content))
        return drafts


def _picker(places: list[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """A function that takes the cells at these places."""
    if len(places) == 1:
        only = places[0]
        return lambda cells: (cells[only],)
    return itemgetter(*places)


def _held(row: Arrived, problem: Problem) -> RowReading:
    return RowReading(row.number, RowKey("", row.key.content, False), (), (), (problem,), (), row.cells, True)


def _slot(spec: FactSpec, mapping: Mapping, zone: str) -> Slot:
    return Slot(spec, zone) if mapping.place is None else CountSlot(spec, mapping, zone)


def _missing(column: str) -> Problem:
    return Problem.of((column,), "", fault(PERSON_MISSING, "no_identifier", "write_whom"), "field")


def _width(cells: Sequence[str], width: int) -> Problem:
    found = fault(ROW_WIDTH, "width", "look_for_mark", cells=len(cells), width=width)
    return Problem.of(("",), SEP.join(cells), found, "row")


def _refuse_own_contact(
    fact: FactSpec, found: dict[str, Named], specs: tuple[PersonSpec, ...], problems: list[Problem]
) -> None:
    one, other = found[fact.person], found[fact.index]
    if one.scheme == other.scheme and not {one.identifier, *one.further}.isdisjoint([other.identifier, *other.further]):
        column = next(spec.column for spec in specs if spec.role == fact.index)
        del found[fact.index]
        why = fault(PERSON_SAME, "own_contact", "write_met")
        problems.append(Problem.of((column,), other.identifier, why, "field"))


def entry_value(problem: Problem | Warned) -> str:
    """The text that stood in the columns, as an entry shows it."""
    return shown(", ".join(problem.value.split(SEP)))
