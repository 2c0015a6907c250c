"""Trying an edition before it is put into force: what it would ask of the people there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from mainstay.cycle.gather import Gatherer, Merges
from mainstay.cycle.told import Told
from mainstay.duties.queries import editions_put_into_force
from mainstay.duties.rules.edition import Edition, Ruleset
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import HOUSE, InForce, rulesets_on
from mainstay.duties.rules.judge import judge
from mainstay.people.models import Person
from mainstay.platform import bulk
from mainstay.platform.clock import ONE_DAY, day_end
from mainstay.platform.models import Instance
from mainstay.platform.reading import View

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class ClauseTrial:
    """How many duties a clause asks for with the editions in force, and how many with the one tried."""

    clause: str
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Trial:
    people: int
    clauses: tuple[ClauseTrial, ...]

    @property
    def asks_nothing(self) -> bool:
        """Whether the edition would give nobody any duty, which is seldom what is meant."""
        return not any(clause.then for clause in self.clauses)


def try_edition(edition: Edition, on: date, from_date: date | None = None) -> Trial:
    """Judge everybody on what is known by a day's end, without and with the edition; writes nothing."""
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    moment = day_end(on, zone)
    rows = editions_put_into_force()
    tried = [*rows, InForce(edition, from_date or edition.effective_from)]
    now, then = (rulesets_on(on + ONE_DAY, some) for some in (rows, tried))
    gatherer = _gatherer(moment, [edition.disease])
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    people = 0
    ids = Person.objects.order_by("id").values_list("id", flat=True).iterator()
    for some in bulk.chunks(ids, CHUNK):
        for by_disease in gatherer.people(some).values():
            for disease, facts in by_disease.items():
                people += 1
                _count(before, now.get(disease), facts, Horizon(moment, on, zone))
                _count(after, then.get(disease), facts, Horizon(moment, on, zone))
    own = {clause.id for clause in edition.clauses}
    shown = sorted(own | set(before))
    return Trial(people, tuple(ClauseTrial(name, before[name], after[name]) for name in shown if name in own))


def _gatherer(moment: datetime, diseases: list[str]) -> Gatherer:
    view = View(known_by=moment)
    return Gatherer(view, Told([]), Merges(view), [name for name in diseases if name != HOUSE])


def _count(counts: Counter[str], rules: Ruleset | None, facts: object, horizon: Horizon) -> None:
    if rules is not None:
        counts.update(owed.clause for owed in judge("person", facts, rules, horizon).owed)  # type: ignore[arg-type]
