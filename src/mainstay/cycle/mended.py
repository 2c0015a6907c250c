"""Cells that somebody mended: they stand for the bad ones as long as the feed sends those."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from uuid import UUID

from mainstay.intake.models import Mended, Reject
from mainstay.platform.keys import Keys, decrypt, encrypt, load_keys

# For each record, by column: what the feed says, what stands for it. The column "" is the whole row.
Cells = dict[str, tuple[str, str]]
Mends = dict[UUID, Cells]
WHOLE_ROW = ""
SEP = "\x1f"


def mends_of(mapping: str) -> Mends:
    """All that was mended under this mapping."""
    found: Mends = {}
    for row in Mended.objects.filter(mapping=mapping).order_by("entry_id", "id"):
        found.setdefault(row.record, {}).update(_cells(row))
    return found


def mended_before(reject: UUID) -> Cells:
    """What stands for the cells of one reject that was mended."""
    return _cells(Mended.objects.get(reject_id=reject))


def mended_in(delivery: UUID) -> dict[int, Cells]:
    """{row of the delivery: what stands for its cells that were mended}; two statements."""
    rows = dict(Reject.objects.filter(delivery_id=delivery).values_list("id", "row_no"))
    found: dict[int, Cells] = {}
    of_it = Reject.objects.filter(delivery_id=delivery).values("id")
    for one in Mended.objects.filter(reject_id__in=of_it).order_by("entry_id", "id"):
        found.setdefault(rows[one.reject_id], {}).update(_cells(one))
    return found


def _cells(row: Mended) -> Cells:
    cells = json.loads(decrypt(load_keys(), row.sealed_cells, _place(row.id)))
    return {name: (was, now) for name, (was, now) in cells.items()}


def sealed(keys: Keys, identity: UUID, cells: Cells) -> bytes:
    """Mended cells as they are kept."""
    return encrypt(keys, json.dumps(cells), _place(identity))


def _place(identity: UUID) -> str:
    return f"intake_mended.sealed_cells.{identity.hex}"


def patched(cells: Sequence[str], header: Sequence[str], mends: Cells, separator: str) -> list[str]:
    """The row with its mended cells; a cell that the feed has changed meanwhile stays as it is."""
    if WHOLE_ROW in mends:
        was, now = mends[WHOLE_ROW]
        if was == SEP.join(cells):
            cells = next(csv.reader([now], delimiter=separator or ","), [])
    if len(cells) != len(header):
        return list(cells)
    return [
        mends[name][1] if name in mends and mends[name][0] == cell else cell
        for name, cell in zip(header, cells, strict=True)
    ]
