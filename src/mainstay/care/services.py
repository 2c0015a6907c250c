"""Writes of care."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from mainstay.care.models import Treatment
from mainstay.platform import ledger
from mainstay.platform.facts import new_fact
from mainstay.platform.models import Actor


def record_treatment(
    *, person: UUID, disease: str, kind: str, observed: date, known_at: datetime, by: Actor, at: datetime,
    fact_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """A vaccine, immunoglobulin or other treatment was given on a day; its root."""
    fact = new_fact(
        Treatment, id=fact_id, person_id=person, disease=disease, kind=kind, observed_date=observed, known_at=known_at
    )
    ledger.append([fact], by=by, at=at, verb="treatment.record")
    return fact.id
