"""The list with the worst first, each with why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models

from mainstay.cases.models import Result, Severity, Symptom
from mainstay.isolation.queries import present_stays
from mainstay.people.queries import ReadAs
from mainstay.platform import bulk
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_bool, as_date, as_instant, as_uuid, parameter, same, table_reader
from mainstay.reports.queries.line_list import WORST, Asked, Candidate, Cursor, PersonRow, candidates, shown
from mainstay.reports.rules.worst import BREATH_SYMPTOMS, LATELY, Known, Sign, signs
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
    why = signs_of(found, asked.at, read_as)
    return [WorstRow(row, why[row.id]) for row in shown(found, asked.at, read_as)]


def worst_ids(asked: Asked, limit: int) -> list[UUID]:
    """Everybody who matches up to a limit, the worst first."""
    return [one.id for one in candidates(replace(asked, order=WORST), ReadAs(), limit)]


def signs_of(people: Collection[Candidate], at: datetime, read_as: ReadAs) -> dict[UUID, tuple[Sign, ...]]:
    """{person: what makes them urgent, the gravest first}; six statements."""
    return {person: signs(known) for person, known in _known(people, at, read_as).items()}


def _known(people: Collection[Candidate], at: datetime, read_as: ReadAs) -> dict[UUID, Known]:
    """{person: what bears on their urgency}; six statements."""
    ids = [one.id for one in people]
    if not ids:
        return {}
    facts = _Facts(ids, at, read_as)
    stays = present_stays(ids, at, read_as)
    tested = {person for person, _day in facts.of(Result, ())}
    severities = facts.grouped(Severity, ("value",))
    symptoms = facts.grouped(Symptom, ("name", "present"), lately=f"f.name IN {BREATH_SYMPTOMS!r}")
    checks = facts.grouped(Check, ("tenths", "observed_at"), lately="f.tenths IS NOT NULL")
    return {
        one.id: Known(
            one.category[1:],
            stays[one.id].kind if one.id in stays else "",
            one.id in tested,
            _of_late(severities.get(one.id, ()), (at - LATELY).date()),
            tuple(tenths for _day, tenths, _at in checks.get(one.id, ())),
            _breathless(symptoms.get(one.id, ())),
        )
        for one in people
    }


def _of_late(said: Sequence[tuple[Any, ...]], since: date) -> tuple[str, ...]:
    """The severities, where the last was given in the last days: what rose long ago has run its course."""
    return tuple(value for _day, value in said) if said and (said[-1][0] or date.min) >= since else ()


def _breathless(said: Collection[tuple[Any, ...]]) -> bool:
    """Of either symptom what was said last."""
    last = {name: present for _day, name, present in said}
    return any(last.values())


_HOW = {"value": same, "name": same, "tenths": same, "present": as_bool, "observed_at": as_instant}


class _Facts:
    """What stands of some people, known by a moment."""

    def __init__(self, people: list[UUID], at: datetime, read_as: ReadAs) -> None:
        self.view, self.read_as = View(known_by=at), read_as
        self.theirs = bulk.in_list("f.person_id", read_as.everybody(people))
        self.since = parameter((at - LATELY).date())

    def of(self, model: type[models.Model], columns: tuple[str, ...], lately: str = "") -> list[tuple[Any, ...]]:
        """(person, day, columns) of each fact; `lately`: of the last days, and this condition."""
        where, params = self.theirs
        if lately:
            where, params = f"{where} AND f.observed_date >= %s AND {lately}", [*params, self.since]
        read = table_reader(as_uuid, as_date, *(_HOW[name] for name in columns))
        rows = read(standing(model, ("person_id", "observed_date", *columns), self.view, (where, params)))
        return [(self.read_as.survivor(person), *rest) for person, *rest in rows]

    def grouped(
        self, model: type[models.Model], columns: tuple[str, ...], lately: str = ""
    ) -> dict[UUID, list[tuple[Any, ...]]]:
        """{person: (day, columns) in order of time}; of one day in the order they were written down."""
        found: dict[UUID, list[tuple[Any, ...]]] = {}
        for person, *rest in self.of(model, columns, lately):
            found.setdefault(person, []).append(tuple(rest))
        for all_ in found.values():
            all_.sort(key=_by_time)
        return found


def _by_time(row: tuple[Any, ...]) -> tuple[date, float]:
    instant = next((value for value in row if isinstance(value, datetime)), None)
    return (row[0] or date.min, instant.timestamp() if instant else 0.0)
