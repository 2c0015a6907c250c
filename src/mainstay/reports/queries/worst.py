"""The list with the worst first, each with why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from mainstay.cases.models import Result, Severity, Symptom
from mainstay.duties.rules import facts as shapes
from mainstay.duties.rules.facts import PersonFacts
from mainstay.isolation.queries import present_stays
from mainstay.people.queries import ReadAs
from mainstay.platform import bulk
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_bool, as_date, as_instant, as_uuid, parameter, same, table_reader
from mainstay.reports.queries.line_list import WORST, Asked, Candidate, Cursor, PersonRow, candidates, shown
from mainstay.reports.rules.worst import BREATH_SYMPTOMS, LATELY, Sign, known_of, signs
from mainstay.screening.models import Check


@dataclass(frozen=True, slots=True)
class WorstRow:
    """One person of the list, and why they stand where they do."""

    row: PersonRow
    signs: tuple[Sign, ...]


def list_worst(asked: Asked, after: Cursor | None = None, limit: int = 50) -> list[WorstRow]:
    """So many after a row, in the order of how they were judged last, with the reasons of now.

    A constant number of statements.
    """
    read_as = ReadAs()
    found = candidates(replace(asked, order=WORST), read_as, limit, after)
    stays = present_stays([one.id for one in found], asked.at, read_as)
    why = signs_of(found, stays, asked.at, read_as)
    return [WorstRow(row, why[row.id]) for row in shown(found, stays, read_as)]


def worst_ids(asked: Asked, limit: int) -> list[UUID]:
    """Everybody who matches up to a limit, the worst first."""
    return [one.id for one in candidates(replace(asked, order=WORST), ReadAs(), limit)]


def signs_of(
    people: Collection[Candidate], stays: Mapping[UUID, shapes.Stay], at: datetime, read_as: ReadAs
) -> dict[UUID, tuple[Sign, ...]]:
    """{person: what makes them urgent, the gravest first}, where they stay as given; four statements."""
    facts = _facts([one.id for one in people], at, read_as)
    return {
        one.id: signs(
            known_of(
                facts.get(one.id, NOTHING),
                one.category[1:],
                stays[one.id].kind if one.id in stays else "",
                at.date(),
            )
        )
        for one in people
    }


NOTHING = PersonFacts()


def _facts(people: list[UUID], at: datetime, read_as: ReadAs) -> dict[UUID, PersonFacts]:
    """{person: what bears on their urgency of all that stands, known by a moment}, in the judge's order of facts."""
    if not people:
        return {}
    theirs, params = bulk.in_list("f.person_id", read_as.everybody(people))
    since = parameter((at - LATELY).date())
    found: dict[UUID, dict[str, list[Any]]] = {}
    for field, model, shape, columns, lately in _READ:
        where = (f"{theirs} AND f.observed_date >= %s AND {lately}", [*params, since]) if lately else (theirs, params)
        read = table_reader(as_uuid, as_uuid, as_instant, as_date, *(_HOW[name] for name in columns))
        rows = read(standing(model, (*_OF_ALL, *columns), View(known_by=at), where))
        for person, root, known, *says in rows:
            theirs_so_far = found.setdefault(read_as.survivor(person), {})
            theirs_so_far.setdefault(field, []).append(shape(root, known or at, *says))
    return {
        person: PersonFacts(**{field: shapes.in_order(items) for field, items in all_.items()})
        for person, all_ in found.items()
    }


_OF_ALL = ("person_id", "root", "became_known_at", "observed_date")
_HOW = {
    "value": same,
    "name": same,
    "test": same,
    "of": same,
    "tenths": same,
    "present": as_bool,
    "observed_at": as_instant,
}
# Of symptoms and checks those of the last days alone: of whoever is watched for weeks there are hundreds.
_READ: tuple[tuple[str, type[models.Model], Any, tuple[str, ...], str], ...] = (
    ("results", Result, shapes.Result, ("observed_at", "test", "value"), ""),
    ("severities", Severity, shapes.Severity, ("value",), ""),
    ("symptoms", Symptom, shapes.Symptom, ("name", "present"), f"f.name IN {BREATH_SYMPTOMS!r}"),
    ("checks", Check, shapes.Check, ("observed_at", "of", "tenths"), "f.tenths IS NOT NULL"),
)
