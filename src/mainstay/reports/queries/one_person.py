"""All that is recorded of one person, every version of it, and whom they met."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mainstay.care.models import Treatment
from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Severity, Specimen, Symptom
from mainstay.duties.models import Evidence
from mainstay.isolation.models import Objection, Offer, Order, Stay
from mainstay.people.models import Trait
from mainstay.people.queries import ReadAs, names_of
from mainstay.platform.models import Fact
from mainstay.screening.models import Check
from mainstay.tracing.models import Contact, Presence

# Exposures are left out: the link step writes them from contacts, which are shown by themselves.
KINDS: dict[str, tuple[type[Fact], tuple[str, ...]]] = {
    "classification": (Classification, ("value",)),
    "onset": (Onset, ()),
    "severity": (Severity, ("value",)),
    "symptom": (Symptom, ("name", "present")),
    "specimen": (Specimen, ("kind",)),
    "result": (Result, ("test", "value")),
    "outcome": (Outcome, ("value",)),
    "report": (Report, ()),
    "presence": (Presence, ("area", "first_date", "last_date")),
    "stay": (Stay, ("kind", "facility__name", "starts_date", "ends_date")),
    "check": (Check, ("of", "tenths")),
    "evidence": (Evidence, ("kind", "note")),
    "treatment": (Treatment, ("kind",)),
    "offer": (Offer, ("kind", "accepted")),
    "order": (Order, ("kind", "starts_at", "ends_at", "served_at")),
    "objection": (Objection, ("decision",)),
    "trait": (Trait, ("name", "value")),
}
_ABOUT = ("root", "version", "retracted", "observed_date", "observed_at", "source", "entry__actor__name")
_ABOUT += ("entry__recorded_at", "entry_id")
SHOWN = 200


@dataclass(frozen=True, slots=True)
class FactRow:
    """One version of one fact. `superseded`: a later version stands; `retracted`: it says that none holds."""

    kind: str
    root: UUID
    version: int
    superseded: bool
    retracted: bool
    observed_date: date | None
    observed_at: datetime | None
    source: str
    by: str
    recorded_at: datetime
    entry: int
    says: Mapping[str, Any]


def facts_of(person: UUID, read_as: ReadAs) -> list[FactRow]:
    """All versions of all facts of a person and of those read as them, the latest day first; a statement a kind."""
    members = read_as.members(person)
    found = []
    for kind, (model, columns) in KINDS.items():
        rows = list(model.objects.filter(person_id__in=members).values(*_ABOUT, *columns).order_by("root", "version"))
        last = {row["root"]: row["version"] for row in rows}
        found += [_row(kind, row, last, columns) for row in rows]
    return sorted(found, key=_when, reverse=True)


def _row(kind: str, row: dict[str, Any], last: dict[UUID, int], columns: Collection[str]) -> FactRow:
    superseded = row["version"] < last[row["root"]]
    about = [row[name] for name in _ABOUT[2:]]
    return FactRow(kind, row["root"], row["version"], superseded, *about, {name: row[name] for name in columns})


def _when(row: FactRow) -> tuple[date, int, int]:
    """By the day it was so; what has none stands by when it was recorded."""
    day = row.observed_date or (row.observed_at or row.recorded_at).date()
    return (day, row.entry, row.version)


@dataclass(frozen=True, slots=True)
class MetRow:
    """Two people met, seen from one of them: `named` says that it was this person who named the other."""

    other: UUID
    name: str
    named: bool
    kind: str
    setting: str
    first: date | None
    last: date | None


def met(person: UUID, read_as: ReadAs, limit: int = SHOWN) -> list[MetRow]:
    """Whom a person named, and who named them, the latest first; three statements."""
    members = read_as.members(person)
    found = []
    for named, mine, other in ((True, "index_id__in", "person_id"), (False, "person_id__in", "index_id")):
        rows = Contact.objects.filter(**{mine: members}).order_by("root", "-version")
        latest: dict[UUID, dict[str, Any]] = {}
        for row in rows.values("root", "retracted", other, "kind", "setting", "first_date", "last_date"):
            latest.setdefault(row["root"], row)
        found += [(named, read_as.survivor(row[other]), row) for row in latest.values() if not row["retracted"]]
    found.sort(key=lambda one: one[2]["last_date"] or date.min, reverse=True)
    names = names_of({other for _named, other, _row in found[:limit]}, read_as)
    return [
        MetRow(other, names.get(other, ""), named, row["kind"], row["setting"], row["first_date"], row["last_date"])
        for named, other, row in found[:limit]
    ]
