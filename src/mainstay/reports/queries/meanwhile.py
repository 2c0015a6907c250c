"""What was recorded of people since a number of the ledger: what a run has not judged yet, and what others did."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mainstay.care.models import Treatment
from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Severity
from mainstay.duties.models import Evidence
from mainstay.isolation.models import Offer, Stay
from mainstay.people.queries import ReadAs
from mainstay.platform.models import Entry, Fact
from mainstay.screening.models import Check

# What closes a duty by itself: (the word of a clause's evidence, its table, the column that narrows it, what it says).
_KINDS: tuple[tuple[str, type[Fact], str, tuple[str, ...]], ...] = (
    ("check", Check, "of", ("of", "tenths")),
    ("evidence", Evidence, "kind", ("kind", "note")),
    ("report", Report, "", ()),
    ("offer", Offer, "kind", ("kind", "accepted")),
    ("treatment", Treatment, "kind", ("kind",)),
    ("classification", Classification, "value", ("value",)),
    ("severity", Severity, "value", ("value",)),
    ("onset", Onset, "", ()),
    ("outcome", Outcome, "value", ("value",)),
    ("result", Result, "value", ("test", "value")),
    ("stay", Stay, "kind", ("kind", "facility__name")),
)


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """A fact recorded since: what kind, which of it (`of`), what it says, by whom and when."""

    person: UUID
    kind: str
    of: str
    says: dict[str, Any]
    by: UUID
    name: str
    at: datetime

    def closes(self, fact: str, of: Collection[str]) -> bool:
        """Whether a clause that is closed by this kind of fact (any of `of`; none given: by any) is closed by it."""
        return self.kind == fact and (not of or self.of in of)


def recorded_since(people: Collection[UUID], entry: int, read_as: ReadAs) -> list[RecordedRow]:
    """What was recorded of these people after a number of the ledger, the oldest first; a statement a kind."""
    members = read_as.everybody(people)
    found: list[tuple[int, RecordedRow]] = []
    for kind, model, narrowed, says in _KINDS:
        rows = model.objects.filter(person_id__in=members, entry_id__gt=entry, retracted=False)
        for row in rows.values("person_id", "entry_id", "entry__actor_id", "entry__actor__name", "entry__at", *says):
            told = {name: row[name] for name in says}
            of = str(row[narrowed]) if narrowed else ""
            person = read_as.survivor(row["person_id"])
            who = (row["entry__actor_id"], row["entry__actor__name"], row["entry__at"])
            found.append((row["entry_id"], RecordedRow(person, kind, of, told, *who)))
    return [row for _entry, row in sorted(found, key=lambda one: one[0])]


def newest_entry() -> int:
    """The ledger's last number; 0 where it is empty. One statement."""
    return Entry.objects.order_by("-no").values_list("no", flat=True).first() or 0
