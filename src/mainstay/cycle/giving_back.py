"""A file given back as its sender's own workbook: their rows in their order, and what became known beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mainstay.accounts.rules import Scope
from mainstay.cycle.delivery import prepared
from mainstay.cycle.mended import Cells, mended_in
from mainstay.duties.titles import Titles, title, titles, unknown_asked_for
from mainstay.intake import mapping as mappings
from mainstay.intake import taken_in, uploads
from mainstay.intake.formats import ooxml_added
from mainstay.intake.mapping import Mapping
from mainstay.intake.models import Delivery
from mainstay.intake.reader import Source, examine, records
from mainstay.isolation.queries import whereabouts
from mainstay.people.queries import ADDRESS, NAME, PHONE, ReadAs
from mainstay.people.services import Identity, look_up
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Actor, Instance
from mainstay.platform.sheets import Book, Styled, defused
from mainstay.reports.queries.added import AddedRow, added, added_by_hand, contacts_named
from mainstay.reports.rules import added_words as words

FILE_NOT_KEPT = code("file.not_kept", "A file is to be given back that is no longer kept.")
DELIVERY_UNKNOWN = code("delivery.unknown", "No file of that id was received.")
AT_ONCE = 1000
PARTICULARS = (NAME, PHONE, ADDRESS)
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The workbook: its name, its bytes, whom it shows, how many rows were left out as nobody's within the bounds."""

    name: str
    content: bytes
    people: tuple[UUID, ...]
    rows: int
    rows_added: int
    rows_left_out: int


@dataclass(slots=True)
class _Read:
    """The delivered table read again: whom each row is about, and everybody it names."""

    source: Source
    mapping: Mapping
    of_row: dict[int, UUID | None] = field(default_factory=dict)
    people: set[UUID] = field(default_factory=set)


def give_back(
    *, delivery: UUID, scope: Scope, by: Actor, at: datetime, language: str = "en", path: Path | None = None
) -> GivenBack:
    """A delivery's file as received, with what is known of its people at `at`, and those added since beneath.

    Their own cells stay as they are, but formulas leave the value saved with them. Rows are given of people within the
    scope; those that are held are nobody's yet and given to who has the whole city alone. Writes nothing. `path` is
    the file where the caller has it; else the kept copy. Raises `delivery.unknown`, and `file.not_kept` where the file
    must be sent once more.
    """
    row = Delivery.objects.filter(id=delivery).first()
    if row is None:
        raise MainstayError(DELIVERY_UNKNOWN, f"No file {delivery} was received; `/files/` lists them all.")
    with nullcontext(path) if path is not None else taken_in.opened(delivery) as file:
        if file is None:
            raise MainstayError(
                FILE_NOT_KEPT,
                f"{row.file_name} is no longer kept: files are for {taken_in.KEPT_DAYS} days, up to "
                f"{taken_in.LARGEST >> 20} MB. Send it again; nothing is taken in twice, and it can be given back.",
                {"delivery": str(delivery)},
            )
        read_as = ReadAs()
        read = _read(file, row, by, at, read_as)
        return _given_back(read, row, scope, at, language, read_as)


# --- who is who ---------------------------------------------------------------------------------------------


def _read(path: Path, row: Delivery, by: Actor, at: datetime, read_as: ReadAs) -> _Read:
    mapping = mappings.parse(row.mapping_text.encode(), f"{row.mapping}.toml")
    # Of a workbook the sheet that was read stands behind the name.
    source = examine(path, mapping, row.file_name.rpartition(": ")[2] if ": " in row.file_name else "")
    intake = prepared(mapping, source.header, row, by, at, True, source.first_column)
    read, waiting = _Read(source, mapping), []
    ours = (one for one in records(source) if intake.reader.in_scope(one[1]))
    for number, cells in ours:
        waiting.append((number, cells))
        if len(waiting) >= AT_ONCE:
            _look_up(intake.units(waiting), read, read_as)
            waiting = []
    _look_up(intake.units(waiting), read, read_as)
    return read


def _look_up(units: Sequence[Any], read: _Read, read_as: ReadAs) -> None:
    named = {Identity(one.scheme, one.identifier) for unit in units for one in unit.reading.persons}
    found = look_up(named)
    for unit in units:
        people = [found.get(Identity(one.scheme, one.identifier)) for one in unit.reading.persons]
        read.of_row[unit.reading.number] = read_as.survivor(people[0]) if people and people[0] else None
        read.people.update(read_as.survivor(one) for one in people if one)


def _since(read: _Read, row: Delivery, at: datetime, read_as: ReadAs) -> set[UUID]:
    """Who was added after the file came: named by its people, by those so named, or typed in by somebody."""
    by_hand = added_by_hand(row.received_at, read_as) - read.people
    found: set[UUID] = set()
    asked = set(read.people) | by_hand
    while asked:
        named = {person for _index, person in contacts_named(read_as.everybody(asked), at, read_as, row.entry_id)}
        asked = named - found - read.people
        found |= asked
    return found | by_hand


# --- what is written ----------------------------------------------------------------------------------------


def _given_back(read: _Read, row: Delivery, scope: Scope, at: datetime, language: str, read_as: ReadAs) -> GivenBack:
    new = _since(read, row, at, read_as)
    mine = {person for person in read.of_row.values() if person} | new
    if not scope.everywhere:
        there = whereabouts(sorted(mine), at, read_as)
        mine = {person for person in mine if person in there and scope.covers(there[person])}
    told = added(sorted(mine), at, read_as)
    say = _Words(language, at, titles({one.edition for each in told.values() for one in each.owed}))
    own = _own_columns(read.mapping, read.source)
    mended, theirs = mended_in(row.id), _particulars(read.source, own)
    shown = {
        number: say.cells(told[person], mended.get(number, {}), theirs.get(number, {})) if person else say.held()
        for number, person in read.of_row.items()
        if (person in told if person else scope.everywhere)
    }
    beneath = sorted((told[person] for person in new if person in told), key=lambda one: _name(one))
    content = _content(read.source, say, shown, beneath, own, whole=scope.everywhere)
    return GivenBack(
        f"{Path(read.source.path.name).stem}-{at:%Y%m%d}.xlsx",
        content,
        tuple(
            sorted(
                {person for number, person in read.of_row.items() if person and number in shown}
                | {one.id for one in beneath}
            )
        ),
        len(shown),
        len(beneath),
        len(read.of_row) - len(shown),
    )


def _name(one: AddedRow) -> tuple[str, str]:
    return one.particulars.get(NAME, "\uffff"), one.id.hex


def _own_columns(mapping: Mapping, source: Source) -> dict[str, int]:
    """{scheme: the place of their own column for it}, by what the mapping says of the row's first person."""
    role = mapping.persons[0].role if mapping.persons else ""
    # Of two columns under one scheme the first; who is told apart by a column rather than what is merely shown.
    ours = [spec for spec in reversed(mapping.persons) if spec.role == role]
    columns = {scheme: column for spec in ours for scheme, column in spec.shows}
    columns |= {spec.scheme: spec.column for spec in ours}
    return {scheme: source.header.index(column) for scheme, column in columns.items() if column in source.header}


def _particulars(source: Source, own: dict[str, int]) -> dict[int, dict[str, str]]:
    """{row: {scheme: what their own cell says}}: what is known otherwise by now stands beside it."""
    return {
        number: {scheme: cells[place] if place < len(cells) else "" for scheme, place in own.items()}
        for number, cells in records(source)
    }


def _content(
    source: Source,
    say: _Words,
    shown: dict[int, list[Cell]],
    beneath: list[AddedRow],
    own: dict[str, int],
    *,
    whole: bool,
) -> bytes:
    """Their own workbook where that can be added to and is wholly theirs to see; else a new one of its rows."""
    header, width = _header_number(source), len(words.COLUMNS)
    if whole and source.format == "xlsx":
        at = source.first_column or 0
        rows = [_beneath(one, say, {scheme: at + place for scheme, place in own.items()}) for one in beneath]
        made = ooxml_added.with_added(source.path, source.sheet, header, {header: say.names(), **shown}, rows)
        if made is not None:
            return made
    with uploads.workplace() as folder:
        book = Book(folder=folder)
        book.sheet("Sheet1", (14,) * (len(source.header) + width))
        if source.table.header is not None:
            book.row([*source.table.header, *(Styled(one, "head") for one in say.names())])
        last = 0 if source.table.header is None else 1
        for number, cells in source.table.rows():
            # With the whole city every row; else what names the columns, and one's own people.
            if not whole and number != header and number not in shown:
                continue
            for _blank in range(last + 1, number):
                book.skip()
            last = number
            own_cells = [*cells, *[None] * (len(source.header) - len(cells))]
            more = [Styled(one, "head") for one in say.names()] if number == header else shown.get(number, [])
            book.row([*own_cells, *more])
        for one in beneath:
            placed = _beneath(one, say, own)
            at_right = len(source.header) - 1
            line: list[Cell] = [None] * (len(source.header) + width)
            for column, value in placed.items():
                line[column if column >= 0 else at_right - column] = value
            book.row(line, "added")
        return book.content()


def _header_number(source: Source) -> int:
    """The number of the row that names the columns; 0 where the format names them itself."""
    if source.table.header is not None:
        return 0
    for place, (number, _cells) in enumerate(source.table.rows()):
        if place == source.shape.header.last:
            return number
    return 0


def _beneath(one: AddedRow, say: _Words, own: dict[str, int]) -> dict[int, Cell]:
    """Somebody added since: in their own columns what these hold, beside them the same as of all."""
    row: dict[int, Cell] = {-1 - place: value for place, value in enumerate(say.cells(one))}
    for scheme, column in own.items():
        row[column] = defused(one.particulars.get(scheme, ""))
    return row


class _Words:
    """The added columns in one language."""

    def __init__(self, language: str, at: datetime, found: Titles) -> None:
        self.language, self.at, self.titles = language, at, found
        self.zone = ZoneInfo(Instance.objects.values_list("zone", flat=True).get(id=1))

    def names(self) -> list[Cell]:
        return [said[self.language] for said in words.COLUMNS.values()]

    def held(self) -> list[Cell]:
        """Of a row that names nobody yet."""
        return [words.HELD[self.language], *[None] * (len(words.COLUMNS) - 1)]

    def cells(self, one: AddedRow, mended: Cells | None = None, theirs: dict[str, str] | None = None) -> list[Cell]:
        """One person's, in the order of the columns; text that could run is quoted.

        Without cells of `theirs` somebody new. Of others a particular is said where their own cell lacks it.
        """
        language, write = self.language, _COLUMNS
        values = {name: write[name](one, self) for name in write}
        values["mended"] = self.list((self.mended(*cell) for cell in (mended or {}).items()), "and") or None
        values["added"] = words.YES[language] if theirs is None else None
        for scheme in PARTICULARS:
            known = one.particulars.get(scheme, "")
            is_said = theirs is not None and (scheme not in theirs or _bare(known) in _bare(theirs[scheme]))
            values[scheme] = None if is_said else known
        return [defused(value) if isinstance(value, str) else value for value in map(values.get, words.COLUMNS)]

    def mended(self, column: str, cell: tuple[str, str]) -> str:
        """What stands for a cell that could not be read; a row that was written anew as it was written."""
        return words.IS[self.language].format(column=column, value=cell[1]) if column else cell[1]

    def word(self, value: str) -> str:
        return words.word(value, self.language) if value else ""

    def told(self, word: str, day: object) -> str:
        return words.TOLD[self.language].format(word=word, day=day) if day else word

    def list(self, some: Iterable[str], between: str) -> str:
        return {"and": words.AND, "list": words.LIST}[between][self.language].join(some)

    def duty(self, edition: str, clause: str) -> str:
        asked = unknown_asked_for(clause)
        if asked is None:
            return title(self.titles, edition, clause, self.language)
        if (edition, asked) in self.titles:
            return title(self.titles, edition, asked, self.language)
        return words.FIND_OUT[self.language].format(what=self.word(asked))


def _bare(text: str) -> str:
    """A telephone or an address without the blanks and marks that are written differently each time."""
    return "".join(filter(str.isalnum, text)).casefold()


def _classification(one: AddedRow, say: _Words) -> Cell:
    return say.told(say.word(one.classification.word), one.classification.day) if one.classification else None


def _call(one: AddedRow, say: _Words) -> Cell:
    if one.call is None:
        return None
    return say.told(say.word(one.call.outcome), f"{one.call.at.astimezone(say.zone):%Y-%m-%d %H:%M}")


def _where(one: AddedRow, say: _Words) -> Cell:
    kind = say.word(one.kind_of_place)
    return say.list(filter(None, (kind, one.place)), "list") or None


def _duties(one: AddedRow, say: _Words) -> Cell:
    return say.list(dict.fromkeys(say.duty(row.edition, row.clause) for row in one.owed), "and") or None


_COLUMNS: dict[str, Callable[[AddedRow, _Words], Cell]] = {
    "record": lambda one, say: one.id.hex[-8:],
    "category": lambda one, say: say.word(one.category) or None,
    "classification": _classification,
    "test": lambda one, say: say.told(one.result.of.upper(), one.result.day) if one.result else None,
    "result": lambda one, say: say.word(one.result.word) if one.result else None,
    "where": _where,
    "open": lambda one, say: len(one.owed),
    "overdue": lambda one, say: sum(row.is_overdue(say.at) for row in one.owed),
    "duties": _duties,
    "call": _call,
    "named": lambda one, say: say.list(one.named, "list") or None,
}
