"""Words and plain values for the pages of files received."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mainstay.cycle.held import SEP, Opened, cells_named
from mainstay.intake.mapping import Mapping
from mainstay.intake.pages import said
from mainstay.intake.pages.mended import Outcome, field_name, unknown_word
from mainstay.intake.pages.trials import form_of, sum_of
from mainstay.intake.queries import DeliveryRow
from mainstay.web import wording

CELLS_SHOWN = 12


def files_page(rows: list[DeliveryRow], limit: int, zone: str, at: datetime) -> dict[str, Any]:
    shown = rows[:limit]
    return {
        "rows": [_file(row, zone, at) for row in shown],
        "older": shown[-1].entry if len(rows) > limit else None,
        "held": sum(row.open for row in shown),
    }


def _file(row: DeliveryRow, zone: str, at: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": reverse("delivery", args=[row.id]),
        "when": moment(row.received_at, zone, at),
        "who": row.who,
        "name": row.file_name,
        "mapping": row.mapping,
        "form": form_of(row.format, row.encoding),
        "sum": row.sum,
        "open": row.open,
    }


def moment(when: datetime, zone: str, at: datetime) -> str:
    """In the city's own time."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{wording.day(local.date(), at.astimezone(ZoneInfo(zone)).date())} {local:%H:%M}"


def delivery_page(
    row: DeliveryRow, rejects: list[Opened], outcome: Outcome, mapping: Mapping, *, zone: str, at: datetime
) -> dict[str, Any]:
    rows = list(_rows(rejects, outcome, mapping))
    return {
        "file": _file(row, zone, at),
        "trail": [{"name": _("Files received"), "href": reverse("files")}, {"name": row.file_name, "href": ""}],
        "title": _title(row),
        "sum": _sum(row),
        "rows": rows,
        "more": row.open - len(rejects) if rejects else 0,
        "errors": outcome.errors,
        "tried": outcome.tried,
        "read_back": outcome.done,
    }


def _title(row: DeliveryRow) -> str:
    if row.sum is None:
        return row.file_name
    need = row.open + row.sum.conflict
    return _(", ").join(
        [
            ngettext("%(number)s row", "%(number)s rows", row.sum.received)
            % {"number": wording.count(row.sum.received)},
            ngettext("%(number)s person", "%(number)s people", row.sum.persons)
            % {"number": wording.count(row.sum.persons)},
            ngettext("%(number)s needs a look", "%(number)s need a look", need) % {"number": wording.count(need)}
            if need
            else _("nothing needs a look"),
        ]
    )


def _sum(row: DeliveryRow) -> dict[str, Any] | None:
    if row.sum is None:
        return None
    names = ("received", "new", "known", "revised", "conflict", "rejected")
    return sum_of({name: getattr(row.sum, name) for name in names})


def _rows(rejects: list[Opened], outcome: Outcome, mapping: Mapping) -> Iterator[dict[str, Any]]:
    """What is held, row by row: what was read, why it is held, and a field for each held cell."""
    for number, some in groupby(rejects, key=lambda one: (one.reject.row_no, one.reject.content)):
        together = list(some)
        held = {column for one in together for column in one.problem.columns}
        cells = [
            {"name": name, "text": cell, "held": name in held}
            for name, cell in zip(together[0].header, together[0].cells, strict=False)
            if name
        ]
        yield {
            "number": number[0],
            "cells": cells[:CELLS_SHOWN],
            "problems": [_problem(one, outcome, mapping) for one in together],
        }


def _problem(one: Opened, outcome: Outcome, mapping: Mapping) -> dict[str, Any]:
    line = one.line
    say, exact = said.told(line)
    named = {column: cells_named(line.row, [column], one.header, one.first_column) for column, _text in line.cells}
    return {
        "id": one.reject.id.hex,
        "title": said.held(line.code),
        "say": say,
        "exact": exact,
        "whole": one.problem.held == "row",
        "unknown": bool(unknown_word(one, mapping)),
        "fields": [
            {
                "name": field_name(one.reject.id, number),
                "label": f"{column} ({named[column]})" if named[column] else column or _("The whole row"),
                "text": text.replace(SEP, _(", ")),
                "value": outcome.given.get(field_name(one.reject.id, number), ""),
                "error": outcome.errors.get(field_name(one.reject.id, number), ""),
                "lines": "2" if not column else "",
            }
            for number, (column, text) in enumerate(line.cells)
        ],
    }
