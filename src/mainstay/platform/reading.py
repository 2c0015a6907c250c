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

    def bounds(self, alias: str) -> tuple[str, list[Any]]:
        """SQL condition on one alias of a fact table, with its parameters."""
        parts, params = ["1 = 1"], []
        if self.to_entry is not None:
            parts.append(f"{alias}.entry_id <= %s")
            params.append(self.to_entry)
        if self.known_by is not None:
            parts.append(f"{alias}.became_known_at <= %s")
            params.append(parameter(self.known_by))
        return " AND ".join(parts), params


def standing(
    model: type[models.Model],
    columns: Sequence[str],
    view: View,
    where: tuple[str, list[Any]] = ("1 = 1", []),
) -> list[tuple[Any, ...]]:
    """The versions that stand in this view, as tuples of `columns`, in a stated order.

    Per root the last version known, found by anti-join over the whole table: a version that moved
    to another person is then seen to supersede this one, which a window over this person's facts
    would not notice. `where` may name the fact as `f`.
    """
    table = model._meta.db_table
    mine, my_params = view.bounds("f")
    later, later_params = view.bounds("c")
    as_of, as_of_params = "", []
    if view.as_of is not None:
        as_of, as_of_params = " AND (f.observed_date IS NULL OR f.observed_date <= %s)", [parameter(view.as_of)]
    false = "FALSE" if connection.vendor == "postgresql" else "0"
    sql = (
        f'SELECT {", ".join("f." + column for column in columns)} FROM "{table}" f '
        f"WHERE {where[0]} AND {mine}{as_of} AND f.retracted = {false} AND NOT EXISTS ("
        f'SELECT 1 FROM "{table}" c WHERE c.root = f.root AND c.version > f.version AND {later}) '
        "ORDER BY f.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*where[1], *my_params, *as_of_params, *later_params])
        return cursor.fetchall()
