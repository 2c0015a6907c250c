"""Writes of tracing: contacts as named, exposures as stated, presence in an area."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from mainstay.people.models import Person
from mainstay.people.queries import ADDRESS, ReadAs, identifiers_of
from mainstay.people.services import add_person, set_home
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.facts import new_fact
from mainstay.platform.identity import derived_id
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


def name_somebody(
    *,
    person: UUID,
    index: UUID,
    name: str,
    disease: str,
    kind: str,
    known_at: datetime,
    by: Actor,
    at: datetime,
    phone: str = "",
    setting: str = "",
    last: date | None = None,
    read_as: ReadAs | None = None,
) -> UUID:
    """`index` names somebody they met, who becomes a person (under the id given) known only as a contact; its root.

    One of the household lives where `index` does (`read_as` of whoever names several). Sent again under the same id
    nothing is written. Raises `person.name`.
    """
    with transaction.atomic():
        address = _address_of(index, read_as or ReadAs()) if kind == "household" else ""
        added = add_person(person=person, name=name, phone=phone, address=address, known=False, by=by, at=at)
        home = Person.objects.select_related("home").get(id=index).home
        if added and kind == "household" and home is not None:
            set_home(person=person, home=home, by=by, at=at)
        return name_contact(
            person=person, index=index, disease=disease, kind=kind, setting=setting, last=last,
            known_at=known_at, by=by, at=at, fact_id=derived_id("call-contact", person.hex),
        )  # fmt: skip


def _address_of(person: UUID, read_as: ReadAs) -> str:
    """As it was written last; '' where none was."""
    known = identifiers_of([person], read_as, (ADDRESS,)).get(person, ())
    return known[0].value if known else ""


def record_presence(
    *, person: UUID, area: str, first: date | None, last: date | None, known_at: datetime, by: Actor, at: datetime,
    fact_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Somebody was in an area between two days (None: unknown, or still there); its root."""
    fact = new_fact(
        Presence,
        id=fact_id,
        person_id=person,
        area=area,
        first_date=first,
        last_date=last,
        observed_date=last,
        known_at=known_at,
    )
    ledger.append([fact], by=by, at=at, verb="presence.record")
    return fact.id
