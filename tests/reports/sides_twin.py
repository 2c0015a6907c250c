"""The slow twin of the reconciliation: every version of every fact in plain loops, one question after another.

It shares with the fast way the names of the kinds and nothing else: neither its reads, nor its shapes, nor the
definition of a case, which is told here a second time.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mainstay.cases.models import Classification, Outcome, Result, Specimen
from mainstay.isolation.models import Stay
from mainstay.organisations.models import Facility
from mainstay.people.models import Merge
from mainstay.platform.clock import day_end


def by_loops(disease: str, on: date, zone: str, to_entry: int) -> set[tuple[UUID, str]]:
    """{(person, kind)} of every difference at the end of a day."""
    return Twin(disease, on, zone, to_entry).found()


class Twin:
    def __init__(self, disease: str, on: date, zone: str, to_entry: int) -> None:
        self.disease, self.on, self.zone, self.to_entry = disease, on, zone, to_entry
        self.end = day_end(on, zone)
        self.into = {one.person_id: one.into_id for one in self.last(Merge, dated=False)}
        self.classes = [one for one in self.last(Classification) if one.disease == disease]
        self.outcomes = [one for one in self.last(Outcome) if one.disease == disease]
        self.results = [one for one in self.last(Result) if one.disease == disease]
        self.tubes = [one for one in self.last(Specimen) if one.disease == disease]
        self.stays = self.last(Stay)
        self.houses = {}
        for facility in Facility.objects.all():
            top = facility
            while top.part_of is not None:
                top = top.part_of
            self.houses[facility.id] = top.id

    def last(self, model: Any, dated: bool = True) -> list[Any]:
        """Per record the last version known by then, if it does not take the record back."""
        found: dict[UUID, Any] = {}
        for one in model.objects.all():
            seen = one.entry_id <= self.to_entry and one.became_known_at <= self.end
            if seen and (one.root not in found or found[one.root].version < one.version):
                found[one.root] = one
        rows = [one for one in found.values() if not one.retracted]
        return [one for one in rows if not dated or one.observed_date is None or one.observed_date <= self.on]

    def ever(self, model: Any, **which: Any) -> bool:
        return any(
            one.entry_id <= self.to_entry and one.became_known_at <= self.end and not one.retracted
            and (one.observed_date is None or one.observed_date <= self.on)
            for one in model.objects.filter(**which)
        )  # fmt: skip

    def who(self, person: UUID) -> UUID:
        steps = 0
        while person in self.into and steps < 100:
            person, steps = self.into[person], steps + 1
        return person

    def day(self, one: Any) -> date:
        return one.observed_date or one.became_known_at.astimezone(ZoneInfo(self.zone)).date()

    def found(self) -> set[tuple[UUID, str]]:
        people = {self.who(one.person_id) for one in (*self.classes, *self.outcomes)}
        people |= {self.who(one.person_id) for one in self.results if one.value == "positive"}
        return {(person, kind) for person in people for kind in self.kinds(person)}

    def holds(self, classes: list[Any]) -> str:
        """The gravest class of the last day, an exclusion ending what was said before it; as `cases.py` tells it."""
        from mainstay.duties.rules.anchors import current_class
        from mainstay.duties.rules.facts import Classified, PersonFacts, in_order

        given = in_order(Classified(one.root, one.became_known_at, one.observed_date, one.value) for one in classes)
        one = current_class(PersonFacts(classifications=given))
        return one.value if one is not None and one.value != "discarded" else ""

    def kinds(self, person: UUID) -> set[str]:  # noqa: C901 - every kind after the other, as plainly as can be
        def of(facts: list[Any]) -> list[Any]:
            return [one for one in facts if self.who(one.person_id) == person]

        classes, outcomes, results = of(self.classes), of(self.outcomes), of(self.results)
        tubes, stays = of(self.tubes), of(self.stays)
        sure = [one for one in stays if one.certain and one.kind != "home"]
        here = self.now([one for one in stays if one.certain and self.is_there(one)])
        wards = [one for one in here if one.kind == "ward"]
        deaths = [one for one in outcomes if one.value == "died"]
        home = [one for one in outcomes if one.value == "discharged"]
        outs = [self.day(one) for one in classes if one.value == "discarded"]
        positive = [one for one in results if one.value == "positive" and (not outs or self.day(one) > max(outs))]
        value, found = self.holds(classes), set()
        if positive and not value:
            found.add("positive_not_in_register")
        if positive and value and value not in ("confirmed", "asymptomatic"):
            found.add("positive_not_confirmed")
        if value == "confirmed" and wards and not positive and self.ever(Result, disease=self.disease):
            found.add("confirmed_without_result")
        ever_lay = any(one.kind == "ward" for one in sure)
        guessed = [one for one in stays if one.kind == "ward" and not one.certain and self.is_there(one)]
        if self.ever(Stay, kind="ward", certain=True) and not ever_lay and (home or (guessed and not outcomes)):
            found.add("hospitalised_without_stay")
        if home and not deaths and any((one.starts_date or date.min) <= self.final(home) for one in wards):
            found.add("discharged_still_lying")
        if deaths and any((one.starts_date or date.min) <= self.final(deaths) for one in here):
            found.add("died_still_lying")
        if value == "confirmed" and not outcomes and not here:
            left = [one.ends_date for one in sure if one.kind == "ward" and one.ends_date and one.ends_date <= self.on]
            if left and not any(one.starts_date and one.starts_date > max(left) for one in sure):
                found.add("left_without_outcome")
        if deaths:
            tellers = {one.source for one in self.outcomes} & {one.source for one in (*classes, *outcomes)}
            if tellers - {one.source for one in deaths} - {"desk"}:
                found.add("died_in_one_only")
            days = [one.observed_date for one in deaths if one.observed_date]
            seen = [one.observed_date for one in (*tubes, *results, *sure) if one.observed_date]
            if days and any(one >= max(days) + timedelta(days=1) for one in seen):
                found.add("seen_after_death")
        for one in results:
            if one.specimen_root is not None and all(one.specimen_root != tube.root for tube in tubes):
                found.add("result_without_specimen")
            same = any(tube.observed_date in (one.observed_date, None) for tube in tubes)
            if one.specimen_root is None and not same and self.ever(Specimen, disease=self.disease):
                found.add("result_without_specimen")
        if any(self.overlap(one, other) for one in sure for other in sure):
            found.add("stays_overlap")
        return found

    def now(self, stays: list[Any]) -> list[Any]:
        """The last begun of those that go on, unless that is at home."""
        last: Any = None
        for one in stays:
            key = (one.starts_date or date.min, ("home", "site", "ward").index(one.kind), one.became_known_at, one.root)
            if last is None or key > last[0]:
                last = key, one
        return [last[1]] if last is not None and last[1].kind != "home" else []

    def is_there(self, stay: Any) -> bool:
        begun = stay.starts_date is None or stay.starts_date <= self.on
        return begun and (stay.ends_date is None or stay.ends_date > self.on)

    def final(self, outcomes: list[Any]) -> date:
        """The day of the last of them: those with a day come first, in their order, then by when they were known."""
        last = max(outcomes, key=lambda one: (one.observed_date or date.max, one.became_known_at, one.root))
        return self.day(last)

    def overlap(self, one: Any, other: Any) -> bool:
        """Both have a day in common that is not merely the day of moving."""
        if one.root == other.root or not all((one.facility_id, other.facility_id, one.starts_date, other.starts_date)):
            return False
        if self.houses[one.facility_id] == self.houses[other.facility_id]:
            return False
        begins = max(one.starts_date, other.starts_date)
        first = one if one.starts_date < other.starts_date else other
        if one.starts_date == other.starts_date:
            first = min((one, other), key=lambda stay: (stay.became_known_at, stay.root))
        return first.ends_date is None or first.ends_date > begins
