"""People of concern for benchmarks: cases in wards and their contacts, straight into the ledger."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

ZONE = "Asia/Shanghai"
DISEASE = "covid-19"
LAST = date(2020, 3, 1)


def populate(people: int, by: Any, seed: int = 1) -> int:
    """One in five is a confirmed case, the others each a contact of one; all known in the last three days.

    Returns how many facts were written.
    """
    from django.db import transaction

    from mainstay.people.models import Person
    from mainstay.platform import bulk, ledger
    from mainstay.platform.clock import now
    from mainstay.platform.identity import new_id

    persons = [Person(id=new_id()) for _ in range(people)]
    facts = facts_of([person.id for person in persons], seed)
    with transaction.atomic():
        for some in bulk.chunks(persons, 5000):
            bulk.insert_values(bulk.Rows(type(some[0]), bulk.values_of(some, bulk.names(type(some[0])))))
    for some in bulk.chunks(facts, 10_000):
        ledger.append(some, by=by, at=now(), verb="bench.populate")
    return len(facts)


def facts_of(people: Sequence[UUID], seed: int = 1) -> list[Any]:
    """What is known of these people: the first fifth are cases, the others contacts of them."""
    rng = random.Random(seed)
    cases = people[: len(people) // 5]
    facts: list[Any] = []
    for n, person in enumerate(people):
        facts += _case(person, rng) if n < len(cases) else [_contact(person, rng.choice(cases), rng)]
    return facts


def _case(person: UUID, rng: random.Random) -> list[Any]:
    from mainstay.cases.models import Classification, Onset, Report, Result
    from mainstay.isolation.models import Stay
    from mainstay.platform.clock import known_on
    from mainstay.platform.facts import new_fact

    day = LAST - timedelta(days=rng.randrange(3))
    common = {"person_id": person, "known_at": known_on(day, ZONE), "observed_date": day}
    of = {**common, "disease": DISEASE}
    onset = day - timedelta(days=rng.randrange(1, 8))
    return [
        new_fact(Classification, value="confirmed", **of),
        new_fact(Onset, **{**of, "observed_date": onset}),
        new_fact(Result, test="pcr", value="positive", **of),
        new_fact(Report, **of),
        new_fact(Stay, kind="ward", starts_date=day, **common),
    ]


def _contact(person: UUID, index: UUID, rng: random.Random) -> Any:
    from mainstay.platform.clock import known_on
    from mainstay.platform.facts import new_fact
    from mainstay.tracing.models import Contact

    day = LAST - timedelta(days=rng.randrange(3))
    return new_fact(
        Contact,
        person_id=person,
        index_id=index,
        disease=DISEASE,
        kind="household",
        last_date=day,
        observed_date=day,
        known_at=known_on(day, ZONE),
    )
