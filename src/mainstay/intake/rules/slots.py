"""From a row's values to the fact in one slot. Worked out once per mapping, since it runs for every row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from mainstay.intake.mapping import Condition, FactSpec
from mainstay.intake.rules.cells import Value
from mainstay.intake.vocabulary import FACTS
from mainstay.platform.clock import known_on, local_date

SEP = "\x1f"
Values = dict[str, Value]


class Named(NamedTuple):
    """A person as a row names them."""

    role: str
    scheme: str
    identifier: str
    known: bool
    further: tuple[str, ...] = ()  # more identifiers of theirs under the same scheme
    shown: tuple[tuple[str, str], ...] = ()  # (name, phone or address; as it is written): nobody is told apart by it


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """What a slot says, whoever it is said of; rows with the same cells share it. `values`: in the mapping's words."""

    slot: str
    fact: str
    role: str
    index_role: str
    values: tuple[tuple[str, Value], ...]
    day: date | None
    at: datetime | None
    first: date | None
    last: date | None
    known_at: datetime | None  # None: on receipt, or with the index
    with_index: bool
    content: str


class Draft(NamedTuple):
    """A fact as a row states it, before the persons are looked up."""

    says: Statement
    content: str  # whom and what: tells one version of the slot from the next


class Slot:
    """One slot of a record, ready to be read from rows: what it says depends on the columns it `uses`."""

    def __init__(self, spec: FactSpec, zone: str) -> None:
        needed = {*FACTS[spec.fact].needs, "facility"}
        self.spec = spec
        self.zone = zone
        self.days = spec.day_columns
        self.holds = condition(spec.condition, zone) if spec.condition is not None else None
        self.constants = tuple((take.name, take.constant) for take in spec.takes if take.column is None)
        self.columns = tuple(
            (take.name, take.column, take.name in needed) for take in spec.takes if take.column is not None
        )
        asked = columns_of(spec.condition) if spec.condition is not None else ()
        taken = [column for _name, column, _needed in self.columns]
        self.uses = tuple(dict.fromkeys([*self.days, *spec.known, *asked, *taken]))

    def statement(self, values: Values) -> Statement | None:
        """What the slot says, or None where it says nothing."""
        spec = self.spec
        days = [values[name] for name in self.days]
        if days and not spec.undated and not any(days):
            return None
        if self.holds is not None and not self.holds(values):
            return None
        taken = self._taken(values)
        if taken is None:
            return None
        day, at = self._moment(values[spec.date]) if spec.date else (None, None)
        first = self._moment(values[spec.first])[0] if spec.first else None
        last = self._moment(values[spec.last])[0] if spec.last else None
        return Statement(
            spec.slot,
            spec.fact,
            spec.person,
            spec.index,
            taken,
            day,
            at,
            first,
            last,
            None if spec.known_with_index else self._known(values, days),
            spec.known_with_index,
            SEP.join([*[f"{name}={value}" for name, value in taken], f"{day}{SEP}{at}{SEP}{first}{SEP}{last}"]),
        )

    def _taken(self, values: Values) -> tuple[tuple[str, Value], ...] | None:
        """(key, value) for all that the row says; None where something the fact needs is unknown."""
        if not self.columns:
            return self.constants
        taken: list[tuple[str, Value]] = []
        for name, column, needed in self.columns:
            value = values[column]
            if value is not None:
                taken.append((name, value))
            elif needed:
                return None
        return (*self.constants, *taken)

    def _moment(self, value: Value) -> tuple[date | None, datetime | None]:
        if isinstance(value, datetime):
            return local_date(value, self.zone), value.astimezone(UTC)
        return (value, None) if isinstance(value, date) else (None, None)

    def _known(self, values: Values, days: list[Value]) -> datetime | None:
        """The later of the columns that made it known and the fact's own day; None: on receipt."""
        instants = []
        for name in self.spec.known:
            value = values[name]
            if value is None:
                return None
            instants.append(self._instant(value))
        if not instants:
            return None
        instants += [self._instant(day) for day in days if day is not None]
        return max(instants)

    def _instant(self, value: Value) -> datetime:
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        assert isinstance(value, date)
        return known_on(value, self.zone)


def columns_of(asked: Condition) -> tuple[str, ...]:
    """The columns that a condition looks at."""
    other = asked.test in ("earlier_than", "not_later_than")
    return (asked.column, asked.operand) if other else (asked.column,)


def condition(asked: Condition, zone: str) -> Callable[[Values], bool]:
    """Whether a condition holds; what is unknown fulfils none but `given = false`."""
    name, operand = asked.column, asked.operand
    if asked.test == "given":
        return lambda values: (values[name] is not None) is operand
    if asked.test == "equals":
        return lambda values: values[name] is not None and values[name] == operand
    if asked.test == "one_of":
        return lambda values: values[name] in operand

    def day(value: Value) -> date | None:
        return local_date(value, zone) if isinstance(value, datetime) else value  # type: ignore[return-value]

    def before(values: Values) -> bool:
        mine, theirs = day(values[name]), day(values[operand])
        if mine is None or theirs is None:
            return False
        return mine < theirs if asked.test == "earlier_than" else mine <= theirs

    return before
