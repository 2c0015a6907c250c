"""The indicators by plain loops over every fact there is: slow, and easy to check against the sentences of the guide.

It shares no code with `reports`: neither how facts are read nor how they are made into cases.
"""

from __future__ import annotations

from collections import deque
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from reproduction_twin import rt_by_loops

from mainstay.cases.models import Classification, Onset, Report
from mainstay.isolation.models import Objection, Order, Stay
from mainstay.people.models import Merge
from mainstay.platform.clock import day_end, local_date
from mainstay.platform.models import Entry
from mainstay.tracing.models import Contact

# Of the classes, the higher first; and which of two said of one day is the later, the graver.
PRECEDENCE = ("confirmed", "clinical", "probable", "asymptomatic", "suspected")
GRAVITY = ("discarded", "suspected", "asymptomatic", "probable", "clinical", "confirmed")


class Told:
    """What was known at the end of a day, in the ledger up to an entry."""

    def __init__(self, on: date, to_entry: int, zone: str, disease: str) -> None:
        self.on, self.to_entry, self.zone, self.disease = on, to_entry, zone, disease
        self.by = day_end(on, zone)
        self.merges = {fact.person_id: fact.into_id for fact in self.visible(Merge)}

    def visible(self, model: Any) -> list[Any]:
        """Of every record the last version known, unless that takes it back."""
        last: dict[UUID, Any] = {}
        for fact in model.objects.all():
            if fact.entry_id > self.to_entry or not fact.became_known_at or fact.became_known_at > self.by:
                continue
            if fact.root not in last or last[fact.root].version < fact.version:
                last[fact.root] = fact
        standing = [fact for fact in last.values() if not fact.retracted]
        if hasattr(model, "disease"):
            standing = [fact for fact in standing if fact.disease == self.disease]
        return [fact for fact in standing if fact.observed_date is None or fact.observed_date <= self.on]

    def ever_told(self, model: Any) -> list[Any]:
        """Every version that anybody could read on some day up to this one, corrected or taken back since or not."""
        every = [fact for fact in model.objects.filter(disease=self.disease) if fact.entry_id <= self.to_entry]
        return [
            fact
            for fact in every
            if not fact.retracted
            and fact.became_known_at <= self.by
            and not any(
                other.root == fact.root
                and other.version > fact.version
                and other.became_known_at <= fact.became_known_at
                for other in every
            )
        ]

    def who(self, person: UUID) -> UUID:
        seen = set()
        while person in self.merges and person not in seen:
            seen.add(person)
            person = self.merges[person]
        return person

    def of(self, model: Any) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = {}
        for fact in self.visible(model):
            found.setdefault(self.who(fact.person_id), []).append(fact)
        return found


def persons(told: Told) -> dict[UUID, dict[str, Any]]:
    """{person: class, onset, report, confirmed, found, quarantines} of everybody in a class."""
    onsets, reports = told.of(Onset), told.of(Report)
    stays, orders = told.of(Stay), told.of(Order)
    upheld = {fact.order_root: local_date(fact.decided_at, told.zone) for fact in told.visible(Objection)
              if fact.decision == "upheld"}  # fmt: skip
    found = {}
    for person, facts in told.of(Classification).items():
        dated = sorted(
            facts,
            key=lambda f: (f.observed_date or date.min, f.observed_date is not None or f.became_known_at,
                           GRAVITY.index(f.value), f.became_known_at),
        )  # fmt: skip
        spell, excluded, days_excluded = list(dated), None, []
        for place, fact in enumerate(dated):
            if fact.value == "discarded":
                spell, excluded = dated[place + 1 :], fact
                days_excluded.append(fact.observed_date)
        if excluded is not None and excluded.observed_date is not None:
            spell = [fact for fact in spell if fact.observed_date and fact.observed_date > excluded.observed_date]
        if not spell:
            continue
        since = max([day for day in days_excluded if day], default=date.min)
        report = _first_since(reports.get(person, []), since)
        given = [fact.observed_date for fact in spell if fact.observed_date]
        confirmed = [fact.observed_date for fact in spell if fact.observed_date and fact.value == "confirmed"]
        found[person] = {
            "class": min((fact.value for fact in spell), key=PRECEDENCE.index),
            "onset": _first_since(onsets.get(person, []), since),
            "report": report,
            "confirmed": min(confirmed, default=None),
            "found": min([*given, *([report] if report else [])], default=None),
            "quarantined": _days_confined(stays.get(person, []), orders.get(person, []), upheld, told.zone),
        }
    return found


def _first_since(facts: list[Any], since: date) -> date | None:
    days = [fact.observed_date for fact in facts if fact.observed_date]
    return min([day for day in days if day > since] or days, default=None)


def _days_confined(stays: list[Any], orders: list[Any], upheld: dict, zone: str) -> list[tuple[date, date]] | None:
    """[(first day, last day)] in quarantine; None where nothing at all is recorded."""
    found, anything = [], False
    certain = [stay for stay in stays if stay.certain and stay.starts_date]
    for stay in certain:
        last = stay.ends_date or date.max
        for other in certain:
            later = (other.starts_date, other.ends_date or date.max, other.kind)
            if other is not stay and later > (stay.starts_date, stay.ends_date or date.max, stay.kind):
                last = min(last, other.starts_date)
        if last >= stay.starts_date:
            anything = True
            if stay.kind != "ward":
                found.append((stay.starts_date, last))
    for order in orders:
        if order.served_at is not None:
            first = max(local_date(order.starts_at, zone), local_date(order.served_at, zone))
            last = min(local_date(order.ends_at, zone), upheld.get(order.root, date.max))
            if last >= first:
                anything = True
                found.append((first, last))
    return found if anything else None


def contacts(told: Told) -> list[tuple[UUID, UUID, str, date | None, date | None, date]]:
    """(person, index, kind, first, last, known on) of the contacts that stood."""
    first_report: dict[UUID, Any] = {}
    for fact in told.ever_told(Report):
        person = told.who(fact.person_id)
        first_report[person] = min(fact.became_known_at, first_report.get(person, fact.became_known_at))
    last: dict[UUID, Any] = {}
    for fact in Contact.objects.all():
        known = fact.became_known_at
        if known is None:
            known = first_report.get(told.who(fact.index_id)) or first_report.get(told.who(fact.person_id))
        if known is None:
            known = Entry.objects.get(no=fact.entry_id).at
        if fact.entry_id > told.to_entry or known > told.by:
            continue
        if fact.root not in last or last[fact.root][0].version < fact.version:
            last[fact.root] = fact, known
    return [
        (told.who(fact.person_id), told.who(fact.index_id), fact.kind, fact.first_date, fact.last_date,
         local_date(known, told.zone))
        for fact, known in last.values()
        if not fact.retracted and told.who(fact.person_id) != told.who(fact.index_id)
        and (fact.first_date or fact.last_date or told.on) <= told.on
    ]  # fmt: skip


def by_loops(told: Told, classes: tuple[str, ...], weights: list[float], window: int, follow_up: int) -> dict[str, Any]:
    """Curve, Rt, counts behind delays and nowcast, share in quarantine, secondary attack, clusters."""
    everybody = persons(told)
    cases = {person: row for person, row in everybody.items() if row["class"] in classes}
    met = contacts(told)
    return {
        "cases": len(cases),
        "curve": _curve(cases, told.on),
        "rt": _rt(cases, told.on, weights, window),
        "delays": {name: _delays(cases, *pair) for name, pair in DELAYS.items()},
        "in_quarantine": _in_quarantine(cases, told.on - timedelta(days=window - 1), told.on),
        "secondary": _secondary(everybody, cases, met, told.on, follow_up),
        "cluster_sizes": _clusters(cases, met),
    }


DELAYS = {"onset_to_report": ("onset", "report"), "onset_to_confirmation": ("onset", "confirmed")}


def _curve(cases: dict, on: date) -> list[tuple[date, int, int, int]]:
    days = [row[name] for row in cases.values() for name in ("onset", "report", "confirmed") if row[name]]
    found = []
    day = min(days, default=on + timedelta(days=1))
    while day <= on:
        found.append((day, *(sum(row[name] == day for row in cases.values())
                             for name in ("onset", "report", "confirmed"))))  # fmt: skip
        day += timedelta(days=1)
    return found


def _rt(cases: dict, on: date, weights: list[float], window: int) -> list[tuple[int, str, float | None]] | None:
    onsets = [row["onset"] for row in cases.values() if row["onset"]]
    if not onsets:
        return None
    counts = [(onsets.count(min(onsets) + timedelta(days=n)), 0) for n in range((on - min(onsets)).days + 1)]
    return [(row["cases"], row["status"], row.get("mean")) for row in rt_by_loops(counts, weights, window)]


def _delays(cases: dict, first: str, second: str) -> tuple[int, float | None]:
    days = [(row[second] - row[first]).days for row in cases.values() if row[first] and row[second]]
    days = [number for number in days if number >= 0]
    return len(days), sum(days) / len(days) if days else None


def _in_quarantine(cases: dict, first: date, last: date) -> tuple[int, int, int]:
    """(new cases, already in quarantine, not known)."""
    new = [row for row in cases.values() if row["found"] and first <= row["found"] <= last]
    unknown = sum(row["quarantined"] is None for row in new)
    inside = sum(any(begins < row["found"] <= ends for begins, ends in row["quarantined"] or []) for row in new)
    return len(new), inside, unknown


def _secondary(everybody: dict, cases: dict, met: list, on: date, follow_up: int) -> tuple[int, int, int]:
    """(contacts of cases, infected, not known)."""
    exposed: dict[UUID, list[date]] = {}
    for person, index, _kind, first, last, known in met:
        if index in cases:
            begun = [cases[p]["onset"] or cases[p]["found"] if p in cases else None for p in (person, index)]
            if not (begun[0] and begun[1] and begun[0] < begun[1]):
                exposed.setdefault(person, []).append(last or first or known)
    infected = unknown = 0
    for person, days in exposed.items():
        if person in cases or everybody.get(person, {}).get("class") == "asymptomatic":
            infected += 1
        elif person in everybody or (on - max(days)).days < follow_up:
            unknown += 1
    return len(exposed), infected, unknown


def _clusters(cases: dict, met: list) -> list[int]:
    left, sizes = set(cases), []
    while left:
        waiting, size = deque([left.pop()]), 0
        while waiting:
            at, size = waiting.popleft(), size + 1
            for person, index, *_rest in met:
                for one, other in ((person, index), (index, person)):
                    if one == at and other in left:
                        left.remove(other)
                        waiting.append(other)
        sizes.append(size)
    return sorted(sizes, reverse=True)
