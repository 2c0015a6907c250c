"""What the cells of the list say, with the fact that each rests on and who wrote it when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models

from mainstay.cases.models import Classification, Onset, Result
from mainstay.isolation.models import Stay
from mainstay.people.queries import ADDRESS, NAME, PHONE, ReadAs, identifiers_of

PARTICULARS = (NAME, PHONE, ADDRESS)
# Cell -> the fact's table, and the columns that say it.
FACTS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "onset": (Onset, ("observed_date",)),
    "class": (Classification, ("value",)),
    "result": (Result, ("value",)),
    "stay": (Stay, ("kind", "facility__code")),
}
CELLS = (*PARTICULARS, *FACTS)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says as it is typed; `seen` names the version it rests on, `root` the record (None: nothing yet)."""

    value: str = ""
    seen: str = ""
    root: UUID | None = None
    by: str = ""
    at: datetime | None = None


EMPTY = Cell()


def cells_of(people: Collection[UUID], read_as: ReadAs) -> dict[UUID, dict[str, Cell]]:
    """{person: {cell: what it says}}; five statements. Of several facts of a kind the latest day's counts."""
    found: dict[UUID, dict[str, Cell]] = {person: {} for person in people}
    for person, known in identifiers_of(people, read_as, PARTICULARS).items():
        for one in reversed(known):
            found[person][one.scheme] = Cell(one.value, one.value)
    for name, (model, columns) in FACTS.items():
        for person, cell in _facts(model, columns, people, read_as).items():
            found[person][name] = cell
    return found


_ABOUT = ("id", "root", "version", "retracted", "person_id", "entry__actor__name", "entry__recorded_at", "entry_id")


def _facts(
    model: type[models.Model], columns: tuple[str, ...], people: Collection[UUID], read_as: ReadAs
) -> dict[UUID, Cell]:
    day = "starts_date" if model is Stay else "observed_date"
    rows = model._default_manager.filter(person_id__in=read_as.everybody(people)).order_by("root", "version")
    last: dict[UUID, dict[str, Any]] = {}
    for row in rows.values(*{*_ABOUT, day, *columns}):
        last[row["root"]] = row
    standing = [row for row in last.values() if not row["retracted"]]
    standing.sort(key=lambda row: (row[day] or date.min, row["entry_id"]))
    return {read_as.survivor(row["person_id"]): _cell(row, columns) for row in standing}


def _cell(row: dict[str, Any], columns: tuple[str, ...]) -> Cell:
    said = " ".join(str(row[name]) for name in columns if row[name] is not None)
    return Cell(said, row["id"].hex, row["root"], row["entry__actor__name"], row["entry__recorded_at"])
