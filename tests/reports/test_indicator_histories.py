"""Over generated histories: the indicators equal the twin's, and what became known later moves no earlier day."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Onset, Report
from mainstay.isolation import services as isolation
from mainstay.isolation.models import Order, Stay
from mainstay.people import services as people
from mainstay.platform import ledger
from mainstay.platform.clock import day_end, known_on
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.indicators import read_facts, seal_to_read
from mainstay.reports.queries.serial_intervals import assumed_interval
from mainstay.reports.queries.situation import situation
from mainstay.reports.rules.cases import class_rows
from mainstay.reports.rules.course import Settings
from mainstay.reports.rules.indicators import Indicators, indicators
from mainstay.science.distributions import GivenByDay
from mainstay.tracing.models import Contact
from tests.reports.indicators_twin import Told, by_loops
from tests.world import World, at_time

pytestmark = pytest.mark.django_db

NAMES = ("Ai", "Bo", "Ci", "Di", "Er")
FIRST = date(2020, 2, 1)
DAYS = 10
WEIGHTS = [0.0, 0.5, 0.5]
WINDOW, FOLLOW_UP = 3, 2
SETTINGS = Settings(
    window_days=WINDOW, serial_interval=GivenByDay(WEIGHTS), longest_delay_days=4, follow_up_days=FOLLOW_UP
)
TAKE_BACK = {"uncontact": Contact, "unclassify": Classification, "unreport": Report, "unstay": Stay}
VERBS = (
    "classify", "classify", "classify", "onset", "onset", "report", "met", "met", "met_undated", "stay", "stay",
    "order", "uphold", "merge", "unmerge", "move_onset", *TAKE_BACK,
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One thing said of a day `on`, known at the end of day `known`."""

    verb: str
    on: int
    known: int
    name: str
    other: str
    value: str


def _said() -> st.SearchStrategy[Said]:
    days = st.integers(0, DAYS - 1)
    return st.builds(
        lambda verb, days, name, other, value: Said(verb, min(days), max(days), name, other, value),
        st.sampled_from(VERBS),
        st.tuples(days, days),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.sampled_from(("confirmed", "confirmed", "confirmed", "clinical", "suspected", "asymptomatic", "discarded")),
    )


def _text(n: int) -> str:
    return (FIRST + timedelta(days=n)).isoformat()


def _say(world: World, said: Said) -> None:  # noqa: C901 - a plain list of verbs
    on, known = _text(said.on), _text(said.known)
    at = known_on(date.fromisoformat(known), world.zone)
    first, kind = on if said.value != "suspected" else None, "household" if said.on % 2 else "work"
    if said.verb == "classify":
        world.classified(said.name, said.value, on, known)
    elif said.verb == "onset":
        world.onset(said.name, on, known)
    elif said.verb == "report":
        world.reported(said.name, on, known)
    elif said.verb == "met" and said.name != said.other:
        world.met(said.name, said.other, known, first=first, last=on if said.on != said.known else first, kind=kind)
    elif said.verb == "met_undated" and said.name != said.other:
        received = "2020-01-01" if said.value == "suspected" else "2020-03-01"
        world.paired(said.name, said.other, received, kind)
    elif said.verb == "stay":
        _stay(world, said, at)
    elif said.verb == "order":
        _order(world, said, at)
    elif said.verb == "uphold":
        _uphold(world, said, at)
    elif said.verb == "move_onset" or said.verb in TAKE_BACK:
        _take_back(world, said, at)
    elif said.verb in ("merge", "unmerge"):
        _merge(world, said, at)


def _stay(world: World, said: Said, at: Any) -> None:
    kind = {"confirmed": "site", "clinical": "home"}.get(said.value, "ward")
    ends = date.fromisoformat(_text(said.known)) if said.value != "asymptomatic" else None
    isolation.record_stay(
        person=world.person(said.name), kind=kind, starts=date.fromisoformat(_text(said.on)), ends=ends, known_at=at,
        certain=said.value != "suspected", by=world.by, at=world.at,
    )  # fmt: skip


def _order(world: World, said: Said, at: Any) -> None:
    root = world.ordered(said.name, "quarantine", _text(said.on), days=8)
    if said.value != "suspected":
        served = at_time(_text(said.on), "13:00")
        isolation.serve_order(root=root, served_at=served, how="in person", known_at=at, by=world.by, at=world.at)


def _uphold(world: World, said: Said, at: Any) -> None:
    order = (
        Order.objects.filter(person_id=world.person(said.name), became_known_at__lte=at).order_by("entry_id").first()
    )
    if order is not None:
        root = isolation.object_to(
            order=order.root, ground="not me", observed=date.fromisoformat(_text(said.known)), known_at=at,
            by=world.by, at=world.at,
        )  # fmt: skip
        isolation.decide_objection(
            root=root, decision="upheld", decided_by="Judge Xi", decided_at=at, known_at=at, by=world.by, at=world.at
        )


def _take_back(world: World, said: Said, at: Any) -> None:
    model = TAKE_BACK.get(said.verb, Onset)
    known = model.objects.filter(Q(became_known_at=None) | Q(became_known_at__lte=at), version=1)
    fact = known.filter(person_id=world.person(said.name)).order_by("entry_id", "id").first()
    if fact is None:
        return
    if said.verb == "move_onset":
        moved = fact.observed_date - timedelta(days=2)
        cases.correct(model=Onset, root=fact.root, observed_date=moved, known_at=at, by=world.by, at=world.at)
    else:
        cases.retract(model=model, root=fact.root, known_at=at, by=world.by, at=world.at)


def _merge(world: World, said: Said, at: Any) -> None:
    person = world.person(said.name)
    try:
        with transaction.atomic():
            if said.verb == "merge":
                people.merge(person=person, into=world.person(said.other), reason="same", by=world.by, at=at)
            else:
                people.unmerge(person=person, by=world.by, at=at)
    except MainstayError:
        pass


def _made(history: list[Said]) -> World:
    world = World.made()
    for name in NAMES:
        world.person(name)
    for said in history:
        _say(world, said)
    ledger.seal(at=world.at)
    return world


def _in_order_of_links(history: list[Said]) -> list[Said]:
    """Merges as they became known, since each is allowed or refused by those before it; all else in any order."""
    links = iter(sorted((s for s in history if s.verb in ("merge", "unmerge")), key=lambda said: said.known))
    return [next(links) if said.verb in ("merge", "unmerge") else said for said in history]


def _on(world: World, n: int) -> Indicators:
    day = FIRST + timedelta(days=n)
    return indicators(read_facts(disease=world.disease, on=day, seal=seal_to_read(None)), SETTINGS)


def _as_the_twin_says_it(found: Indicators) -> dict[str, Any]:
    rt = (
        None
        if found.rt is None
        else [(row.cases, row.status, row.mean and pytest.approx(row.mean)) for row in found.rt.rows]
    )
    secondary = next((row for row in found.attack_rates if (row.by, row.name) == ("contacts", "all")), None)
    inside = found.in_quarantine
    return {
        "cases": len(found.cases),
        "curve": [(day.date, day.onset, day.reported, day.confirmed) for day in found.curve.days],
        "rt": rt,
        "delays": {
            name: (found.delays[name].used, found.delays[name].observed.mean)
            for name in ("onset_to_report", "onset_to_confirmation")
        },
        "in_quarantine": (inside.cases, inside.share.count, inside.not_known),
        "secondary": (secondary.population, secondary.cases, secondary.outcome_unknown) if secondary else (0, 0, 0),
        "cluster_sizes": list(found.clusters.cluster_sizes),
    }


SHARED = ("curve", "rt", "cases", "case_classes", "off_curve", "rt_basis")
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=150 if os.environ.get("MAINSTAY_SOAK") else 20, deadline=None, suppress_health_check=SLOW)
@given(history=st.lists(_said(), min_size=4, max_size=30), day=st.integers(0, DAYS - 1))
def test_the_indicators_equal_the_twins(db: None, history: list[Said], day: int) -> None:
    with transaction.atomic():
        world = _made(history)
        seal = seal_to_read(None)
        assert seal is not None
        told = Told(FIRST + timedelta(days=day), seal.to_entry, world.zone, world.disease)
        expected = by_loops(told, SETTINGS.classes, WEIGHTS, WINDOW, FOLLOW_UP)
        assert _as_the_twin_says_it(_on(world, day)) == expected
        transaction.set_rollback(True)


@settings(max_examples=150 if os.environ.get("MAINSTAY_SOAK") else 12, deadline=None, suppress_health_check=SLOW)
@given(history=st.lists(_said(), min_size=4, max_size=30), day=st.integers(0, DAYS - 2))
def test_what_became_known_later_changes_no_earlier_day(db: None, history: list[Said], day: int) -> None:
    """Leaving out what became known after a day changes nothing in the indicators of any day up to it.

    A contact without a time of its own is known with a report, so it is no later fact by itself.
    """
    whole = _in_order_of_links(history)
    kept = [said for said in whole if said.known <= day or said.verb == "met_undated"]
    assert _until(whole, day) == _until(kept, day)


def _until(history: list[Said], day: int) -> list[Any]:
    with transaction.atomic():
        world = _made(history)
        seen = [_on(world, n).as_data() for n in range(day + 1)]
        transaction.set_rollback(True)
    return seen


@settings(max_examples=150 if os.environ.get("MAINSTAY_SOAK") else 12, deadline=None, suppress_health_check=SLOW)
@given(history=st.lists(_said(), min_size=4, max_size=30), day=st.integers(0, DAYS - 1))
def test_the_report_shows_the_same_course(db: None, history: list[Said], day: int) -> None:
    with transaction.atomic():
        world = _made(history)
        on = FIRST + timedelta(days=day)
        found = situation(on=on)
        interval, source = assumed_interval(found.disease or "")  # of no disease while nobody was given a class
        as_assumed = Settings(serial_interval=interval, serial_interval_source=source)
        facts = read_facts(disease=world.disease, on=on, seal=seal_to_read(None))
        apart = indicators(facts, as_assumed).as_data()
        report = found.as_data()
        assert {name: report[name] for name in SHARED} == {name: apart[name] for name in SHARED}
        confirmed = [case for case in class_rows(facts) if case.value == "confirmed"]
        assert report["figures"][0]["value"] == (len(confirmed) if facts.classes else None)
        transaction.set_rollback(True)


def test_the_moment_is_the_days_end(world: World) -> None:
    """Known at the last second of a day it counts on that day, and not on the day before."""
    world.classified("Ai", "confirmed", "2020-02-03")
    world.onset("Ai", "2020-02-02", known="2020-02-03")
    ledger.seal(at=world.at)
    assert day_end(date(2020, 2, 3), world.zone) > known_on(date(2020, 2, 3), world.zone)
    assert [len(_on(world, n).cases) for n in (0, 1, 2)] == [0, 0, 1]
