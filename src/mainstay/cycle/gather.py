"""Brings one person's facts from the areas' tables into the shapes that are judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

from mainstay.care.models import Treatment
from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Severity, Specimen, Symptom
from mainstay.cycle.told import Told
from mainstay.duties.models import Evidence
from mainstay.duties.rules import facts as shapes
from mainstay.duties.rules.facts import PersonFacts
from mainstay.isolation.models import Objection, Offer, Order, Stay
from mainstay.people.models import Merge, Trait
from mainstay.platform import bulk
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_bool, as_date, as_instant, as_uuid, same, table_reader
from mainstay.screening.models import Check
from mainstay.tracing.models import Exposure, Presence
from mainstay.tracing.queries import contacts_named_by

ANY = ""
_BASE = ("person_id", "root", "entry_id", "became_known_at")
_READ_BASE = (as_uuid, as_uuid, same, as_instant)


@dataclass(frozen=True)
class Kind:
    """How one fact table fills one list of PersonFacts; `day` is the column that becomes `date`."""

    model: type[models.Model]
    field: str
    shape: Callable[..., Any]
    day: str = "observed_date"
    extra: tuple[tuple[str, Callable[[Any], Any]], ...] = ()
    has_disease: bool = True


KINDS: tuple[Kind, ...] = (
    Kind(Classification, "classifications", shapes.Classified, extra=(("value", same),)),
    Kind(Onset, "onsets", shapes.Onset),
    Kind(Severity, "severities", shapes.Severity, extra=(("value", same),)),
    Kind(Symptom, "symptoms", shapes.Symptom, extra=(("name", same), ("present", as_bool)), has_disease=False),
    Kind(Specimen, "specimens", shapes.Specimen, extra=(("observed_at", as_instant), ("kind", same))),
    Kind(
        Result,
        "results",
        shapes.Result,
        extra=(("observed_at", as_instant), ("test", same), ("value", same)),
    ),
    Kind(Outcome, "outcomes", shapes.Outcome, extra=(("value", same),)),
    Kind(Report, "reports", shapes.Reported),
    Kind(
        Exposure,
        "exposures",
        shapes.Exposure,
        day="last_date",
        extra=(
            ("first_date", as_date),
            ("latest_date", as_date),
            ("kind", same),
            ("index_class", same),
            ("index_onset_date", as_date),
            ("index_positive_date", as_date),
            ("index_report_date", as_date),
        ),
    ),
    Kind(
        Presence,
        "presences",
        shapes.Presence,
        day="last_date",
        extra=(("first_date", as_date), ("area", same)),
        has_disease=False,
    ),
    Kind(
        Stay,
        "stays",
        shapes.Stay,
        day="starts_date",
        extra=(("ends_date", as_date), ("kind", same), ("facility_id", as_uuid), ("certain", as_bool)),
        has_disease=False,
    ),
    Kind(
        Check,
        "checks",
        shapes.Check,
        extra=(("observed_at", as_instant), ("of", same), ("tenths", same)),
        has_disease=False,
    ),
    Kind(Evidence, "evidence", shapes.Evidence, extra=(("kind", same),)),
    Kind(Treatment, "treatments", shapes.Treatment, extra=(("kind", same),)),
    Kind(Offer, "offers", shapes.Offer, extra=(("kind", same), ("accepted", as_bool))),
    Kind(
        Order,
        "orders",
        shapes.Order,
        extra=(
            ("kind", same),
            ("starts_at", as_instant),
            ("ends_at", as_instant),
            ("review_at", as_instant),
            ("served_at", as_instant),
            ("oral", as_bool),
        ),
    ),
    Kind(Objection, "objections", shapes.Objection, extra=(("order_root", as_uuid), ("decision", same))),
    Kind(Trait, "traits", shapes.Trait, extra=(("name", same), ("value", same)), has_disease=False),
)


class Merges:
    """Who is read as whom, by the merges that stand in a view."""

    def __init__(self, view: View) -> None:
        rows = standing(Merge, ("person_id", "into_id", "root"), view)
        self.into = {as_uuid(person): as_uuid(into) for person, into, _root in rows}
        self.roots = {as_uuid(person): as_uuid(root) for person, _into, root in rows}
        self.members: dict[UUID, list[UUID]] = defaultdict(list)
        for person in self.into:
            self.members[self.survivor(person)].append(person)

    def survivor(self, person: UUID) -> UUID:
        """Follow the link to whom this person is read as."""
        seen = set()
        while person in self.into and person not in seen:
            seen.add(person)
            person = self.into[person]
        return person

    def everybody(self, people: Iterable[UUID]) -> list[UUID]:
        """These people, whom they are read as, and all that are read as the same."""
        found: set[UUID] = set()
        for person in people:
            survivor = self.survivor(person)
            found.update((person, survivor, *self.members.get(survivor, ())))
        return sorted(found)


class Gatherer:
    """Loads facts of many people in a constant number of statements."""

    def __init__(self, view: View, told: Told, merges: Merges, diseases: Sequence[str]) -> None:
        self.view = view
        self.told = told
        self.merges = merges
        self.diseases = tuple(diseases)

    def people(self, ids: Sequence[UUID], kinds: Sequence[Kind] = KINDS, named: bool = True) -> dict:
        """{person: {disease: PersonFacts}}; an absorbed person has none, the survivor has them all."""
        wanted = [person for person in ids if person not in self.merges.into]
        lists: dict[UUID, dict[tuple[str, str], list[Any]]] = {person: defaultdict(list) for person in wanted}
        members = [member for person in wanted for member in (person, *self.merges.members.get(person, ()))]
        if members:
            theirs = bulk.in_list("f.person_id", members)
            for kind in kinds:
                self._load(kind, theirs, lists)
            if named:
                self._load_named(members, lists)
        result = {person: self._facts(lists[person]) for person in wanted}
        result.update({person: {} for person in ids if person in self.merges.into})
        return result

    def _load(self, kind: Kind, theirs: tuple[str, list[Any]], lists: dict) -> None:
        disease = ("disease",) if kind.has_disease else ()
        columns = (*_BASE, kind.day, *disease, *(name for name, _ in kind.extra))
        read = table_reader(*_READ_BASE, as_date, *([same] if disease else []), *(convert for _, convert in kind.extra))
        start = 6 if disease else 5
        for values in read(standing(kind.model, columns, self.view, theirs)):
            known = self.told.known(values[2], values[3])
            item = kind.shape(values[1], known, values[4], *values[start:])
            under = values[5] if disease else ANY
            lists[self.merges.survivor(values[0])][kind.field, under].append(item)

    def _load_named(self, members: Sequence[UUID], lists: dict) -> None:
        for contact in contacts_named_by(members, self.view, self.told.known):
            item = shapes.Named(contact.root, contact.known, contact.last)
            lists[self.merges.survivor(contact.index)]["named", contact.disease].append(item)

    def _facts(self, lists: dict[tuple[str, str], list[Any]]) -> dict[str, PersonFacts]:
        """One PersonFacts per disease the person has facts under; facts without a disease count under each."""
        shared = any(under == ANY for _field, under in lists)
        found = {}
        for disease in self.diseases:
            if not shared and not any(under == disease for _field, under in lists):
                continue
            fields: dict[str, list[Any]] = defaultdict(list)
            for (field, under), items in lists.items():
                if under in (ANY, disease):
                    fields[field] += items
            found[disease] = PersonFacts(**{field: shapes.in_order(items) for field, items in fields.items()})
        return found
