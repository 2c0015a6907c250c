"""Mappings made on screen, kept in the home by name: tomorrow's file from the same sender finds its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import Mapping
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Actor

MAPPING_NAME = code("mapping.name", "A mapping cannot be kept under this name.")


def kept() -> tuple[Mapping, ...]:
    """All that are kept and can be used, by name."""
    found = []
    for path in sorted(mappings.kept_at("x").parent.glob("*.toml")):
        try:
            found.append(mappings.parse(path.read_bytes(), path.name))
        except (MainstayError, OSError):
            continue  # damaged by hand: the command line names what is wrong with it
    return tuple(found)


def fitting(header: Collection[str]) -> tuple[Mapping, ...]:
    """Those kept for exactly these columns."""
    names = {name for name in header if name}
    return tuple(one for one in kept() if {*(column.name for column in one.columns), *one.ignored} == names)


def hold_name(name: str, mapping: Mapping | None = None) -> None:
    """Refuse a name that is none, or under which another list is known; raises `mapping.name`."""
    facts = {"field": "name", "mapping": name}
    if not mappings.KEPT_NAME.fullmatch(name):
        raise MainstayError(
            MAPPING_NAME, "Give the list a name of small letters, digits and hyphens, like river-district.", facts
        )
    if name in mappings.shipped():
        raise MainstayError(MAPPING_NAME, f"'{name}' is the name of a mapping that is shipped; give another.", facts)
    before = next((one for one in kept() if one.name == name), None)
    if mapping is not None and before is not None and before.key != mapping.key:
        raise MainstayError(
            MAPPING_NAME,
            f"Another list is kept under '{name}', whose people are told apart by another column; give another name.",
            facts,
        )


def keep(*, mapping: Mapping, by: Actor, at: datetime) -> None:
    """Keep a mapping under its own name, with a line in the ledger; the same text again changes nothing.

    Raises `mapping.name` where the name cannot be had. An earlier reading of the same list is replaced: every
    delivery has with it the text by which it was read.
    """
    hold_name(mapping.name, mapping)
    path = mappings.kept_at(mapping.name)
    if path.is_file() and path.read_bytes() == mapping.text.encode():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(mapping.text.encode())
    Path(written).replace(path)
    ledger.note(by=by, at=at, verb="mapping kept", source=mapping.source, purpose=f"mapping {mapping.name}")
