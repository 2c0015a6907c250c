"""The sense step: a delivered file becomes facts, row by row, each with its verdict.

Every check is made in Python before a chunk is written; a chunk is one short transaction under one
ledger entry. Killed in the middle and sent again, a file gives the same facts: what stands is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from itertools import islice
from pathlib import Path

from mainstay.cycle.chunk import Chunk
from mainstay.cycle.delivered import Delivered, Tally
from mainstay.cycle.delivery import Intake, prepared
from mainstay.cycle.mending import mend
from mainstay.cycle.pace import Pace
from mainstay.cycle.series import described
from mainstay.intake import mapping as mappings
from mainstay.intake import taken_in
from mainstay.intake.mapping import Mapping
from mainstay.intake.models import Delivery, Receipt
from mainstay.intake.reader import Source, examine, records
from mainstay.intake.rules.rows import RowKey
from mainstay.platform import ledger
from mainstay.platform.garbage import rare_collections
from mainstay.platform.identity import keyed_id
from mainstay.platform.keys import load_keys
from mainstay.platform.locks import lease
from mainstay.platform.models import Actor

# Rows a transaction: at most so many, and as many as can be written while locks are held for less than 200 ms.
# More rows a transaction are cheaper, since they change the same pages of the indexes; it begins with few.
CHUNK = 2_000
FIRST = 250
HOLD = 0.15

RowsDone = Callable[[int, int], None]  # rows done, rows in all


def take_in(
    path: str | Path,
    mapping: str | Path | Mapping,
    *,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    sheet: str = "",
    progress: RowsDone | None = None,
) -> Delivered:
    """Take a file in by a mapping (a shipped name, a file, or one already read); `at` is its receipt.

    Of a workbook the `sheet` named is read, else the one that the mapping names or that has its columns.

    Raises MainstayError with nothing written where the file or the mapping cannot be used.
    `progress` is called with (rows done, rows in all) after every chunk.
    """
    read = mapping if isinstance(mapping, Mapping) else mappings.load(mapping)
    source = examine(Path(path), read, sheet)
    with nullcontext() if dry_run else lease("intake"), rare_collections():
        return _take_in(source, read, by, at, dry_run, progress)


def _take_in(
    source: Source, mapping: Mapping, by: Actor, at: datetime, dry_run: bool, progress: RowsDone | None
) -> Delivered:
    intake = prepared(mapping, source.header, _delivery(source, mapping, at), by, at, dry_run, source.first_column)
    tally = Tally()
    total = _first_pass(source, intake, tally)
    rows = _of_the_feed(source, intake)
    done, pace = 0, Pace(FIRST, CHUNK, HOLD)
    while some := list(islice(rows, pace.size)):
        chunk = Chunk(intake, intake.units(some))
        chunk.take_in(tally)
        done += len(some)
        pace.took(len(some), chunk.seconds)
        if progress is not None:
            progress(done, total)
    if mapping.place is not None:
        tally.facts += described(mapping, by=by, at=at, dry_run=dry_run)
    done = tally.delivered(intake.delivery, dry_run=dry_run, source=source, unread=source.unread(mapping))
    if not dry_run:
        _receipt(done, intake, by, at)
        if mapping.place is None:  # rows of people are given back with what was added; counts are nobody's
            taken_in.keep(delivery=done.delivery, path=source.path)
    return done


def _receipt(done: Delivered, intake: Intake, by: Actor, at: datetime) -> None:
    """Keep what became of the rows; a delivery that was taken in to its end before has its receipt already."""
    if Receipt.objects.filter(delivery_id=done.delivery).exists():
        return
    rows = [intake.delivery] if not Delivery.objects.filter(id=done.delivery).exists() else []
    receipt = Receipt(
        id=intake.record_ids("receipt", done.delivery.hex),
        delivery_id=done.delivery,
        format=done.format,
        **done.rows,
        out_of_scope=done.rows_out_of_scope,
        left_out=len(done.skipped),
        persons_known=done.persons["known"],
        persons_new=done.persons["new"],
    )
    ledger.append([*rows, receipt], by=by, at=at, verb="receipt", source=intake.mapping.source)


def _delivery(source: Source, mapping: Mapping, at: datetime) -> Delivery:
    return Delivery(
        # The same bytes (of a workbook the same sheet) by the same mapping are the same delivery, however often
        # they come.
        id=keyed_id(
            load_keys().record, "delivery", mapping.name, source.sha256, *([source.sheet] if source.sheet else [])
        ),
        mapping=mapping.name,
        mapping_text=mapping.text,
        source=mapping.source,
        file_name=(f"{source.path.name}: {source.sheet}" if source.sheet else source.path.name)[:200],
        file_sha256=source.sha256,
        encoding=source.encoding,
        separator=source.separator,
        received_at=at,
    )


def _of_the_feed(source: Source, intake: Intake) -> Iterator[tuple[int, list[str]]]:
    """The rows that belong to the feed."""
    return (row for row in records(source) if intake.reader.in_scope(row[1]))


def _first_pass(source: Source, intake: Intake, tally: Tally) -> int:
    """Read the whole file once: how many rows the feed has in it, and which records have more than one of them."""
    # Digests, not texts: of a file of a million rows they take a few dozen megabytes. Two records that happen
    # to share one are looked at more closely, and that is all.
    seen: set[int] = set()
    repeated: set[int] = set()
    total = 0
    for _number, cells in records(source):
        if not intake.reader.in_scope(cells):
            tally.out_of_scope += 1
            continue
        total += 1
        mark = _mark(intake.identify(cells)[0])
        (repeated if mark in seen else seen).add(mark)
    for number, cells in _of_the_feed(source, intake) if repeated else ():
        if _mark(intake.identify(cells)[0]) in repeated:
            unit = intake.unit(number, cells)
            intake.repeated.setdefault(unit.record, set()).add(unit.content)
    return total


def _mark(key: RowKey) -> int:
    return hash(key.record if key.whole else f"\0{key.content}")


__all__ = ["CHUNK", "Delivered", "mend", "take_in"]
