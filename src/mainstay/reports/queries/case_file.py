"""The file of a case: every class it was given, how ill, when, how it ended, and each tube with its results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mainstay.cases.models import CaseFact, Classification, Onset, Outcome, Report, Result, Severity, Specimen
from mainstay.people.queries import ReadAs


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What was said of a case at one time; `stands` unless a later version corrected it or took it back."""

    root: UUID
    disease: str
    value: str
    basis: str
    day: date | None
    by: str
    recorded_at: datetime
    entry: int
    stands: bool


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A test's answer; `day` is when its specimen was taken."""

    root: UUID
    disease: str
    test: str
    value: str
    day: date | None
    at: datetime | None
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TubeRow:
    """A tube with what was found in it (nothing yet: waited for). `root` None: results of which no tube is on file."""

    root: UUID | None
    disease: str
    kind: str
    day: date | None
    at: datetime | None
    results: tuple[ResultRow, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All of it, the latest first; `classes` also holds what was corrected or taken back."""

    classes: tuple[SaidRow, ...]
    severities: tuple[SaidRow, ...]
    onsets: tuple[SaidRow, ...]
    outcomes: tuple[SaidRow, ...]
    reports: tuple[SaidRow, ...]
    tubes: tuple[TubeRow, ...]


def case_file(person: UUID, read_as: ReadAs) -> CaseFile:
    """The file of a person and of those read as them; seven statements."""
    members = read_as.members(person)
    return CaseFile(
        _said(Classification, members, "value", "basis"),
        _said(Severity, members, "value"),
        _said(Onset, members),
        _said(Outcome, members, "value"),
        _said(Report, members),
        _tubes(members),
    )


def _latest(rows: list[dict[str, Any]]) -> dict[UUID, int]:
    last: dict[UUID, int] = {}
    for row in rows:
        last[row["root"]] = max(row["version"], last.get(row["root"], 0))
    return last


_ABOUT = ("root", "version", "retracted", "disease", "observed_date", "observed_at", "entry_id")
_ABOUT += ("entry__actor__name", "entry__recorded_at")


def _said(model: type[CaseFact], members: list[UUID], *columns: str) -> tuple[SaidRow, ...]:
    rows = list(model.objects.filter(person_id__in=members).values(*_ABOUT, *columns))
    last = _latest(rows)
    found = [
        SaidRow(
            row["root"],
            row["disease"],
            row.get("value", ""),
            row.get("basis", ""),
            row["observed_date"],
            row["entry__actor__name"],
            row["entry__recorded_at"],
            row["entry_id"],
            row["version"] == last[row["root"]],
        )
        for row in rows
        if not (row["retracted"] and row["version"] == last[row["root"]])
    ]
    return tuple(sorted(found, key=lambda one: (one.day or date.min, one.entry), reverse=True))


def _tubes(members: list[UUID]) -> tuple[TubeRow, ...]:
    columns = ("test", "value", "specimen_root")
    by_tube: dict[UUID | None, list[ResultRow]] = defaultdict(list)
    for row in _standing(Result, members, columns):
        by_tube[row["specimen_root"]].append(
            ResultRow(
                row["root"],
                row["disease"],
                row["test"],
                row["value"],
                row["observed_date"],
                row["observed_at"],
                row["entry__actor__name"],
                row["entry__recorded_at"],
            )
        )
    taken = _standing(Specimen, members, ("kind",))
    for result in [one for root, results in list(by_tube.items()) if root is None for one in results]:
        # A laboratory's file names no tube: where only one was taken then, it is that one.
        fits = [row["root"] for row in taken if _is_of(result, row)]
        if len(fits) == 1:
            by_tube[None].remove(result)
            by_tube[fits[0]].append(result)
    found = [
        TubeRow(
            row["root"],
            row["disease"],
            row["kind"],
            row["observed_date"],
            row["observed_at"],
            tuple(by_tube.pop(row["root"], ())),
        )
        for row in taken
    ]
    # Results of a tube that is not on file stand as tubes of their own, one a result.
    others = [one for results in by_tube.values() for one in results]
    found += [TubeRow(None, one.disease, "", one.day, one.at, (one,)) for one in others]
    return tuple(sorted(found, key=lambda one: (one.day or date.min, str(one.root)), reverse=True))


def _is_of(result: ResultRow, tube: dict[str, Any]) -> bool:
    """Whether a result is of material taken when this tube was; where a time is not known the day decides."""
    if result.day is None or (result.disease, result.day) != (tube["disease"], tube["observed_date"]):
        return False
    return None in (result.at, tube["observed_at"]) or result.at == tube["observed_at"]


def _standing(model: type[CaseFact], members: list[UUID], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = list(model.objects.filter(person_id__in=members).order_by("id").values(*_ABOUT, *columns))
    last = _latest(rows)
    return [row for row in rows if row["version"] == last[row["root"]] and not row["retracted"]]
