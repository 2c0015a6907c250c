"""Operations on files received: one sent with its mapping, what became of its rows, what is held, and its mending."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import File, Form, Router, UploadedFile
from pydantic import BaseModel, Field

from mainstay.accounts.rules import Permission, Purpose
from mainstay.cycle import held
from mainstay.cycle.mended import mended_before
from mainstay.cycle.mending import MEND_TWICE, MEND_UNKNOWN, mend_cells
from mainstay.cycle.now import judge_waiting
from mainstay.cycle.sense import take_in
from mainstay.intake import kept, queries, uploads
from mainstay.intake import mapping as mappings
from mainstay.intake.models import Mended, Reject
from mainstay.intake.pages import said
from mainstay.intake.pages.incoming import UPLOAD_REFUSED
from mainstay.intake.pages.reading import known_mapping
from mainstay.intake.pages.received import may_see_rows
from mainstay.intake.queries import DeliveryRow
from mainstay.platform import cursors
from mainstay.platform.errors import MainstayError
from mainstay.platform.keys import load_keys
from mainstay.web.api.doors import operation
from mainstay.web.api.problems import Problem, fault, not_found, refused, status_of
from mainstay.web.api.words import Asked, Line, Page, Told

router = Router(tags=["files"])
A_PAGE = 50
ROWS_A_PAGE = 100
MOST_CELLS = 1_000


class Sum(Told):
    """received = new + known + revised + conflict + rejected; the rest stands beside it."""

    received: int
    new: int
    known: int
    revised: int
    conflict: int
    rejected: int
    out_of_scope: int
    left_out: int
    persons: int


class DeliveryTold(Told):
    """A file as received; `sum` is null where it was never taken in to its end."""

    id: UUID
    entry: int
    received_at: datetime
    who: str
    file_name: str
    mapping: str
    encoding: str
    format: str
    sum: Sum | None
    held: int = Field(description="How many fields and rows are held of it.")


class Cell(Told):
    column: str
    value: str


class RejectTold(Told):
    """A held field or row: what stood there, why it is held, and how to mend it."""

    reject: UUID
    row: int
    column: str
    value: str
    code: str
    reason: str
    remedy: str
    held: str
    cell: str | None
    cells: list[Cell]


class Rejects(Page[RejectTold]):
    """What is held of a delivery."""


class Rows(Told):
    received: int
    new: int
    known: int
    revised: int
    conflict: int
    rejected: int
    warned: int


class Persons(Told):
    known: int
    new: int


class Held(Told):
    reject: UUID
    row: int
    column: str
    value: str
    code: str
    reason: str
    remedy: str
    held: str
    cell: str | None


class Taken(Told):
    """What became of a file, as `mainstay intake --json` says it: received = the sum of the five verdicts."""

    delivery: UUID
    encoding: str | None
    separator: str | None
    sheet: str | None
    format: str | None
    dry_run: bool
    rows: Rows
    facts_added: int
    persons: Persons
    rejects: list[Held]
    warnings: list[dict[str, Any]]
    columns_unread: list[str]
    rows_out_of_scope: int
    notes: list[str]
    skipped: list[dict[str, Any]]


class MappingTold(Told):
    name: str
    is_shipped: bool


@operation(router, "GET", "/mappings", Permission.TAKE_IN_FILES, answer=list[MappingTold])
def list_mappings(request: Any) -> Any:
    """The mappings that a file may be read by: those shipped, and those kept here."""
    shipped = sorted(mappings.shipped())
    own = sorted({one.name for one in kept.kept()} - set(shipped))
    return [{"name": name, "is_shipped": name in shipped} for name in [*shipped, *own]]


@operation(router, "GET", "/deliveries", Permission.MEND_ROWS, answer=Page[DeliveryTold])
def list_deliveries(request: Any, cursor: str | None = None) -> Any:
    """The files received, the newest first."""
    before = int(cursors.opened("deliveries", cursor)) if cursor else None
    rows = queries.deliveries(before=before, limit=A_PAGE + 1)
    shown = rows[:A_PAGE]
    following = cursors.sealed("deliveries", shown[-1].entry) if len(rows) > A_PAGE else None
    return {"items": [_told(row) for row in shown], "next_cursor": following}


class Sending(BaseModel):
    mapping: Annotated[Line, Field(min_length=1, max_length=100)]
    sheet: Annotated[Line, Field(max_length=100)] = Field(
        default="", description="The sheet of a workbook, where several could be meant."
    )
    dry_run: bool = Field(default=False, description="Answer every verdict and write nothing.")


@operation(
    router, "POST", "/deliveries", Permission.TAKE_IN_FILES, answer=Taken, takes="multipart/form-data"
)  # fmt: skip
def send_file(request: Any, asked: Form[Sending], file: UploadedFile = File(...)) -> Any:  # noqa: B008
    """Take in a file by a mapping; every row is answered for.

    Sent again, the same file by the same mapping is the same delivery: its rows are known. At most 10 MB.
    """
    mapping = known_mapping(asked.mapping)
    if mapping is None:
        sentence = _("There is no mapping of this name here; GET /mappings lists those there are.")
        raise refused("mapping.missing", "mapping", sentence)
    content = file.read()
    if not content:
        raise refused(UPLOAD_REFUSED, "file", _("The file holds nothing. Ask the sender for it again."))
    try:
        with uploads.workplace() as folder:  # in plain only while it is read
            path = folder / uploads.plain_name(file.name or "")
            path.write_bytes(content)
            done = take_in(path, mapping, by=request.by, at=request.at, sheet=asked.sheet, dry_run=asked.dry_run)
    except MainstayError as error:
        raise _unread(error) from error
    if not asked.dry_run:
        judge_waiting(by=request.by, at=request.at)
    request.look("deliveries", Purpose.QUALITY, listed=list(dict.fromkeys(line.reject for line in done.rejects)))
    return done.as_data()


def _unread(error: MainstayError) -> Problem:
    """Without the folder in which the file lay for the moment."""
    sentence, exact = said.refused(error)
    field = str(error.facts.get("field") or said.FIELDS.get(error.code, "file"))
    detail = f"{sentence} {exact}" if exact else sentence
    return Problem(status_of(error), error.code, detail, [fault(error.code, detail, field)])


@operation(router, "GET", "/deliveries/{delivery}", Permission.MEND_ROWS, answer=DeliveryTold)
def read_delivery(request: Any, delivery: UUID) -> Any:
    """One file as received, with its sum."""
    return _told(_one(delivery))


@operation(router, "GET", "/deliveries/{delivery}/rejects", Permission.MEND_ROWS, answer=Rejects)
def list_rejects(request: Any, delivery: UUID, cursor: str | None = None) -> Any:
    """What is held of a file; for whoever mends for the whole city, and for who sent it."""
    _opened(request, _one(delivery))
    start = int(cursors.opened("rejects", cursor)) if cursor else 0
    keys = load_keys()
    found = queries.open_of([delivery]).order_by("row_no", "column", "id")[start : start + ROWS_A_PAGE + 1]
    opened = [held.opened(one, keys) for one in found]
    shown = opened[:ROWS_A_PAGE]
    if shown:
        request.look("rejects", Purpose.QUALITY, listed=list(dict.fromkeys(one.reject.record for one in shown)))
    return {
        "items": [_held(one.line) for one in shown],
        "next_cursor": cursors.sealed("rejects", start + ROWS_A_PAGE) if len(opened) > ROWS_A_PAGE else None,
    }


class MendedCell(Asked):
    reject: UUID
    column: Annotated[str, Field(max_length=200)]
    value: Annotated[str, Field(min_length=1, max_length=2000)]


class Mending(Asked):
    cells: Annotated[list[MendedCell], Field(min_length=1, max_length=MOST_CELLS)]


class CellAnswer(Told):
    """What became of one cell: `done`, `known` (mended so before), `held` (no better) or `refused`."""

    reject: UUID
    column: str
    answer: Literal["done", "known", "held", "refused"]
    code: str | None
    reason: str | None
    remedy: str | None


class MendingTold(Told):
    cells: list[CellAnswer]


@operation(
    router, "POST", "/deliveries/{delivery}/rejects", Permission.MEND_ROWS, answer=MendingTold,
    takes="application/json",
)  # fmt: skip
def mend(request: Any, delivery: UUID, asked: Mending) -> Any:
    """Send held cells again as they should read; each is answered for, in their order.

    Sent twice, they are mended once; one that cannot be used leaves the others as they are.
    """
    _opened(request, _one(delivery))
    keys = load_keys()
    waiting = {one.id: held.opened(one, keys) for one in queries.open_of([delivery])}
    sent: dict[tuple[UUID, str], str] = {}
    answers = [_before(cell, waiting, sent, delivery) for cell in asked.cells]
    lines = [(reject, column, value) for (reject, column), value in sent.items()]
    try:
        done = mend_cells(lines, by=request.by, at=request.at) if lines else None
    except MainstayError as error:
        raise _unread(error) from error
    if done is not None:
        judge_waiting(by=request.by, at=request.at)
    still = {line.reject: line for line in done.rejects} if done else {}
    return {"cells": [answer or _became(cell, still) for cell, answer in zip(asked.cells, answers, strict=True)]}


def _before(
    cell: MendedCell, waiting: dict[UUID, held.Opened], sent: dict[tuple[UUID, str], str], delivery: UUID
) -> dict[str, Any] | None:
    """The answer to a cell that need not be sent, or cannot; None for one that is put into `sent`."""
    value, place = cell.value.replace("\x00", "\N{REPLACEMENT CHARACTER}").strip(), (cell.reject, cell.column)
    one = waiting.get(cell.reject)
    if one is not None and cell.column in one.problem.columns and value:
        if sent.setdefault(place, value) != value:
            return _answer(cell, "refused", MEND_TWICE, _("Two values for one cell; leave the one that is right."))
        return None
    is_mended = Mended.objects.filter(reject_id=cell.reject).exists()
    is_ours = is_mended and Reject.objects.filter(id=cell.reject, delivery_id=delivery).exists()
    before = mended_before(cell.reject).get(cell.column) if is_ours else None
    if before is None:
        return _answer(cell, "refused", MEND_UNKNOWN, _("Nothing of this file is held there."))
    if before[1] == value:
        return _answer(cell, "known")
    sentence = _("It was mended otherwise before; what the sender's next list says there will count.")
    return _answer(cell, "refused", MEND_TWICE, sentence)


def _became(cell: MendedCell, still: dict[UUID, held.RejectLine]) -> dict[str, Any]:
    line = still.get(cell.reject)
    return _answer(cell, "held", line.code, line.reason, line.remedy) if line else _answer(cell, "done")


def _answer(cell: MendedCell, answer: str, code: str = "", reason: str = "", remedy: str = "") -> dict[str, Any]:
    told = {"code": code or None, "reason": reason or None, "remedy": remedy or None}
    return {"reject": cell.reject, "column": cell.column, "answer": answer, **told}


def _one(delivery: UUID) -> DeliveryRow:
    row = queries.delivery(delivery)
    if row is None:
        raise not_found()
    return row


def _opened(request: Any, row: DeliveryRow) -> None:
    if not may_see_rows(request, row):
        raise not_found()


def _told(row: DeliveryRow) -> dict[str, Any]:
    columns = ("id", "entry", "received_at", "who", "file_name", "mapping", "encoding", "format", "sum")
    return {**{name: getattr(row, name) for name in columns}, "held": row.open}


def _held(line: held.RejectLine) -> dict[str, Any]:
    columns = ("reject", "row", "column", "value", "code", "reason", "remedy", "held", "cell")
    cells = [{"column": column, "value": value} for column, value in line.cells]
    return {**{name: getattr(line, name) for name in columns}, "cells": cells}
