"""What a delivery leaves open: rejects with their cells encrypted, and the questions they raise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mainstay.cycle.statements import RecordIds
from mainstay.intake.models import Question, Reject
from mainstay.intake.rules.rows import Problem, RowReading, entry_value
from mainstay.platform import bulk
from mainstay.platform.keys import Keys, decrypt, encrypt

JOIN = ", "


@dataclass(frozen=True, slots=True)
class RejectLine:
    """One held field or row, as shown to whoever mends it."""

    row: int
    column: str
    value: str
    code: str
    reason: str
    remedy: str
    held: str
    reject: UUID


def line_of(reading: RowReading, problem: Problem, reject: UUID) -> RejectLine:
    """The entry for one problem: one line, whichever number of columns it names."""
    return RejectLine(
        reading.number,
        JOIN.join(problem.columns),
        entry_value(problem),
        problem.code,
        problem.reason,
        problem.remedy,
        problem.held,
        reject,
    )


def reject_id(ids: RecordIds, record: UUID, content: UUID, problem: Problem) -> UUID:
    """The same for the same fault of the same row sent again."""
    return ids("reject", record.hex, content.hex, *problem.columns, problem.code)


def reject_row(
    reading: RowReading, problem: Problem, *, identity: UUID, record: UUID, content: UUID, delivery: UUID,
    mapping: str, header: Sequence[str], keys: Keys,
) -> Reject:  # fmt: skip
    """The held field or row as it is kept: its place in plain words, all its cells encrypted."""
    cells = {"header": list(header), "cells": list(reading.cells), "columns": list(problem.columns)}
    return Reject(
        id=identity,
        delivery_id=delivery,
        mapping=mapping,
        record=record,
        content=content,
        row_no=reading.number,
        column=JOIN.join(problem.columns)[:200],
        code=problem.code,
        reason=_plain(problem)[:400],
        remedy=problem.remedy[:400],
        held=problem.held,
        sealed_row=encrypt(keys, json.dumps([cells, problem.value, problem.reason]), _place(identity)),
    )


def _plain(problem: Problem) -> str:
    """A reason without what stood in the cell, which may name a person: that is kept encrypted."""
    from mainstay.platform.errors import CODES

    return CODES[problem.code]


def opened(reject: Reject) -> tuple[dict[str, list[str]], str, str]:
    """({header, cells, columns}, the text that stood there, the reason in full) of a reject."""
    from mainstay.platform.keys import load_keys

    cells, value, reason = json.loads(decrypt(load_keys(), reject.sealed_row, _place(reject.id)))
    return cells, value, reason


def _place(identity: UUID) -> str:
    return f"intake_reject.sealed_row.{identity.hex}"


def question(ids: RecordIds, *, root: UUID, kind: str, about: str, source: str, at: datetime) -> Question:
    """What somebody must answer; its content names no row number, which another order of rows would change."""
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
    for some in bulk.chunks(roots, 5000):
        for found in Question.objects.filter(root__in=some).order_by("version"):
            last[found.root] = found
    return [found for found in last.values() if not found.answered and not found.retracted]
