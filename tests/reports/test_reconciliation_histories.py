"""Over generated histories the reconciliation finds what its slow twin finds; no later word moves a past day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Result, Specimen
from mainstay.isolation import services as isolation
from mainstay.isolation.models import Stay
from mainstay.people import services as people
from mainstay.people.models import Person
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Fact, Seal
from mainstay.reports.queries.reconciliation import find_differences
from tests.reports.sides_twin import by_loops
from tests.reports.three_sides import class_by, outcome_by, result_of, tube
from tests.world import World

pytestmark = pytest.mark.django_db

FIRST, DAYS, NAMES = date(2020, 2, 1), 6, ("Ai", "Bo", "Ci")
TAKE_BACK: dict[str, type[Fact]] = {"unclass": Classification, "unresult": Result, "untube": Specimen, "unstay": Stay}
VALUES = ("confirmed", "confirmed", "suspected", "clinical", "asymptomatic", "discarded")
VERBS = (
    "class", "class", "positive", "positive", "negative", "tube", "result", "ward", "ward", "site", "guess", "home",
    "end", "died", "discharged", "discharged", "merge", *TAKE_BACK,
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    verb: str
    name: str
    other: str
    on: int
    value: str


STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(VERBS), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, DAYS - 1),
        st.sampled_from(VALUES),
    ),
    min_size=4,
    max_size=14,
)  # fmt: skip


def take(world: World, step: Step) -> None:  # noqa: C901 - a plain list of verbs
    on = (FIRST + timedelta(days=step.on)).isoformat()
    at = known_on(FIRST + timedelta(days=step.on), world.zone)
    source = "centre" if step.other == step.name else "hospital"
    if step.verb == "class":
        class_by(world, step.name, step.value, on, source)
    elif step.verb in ("died", "discharged"):
        outcome_by(world, step.name, step.verb, on, source)
    elif step.verb in ("positive", "negative"):
        result_of(world, step.name, step.verb, on)
    elif step.verb == "result":
        tubes = Specimen.objects.filter(person=world.person(step.other), version=1).order_by("id")
        result_of(world, step.name, "positive", on, next((one.root for one in tubes), None))
    elif step.verb == "tube":
        tube(world, step.name, on)
    elif step.verb in ("ward", "site", "home"):
        facility = {"ward": ("h1", "h1-er")[step.on % 2], "site": "s1", "home": None}[step.verb]
        world.stays(step.name, step.verb, facility, on)
    elif step.verb == "guess":
        isolation.record_stay(kind="ward", certain=False, starts=None, **world._common(step.name, on, None))
    elif step.verb == "end":
        for stay in Stay.objects.filter(person=world.person(step.name), version=1, starts_date__lte=on)[:1]:
            isolation.end_stay(
                root=stay.root, ends=FIRST + timedelta(days=step.on), known_at=at, by=world.by, at=world.at
            )
    elif step.verb == "merge" and step.name != step.other:
        people.merge(person=world.person(step.name), into=world.person(step.other), reason="same", by=world.by, at=at)
    elif step.verb in TAKE_BACK:
        model = TAKE_BACK[step.verb]
        for fact in model.objects.filter(person=world.person(step.name)).order_by("id")[:1]:
            cases.retract(model=model, root=fact.root, known_at=at, by=world.by, at=world.at)


def found_on(world: World, day: date, seal: Seal | None) -> set[tuple[object, str]]:
    (some,) = find_differences(on=day, seal=seal, disease=world.disease).values()
    pairs = [(one.person, one.kind) for one in some]
    assert len(pairs) == len(set(pairs))  # each person once in a kind
    return set(pairs)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_fast_and_slow_find_the_same_on_every_day(world: World, steps: list[Step]) -> None:
    days = [FIRST + timedelta(days=n) for n in (1, 3, DAYS)]
    with transaction.atomic():
        world.people.clear()
        half, early = None, set()
        for n, step in enumerate(steps):
            try:
                take(world, step)
            except MainstayError:
                continue
            if n == len(steps) // 2:
                half = ledger.seal(at=world.at)
                early = found_on(world, days[1], half)
        last = ledger.seal(at=world.at)
        for day in days:
            assert found_on(world, day, last) == by_loops(world.disease, day, world.zone, last.to_entry if last else 0)
        if half is not None:
            assert found_on(world, days[1], half) == early
        assert Person.objects.count() == len(world.people)
        transaction.set_rollback(True)
