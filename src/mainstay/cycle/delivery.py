"""One delivery on its way in: what its rows share, and each row under the ids it is recognised by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from mainstay.cycle import held
from mainstay.cycle.mended import Mends, mends_of, patched
from mainstay.cycle.statements import RecordIds, Writing
from mainstay.intake.mapping import Mapping
from mainstay.intake.models import Delivery, Row
from mainstay.intake.rules.cells import Context
from mainstay.intake.rules.rows import Arrived, RowKey, RowReader, RowReading
from mainstay.intake.rules.verdicts import Verdict
from mainstay.organisations.models import Facility
from mainstay.people.services import Identity
from mainstay.platform.clock import local_date
from mainstay.platform.forms import Form
from mainstay.platform.keys import Keys, load_keys
from mainstay.platform.models import Actor, Instance


class Unit(NamedTuple):
    """One row on its way in. `again`: it is taken anew although its content stands already."""

    reading: RowReading
    record: UUID
    content: UUID
    again: bool = False


@dataclass
class Intake:
    """What one delivery's chunks share."""

    mapping: Mapping
    reader: RowReader
    header: Sequence[str]
    keys: Keys
    record_ids: RecordIds
    facilities: dict[str, UUID]
    mends: Mends
    open: held.Open
    delivery: Delivery
    delivery_kept: bool
    by: Actor
    at: datetime
    dry_run: bool
    writing: Writing
    row_form: Form
    first_column: int | None = None  # the number of the first cell's column in its sheet; None: it has no letter
    # Records with more than one row in this delivery: their contents, what was decided, what was taken.
    repeated: dict[UUID, set[UUID]] = field(default_factory=dict)
    decided: dict[UUID, dict[UUID, Verdict]] = field(default_factory=dict)
    taken: set[tuple[UUID, UUID]] = field(default_factory=set)
    asked: set[UUID] = field(default_factory=set)  # in a dry run: what would have been asked
    foreseen: set[Identity] = field(default_factory=set)  # in a dry run: whom it would have made

    def identify(self, cells: Sequence[str]) -> tuple[RowKey, Sequence[str]]:
        """The row's key as the feed sends it, and its cells with what was mended."""
        key = self.reader.key_of(cells)
        if not self.mends:
            return key, cells
        mends = self.mends.get(self.ids(key)[0])
        if mends is not None and key.whole:
            return key, patched(cells, self.header, mends, self.delivery.separator)
        # Held while its key was missing or no key at all: what it is recognised by now is the mended one.
        mends = mends or self.mends.get(self.ids(RowKey("", key.content, False))[0])
        if mends is None:
            return key, cells
        whole = patched(cells, self.header, mends, self.delivery.separator)
        return self.reader.key_of(whole), whole

    def ids(self, key: RowKey) -> tuple[UUID, UUID]:
        """(record, content): a row without a whole key is recognised by its content alone."""
        content = self.record_ids(self.mapping.name, "content", key.content)
        if not key.whole:
            return self.record_ids(self.mapping.name, "incomplete", key.content), content
        return self.record_ids(self.mapping.name, "record", key.record), content

    def unit(self, number: int, cells: Sequence[str]) -> Unit:
        """One row read, under the ids it is recognised by."""
        return self.units([(number, cells)])[0]

    def units(self, rows: Iterable[tuple[int, Sequence[str]]]) -> list[Unit]:
        """The rows read, each under the ids it is recognised by.

        A row whose problems are no longer all there (the mapping has learnt a value, somebody mended
        a cell) is taken again.
        """
        keys, arrived = [], []
        for number, cells in rows:
            key, whole = self.identify(cells)
            keys.append(key)
            arrived.append(Arrived(number, whole, key if whole is cells else self.reader.key_of(whole)))
        units = []
        for key, reading in zip(keys, self.reader.read_all(arrived), strict=True):
            unit = Unit(reading, *self.ids(reading.key if key.whole and not reading.key.whole else key))
            units.append(unit._replace(again=True) if self.open and self._is_better(unit) else unit)
        return units

    def _is_better(self, unit: Unit) -> bool:
        before = {reject for reject, content in self.open.get(unit.record, {}).items() if content == unit.content}
        return bool(before - set(self.reject_ids(unit)))

    def reject_ids(self, unit: Unit) -> list[UUID]:
        """The ids of what is held of this row, in the order of its problems."""
        return [
            held.reject_id(self.record_ids, unit.record, unit.content, problem) for problem in unit.reading.problems
        ]


def prepared(
    mapping: Mapping,
    header: Sequence[str],
    delivery: Delivery,
    by: Actor,
    at: datetime,
    dry_run: bool,
    first_column: int | None = None,
) -> Intake:
    """Look up what the whole delivery shares: zone, facilities, mended cells, what is still held."""
    keys = load_keys()
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    facilities = dict(Facility.objects.values_list("code", "id"))
    context = Context(zone, local_date(at, zone), frozenset(facilities))
    record_ids = RecordIds(keys.record)
    return Intake(
        mapping=mapping,
        reader=RowReader(mapping, header, context),
        header=header,
        keys=keys,
        record_ids=record_ids,
        facilities=facilities,
        mends=mends_of(mapping.name),
        open=held.still_open(mapping.name),
        delivery=delivery,
        delivery_kept=Delivery.objects.filter(id=delivery.id).exists(),
        by=by,
        at=at,
        dry_run=dry_run,
        writing=Writing(record_ids, mapping.source, mapping.disease, at, facilities),
        row_form=Form(
            Row,
            {"mapping": mapping.name, "delivery_id": delivery.id},
            ("id", "record", "content", "version", "place_no", "row_no"),
        ),
        first_column=first_column,
    )
