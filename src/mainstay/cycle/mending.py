"""Mending: the held cells come back as a CSV with their mended values, and the rows are sent again.

A mended cell stands for the bad one in this record as long as the feed goes on sending it, so that
the next full export does not hold it anew. What was received stays what it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from mainstay.cycle import held
from mainstay.cycle.chunk import Chunk
from mainstay.cycle.delivered import Delivered, Tally
from mainstay.cycle.delivery import Intake, Unit, prepared
from mainstay.cycle.held import Opened, RejectLine
from mainstay.cycle.mended import Cells, mended_before, sealed
from mainstay.cycle.revision import revise
from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import Mapping
from mainstay.intake.models import Delivery, Mended, Reject
from mainstay.intake.reader import Source, examine, records
from mainstay.intake.rules.problems import Problem
from mainstay.intake.rules.verdicts import Verdict
from mainstay.platform import bulk
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import keyed_id
from mainstay.platform.keys import Keys, load_keys
from mainstay.platform.locks import lease
from mainstay.platform.models import Actor, Appended, Fact

MEND_UNKNOWN = code("mend.unknown", "A line of a file of mended values names nothing that is held.")
MEND_TWICE = code("mend.twice", "A line of a file of mended values mends a cell that is mended otherwise already.")
CHUNK = 500

# What somebody mended, line by line: its number, and its cells by the columns of the CSV of rejects.
Lines = Iterator[tuple[int, dict[str, str]]]


class Layout(NamedTuple):
    """What a file of mended values must have, as `examine` asks."""

    name: str = "rejects"
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    ditto: frozenset[str] = frozenset()
    expected: tuple[str, ...] = ("row", "column", "mended")
    columns_remedy: str = "send the CSV that `mainstay rejects --csv` gives, with its column `mended` filled in"


@dataclass
class Mend:
    """One reject with the cells that mend it, by column; `refused` says what is wrong with these too."""

    opened: Opened
    cells: Cells = field(default_factory=dict)
    refused: Problem | None = None


def mend(path: str | Path, *, by: Actor, at: datetime) -> Delivered:
    """Send mended rows again; lines with an empty `mended` are left as they are.

    A line names its reject by the column `reject`, or by row, column and value where that is plain.
    Raises MainstayError with nothing written where a line names nothing that is held, or two lines mend
    one cell differently. The answer counts the rows sent again and lists everything that is still held.
    """
    source = examine(Path(path), Layout())
    return _mend(_lines(source), str(source.path), source.sha256, by, at, source)


def mend_cells(lines: Sequence[tuple[UUID, str, str]], *, by: Actor, at: datetime) -> Delivered:
    """Send rows again whose cells were mended one by one: (reject, column, mended value).

    The column "" is the whole row, as a line of CSV. Raises MainstayError and answers as `mend` does.
    """
    sent = sorted((reject.hex, column, mended) for reject, column, mended in lines)
    digest = hashlib.sha256(json.dumps(sent).encode()).hexdigest()
    asked = (
        (number, {"reject": str(reject), "row": "", "column": column, "value": "", "mended": mended})
        for number, (reject, column, mended) in enumerate(lines, 1)
    )
    return _mend(asked, "what was typed", digest, by, at)


def _mend(lines: Lines, name: str, digest: str, by: Actor, at: datetime, source: Source | None = None) -> Delivered:
    with lease("intake"):
        keys = load_keys()
        tally = Tally()
        mends = _matched(lines, name, keys, tally)
        for delivery in sorted({one.opened.reject.delivery_id for one in mends}):
            some = [one for one in mends if one.opened.reject.delivery_id == delivery]
            _send(some, Delivery.objects.get(id=delivery), by, at, tally)
        of_file = Delivery(
            id=keyed_id(keys.record, "delivery", "rejects", digest),
            encoding=source.encoding if source else "",
            separator=source.separator if source else "",
        )
        return replace(tally.delivered(of_file, source=source), rejects=tuple(_still_held(mends)))


def _still_held(mends: Iterable[Mend]) -> Iterator[RejectLine]:
    """What is held, and where a mended value was no better, why not."""
    refused = {one.opened.reject.id: one.refused for one in mends}
    for line in held.open_rejects():
        problem = refused.get(line.reject)
        if problem is None:
            yield line
        else:
            reason = f"The mended value is no better. {problem.reason}"
            yield replace(line, code=problem.code, reason=reason, remedy=problem.remedy)


def _matched(lines: Lines, name: str, keys: Keys, tally: Tally) -> list[Mend]:
    """The mends of a file, by the reject that each of its lines names."""
    found: dict[UUID, Mend] = {}
    done: set[str] = set()
    still = _Held(keys)
    for number, line in lines:
        column, mended = line["column"].strip(), line["mended"]
        if not mended.strip():
            continue
        opened = still.find(line)
        where = f"{name}: row {number}", f"(row {line['row']}, {column})"
        if opened is None and line["reject"].strip() in still.mended:
            before = UUID(line["reject"].strip())
            cells = _cells(held.opened(Reject.objects.get(id=before), keys), column, mended)
            _refuse_another(mended_before(before), cells, where, "what was mended before", _BY_THE_SENDER)
            done.add(line["reject"].strip())
            continue
        if opened is None:
            raise MainstayError(
                MEND_UNKNOWN,
                f"{where[0]} names nothing that is held {where[1]}; "
                "run `mainstay rejects --csv` for what is. Nothing was written.",
                {"file": name, "row": number},
            )
        mend = found.setdefault(opened.reject.id, Mend(opened))
        cells = _cells(opened, column, mended)
        _refuse_another(mend.cells, cells, where, "a cell that a row above it mends", "leave the one that is right")
        mend.cells.update(cells)
    for _reject in done:
        tally.count("known")
    return list(found.values())


_BY_THE_SENDER = "what the sender's next list says there will count"


def _refuse_another(before: Cells, cells: Cells, where: tuple[str, str], what: str, remedy: str) -> None:
    """Two values for one cell: neither is dropped in silence."""
    if any(before.get(name, value) != value for name, value in cells.items()):
        row, place = where
        raise MainstayError(
            MEND_TWICE, f"{row} mends {what}, and otherwise {place}; {remedy}. Nothing was written.", {"at": row}
        )


def _lines(source: Source) -> Lines:
    for number, cells in records(source):
        line = dict.fromkeys(("reject", "row", "column", "value", "mended"), "")
        line.update(zip(source.header, cells, strict=False))
        yield number, line


class _Held:
    """What is held, to be found by its id or by its place."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        lines = held.open_rejects()
        self.mended = set(map(str, Mended.objects.values_list("reject_id", flat=True)))
        self.ids = {str(line.reject): line.reject for line in lines}
        self.places: dict[tuple[str, str], list[held.RejectLine]] = {}
        for line in lines:
            for column in {line.column, *(name for name, _value in line.cells)}:
                self.places.setdefault((str(line.row), column), []).append(line)

    def find(self, line: dict[str, str]) -> Opened | None:
        """The reject that a line names; None where there is none, or more than one."""
        found = self.ids.get(line["reject"].strip())
        if found is None and not line["reject"].strip():
            some = self.places.get((line["row"].strip(), line["column"].strip()), [])
            if len(some) > 1:
                some = [one for one in some if line["value"] in (one.value, *(value for _name, value in one.cells))]
            found = some[0].reject if len(some) == 1 else None
        return held.opened(Reject.objects.get(id=found), self.keys) if found else None


def _cells(opened: Opened, column: str, mended: str) -> Cells:
    """{column: (what stood there, what stands for it)}; several columns at once are parted by commas."""
    columns = opened.problem.columns
    names, values = [column], [mended.strip()]
    if len(columns) > 1 and column == held.JOIN.join(columns):
        names, values = list(columns), [value.strip() for value in mended.split(",")]
    if columns == ("",):
        return {"": (held.SEP.join(opened.cells), mended)}
    at = {name: index for index, name in enumerate(opened.header)}
    return {name: (opened.cells[at[name]], value) for name, value in zip(names, values, strict=False) if name in at}


@lru_cache(maxsize=16)
def _mapping(name: str, text: str) -> Mapping:
    return mappings.parse(text.encode(), f"{name}.toml")


def _send(mends: list[Mend], delivery: Delivery, by: Actor, at: datetime, tally: Tally) -> None:
    """Read the rows of one delivery again with their mended cells, and take in those that are better now."""
    mapping = _mapping(delivery.mapping, delivery.mapping_text)
    first = mends[0].opened
    intake = prepared(mapping, first.header, delivery, by, at, False, first.first_column)
    for one in mends:
        intake.mends.setdefault(one.opened.reject.record, {}).update(one.cells)
    for some in bulk.chunks(_rows(mends), CHUNK):
        units: list[Unit] = []
        extra: list[Appended] = []
        for row in some:
            _again(row, intake, units, extra, tally)
        contents: dict[UUID, set[UUID]] = {}
        for unit in units:
            contents.setdefault(unit.record, set()).add(unit.content)
        intake.repeated = {record: found for record, found in contents.items() if len(found) > 1}
        if units:
            Chunk(intake, units, extra).take_in(tally)


def _rows(mends: Iterable[Mend]) -> list[list[Mend]]:
    """The mends of one row together: it is sent again once."""
    rows: dict[tuple[UUID, UUID], list[Mend]] = {}
    for one in mends:
        rows.setdefault((one.opened.reject.record, one.opened.reject.content), []).append(one)
    return list(rows.values())


def _again(row: list[Mend], intake: Intake, units: list[Unit], extra: list[Appended], tally: Tally) -> None:
    first = row[0].opened
    unit = intake.unit(first.reject.row_no, first.cells)
    bad = {column for problem in unit.reading.problems for column in problem.columns}
    better = [one for one in row if not bad & set(one.cells)]
    for one in row:
        one.refused = next((p for p in unit.reading.problems if set(p.columns) & set(one.cells)), None)
    if unit.reading.held_whole or not better:
        tally.count("rejected")
        return
    units.append(unit._replace(again=True))
    if unit.record != first.reject.record:
        extra += _withdrawn(unit, first.reject, intake)
    for one in better:
        # Answered below, whatever record the row turns out to be.
        intake.open.get(one.opened.reject.record, {}).pop(one.opened.reject.id, None)
        identity = intake.record_ids("mended", one.opened.reject.id.hex)
        extra.append(
            Mended(
                id=identity,
                reject_id=one.opened.reject.id,
                mapping=intake.mapping.name,
                record=one.opened.reject.record,
                sealed_cells=sealed(intake.keys, identity, one.cells),
            )
        )
    questions = held.open_questions([one.opened.reject.id for one in better])
    extra += held.answers(intake.record_ids, questions, at=intake.at)


def _withdrawn(unit: Unit, reject: Reject, intake: Intake) -> list[Fact]:
    """What was stated while the row had no whole key: it is stated under its key from now on."""
    before = Unit(unit.reading._replace(drafts=()), reject.record, reject.content)
    return revise([(before, Verdict("revised", 0, 2), {})], intake.mapping.facts, intake.writing)[0]
