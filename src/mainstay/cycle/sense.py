"""The sense step: a delivered file becomes facts, row by row, each with its verdict.

Every check is made in Python before a chunk is written; a chunk is one short transaction under one
ledger entry. Killed in the middle and sent again, a file gives the same facts: what stands is known.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError

from mainstay.cycle.chunk import Chunk, Intake, Plan
from mainstay.cycle.delivered import Delivered, Tally
from mainstay.cycle.mended import mends_of
from mainstay.cycle.statements import RecordIds
from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import Mapping
from mainstay.intake.models import Delivery
from mainstay.intake.reader import Source, examine, records
from mainstay.intake.rules.cells import Context
from mainstay.intake.rules.rows import RowReader
from mainstay.organisations.models import Facility
from mainstay.people import services as people
from mainstay.platform import bulk, failpoints, ledger
from mainstay.platform.clock import local_date
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import keyed_id
from mainstay.platform.keys import load_keys
from mainstay.platform.locks import lease
from mainstay.platform.models import Actor, Instance

INSTANCE_MISSING = code("instance.missing", "The home holds no instance yet.")
BEFORE_CHUNK = failpoints.place("intake.before_chunk")
IN_CHUNK = failpoints.place("intake.in_chunk")
AFTER_CHUNK = failpoints.place("intake.after_chunk")

# Rows a transaction; at about eight facts a row its locks are held for less than 200 ms.
CHUNK = 500
ATTEMPTS = 3

Progress = Callable[[int, int], None]


def take_in(
    path: str | Path,
    mapping: str | Path | Mapping,
    *,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Delivered:
    """Take a file in by a mapping (a shipped name, a file, or one already read); `at` is its receipt.

    Raises MainstayError with nothing written where the file or the mapping cannot be used.
    `progress` is called with (rows done, rows in all) after every chunk.
    """
    read = mapping if isinstance(mapping, Mapping) else mappings.load(mapping)
    source = examine(Path(path), read)
    with nullcontext() if dry_run else lease("intake"), _frozen_heap():
        return _take_in(source, read, by, at, dry_run, progress)


@contextmanager
def _frozen_heap() -> Iterator[None]:
    """While a file is taken in, the collector leaves alone what was there before: a fifth of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _take_in(
    source: Source, mapping: Mapping, by: Actor, at: datetime, dry_run: bool, progress: Progress | None
) -> Delivered:
    intake = prepared(source, mapping, by, at, dry_run)
    total = _first_pass(source, intake)
    tally = Tally()
    done = 0
    for some in bulk.chunks(records(source), CHUNK):
        chunk = Chunk(intake, [intake.unit(number, cells) for number, cells in some])
        _write(chunk, intake, tally)
        done += len(some)
        if progress is not None:
            progress(done, total)
    return Delivered(
        delivery=intake.delivery.id,
        encoding=source.encoding,
        separator=source.separator,
        dry_run=dry_run,
        rows=tally.rows,
        facts_added=tally.facts,
        persons={"known": len(tally.people) - tally.created, "new": tally.created},
        rejects=tuple(sorted(tally.rejects, key=lambda line: (line.row, line.column))),
        warnings=tuple(sorted(tally.warnings, key=lambda line: (line.row, line.column))),
        columns_unread=source.unread(mapping),
    )


def prepared(source: Source, mapping: Mapping, by: Actor, at: datetime, dry_run: bool) -> Intake:
    """What the whole delivery shares: keys, zone, facilities, mended cells, the delivery's own row."""
    keys = load_keys()
    instance = Instance.objects.filter(id=1).first()
    if instance is None:
        raise MainstayError(INSTANCE_MISSING, "This home holds no instance yet; run `mainstay init`.")
    facilities = dict(Facility.objects.values_list("code", "id"))
    context = Context(instance.zone, local_date(at, instance.zone), frozenset(facilities))
    delivery = Delivery(
        id=keyed_id(keys.record, "delivery", mapping.name, source.sha256),
        mapping=mapping.name,
        mapping_text=mapping.text,
        source=mapping.source,
        file_name=source.path.name[:200],
        file_sha256=source.sha256,
        encoding=source.encoding,
        separator=source.separator,
        received_at=at,
    )
    return Intake(
        mapping=mapping,
        reader=RowReader(mapping, source.header, context),
        header=source.header,
        keys=keys,
        record_ids=RecordIds(keys.record),
        facilities=facilities,
        mends=mends_of(mapping.name),
        delivery=delivery,
        delivery_kept=Delivery.objects.filter(id=delivery.id).exists(),
        by=by,
        at=at,
        dry_run=dry_run,
    )


def _first_pass(source: Source, intake: Intake) -> int:
    """Read the whole file once: how many rows it has, and which records have more than one of them."""
    seen: set[tuple[str, str]] = set()
    repeated: set[tuple[str, str]] = set()
    total = 0
    for _number, cells in records(source):
        total += 1
        key, _cells = intake.identify(cells)
        mark = (key.record, "" if key.whole else key.content)
        (repeated if mark in seen else seen).add(mark)
    if repeated:
        _collect(source, intake, repeated)
    return total


def _collect(source: Source, intake: Intake, repeated: set[tuple[str, str]]) -> None:
    for _number, cells in records(source):
        key, _cells = intake.identify(cells)
        if (key.record, "" if key.whole else key.content) in repeated:
            record, content = intake.ids(key)
            intake.repeated.setdefault(record, set()).add(content)


def _write(chunk: Chunk, intake: Intake, tally: Tally) -> None:
    for attempt in range(ATTEMPTS):
        plan = chunk.plan()
        if intake.dry_run or not plan.rows:
            break
        failpoints.reach(BEFORE_CHUNK)
        try:
            _append(plan, intake)
        except IntegrityError:
            # Somebody at a desk entered one of these persons meanwhile: look again.
            if attempt + 1 == ATTEMPTS:
                raise
            continue
        failpoints.reach(AFTER_CHUNK)
        break
    chunk.count(plan, tally)


def _append(plan: Plan, intake: Intake) -> None:
    def first() -> None:
        people.keep(plan.people)
        failpoints.reach(IN_CHUNK)

    ledger.append(
        plan.rows,
        by=intake.by,
        at=intake.at,
        verb="intake",
        source=intake.mapping.source,
        touch=plan.touch,
        first=first,
        fresh=True,
    )


__all__ = ["CHUNK", "Delivered", "take_in"]
