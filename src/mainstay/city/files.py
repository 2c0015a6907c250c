"""The files of an invented outbreak as a city would receive them: CSV, one a subject, empty where unknown."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mainstay.city.outbreak import Meeting, Resident

Row = dict[str, Any]
WHO = ("name", "phone", "sex", "birth_date", "unit")
# file -> its columns; each but the orders has a mapping of the name `demo-<file>`.
COLUMNS: dict[str, tuple[str, ...]] = {
    "cases": (
        "id", *WHO, "seen_at", "fever", "cough", "shortness_of_breath", "pneumonia_imaging", "blood_picture",
        "travel", "left_area", "onset", "suspected_at", "reported_at", "class", "classed_at",
        "severity", "severity_at", "worst", "worse_at", "ward", "admitted_at", "improved_at", "absorbed_at",
        "outcome", "outcome_date", "outcome_told_at",
    ),
    "contacts": ("index_id", "contact_id", *WHO, "relation", "first_met", "last_met", "named_at"),
    "results": ("specimen", "id", "sampled_at", "kind", "test", "result", "reported_at"),
    "checks": ("no", "id", "at", "of", "tenths", "fever"),
    "deeds": ("no", "id", "deed", "at", "place"),
    "orders": (
        "no", "id", "paper", "kind", "at", "accepted", "official", "ends_at", "review_at", "served_at",
        "about", "ground", "decision", "decided_at",
    ),
}  # fmt: skip


@dataclass(slots=True)
class Records:
    """The rows of each file."""

    cases: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)
    checks: list[Row] = field(default_factory=list)
    deeds: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)


def described(person: Resident) -> Row:
    """What a list says of who somebody is."""
    return {
        "id": person.identity,
        "name": person.name,
        "phone": person.phone,
        "sex": "M" if person.male else "F",
        "birth_date": person.birth_date,
        "unit": person.unit,
    }


def contact_row(meeting: Meeting, told: datetime) -> Row:
    person = described(meeting.contact)
    return {"index_id": meeting.index.identity, "contact_id": person.pop("id"), **person} | {
        "relation": meeting.relation,
        "first_met": meeting.first,
        "last_met": meeting.last,
        "named_at": told,
    }


def yes(value: bool) -> str:
    return "yes" if value else "no"


def write_files(records: Records, folder: Path) -> dict[str, Path]:
    """Write every file into the folder; {name: path}."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.csv" for name in COLUMNS}
    for name, path in paths.items():
        _write(path, COLUMNS[name], getattr(records, name))
    return paths


def _write(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
