"""Homes with other keys give other ids; the same story must give the same duties, deadlines and digest.

Everything below is said twice of one day, without times, so that only ids could tell which comes first.
"""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Severity, Symptom
from mainstay.cycle import check
from mainstay.duties.models import Duty, DutyEvent
from mainstay.isolation.models import Offer, Stay
from mainstay.people.models import Trait
from mainstay.platform.identity import keyed_id
from mainstay.tracing.models import Contact
from tests.cycle.check_world import DAY, empty, fact, person, write
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

MERS = "mers"
TELLINGS = (1, 2, 4, 5) if os.environ.get("MAINSTAY_SOAK") else (1,)
DAYS = [DAY + timedelta(n) for n in range(20)]


def _story(case: Any, other: Any, met: Any) -> list[Any]:
    """Two cases and somebody who met both on one day; each thing said in two ways, or twice."""
    late = DAYS[14]
    rows = [
        fact(Classification, person=case, disease=MERS, value="suspected"),
        fact(Classification, person=case, disease=MERS, value="confirmed"),
        fact(Classification, person=other, disease=MERS, value="confirmed", observed_date=None),
        fact(Classification, person=other, disease=MERS, value="discarded", observed_date=None),
        fact(Onset, person=case, disease=MERS),
        fact(Onset, DAYS[1], person=case, disease=MERS, observed_date=DAY),
        fact(Report, DAYS[1], person=case, disease=MERS, observed_date=DAY),
        fact(Report, person=case, disease=MERS),
        fact(Severity, person=case, disease=MERS, value="severe"),
        fact(Severity, person=case, disease=MERS, value="mild"),
        fact(Stay, person=case, kind="home", starts_date=DAY),
        fact(Stay, person=case, kind="ward", starts_date=DAY),
        fact(Result, late, person=case, disease=MERS, test="pcr", value="negative"),
        fact(Result, late, person=case, disease=MERS, test="pcr", value="positive"),
        fact(Result, DAYS[16], person=case, disease=MERS, test="pcr", value="negative"),
        fact(Outcome, DAYS[18], person=case, disease=MERS, value="recovered", observed_date=None),
        fact(Outcome, DAYS[18], person=case, disease=MERS, value="discharged", observed_date=None),
        fact(Symptom, person=met, name="fever", present=True),
        fact(Symptom, person=met, name="fever", present=False),
        fact(Trait, person=met, name="immune", value="yes", observed_date=None),
        fact(Trait, person=met, name="immune", value="no", observed_date=None),
        fact(Offer, DAYS[3], person=met, disease=MERS, kind="quarantine"),
        fact(Offer, DAYS[3], person=met, disease=MERS, kind="quarantine"),
    ]
    for index, known, kind in ((case, DAYS[1], "ward"), (other, DAYS[2], "household")):
        rows.append(fact(Contact, known, person=met, index=index, disease=MERS, kind=kind, last_date=DAY))
    return rows


def _told(seed: int) -> tuple[str, list[str]]:
    """(digest, every duty with its days and all that became of it) of one telling, under keys of its own."""
    empty()
    world = World.made(name="test-city")  # made anew, not laid again: its ids are to differ too
    case, other, met = (person(name) for name in ("Gao", "Gu", "Hu"))
    rows = _story(case, other, met)
    for n, row in enumerate(rows):
        row.id = row.root = keyed_id(bytes([seed]) * 32, str(n))
    random.Random(seed).shuffle(rows)
    write(*rows)
    for day in DAYS:
        world.cycle(day.isoformat())
    names: dict[UUID, str] = {case.id: "Gao", other.id: "Gu", met.id: "Hu"}
    duties = {
        duty.id: f"{names.get(duty.subject_id)} {duty.clause} {duty.occurrence} {duty.starts_at} {duty.due_at}"
        for duty in Duty.objects.filter(subject_type="person")
    }
    events = DutyEvent.objects.filter(duty_id__in=duties).order_by("duty_id", "seq")
    told = [f"{duties[event.duty_id]} {event.period_date} {event.verb} {event.level}" for event in events]
    result = check.run()
    assert result.findings == ()
    return result.digest, sorted(told)


def test_other_keys_other_ids_the_same_duties() -> None:
    digest, duties = _told(0)
    assert any("contact.offer_place" in line for line in duties)
    for seed in TELLINGS:
        assert _told(seed) == (digest, duties)


def test_what_is_said_of_one_day_is_read_with_caution() -> None:
    _told(3)
    opened = set(Duty.objects.filter(opened_on__lte=date(2020, 2, 20)).values_list("clause", flat=True))
    assert "case.classify" in opened  # the fever of that day counts as there
    assert "case.release" not in opened  # one negative after the positive of the same day is one, not two
    assert Duty.objects.filter(clause="contact.offer_place").count() == 1
