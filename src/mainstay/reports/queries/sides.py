"""What register, hospital and laboratory had told of one disease by a day's end, ready to be set side by side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Specimen
from mainstay.isolation.models import Stay
from mainstay.organisations.models import Facility
from mainstay.people.models import Merge
from mainstay.platform.models import Seal
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_bool, as_date, as_instant, as_uuid, same, table_reader
from mainstay.reports.queries.indicators import diseases_known, read_cases
from mainstay.reports.rules.cases import Facts, class_rows
from mainstay.reports.rules.sides import (
    POSITIVE,
    RESULTS,
    SPECIMENS,
    STAYS,
    WARD,
    ClassSaid,
    OutcomeSaid,
    Records,
    ResultSaid,
    SpecimenSaid,
    StaySaid,
)

_BASE = ("person_id", "root", "became_known_at", "observed_date", "source")
_READ = (as_uuid, as_uuid, as_instant, as_date, same)


def diseases_to_compare(seal: Seal | None) -> list[str]:
    """The diseases under which anybody had a class, an outcome or a positive by then, in order; three statements."""
    to_entry = seal.to_entry if seal else 0
    found = set(diseases_known(seal))
    for rows in (Outcome.objects.all(), Result.objects.filter(value=POSITIVE)):
        found.update(rows.filter(entry_id__lte=to_entry).values_list("disease", flat=True).distinct())
    return sorted(found)


def read_sides(*, disease: str, on: date, seal: Seal | None, facts: Facts | None = None) -> Records:
    """What was known at the end of day `on`, of events up to it, in the ledger up to the seal; fifteen statements.

    Results, specimens and stays only of who was ever given a class or an outcome, or tested positive. Of a caller
    who has read the cases already, as `facts`, nine.
    """
    facts = facts or read_cases(disease=disease, on=on, seal=seal)
    view = View(seal.to_entry if seal else 0, facts.known_by, on)
    of_disease = ("f.disease = %s", [disease])
    people, params = _concerned(disease)
    theirs = (f"f.disease = %s AND {people}", [disease, *params])
    return Records(
        on=on,
        zone=facts.zone,
        merged=facts.merged,
        cases=class_rows(facts),
        classes=tuple(ClassSaid(*row) for row in _read(Classification, view, of_disease, value=same)),
        outcomes=tuple(OutcomeSaid(*row) for row in _read(Outcome, view, of_disease, value=same)),
        results=tuple(ResultSaid(*row) for row in _read(Result, view, theirs, value=same, specimen_root=as_uuid)),
        specimens=tuple(SpecimenSaid(*row) for row in _read(Specimen, view, theirs)),
        stays=tuple(
            StaySaid(*row)
            for row in _read(
                Stay, view, (people, params), ends_date=as_date, kind=same, facility_id=as_uuid, certain=as_bool
            )
        ),
        part_of=dict(Facility.objects.values_list("id", "part_of_id")),
        told=frozenset(
            name
            for name, rows in (
                (RESULTS, Result.objects.filter(disease=disease)),
                (SPECIMENS, Specimen.objects.filter(disease=disease)),
                (STAYS, Stay.objects.filter(kind=WARD, certain=True)),
            )
            if _any(rows, view)
        ),
    )


def told_since(entry: int) -> bool:
    """Whether a side has told of anything, or two records became one or two again, after an entry of the ledger."""
    sides = (Classification, Onset, Outcome, Report, Result, Specimen, Stay, Merge)
    return any(model.objects.filter(entry_id__gt=entry).exists() for model in sides)


def _concerned(disease: str) -> tuple[str, list[Any]]:
    people = (
        "SELECT person_id FROM cases_classification WHERE disease = %s "
        "UNION SELECT person_id FROM cases_outcome WHERE disease = %s "
        "UNION SELECT person_id FROM cases_result WHERE disease = %s AND value = %s "
        "UNION SELECT person_id FROM people_merge UNION SELECT into_id FROM people_merge"
    )
    return f"f.person_id IN ({people})", [disease, disease, disease, POSITIVE]


def _read(
    model: type[models.Model], view: View, where: tuple[str, list[Any]], **extra: Any
) -> Iterable[tuple[Any, ...]]:
    return table_reader(*_READ, *extra.values())(standing(model, (*_BASE, *extra), view, where))


def _any(rows: models.QuerySet[Any], view: View) -> bool:
    """Whether any version that does not take its record back was told by then."""
    bounds = {"entry_id__lte": view.to_entry, "became_known_at__lte": view.known_by, "retracted": False}
    return rows.filter(**bounds).exclude(observed_date__gt=view.as_of).exists()
