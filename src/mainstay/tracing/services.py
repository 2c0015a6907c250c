"""Writes of tracing: contacts as named, exposures as stated, presence in an area."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.facts import new_fact
from mainstay.platform.models import Actor
from mainstay.tracing.models import Contact, Presence

CONTACT_SELF = code("contact.self", "Somebody was named as a contact of themselves.")


def name_contact(
    *,
    person: UUID,
    index: UUID,
    disease: str,
    kind: str,
    known_at: datetime,
    by: Actor,
    at: datetime,
    first: date | None = None,
    last: date | None = None,
    setting: str = "",
    fact_id: UUID | None = None,
) -> UUID:
    """`index` met `person`, from the first to the last day (None where nobody said); marks both; its root.

    Raises `contact.self`.
    """
    if person == index:
        raise MainstayError(
            CONTACT_SELF,
            "A person cannot be their own contact; check which of the two was meant.",
            {"person": str(person)},
        )
    fact = new_fact(
        Contact, id=fact_id, person_id=person, index_id=index, disease=disease, kind=kind, setting=setting,
        first_date=first, last_date=last, observed_date=last, known_at=known_at,
    )  # fmt: skip
    ledger.append([fact], by=by, at=at, verb="contact.name")
    return fact.id


def record_presence(
    *, person: UUID, area: str, first: date | None, last: date | None, known_at: datetime, by: Actor, at: datetime
) -> UUID:
    """Somebody was in an area between two days (None: unknown, or still there); its root."""
    fact = new_fact(
        Presence, person_id=person, area=area, first_date=first, last_date=last, observed_date=last, known_at=known_at
    )
    ledger.append([fact], by=by, at=at, verb="presence.record")
    return fact.id
