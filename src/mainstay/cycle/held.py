"""What a delivery leaves open: rejects with their cells encrypted, and the questions they raise."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mainstay.cycle.statements import RecordIds
from mainstay.intake.formats.ooxml_added import letters_of
from mainstay.intake.models import Mended, Question, Reject
from mainstay.intake.rules.rows import Problem, RowReading, entry_value
from mainstay.intake.rules.sentences import Said
from mainstay.platform import bulk
from mainstay.platform.errors import CODES
from mainstay.platform.keys import Keys, decrypt, encrypt, load_keys

JOIN = ", "
SEP = "\x1f"
AT_ONCE = 5000
CSV_COLUMNS = ("reject", "row", "column", "value", "reason", "remedy", "mended")

# By record: what is still held of it, with the content it was held in.
Open = dict[UUID, dict[UUID, UUID]]


@dataclass(frozen=True, slots=True)
class RejectLine:
    """One held field or row, as shown to whoever mends it. `cells` are its columns with what stood there."""

    row: int
    column: str
    value: str
    code: str
    reason: str
    remedy: str
    held: str
    reject: UUID
    cells: tuple[tuple[str, str], ...]
    cell: str | None = None  # in a sheet: D7
    said: Said = Said()


def line_of(
    row: int, problem: Problem, reject: UUID, header: Sequence[str] = (), first_column: int | None = None
) -> RejectLine:
    """The entry for one problem: one line, whichever number of columns it names."""
    values = problem.value.split(SEP) if len(problem.columns) > 1 else [problem.value]
    return RejectLine(
        row,
        JOIN.join(problem.columns),
        entry_value(problem),
        problem.code,
        problem.reason,
        problem.remedy,
        problem.held,
        reject,
        tuple(zip(problem.columns, values, strict=True)),
        cells_named(row, problem.columns, header, first_column),
        problem.said,
    )


def cells_named(row: int, columns: Sequence[str], header: Sequence[str], first_column: int | None) -> str | None:
    """The cells of a row as a sheet calls them ("D7, F7"); None where its columns have no letters."""
    if first_column is None:
        return None
    return JOIN.join(f"{letters_of(first_column + header.index(name))}{row}" for name in columns if name in header)


def reject_id(ids: RecordIds, record: UUID, content: UUID, problem: Problem) -> UUID:
    """The same for the same fault of the same row sent again."""
    return ids("reject", record.hex, content.hex, *problem.columns, problem.code)


def reject_row(
    reading: RowReading,
    problem: Problem,
    *,
    identity: UUID,
    record: UUID,
    content: UUID,
    delivery: UUID,
    mapping: str,
    header: Sequence[str],
    keys: Keys,
    first_column: int | None = None,
) -> Reject:
    """The held field or row as it is kept: its place in plain words, all its cells encrypted."""
    whole = {"header": header, "cells": reading.cells, "problem": problem}
    sealed = json.dumps(whole if first_column is None else {**whole, "first_column": first_column})
    return Reject(
        id=identity,
        delivery_id=delivery,
        mapping=mapping,
        record=record,
        content=content,
        row_no=reading.number,
        column=JOIN.join(problem.columns)[:200],
        code=problem.code,
        # The reason in full may tell what stood in the cell, and so whom it is about: that is sealed.
        reason=CODES[problem.code][:400],
        remedy="Run `mainstay rejects` for the cell and how to mend it.",
        held=problem.held,
        sealed_row=encrypt(keys, sealed, _place(identity)),
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A reject with its cells in plain text."""

    reject: Reject
    header: tuple[str, ...]
    cells: tuple[str, ...]
    problem: Problem
    first_column: int | None = None

    @property
    def line(self) -> RejectLine:
        """The entry for it."""
        return line_of(self.reject.row_no, self.problem, self.reject.id, self.header, self.first_column)


def opened(reject: Reject, keys: Keys) -> Opened:
    """Decrypt what a reject holds."""
    plain = json.loads(decrypt(keys, reject.sealed_row, _place(reject.id)))
    columns, value, code, reason, remedy, held, *said = plain["problem"]
    problem = Problem(tuple(columns), value, code, reason, remedy, held, _said(*said))
    return Opened(reject, tuple(plain["header"]), tuple(plain["cells"]), problem, plain.get("first_column"))


def _said(kept: list[Any] | None = None) -> Said:
    """The keys of its sentences, as they were kept; what was held before there were any has none."""
    if kept is None:
        return Said()
    reason, remedy, names = kept
    return Said(reason, remedy, tuple((name, tuple(said) if isinstance(said, list) else said) for name, said in names))


def _place(identity: UUID) -> str:
    return f"intake_reject.sealed_row.{identity.hex}"


def question(ids: RecordIds, *, root: UUID, kind: str, about: str, source: str, at: datetime) -> Question:
    """What somebody must answer. It names no row number: another order of rows would change that."""
    return _question(ids, root, kind, about, source, at, version=1)


def answers(ids: RecordIds, questions: Iterable[Question], *, at: datetime) -> list[Question]:
    """The questions as answered."""
    return [_question(ids, q.root, q.kind, q.about, q.source, at, version=q.version + 1) for q in questions]


def _question(
    ids: RecordIds, root: UUID, kind: str, about: str, source: str, at: datetime, *, version: int
) -> Question:
    return bulk.build(
        Question,
        {
            "id": ids("question", root.hex, str(version)),
            "root": root,
            "version": version,
            "source": source,
            "kind": kind,
            "about": about[:200],
            "answered": version > 1,
            "became_known_at": at,
            "known_on_receipt": True,
        },
    )


def open_questions(roots: Iterable[UUID]) -> list[Question]:
    """The questions with these roots that nobody has answered yet."""
    last: dict[UUID, Question] = {}
    for some in bulk.chunks(roots, AT_ONCE):
        for found in Question.objects.filter(root__in=some).order_by("version"):
            last[found.root] = found
    return [found for found in last.values() if not found.answered and not found.retracted]


def still_open(mapping: str) -> Open:
    """What is still held under a mapping."""
    found: Open = {}
    for reject in _open(Reject.objects.filter(mapping=mapping).only("id", "record", "content")):
        found.setdefault(reject.record, {})[reject.id] = reject.content
    return found


def open_rejects() -> list[RejectLine]:
    """Everything still held, whatever delivery brought it, in order of mapping, row and column."""
    keys = load_keys()
    rejects = sorted(_open(Reject.objects.all()), key=lambda reject: (reject.mapping, reject.row_no, reject.column))
    return [opened(reject, keys).line for reject in rejects]


def _open(rejects: Iterable[Reject]) -> list[Reject]:
    """Those whose question nobody has answered."""
    found = {reject.id: reject for reject in rejects}
    mended = set(Mended.objects.values_list("reject_id", flat=True)) if found else set()
    return [found[q.root] for q in open_questions(list(found)) if q.root not in mended]


def as_csv(lines: Iterable[RejectLine]) -> str:
    """The held cells as a CSV to fill in: one line for each column, its last cell for the mended value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for line in lines:
        for column, value in line.cells:
            writer.writerow([line.reject, line.row, column, value.replace(SEP, ","), line.reason, line.remedy, ""])
    return out.getvalue()
