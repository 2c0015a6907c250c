"""Writes of a case's facts, one function a fact; each is one ledger entry and marks the person to be judged.

`observed` is the city's day it was so, `known_at` the instant it could first be acted on (UTC); `fact_id`
is given by a device that may send twice. All raise nothing beyond the database's own refusals.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Severity, Specimen, Symptom
from mainstay.platform import ledger
from mainstay.platform.facts import corrected, new_fact, retraction
from mainstay.platform.models import Actor, Fact


def _record(model: type[Fact], verb: str, by: Actor, at: datetime, fact_id: UUID | None, **columns: Any) -> UUID:
    fact = new_fact(model, id=fact_id, **columns)
    ledger.append([fact], by=by, at=at, verb=verb)
    return fact.id


def classify(
    *,
    person: UUID,
    disease: str,
    value: str,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    basis: str = "",
    fact_id: UUID | None = None,
) -> UUID:
    """A clinician gives a class (suspected, clinical, probable, confirmed, asymptomatic, discarded); its root."""
    return _record(
        Classification, "case.classify", by, at, fact_id,
        person_id=person, disease=disease, value=value, basis=basis, observed_date=observed, known_at=known_at,
    )  # fmt: skip


def record_onset(
    *, person: UUID, disease: str, observed: date, known_at: datetime, by: Actor, at: datetime,
    fact_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """The first day of symptoms; its root."""
    return _record(
        Onset, "case.onset", by, at, fact_id,
        person_id=person, disease=disease, observed_date=observed, known_at=known_at,
    )  # fmt: skip


def assess_severity(
    *, person: UUID, disease: str, value: str, observed: date, known_at: datetime, by: Actor, at: datetime,
    fact_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Mild, ordinary, severe or critical on a day; its root."""
    return _record(
        Severity, "case.severity", by, at, fact_id,
        person_id=person, disease=disease, value=value, observed_date=observed, known_at=known_at,
    )  # fmt: skip


def record_symptom(
    *, person: UUID, name: str, present: bool, observed: date, known_at: datetime, by: Actor, at: datetime,
    fact_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """A symptom or finding present, or expressly absent; its root."""
    return _record(
        Symptom, "case.symptom", by, at, fact_id,
        person_id=person, name=name, present=present, observed_date=observed, known_at=known_at,
    )  # fmt: skip


def take_specimen(
    *,
    person: UUID,
    disease: str,
    kind: str,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    observed_at: datetime | None = None,
    fact_id: UUID | None = None,
) -> UUID:
    """A tube was taken; its root, which results name."""
    return _record(
        Specimen, "specimen.take", by, at, fact_id,
        person_id=person, disease=disease, kind=kind,
        observed_date=observed, observed_at=observed_at, known_at=known_at,
    )  # fmt: skip


def record_result(
    *,
    person: UUID,
    disease: str,
    test: str,
    value: str,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    observed_at: datetime | None = None,
    specimen: UUID | None = None,
    fact_id: UUID | None = None,
) -> UUID:
    """A test's answer (positive, negative, indeterminate); `observed` is when its specimen was taken; its root."""
    return _record(
        Result, "result.record", by, at, fact_id,
        person_id=person, disease=disease, test=test, value=value, specimen_root=specimen,
        observed_date=observed, observed_at=observed_at, known_at=known_at,
    )  # fmt: skip


def record_outcome(
    *, person: UUID, disease: str, value: str, observed: date | None, known_at: datetime, by: Actor, at: datetime,
    fact_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Died, recovered or discharged; the day may be unknown; its root."""
    return _record(
        Outcome, "case.outcome", by, at, fact_id,
        person_id=person, disease=disease, value=value, observed_date=observed, known_at=known_at,
    )  # fmt: skip


def report_case(
    *, person: UUID, disease: str, observed: date, known_at: datetime, by: Actor, at: datetime,
    fact_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """The statutory report went out; its root."""
    return _record(
        Report, "case.report", by, at, fact_id,
        person_id=person, disease=disease, observed_date=observed, known_at=known_at,
    )  # fmt: skip


def correct(
    *, model: type[Fact], root: UUID, known_at: datetime, by: Actor, at: datetime, last: Fact | None = None,
    **changes: Any,
) -> UUID:  # fmt: skip
    """A new version of a case's fact with some columns changed, after `last` where the caller has just read it.

    Raises `fact.unknown`, and `fact.overtaken` where somebody else has written the next version since.
    """
    fact = corrected(model, root, known_at=known_at, last=last, **changes)
    ledger.append([fact], by=by, at=at, verb="case.correct")
    return fact.root


def retract(
    *, model: type[Fact], root: UUID, known_at: datetime, by: Actor, at: datetime, last: Fact | None = None
) -> UUID:
    """Say that a case's fact does not hold; it stays readable as it was known. `last` and errors as for `correct`."""
    fact = retraction(model, root, known_at=known_at, last=last)
    ledger.append([fact], by=by, at=at, verb="case.retract")
    return fact.root
