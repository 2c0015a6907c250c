"""Days that things are counted from, and the episode that a duty belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from mainstay.duties.rules.edition import CLASSES, DISCARDED, Anchor, ExposedTo
from mainstay.duties.rules.facts import Classified, Exposure, PersonFacts


class Anchored(NamedTuple):
    """The fact an anchor found: its root, its day, when it was known."""

    id: UUID
    date: date
    known: datetime


def current_spell(facts: PersonFacts) -> tuple[Classified, ...]:
    """The classes given since the last exclusion; an exclusion outranks what was said on its own day.

    A class with no day counts from the day it became known to us: it stands first in order.
    """
    last = max((i for i, item in enumerate(facts.classifications) if item.value == DISCARDED), default=-1)
    if last < 0:
        return facts.classifications
    day = facts.classifications[last].date
    after = facts.classifications[last + 1 :]
    return tuple(item for item in after if item.value != DISCARDED and (day is None or (item.date or date.min) > day))


def current_class(facts: PersonFacts) -> Classified | None:
    """The class that holds: of those since the last exclusion the first by precedence, its earliest fact.

    A confirmed case named suspected again by a later form stays confirmed; only exclusion or a
    correction ends it. `discarded` itself is the answer where nothing was said since.
    """
    spell = current_spell(facts)
    if spell:
        return min(spell, key=lambda item: CLASSES.index(item.value) if item.value in CLASSES else len(CLASSES))
    return next((item for item in reversed(facts.classifications) if item.value == DISCARDED), None)


def index_anchor(exposure: Exposure, anchor: Anchor) -> date | None:
    """The anchor's day at the index, by the same chain of fallbacks; None where nothing of it is known."""
    days = {
        "onset": exposure.index_onset,
        "first_positive": exposure.index_positive,
        "report": exposure.index_report,
    }
    for element in anchor.chain:
        day = days.get(element)
        if day is not None:
            return day + timedelta(days=anchor.offset_days)
    return None


def last_day(exposure: Exposure) -> date | None:
    """The day observation counts from: the last of the meeting, or the latest it can have been."""
    return exposure.date or exposure.latest


def matching(facts: PersonFacts, wanted: ExposedTo) -> tuple[Exposure, ...]:
    """The exposures that count: the index's class, the way of meeting, and not before the index's window.

    Where the meeting's or the index's day is unknown the exposure counts: to watch somebody
    needlessly is mended by one answer, to miss somebody is not.
    """
    found = []
    for exposure in facts.exposures:
        if exposure.index_class not in wanted.classes or (wanted.kinds and exposure.kind not in wanted.kinds):
            continue
        if wanted.since is not None:
            begins = index_anchor(exposure, wanted.since)
            last = last_day(exposure)
            if begins is not None and last is not None and last < begins:
                continue
        found.append(exposure)
    return tuple(found)


class Anchors:
    """Looks anchors up in one person's facts; exposures are those the clause itself asks for."""

    __slots__ = ("_found", "exposures", "facts", "gap_days")

    def __init__(self, facts: PersonFacts, exposures: tuple[Exposure, ...], gap_days: int) -> None:
        self.facts = facts
        self.exposures = exposures
        self.gap_days = gap_days
        self._found: dict[str, Anchored | None] = {}

    def find(self, anchor: Anchor) -> Anchored | None:
        """The first element of the chain that is known, moved by the anchor's offset."""
        for element in anchor.chain:
            found = self.element(element)
            if found is not None:
                if anchor.offset_days:
                    return found._replace(date=found.date + timedelta(days=anchor.offset_days))
                return found
        return None

    def element(self, name: str) -> Anchored | None:
        """One named day, without fallback; looked up once."""
        if name not in self._found:
            symptom = name.startswith("symptom:")
            self._found[name] = _symptom(self.facts, name.removeprefix("symptom:")) if symptom else ELEMENTS[name](self)
        return self._found[name]


def _dated(items: Sequence[Any]) -> Anchored | None:
    """The earliest item with a day."""
    for item in items:
        if item.date is not None:
            return Anchored(item.id, item.date, item.known)
    return None


def _symptom(facts: PersonFacts, name: str) -> Anchored | None:
    """The first day a symptom was there since it was last expressly absent."""
    first: Anchored | None = None
    for item in facts.symptoms:
        if item.name == name and item.date is not None:
            if not item.present:
                first = None
            elif first is None:
                first = Anchored(item.id, item.date, item.known)
    return first


def _case(anchors: Anchors) -> Anchored | None:
    """The fact that made this person a case: the first class since the last exclusion."""
    spell = current_spell(anchors.facts)
    if not spell:
        return None
    first = spell[0]
    return Anchored(first.id, first.date or date.min, first.known)


def _by_day(exposures: Sequence[Exposure]) -> list[tuple[date, datetime, int, Exposure]]:
    """Those with a day, by it; of one day the first known comes first, so that a later one renames nothing."""
    days = [
        (day, item.known, place, item) for place, item in enumerate(exposures) if (day := last_day(item)) is not None
    ]
    return sorted(days) if len(days) > 1 else days


def present_spell(exposures: Sequence[Exposure], gap_days: int) -> list[Exposure]:
    """The exposures of the present observation: exposures no further apart than the gap are one spell."""
    if len(exposures) == 1:
        return [item for item in exposures if last_day(item) is not None]
    days = _by_day(exposures)
    begins = 0
    for place in range(1, len(days)):
        if (days[place][0] - days[place - 1][0]).days > gap_days:
            begins = place
    return [item for _day, _known, _place, item in days[begins:]]


def _anchored(item: Exposure, day: date | None) -> Anchored | None:
    return Anchored(item.id, day, item.known) if day is not None else None


def _last_exposure(anchors: Anchors) -> Anchored | None:
    days = _by_day(anchors.exposures)
    found = next((item for day, _known, _place, item in days if day == days[-1][0]), None)
    return _anchored(found, last_day(found)) if found else None


def _first_day(exposure: Exposure) -> date | None:
    """The first day of meeting, where unknown the last; the earlier is assumed."""
    return exposure.first or exposure.date or exposure.latest


def _first_exposure(anchors: Anchors) -> Anchored | None:
    dated = [item for item in anchors.exposures if _first_day(item) is not None]
    found = min(dated, key=lambda item: (_first_day(item), item.known), default=None)
    return _anchored(found, _first_day(found)) if found else None


def _exposure_spell(anchors: Anchors) -> Anchored | None:
    """The exposure that began the present observation."""
    spell = present_spell(anchors.exposures, anchors.gap_days)
    return _anchored(spell[0], last_day(spell[0])) if spell else None


def _stay(anchors: Anchors) -> Anchored | None:
    """The first day of the latest stay."""
    dated = [item for item in anchors.facts.stays if item.date is not None]
    return _dated(dated[-1:])


ELEMENTS: dict[str, Callable[[Anchors], Anchored | None]] = {
    "onset": lambda anchors: _dated(anchors.facts.onsets),
    "first_positive": lambda anchors: _dated([r for r in anchors.facts.results if r.value == "positive"]),
    "report": lambda anchors: _dated(anchors.facts.reports),
    "case": _case,
    "outcome": lambda anchors: _dated(anchors.facts.outcomes),
    "last_exposure": _last_exposure,
    "first_exposure": _first_exposure,
    "exposure_spell": _exposure_spell,
    "stay": _stay,
    "order": lambda anchors: _dated(anchors.facts.orders),
    "objection": lambda anchors: _dated(anchors.facts.objections),
}
