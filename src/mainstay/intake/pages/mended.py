"""What somebody typed into held cells, and what became of it: read as what, or no better and why."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from mainstay.cycle.delivered import Delivered
from mainstay.cycle.held import Opened
from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import Mapping
from mainstay.intake.models import Delivery
from mainstay.intake.pages import said
from mainstay.intake.rules.cells import Context, Readings
from mainstay.platform.clock import local_date
from mainstay.web import wording

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell as mended."""

    reject: UUID
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A cell that was mended, said back as it was understood."""

    row: int
    column: str
    value: str
    means: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one press: `errors` by field, `given` what stands in the fields again."""

    given: Table[str, str] = field(default_factory=dict)
    errors: Table[str, str] = field(default_factory=dict)
    done: tuple[ReadBack, ...] = ()
    tried: bool = False


NOTHING = Outcome()


def field_name(reject: UUID, number: int) -> str:
    """The name of the field for a reject's cell, by its place among the reject's columns."""
    return f"cell-{reject.hex}-{number}"


def typed(given: Table[str, str], waiting: Sequence[Opened], mapping: Mapping) -> list[Typed]:
    """What was typed for cells that are still held; fields of others, as of a form sent twice, are left alone."""
    found = []
    for one in waiting:
        for number, column in enumerate(one.problem.columns):
            value = given.get(field_name(one.reject.id, number), "").replace("\x00", "\N{REPLACEMENT CHARACTER}")
            if given.get("unknown") == one.reject.id.hex:
                value = unknown_word(one, mapping)
            if value.strip():
                found.append(Typed(one.reject.id, column, value[:LONGEST]))
    return found


def mapping_of(identity: UUID) -> Mapping:
    """The mapping by which a delivery was read."""
    name, text = Delivery.objects.values_list("mapping", "mapping_text").get(id=identity)
    return mappings.parse(text.encode(), f"{name}.toml")


def unknown_word(one: Opened, mapping: Mapping) -> str:
    """How this feed writes that something is not known; empty where it has no word for it, or the key is held."""
    if one.problem.held != "field" or set(one.problem.columns) & set(mapping.key):
        return ""
    return min(filter(str.strip, mapping.null), default="")


def outcome(
    cells: Sequence[Typed],
    done: Delivered,
    waiting: Sequence[Opened],
    given: Table[str, str],
    mapping: Mapping,
    *,
    zone: str,
    at: datetime,
) -> Outcome:
    """Each cell that was typed said back, or told at its field why it is no better."""
    still = {line.reject: line for line in done.rejects}
    by_id = {one.reject.id: one for one in waiting}
    errors: dict[str, str] = {}
    read: list[ReadBack] = []
    for cell in cells:
        one = by_id[cell.reject]
        name = field_name(cell.reject, one.problem.columns.index(cell.column))
        if cell.reject in still:
            line = still[cell.reject]
            errors[name] = " ".join(filter(None, [said.held(line.code), *said.told(line)]))
        else:
            read.append(ReadBack(one.reject.row_no, cell.column, cell.value, means(cell, mapping, zone, at)))
    return Outcome(given=given, errors=errors, done=tuple(read), tried=True)


def means(cell: Typed, mapping: Mapping, zone: str, at: datetime) -> str:
    """The cell's value as it is now understood, in the reader's words."""
    column = next((column for column in mapping.columns if column.name == cell.column), None)
    if column is None:
        return cell.value
    today = local_date(at, zone)
    context = Context(zone, today, frozenset())
    if column.type == "facility":
        return cell.value
    value, _fault = Readings(column, mapping.null, context, mapping.ditto)[cell.value.strip()]
    if value is None:
        return _("not known")
    if isinstance(value, datetime):
        return f"{wording.day(value.date(), today)} {value:%H:%M}"
    if isinstance(value, date):
        return wording.day(value, today)
    if isinstance(value, bool):
        return str(said.MEANINGS["yes" if value else "no"])
    return str(said.MEANINGS.get(str(value), value))
