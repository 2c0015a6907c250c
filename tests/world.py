"""A small city to tell stories in: short verbs over the real services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mainstay.cases import services as cases
from mainstay.cycle import instance
from mainstay.cycle.run import run_cycle
from mainstay.duties.queries import DutyRow, Wanted, list_duties
from mainstay.isolation import services as isolation
from mainstay.people import services as people
from mainstay.people.models import Person
from mainstay.places.models import Place
from mainstay.platform import ledger
from mainstay.platform.clock import day_end, known_on
from mainstay.platform.facts import new_fact
from mainstay.platform.models import Actor
from mainstay.screening import services as screening
from mainstay.tracing import services as tracing
from mainstay.tracing.models import Contact
from tests import kept

ZONE = "Asia/Shanghai"
DISEASE = "mers"


def _held(holder: str) -> dict[str, Any]:
    return {"holder": holder, "since": date(2000, 1, 1)}


PROFILE = {
    "name": "test-city",
    "zone": ZONE,
    "place": [
        {"code": "d1", "name": "First District", "kind": "district"},
        {"code": "c1", "name": "Lake Community", "kind": "community", "in": "d1"},
        {"code": "u1", "name": "Unit One", "kind": "unit", "in": "c1"},
        {"code": "u2", "name": "Unit Two", "kind": "unit", "in": "c1"},
    ],
    "facility": [
        {"code": "h1", "name": "River Hospital", "kind": "hospital"},
        {"code": "h1-er", "name": "River Hospital, emergency room", "kind": "ward", "part_of": "h1"},
        {"code": "s1", "name": "Hotel Heron", "kind": "site"},
    ],
    "post": [
        {"code": "headquarters", "name": "Headquarters", "headquarters": True, **_held("Officer Ai")},
        {"code": "tracing", "name": "Tracing", "superior": "headquarters", **_held("Tracer Bo")},
        {"code": "ward-h1", "name": "Ward", "superior": "headquarters", "facility": "h1", **_held("Nurse Ci")},
        {"code": "site-s1", "name": "Site", "superior": "headquarters", "facility": "s1", **_held("Manager Di")},
        {"code": "unit-u1", "name": "Unit One", "superior": "headquarters", "place": "u1", **_held("Worker Er")},
        {"code": "unit-u2", "name": "Unit Two", "superior": "unit-u1", "place": "u2"},
    ],
    "edition": [
        {"id": "house", "from": date(2000, 1, 1)},
        {"id": "mers.who", "from": date(2000, 1, 1)},
    ],
}  # fmt: skip


def day(text: str | date) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def at_time(text: str, clock: str, zone: str = ZONE) -> datetime:
    """`2020-02-01`, `18:30` in the city, as UTC."""
    return datetime.combine(day(text), time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


@dataclass
class World:
    """Everything a story needs; days are given as `2020-02-01` and become known at that day's end."""

    by: Actor
    at: datetime
    zone: str = ZONE
    disease: str = DISEASE
    people: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    def made(cls, **changes: Any) -> World:
        at = datetime(2020, 1, 1, tzinfo=UTC)
        profile = instance.Profile("test-city", "tests/world.py", "", PROFILE | changes)
        make = partial(instance.apply_profile, profile=profile, at=at)
        make() if changes else kept.lay(make)
        return cls(by=ledger.actor("Clerk Fu"), at=at)

    def person(self, name: str, **columns: Any) -> UUID:
        """Somebody by a name that is used in this test only."""
        if name not in self.people:
            self.people[name] = Person.objects.create(**columns).id
        return self.people[name]

    def lives(self, name: str, place: str | None) -> Any:
        """Somebody's home from now on, by the place's code."""
        home = Place.objects.get(code=place) if place else None
        return people.set_home(person=self.person(name), home=home, by=self.by, at=self.at)

    def _common(self, name: str, on: str, known: str | None) -> dict[str, Any]:
        return {
            "person": self.person(name),
            "known_at": known_on(day(known or on), self.zone),
            "by": self.by,
            "at": self.at,
        }

    def classified(self, name: str, value: str, on: str, known: str | None = None) -> UUID:
        return cases.classify(value=value, observed=day(on), disease=self.disease, **self._common(name, on, known))

    def onset(self, name: str, on: str, known: str | None = None) -> UUID:
        return cases.record_onset(observed=day(on), disease=self.disease, **self._common(name, on, known))

    def reported(self, name: str, on: str, known: str | None = None) -> UUID:
        return cases.report_case(observed=day(on), disease=self.disease, **self._common(name, on, known))

    def result(self, name: str, value: str, on: str, clock: str | None = None, known: str | None = None) -> UUID:
        return cases.record_result(
            value=value,
            test="pcr",
            observed=day(on),
            observed_at=at_time(on, clock) if clock else None,
            disease=self.disease,
            **self._common(name, on, known),
        )

    def outcome(self, name: str, value: str, on: str | None, known: str) -> UUID:
        common = self._common(name, known, known)
        return cases.record_outcome(value=value, observed=day(on) if on else None, disease=self.disease, **common)

    def symptom(self, name: str, symptom: str, on: str, present: bool = True, known: str | None = None) -> UUID:
        return cases.record_symptom(name=symptom, present=present, observed=day(on), **self._common(name, on, known))

    def met(
        self,
        name: str,
        index: str,
        known: str,
        first: str | None = None,
        last: str | None = None,
        kind: str = "household",
    ) -> UUID:
        return tracing.name_contact(
            index=self.person(index),
            kind=kind,
            first=day(first) if first else None,
            last=day(last) if last else None,
            disease=self.disease,
            **self._common(name, known, known),
        )

    def paired(self, name: str, index: str, received: str, kind: str = "household") -> UUID:
        """A contact as a feed of pairs gives it: without days, without a time at which it became known."""
        fact = new_fact(
            Contact, person_id=self.person(name), index_id=self.person(index), disease=self.disease, kind=kind,
            known_at=None, known_with_index=True,
        )  # fmt: skip
        ledger.append([fact], by=self.by, at=known_on(day(received), self.zone), verb="contact.name")
        return fact.root

    def checked(
        self, name: str, on: str, tenths: int | None = 365, of: str = "temperature", known: str | None = None
    ) -> UUID:
        return screening.record_check(of=of, tenths=tenths, observed=day(on), **self._common(name, on, known))

    def stays(self, name: str, kind: str, facility: str | None, on: str, ends: str | None = None) -> UUID:
        from mainstay.organisations.models import Facility

        place = Facility.objects.get(code=facility).id if facility else None
        return isolation.record_stay(
            kind=kind, facility=place, starts=day(on), ends=day(ends) if ends else None, **self._common(name, on, None)
        )

    def ordered(self, name: str, kind: str, on: str, days: int = 14, id: UUID | None = None) -> UUID:
        starts = at_time(on, "12:00", self.zone)
        return isolation.give_order(
            kind=kind,
            basis="Invented Act, article 1",
            reason="exposed to a confirmed case",
            official="Officer Ai",
            starts_at=starts,
            ends_at=starts + timedelta(days=days),
            review_at=starts + timedelta(days=7),
            observed=day(on),
            disease=self.disease,
            fact_id=id,
            **self._common(name, on, None),
        )

    def objected(self, order: UUID, on: str, id: UUID | None = None) -> UUID:
        """Somebody objects to an order, by telephone."""
        known = known_on(day(on), self.zone)
        return isolation.object_to(
            order=order, ground="We spoke through a window.", observed=day(on), known_at=known, source="telephone",
            fact_id=id, by=self.by, at=self.at,
        )  # fmt: skip

    def cycle(self, on: str) -> Any:
        """Close a day's period; the run."""
        return run_cycle(on=day(on), by=self.by)[-1]

    def duties(self, name: str, on: str, clause: str | None = None) -> list[DutyRow]:
        """Somebody's duties as they stood at a day's end, in order of clause and occurrence."""
        rows = list_duties(Wanted(day(on), day_end(day(on), self.zone), subject=self.person(name)))
        rows = [row for row in rows if clause is None or row.clause == clause]
        return sorted(rows, key=lambda row: (row.clause, row.occurrence or date.min))

    def standing(self, name: str, on: str) -> dict[str, str]:
        """{clause, or clause@day: status} at a day's end."""
        return {
            f"{row.clause}@{row.occurrence}" if row.occurrence else row.clause: row.status
            for row in self.duties(name, on)
        }
