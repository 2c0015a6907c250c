"""Writes of checks, and of calls, in which most of them are made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from mainstay.cases.services import record_symptom
from mainstay.duties.services import record_evidence
from mainstay.people.queries import ReadAs
from mainstay.platform import ledger
from mainstay.platform.facts import new_fact
from mainstay.platform.identity import derived_id
from mainstay.platform.models import Actor
from mainstay.screening.models import Check
from mainstay.screening.rules import SYMPTOMS, Call
from mainstay.tracing.services import name_somebody


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


def record_call(
    *, person: UUID, call: Call, key: str, moment: datetime, day: date, by: Actor, at: datetime
) -> tuple[UUID, ...]:
    """Write all of a call at once; with the same key once more nothing is written again. Whom it concerns, themselves
    first.

    `moment` and `day` are the instance's own, at which it became known; `at` is when it was written.

    Raises `person.name` where somebody they met has no name.
    """

    def made(*parts: str) -> UUID:
        return derived_id("call", person.hex, key, *parts)

    common: dict[str, Any] = {"person": person, "known_at": moment, "by": by, "at": at}
    concerned = [person]
    with transaction.atomic():
        record_evidence(
            kind=call.outcome, observed_date=day, observed_at=moment, disease="", note=call.back_at,
            fact_id=made("outcome"), **common,
        )  # fmt: skip
        if call.tenths is not None:
            record_check(
                of="temperature",
                tenths=call.tenths,
                observed=day,
                observed_at=moment,
                fact_id=made("temperature"),
                **common,
            )
        if call.asked_of_symptoms:
            record_check(of="symptoms", observed=day, observed_at=moment, fact_id=made("symptoms"), **common)
            for name in SYMPTOMS:
                record_symptom(
                    name=name, present=name in call.present, observed=day, fact_id=made("symptom", name), **common
                )
        if call.nobody:
            record_evidence(
                kind="contact_list", observed_date=day, disease=call.disease, fact_id=made("nobody"), **common
            )
        read_as = ReadAs() if call.met else None
        for number, one in enumerate(call.met):
            contact = made("contact", str(number), one.name)
            name_somebody(
                person=contact, index=person, name=one.name, phone=one.phone, disease=call.disease, kind=call.how,
                setting=one.setting, last=call.last_met, known_at=moment, by=by, at=at,
                read_as=read_as,
            )  # fmt: skip
            concerned.append(contact)
    return tuple(concerned)
