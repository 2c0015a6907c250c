"""Rows that are counts of a place and a day: where they belong, which day they are for, what they say."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from mainstay.intake.mapping import FactSpec, Mapping
from mainstay.intake.rules.cells import Readings, Value
from mainstay.intake.rules.problems import Problem, Problems, Texts
from mainstay.intake.rules.sentences import fault
from mainstay.intake.rules.slots import SEP, Slot, Statement, Values, columns_of, condition
from mainstay.platform.errors import code

ROW_NOWHERE = code("row.nowhere", "A row of counts names no place or no day; it is held whole.")


class Shifts:
    """By how many days a row's stamp is off the day its counts are for; the first shift that fits holds."""

    def __init__(self, mapping: Mapping, zone: str) -> None:
        self.stamp = mapping.facts[0].date
        asked = [name for one in mapping.shifts if one.condition for name in columns_of(one.condition)]
        self.uses = tuple(dict.fromkeys([self.stamp, *asked]))
        self._shifts = [
            (one, condition(one.condition, zone) if one.condition is not None else None) for one in mapping.shifts
        ]

    def days(self, values: Values) -> int:
        """What is to be added to the stamp; 0 where it is not known."""
        stamp = values[self.stamp]
        if not isinstance(stamp, date):
            return 0
        for shift, holds in self._shifts:
            within = shift.first <= stamp and (shift.last is None or stamp <= shift.last)
            if within and (holds is None or holds(values)):
                return shift.days
        return 0


class Where:
    """What a row of counts is recognised by, and which rows name no place or day.

    A level that is left empty says something: the row is of the whole. So a row whose place cannot be
    read is held whole; taken with the cell as unknown it would pass for the whole's own count.
    """

    def __init__(self, mapping: Mapping, readings: Table[str, Readings], at: Table[str, int], zone: str) -> None:
        assert mapping.place is not None
        self._readings = readings
        self._at = at
        self._levels = mapping.place.levels
        self._shifts = Shifts(mapping, zone)
        self._key = [(name, readings[name], name in self._levels[1:]) for name in mapping.key]
        self._null = mapping.null

    def key(self, parts: Sequence[str]) -> list[str]:
        """The key by what its cells mean: one day written in two ways is one record."""
        said = [(read[text][0], text) for (_name, read, _may), text in zip(self._key, parts, strict=True)]
        return [text if value is None else str(value) for value, text in said]

    def is_whole(self, parts: Sequence[str]) -> bool:
        """Whether all that must be there is: the lower levels may be left empty."""
        return all(may or text not in self._null for (_name, _read, may), text in zip(self._key, parts, strict=True))

    def moved(self, cells: Sequence[str]) -> str:
        """How the stamp is moved, as part of the row's content; nothing where it is not.

        So a shift that is put into the mapping later revises the rows that it concerns, when they come again.
        """
        values = {name: self._readings[name][cells[self._at.get(name, -1)]][0] for name in self._shifts.uses}
        days = self._shifts.days(values)
        return f"{SEP}{days:+}" if days else ""

    def unplaced(self, texts: Texts, problems: Problems) -> dict[int, Problem]:
        """Of the rows, by their place among them, those that are held whole."""
        needed = {self._levels[0], self._shifts.stamp}
        unsure = needed | set(self._levels) | {name for name, _read, _may in self._key}
        found: dict[int, Problem] = {}
        for at, some in problems.items():
            bad = next((one for one in some if not unsure.isdisjoint(one.columns)), None)
            if bad is not None:
                found[at] = bad._replace(code=ROW_NOWHERE, held="row")
        for name in sorted(needed):
            read = self._readings[name]
            for at, text in enumerate(texts[name]):
                if at not in found and read[text][0] is None:
                    found[at] = _nothing(name, text)
        return found


def _nothing(column: str, text: str) -> Problem:
    return Problem.of((column,), text, fault(ROW_NOWHERE, "says_nothing", "write_place_and_day", column=column), "row")


class CountSlot(Slot):
    """One count of a row: of a place, for a day that the stamp tells once it is shifted."""

    def __init__(self, spec: FactSpec, mapping: Mapping, zone: str) -> None:
        super().__init__(spec, zone)
        assert mapping.place is not None
        self._series = mapping.name
        self._levels = mapping.place.levels
        self._shifts = Shifts(mapping, zone)
        self.uses = tuple(dict.fromkeys([*self.uses, *self._levels, *self._shifts.uses]))
        # What the feed calls a place whose code the mapping gives; the first spelling, where there are several.
        self._names: dict[Value, str] = {}
        for column in mapping.columns:
            if column.name in self._levels:
                for spelling, word in column.values.items():
                    self._names.setdefault(word, spelling)

    def statement(self, values: Values) -> Statement | None:
        """What the count says; None where the row does not give it."""
        said = super().statement(values)
        named = [values[name] for name in self._levels if values[name] is not None]
        if said is None or said.day is None or not named:
            return None
        place, within = named[-1], named[-2] if len(named) > 1 else ""
        day = said.day + timedelta(days=self._shifts.days(values))
        more = (
            ("series", self._series),
            ("place", str(place)),
            ("place_name", self._names.get(place, str(place))),
            ("within", str(within)),
            ("stamped_date", said.day),
        )
        content = SEP.join([said.content, *[f"{name}={value}" for name, value in more], str(day)])
        return replace(said, values=(*said.values, *more), day=day, content=content)
