"""The list as a file: its columns in the reader's language, as CSV made while it is sent, or as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.duties.titles import Titles, titles
from mainstay.people.pages import words
from mainstay.people.pages.person import who_answers
from mainstay.people.queries import ReadAs
from mainstay.platform.sheets import Book, defused
from mainstay.reports.queries.list_export import ExportRow, blocks, told
from mainstay.reports.queries.owed import Owner, owners

Cell = str | int | date | datetime | None
# Excel takes a CSV for the machine's old encoding unless it begins with this mark.
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Taken:
    """The list that somebody takes along: whose records in which order, and how it is to be written."""

    records: bytes
    at: datetime
    today: date
    zone: str
    language: str


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a block's rows are written with."""

    taken: Taken
    called: Titles
    whose: dict[UUID, Owner]

    def local(self, at: datetime | None) -> datetime | None:
        return at.astimezone(ZoneInfo(self.taken.zone)) if at is not None else None


# What the page of the list shows, then what only whoever states a purpose is told.
COLUMNS: tuple[tuple[Any, float, Callable[[ExportRow, _Beside], Cell]], ...] = (
    (gettext_lazy("Person"), 20, lambda one, _beside: words.called(one.row.name, one.row.id)),
    (
        gettext_lazy("Category"),
        16,
        lambda one, _beside: words.category(one.row.category)["word"] if one.row.category else "",
    ),
    (gettext_lazy("Why"), 40, lambda one, beside: words.why(one.signs, one.row.oldest, beside.taken.at)),
    (gettext_lazy("Overdue"), 9, lambda one, _beside: one.row.overdue),
    (gettext_lazy("Open"), 9, lambda one, _beside: one.row.open),
    (gettext_lazy("Where now"), 26, lambda one, _beside: words.where(one.row.kind_of_place, one.row.place)),
    (gettext_lazy("Since"), 12, lambda one, _beside: one.row.since),
    (gettext_lazy("Telephone"), 18, lambda one, _beside: one.phone),
    (gettext_lazy("Address"), 30, lambda one, _beside: one.address),
    (gettext_lazy("Code of the unit where they live"), 12, lambda one, _beside: one.unit),
    (gettext_lazy("First day of illness"), 12, lambda one, _beside: one.onset),
    (gettext_lazy("Last result"), 22, lambda one, _beside: _result(one)),
    (gettext_lazy("Day of the last result"), 12, lambda one, _beside: one.result.day if one.result else None),
    (gettext_lazy("Overdue since"), 17, lambda one, beside: beside.local(one.row.oldest)),
    (gettext_lazy("Owed next"), 34, lambda one, beside: _owed(one, beside)),
    (gettext_lazy("By when"), 17, lambda one, beside: beside.local(one.next.due_at) if one.next else None),
    (gettext_lazy("Who answers"), 30, lambda one, beside: who_answers(one.next, beside.whose) if one.next else ""),
    (gettext_lazy("Number of the record"), 36, lambda one, _beside: str(one.row.id)),
)


def _result(one: ExportRow) -> str:
    return words.said("result", {"test": one.result.of, "value": one.result.word}) if one.result else ""


def _owed(one: ExportRow, beside: _Beside) -> str:
    return words.duty(beside.called, one.next, beside.taken.today) if one.next else ""


def csv_pieces(taken: Taken) -> Generator[bytes]:
    """The list as CSV, a block of people at a time. One that breaks off says so in its last line, and then fails."""
    yield BOM + _lines([_header(taken)])
    done = 0
    try:
        for rows in _rows(taken):
            yield _lines(rows)
            done += len(rows)
    except Exception:
        yield _lines([[_broken_off(taken, done)]])
        raise


def write_workbook(taken: Taken, path: Path, folder: Path) -> None:
    """The list as a workbook at `path`; `folder`, private, takes its rows meanwhile, so that memory does not."""
    book = Book(folder=folder, path=path)
    with _as_read(taken):
        sheet = book.sheet(_("The list"), [width for _name, width, _cell in COLUMNS], landscape=True)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    book.row(_header(taken), "head")
    for rows in _rows(taken):
        for row in rows:
            book.row(row)
    book.end()


def _as_read(taken: Taken) -> ExitStack:
    """The reader's language and the city's time: whoever sends a file does so when its page is long done."""
    stack = ExitStack()
    stack.enter_context(translation.override(taken.language))
    stack.enter_context(timezone.override(ZoneInfo(taken.zone)))
    return stack


def _header(taken: Taken) -> list[str]:
    with _as_read(taken):
        return [str(name) for name, _width, _cell in COLUMNS]


def _rows(taken: Taken) -> Iterator[list[list[Cell]]]:
    """Block by block each person's cells; never more than a block of them."""
    read_as = ReadAs()
    for people in blocks(taken.records):
        with _as_read(taken):
            rows = _block(people, taken, read_as)
        yield rows


def _block(people: Sequence[UUID], taken: Taken, read_as: ReadAs) -> list[list[Cell]]:
    found = told(people, taken.at, read_as)
    following = [one.next for one in found if one.next is not None]
    posts = {post for row in following for post in (row.post, row.answering) if post}
    beside = _Beside(taken, titles({row.edition for row in following}), owners(posts, taken.at))
    return [[cell(one, beside) for _name, _width, cell in COLUMNS] for one in found]


def _broken_off(taken: Taken, done: int) -> str:
    with _as_read(taken):
        return _("The list breaks off here: %(done)s of %(all)s people. Take it along once more.") % {
            "done": done,
            "all": len(taken.records) // 16,
        }


def _lines(rows: Sequence[Sequence[Cell]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([[_text(cell) for cell in row] for row in rows])
    return written.getvalue().encode()


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else defused(str(cell))
