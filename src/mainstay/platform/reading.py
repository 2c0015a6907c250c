"""Reading facts as they were known: at a seal of the ledger, by an instant, as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, models

from mainstay.platform.models import Seal
from mainstay.platform.rows import parameter


@dataclass(frozen=True, slots=True)
class View:
    """What may be seen: entries up to `to_entry`, known by `known_by`, so as of `as_of`; None sets no bound."""

    to_entry: int | None = None
    known_by: datetime | None = None
    as_of: date | None = None

    @classmethod
    def at_seal(cls, no: int, known_by: datetime | None = None) -> View:
        """The view at a seal's number."""
        return cls(to_entry=Seal.objects.get(no=no).to_entry, known_by=known_by)

    def bounds(self, alias: str, undated: bool = False) -> tuple[str, list[Any]]:
        """SQL condition on one alias of a fact table, with its parameters; `undated`: also what has no time."""
        parts, params = ["1 = 1"], []
        if self.to_entry is not None:
            parts.append(f"{alias}.entry_id <= %s")
            params.append(self.to_entry)
        if self.known_by is not None:
            without = f" OR {alias}.became_known_at IS NULL" if undated else ""
            parts.append(f"({alias}.became_known_at <= %s{without})")
            params.append(parameter(self.known_by))
        return " AND ".join(parts), params


def standing(
    model: type[models.Model],
    columns: Sequence[str],
    view: View,
    where: tuple[str, list[Any]] = ("1 = 1", []),
    undated: bool = False,
) -> list[tuple[Any, ...]]:
    """The versions that stand in this view, as tuples of `columns`, in a stated order.

    Per root the last version known, found by anti-join over the whole table: a version that moved
    to another person is then seen to supersede this one, which a window over this person's facts
    would not notice. `where` may name the fact as `f`.

    `undated`: versions without a time of their own as well, until a later version is known; when they
    became known themselves the caller finds out.
    """
    table = model._meta.db_table
    mine, my_params = view.bounds("f", undated)
    later, later_params = view.bounds("c")
    as_of, as_of_params = "", []
    if view.as_of is not None:
        as_of, as_of_params = " AND (f.observed_date IS NULL OR f.observed_date <= %s)", [parameter(view.as_of)]
    return _not_overtaken(
        table, columns, (f"{where[0]} AND {mine}{as_of}", [*where[1], *my_params, *as_of_params]), (later, later_params)
    )


def ever_stood(
    model: type[models.Model],
    columns: Sequence[str],
    view: View,
    where: tuple[str, list[Any]] = ("1 = 1", []),
) -> list[tuple[Any, ...]]:
    """The versions that stand in this view, and those that stood until they were corrected or taken back.

    What one of them told became known when it did: nothing that comes later makes it unheard. A version
    whose correction was known no later than itself never stood.
    """
    mine, my_params = view.bounds("f")
    later, later_params = View(view.to_entry).bounds("c")
    overtaken = (f"{later} AND c.became_known_at <= f.became_known_at", later_params)
    return _not_overtaken(model._meta.db_table, columns, (f"{where[0]} AND {mine}", [*where[1], *my_params]), overtaken)


def _not_overtaken(
    table: str, columns: Sequence[str], where: tuple[str, list[Any]], later: tuple[str, list[Any]]
) -> list[tuple[Any, ...]]:
    """Versions `f` for which `where` holds, and for none after it, `c`, `later`; none that takes its record back."""
    false = "FALSE" if connection.vendor == "postgresql" else "0"
    sql = (
        f'SELECT {", ".join("f." + column for column in columns)} FROM "{table}" f '
        f"WHERE {where[0]} AND f.retracted = {false} AND NOT EXISTS ("
        f'SELECT 1 FROM "{table}" c WHERE c.root = f.root AND c.version > f.version AND {later[0]}) '
        "ORDER BY f.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*where[1], *later[1]])
        return cursor.fetchall()
