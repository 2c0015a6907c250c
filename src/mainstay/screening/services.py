"""Writes of checks."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from mainstay.platform import ledger
from mainstay.platform.facts import new_fact
from mainstay.platform.models import Actor
from mainstay.screening.models import Check


def record_check(
    *,
    person: UUID,
    of: str,
    observed: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    tenths: int | None = None,
    observed_at: datetime | None = None,
    fact_id: UUID | None = None,
) -> UUID:
    """One look at one person: a temperature in tenths of a degree Celsius (250 to 450), or a clinical check."""
    fact = new_fact(
        Check, id=fact_id, person_id=person, of=of, tenths=tenths,
        observed_date=observed, observed_at=observed_at, known_at=known_at,
    )  # fmt: skip
    ledger.append([fact], by=by, at=at, verb="check.record")
    return fact.id
