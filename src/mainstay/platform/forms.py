"""Rows that differ in little but their ids: worked out once, then filled in by the thousand.

A file's rows say the same few things of many people. A `Form` is one such thing as a row of its table,
already in the words of the database and of the hash; only its ids are put in. The slow way to the same is
`bulk.Rows` of Python values, which the ledger hashes and adapts; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import connection

from mainstay.platform import bulk
from mainstay.platform.canonical import SEPARATOR, writers
from mainstay.platform.models import Appended
from mainstay.platform.rows import same

Convert = Callable[[Any], Any]
OPEN = "\0"  # stands for what is open while a form is made: no text that may be stored holds it


class Form:
    """A row of an appended table of which some columns are open: for ids, as 32 hex digits, and whole numbers."""

    __slots__ = ("model", "places", "row", "text")

    def __init__(self, model: type[Appended], values: Mapping[str, Any], opened: tuple[str, ...]) -> None:
        """`opened` in the order of the table's columns; columns that are neither given nor open hold their default."""
        self.model = model
        self.places = _places(model, opened)
        names, defaults, writes, adapts = _columns(model, connection.vendor)
        held = list(map(values.get, names, defaults))
        texts = ["" if value is None else write(value) for write, value in zip(writes, held, strict=True)]
        for place in self.places:
            texts[place] = OPEN
        text = SEPARATOR.join([model._meta.db_table, *texts])
        self.text = text.replace("%", "%%").replace(OPEN, "%s")
        self.row = [None if value is None else adapt(value) for adapt, value in zip(adapts, held, strict=True)]


@lru_cache(maxsize=128)
def _columns(model: type[Appended], vendor: str) -> tuple[list[str], list[Any], list[Convert], list[Convert]]:
    """Of all columns but the ledger's number: names, defaults, how the hash wants them, how the database does."""
    defaults, adapters = bulk.template(model), bulk.adapters(model, vendor)
    names, writes = map(list, zip(*writers(model), strict=True))
    return names, [defaults[name] for name in names], writes, [adapters[name] or same for name in names]


@lru_cache(maxsize=256)
def _places(model: type[Appended], opened: tuple[str, ...]) -> tuple[int, ...]:
    columns = [name for name, _write in writers(model)]
    places = tuple([place for place, name in enumerate(columns) if name in opened])
    if tuple([columns[place] for place in places]) != opened:
        raise ValueError(f"{opened} are not columns of {model.__name__} in their order")
    return places


@dataclass(slots=True)
class Filled:
    """Rows of one table filled in, as the database takes them but for the ledger's number, and the hash of each."""

    model: type[Appended]
    values: list[list[Any]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    def add(self, form: Form, *values: str | int) -> None:
        """One more row: the values of the form's open columns, in their order."""
        self.hashes.append(sha256((form.text % values).encode()).hexdigest())
        row = form.row.copy()
        for place, value in zip(form.places, values, strict=True):
            row[place] = value
        self.values.append(row)
