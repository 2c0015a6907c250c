"""What became of a file: the answer of `intake`, shaped as the contract says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mainstay.cycle.held import RejectLine
from mainstay.intake.models import Delivery
from mainstay.intake.reader import Source
from mainstay.intake.rules.table_shape import Skipped
from mainstay.intake.rules.verdicts import VERDICTS

REJECT_KEYS = ("row", "column", "value", "code", "reason", "remedy", "held", "cell")
WARNING_KEYS = ("row", "column", "value", "code", "reason")


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A row that was taken as it is although two of its columns look wrong together."""

    row: int
    column: str
    value: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery's verdicts: received = new + known + revised + conflict + rejected; warned ones beside."""

    delivery: UUID
    encoding: str
    separator: str
    dry_run: bool
    rows: dict[str, int]
    facts_added: int
    persons: dict[str, int]
    rejects: tuple[RejectLine, ...] = ()
    warnings: tuple[WarningLine, ...] = ()
    columns_unread: tuple[str, ...] = ()
    sheet: str = ""
    format: str = ""
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    rows_out_of_scope: int = 0

    @property
    def exit_code(self) -> int:
        """1 where something is held or in conflict, or no row of the file was the feed's; else 0."""
        nothing_of_ours = self.rows_out_of_scope and not self.rows["received"]
        return 1 if self.rejects or self.rows["conflict"] or nothing_of_ours else 0

    def as_data(self) -> dict[str, Any]:
        """The `data` object of `mainstay.intake/1`."""
        return {
            "delivery": str(self.delivery),
            "encoding": self.encoding or None,
            "separator": self.separator or None,
            "sheet": self.sheet or None,
            "dry_run": self.dry_run,
            "rows": dict(self.rows),
            "facts_added": self.facts_added,
            "persons": dict(self.persons),
            "rejects": [reject_data(line) for line in self.rejects],
            "warnings": [{key: getattr(line, key) for key in WARNING_KEYS} for line in self.warnings],
            "columns_unread": list(self.columns_unread),
            "rows_out_of_scope": self.rows_out_of_scope,
            "format": self.format or None,
            "notes": list(self.notes),
            "skipped": [line._asdict() for line in self.skipped],
        }


def reject_data(line: RejectLine) -> dict[str, Any]:
    """A held field or row as the contract's object, with its id for mending."""
    return {**{key: getattr(line, key) for key in REJECT_KEYS}, "reject": str(line.reject)}


def in_order(lines: Iterable[Any]) -> tuple[Any, ...]:
    """Entries by row and column."""
    return tuple(sorted(lines, key=lambda line: (line.row, line.column)))


@dataclass
class Tally:
    """Counts while rows are taken in."""

    rows: dict[str, int] = field(default_factory=lambda: {"received": 0, **dict.fromkeys(VERDICTS, 0), "warned": 0})
    facts: int = 0
    created: int = 0
    people: set[int] = field(default_factory=set)
    rejects: list[RejectLine] = field(default_factory=list)
    warnings: list[WarningLine] = field(default_factory=list)
    out_of_scope: int = 0  # rows of other feeds in the same file: not received here

    def count(self, verdict: str) -> None:
        """One more row with this verdict."""
        self.rows["received"] += 1
        self.rows[verdict] += 1

    def delivered(
        self, delivery: Delivery, *, dry_run: bool = False, source: Source | None = None, unread: tuple[str, ...] = ()
    ) -> Delivered:
        """The counts as the answer; `source` is the file as read to its end, `unread` its columns left out."""
        return Delivered(
            delivery=delivery.id,
            encoding=delivery.encoding,
            separator=delivery.separator,
            dry_run=dry_run,
            rows=self.rows,
            facts_added=self.facts,
            persons={"known": len(self.people) - self.created, "new": self.created},
            rejects=in_order(self.rejects),
            warnings=in_order(self.warnings),
            columns_unread=unread,
            sheet=source.sheet if source else "",
            format=source.format if source else "",
            notes=source.notes() if source else (),
            skipped=source.skipped if source else (),
            rows_out_of_scope=self.out_of_scope,
        )
