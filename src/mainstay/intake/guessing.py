"""A mapping proposed for a file that has none: read, guessed at, and written nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from mainstay.intake.files import FILE_COLUMNS, refused
from mainstay.intake.formats.contents import Row
from mainstay.intake.reader import Source, examine, records
from mainstay.intake.rules.guess_columns import guess_columns
from mainstay.intake.rules.proposal import Proposal, propose
from mainstay.intake.rules.table_shape import DITTO

LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class AnyLayout:
    """What is asked of a file of which nothing is known."""

    name: str = "guess"
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    ditto: frozenset[str] = DITTO
    expected: tuple[str, ...] = field(default=())
    columns_remedy: str = "send the whole table"


def guess_mapping(path: Path, sheet: str = "") -> Proposal:
    """A mapping for the file's table by its header and first 200 rows, with questions; raises `file.*`."""
    source = examine(path, AnyLayout(), sheet)
    numbered, title = first_rows(source)
    rows = [cells for _number, cells in numbered]
    found = propose(name_from(path), title, source.header, rows, guess_columns(source.header, rows))
    if found is None:
        shown = ", ".join(repr(name) for name in source.header if name)[:300]
        raise refused(
            FILE_COLUMNS,
            path,
            f"no column of {shown or 'its first row'} says who somebody is",
            "add a column with a number, a telephone or a name, or write a mapping (docs/guide/mappings.md)",
        )
    return found


def first_rows(source: Source) -> tuple[list[Row], str]:
    """The rows that are guessed by, and what stands above the table, else the file's name."""
    rows = list(islice(records(source), LOOKED_AT))
    titles = " ".join(one.text for one in source.skipped if one.kind == "title")
    return rows, titles or source.path.stem


def name_from(path: Path) -> str:
    """A mapping's name from the file's; Chinese names of files have no letters for one."""
    plain = re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-")
    return plain[:50] or "line-list"
