"""Over generated histories, judging only the touched equals judging everybody, in any order of arrival.

A history is a list of things said, each on a day: classes given and taken back, onsets and reports
corrected, reports taken back, contacts named, with a time or in a file of pairs, and retracted, merges
made and undone, checks, an edition changed in mid-course, a post left vacant, periods missed. The slow
way marks everybody dirty before every run.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.accounts.rules import Scope
from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Onset, Report
from mainstay.cycle import instance
from mainstay.cycle.models import Run
from mainstay.duties.models import Duty, DutyEvent, DutyState, PersonOfConcern, SubjectState
from mainstay.organisations import services as organisations
from mainstay.organisations.models import Post
from mainstay.people import services as people
from mainstay.people.models import Person
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.reports.queries.line_list import Asked
from mainstay.reports.queries.worst import WorstRow, list_worst
from mainstay.reports.rules.worst import rank
from mainstay.tracing.models import Contact
from tests.world import World, at_time

pytestmark = pytest.mark.django_db

NAMES = ("Ai", "Bo", "Ci", "Di")
FIRST = date(2020, 2, 1)
DAYS = 8


@dataclass(frozen=True)
class Said:
    """One thing said: it is known at the end of `known`, and entered before the run of `entered`."""

    verb: str
    entered: int
    known: int
    name: str
    other: str
    value: str


def _said() -> st.SearchStrategy[Said]:
    return st.builds(
        Said,
        verb=st.sampled_from(
            ("classify", "classify", "onset", "met", "met", "paired", "paired", "report", "check", "result", "outcome",
             "uncontact", "unclassify", "unreport", "move_onset", "move_report", "merge", "unmerge", "vacate", "adopt",
             "symptom")
        ),
        entered=st.integers(0, DAYS - 1),
        known=st.integers(0, DAYS - 1),
        name=st.sampled_from(NAMES),
        other=st.sampled_from(NAMES),
        value=st.sampled_from(("confirmed", "confirmed", "suspected", "discarded")),
    )  # fmt: skip


def _text(n: int) -> str:
    return (FIRST + timedelta(days=n)).isoformat()


def _say(world: World, said: Said) -> None:  # noqa: C901 - a plain list of verbs
    """Say it to the services; what makes no sense there (a second merge, a correction of nothing) is refused."""
    on, known = _text(min(said.known, said.entered)), _text(said.known)
    at = known_on(date.fromisoformat(known), world.zone)
    if said.verb == "classify":
        world.classified(said.name, said.value, on, known)
    elif said.verb == "onset":
        world.onset(said.name, on, known)
    elif said.verb == "met" and said.name != said.other:
        world.met(said.name, said.other, known, last=on if said.value != "suspected" else None)
    elif said.verb == "paired" and said.name != said.other:
        # A file of the past is received after all its days; a living feed on a day among them.
        world.paired(said.name, said.other, received=_text(said.known if said.value == "suspected" else DAYS))
    elif said.verb == "report":
        world.reported(said.name, on, known)
    elif said.verb == "check":
        world.checked(said.name, on, tenths=390 if said.value == "suspected" else 365, known=known)
    elif said.verb == "result":
        world.result(said.name, "negative" if said.value == "discarded" else "positive", on, known=known)
    elif said.verb == "outcome":
        world.outcome(said.name, "recovered", on if said.value != "suspected" else None, known)
    elif said.verb == "symptom":
        name = "chest_pain" if said.value == "suspected" else "fever"
        world.symptom(said.name, name, on, said.value != "discarded", known)
    elif said.verb in PUT_RIGHT:
        _take_back(world, said, at)
    elif said.verb in ("merge", "unmerge"):
        _merge(world, said, at)
    elif said.verb == "vacate":
        _vacate(said, world)
    elif said.verb == "adopt":
        instance.adopt(name="covid-19.control.5", from_date=date.fromisoformat(known), by=world.by, at=world.at)


# What is taken back or moved, of the facts known by then.
PUT_RIGHT: dict[str, Any] = {
    "uncontact": Contact,
    "unclassify": Classification,
    "unreport": Report,
    "move_onset": Onset,
    "move_report": Report,
}


def _take_back(world: World, said: Said, at: Any) -> None:
    model = PUT_RIGHT[said.verb]
    # A contact without a time may be taken back before anybody knew of it.
    theirs = model.objects.filter(person_id=world.person(said.name), retracted=False)
    known = theirs.filter(Q(became_known_at__lte=at) | Q(became_known_at=None))
    fact = known.order_by(F("became_known_at").asc(nulls_first=True), "entry_id").first()
    if fact is None:
        return
    if said.verb.startswith("move"):
        moved = fact.observed_date - timedelta(days=2)
        cases.correct(model=model, root=fact.root, observed_date=moved, known_at=at, by=world.by, at=world.at)
    else:
        cases.retract(model=model, root=fact.root, known_at=at, by=world.by, at=world.at)


def _merge(world: World, said: Said, at: Any) -> None:
    from mainstay.platform.errors import MainstayError

    try:
        with transaction.atomic():
            if said.verb == "merge":
                people.merge(
                    person=world.person(said.name), into=world.person(said.other), reason="same", by=world.by, at=at
                )
            else:
                people.unmerge(person=world.person(said.name), by=world.by, at=at)
    except MainstayError:
        pass


def _vacate(said: Said, world: World) -> None:
    from mainstay.platform.errors import MainstayError

    at = at_time(_text(said.entered), "09:00")
    try:
        with transaction.atomic():
            organisations.vacate(post=Post.objects.get(code="tracing"), ends_at=at, by=world.by, at=at)
    except MainstayError:
        pass


def _touch_everybody(world: World) -> None:
    persons = [ledger.Subject("person", identity) for identity in Person.objects.values_list("id", flat=True)]
    posts = [ledger.Subject("post", identity) for identity in Post.objects.values_list("id", flat=True)]
    ledger.append([], by=world.by, at=world.at, verb="test.touch", touch=[*persons, *posts])


def _play(history: list[Said], missed: set[int], everybody: bool) -> dict[str, Any]:
    """Run the history in a world of its own and say what stands, by names instead of ids; then undo it."""
    with transaction.atomic():
        world = World.made(edition=[{"id": name, "from": date(2000, 1, 1)} for name in ("house", "mers.who")])
        world.disease = "mers"
        for name in NAMES:
            world.person(name)
        for n in range(DAYS):
            for said in history:
                if said.entered == n:
                    _say(world, said)
            if n in missed and n != DAYS - 1:
                continue
            if everybody:
                _touch_everybody(world)
            world.cycle(_text(n))
        result = _standing(world)
        transaction.set_rollback(True)
    return result


def _standing(world: World) -> dict[str, Any]:
    names = {identity: name for name, identity in world.people.items()}
    duties = {
        state.duty_id: (
            names.get(state.subject_id, "post"),
            state.duty.clause,
            str(state.duty.occurrence),
            str(state.duty.due_at),
            state.status,
            state.level,
            state.required,
            state.post and state.post.code,
            state.answering and state.answering.code,
        )
        for state in DutyState.objects.select_related("duty", "post", "answering")
    }
    events = DutyEvent.objects.order_by("duty_id", "seq").values_list("duty_id", "verb", "period_date", "status")
    return {
        "duties": sorted(map(str, duties.values())),
        "events": sorted(str((duties[duty][:3], verb, str(day), status)) for duty, verb, day, status in events),
        "categories": sorted(
            (names[s.subject_id], s.disease, s.category)
            for s in SubjectState.objects.filter(subject_type="person", category__gt="")
        ),
        "count": Duty.objects.count(),
        "of concern": sorted(str((names[one.row.id], one.row.category, one.row.open, one.signs)) for one in _listed()),
    }


def _listed() -> list[WorstRow]:
    """The list at the end of the last period: each stands as urgent as a look at their facts finds them."""
    moment = Run.objects.order_by("-period_date").values_list("moment_at", flat=True).first()
    found = list_worst(Asked(Scope(everywhere=True), moment), limit=1000)
    kept = dict(PersonOfConcern.objects.values_list("person_id", "urgency"))
    assert {one.row.id: rank(one.signs) for one in found} == {one.row.id: kept[one.row.id] for one in found}
    return found


@settings(
    max_examples=150 if os.environ.get("MAINSTAY_SOAK") else 7,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(_said(), min_size=2, max_size=12), missed=st.sets(st.integers(1, DAYS - 2), max_size=2))
def test_judging_the_touched_equals_judging_everybody(db: None, history: list[Said], missed: set[int]) -> None:
    touched = _play(history, missed, everybody=False)
    everybody = _play(history, missed, everybody=True)
    assert touched == everybody


@settings(
    max_examples=100 if os.environ.get("MAINSTAY_SOAK") else 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(_said(), min_size=2, max_size=10), order=st.randoms(use_true_random=False))
def test_the_order_of_arrival_within_a_period_does_not_matter(db: None, history: list[Said], order: Any) -> None:
    """Facts that correct nothing may come in any order; a correction needs what it corrects."""
    plain = [said for said in history if said.verb not in (*PUT_RIGHT, "merge", "unmerge", "vacate")]
    shuffled = list(plain)
    order.shuffle(shuffled)
    assert _play(plain, set(), everybody=False) == _play(shuffled, set(), everybody=False)


@settings(
    max_examples=100 if os.environ.get("MAINSTAY_SOAK") else 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(_said(), min_size=2, max_size=10), day=st.integers(0, DAYS - 2))
def test_what_became_known_later_changes_no_earlier_day(db: None, history: list[Said], day: int) -> None:
    """Leaving out what became known after a day changes nothing in the duties of any day up to it.

    A contact in a file of pairs is known with a report, so it is no later fact by itself.
    """
    kept = [said for said in history if said.verb not in ("vacate", "adopt")]
    before = [said for said in kept if said.known <= day or said.verb == "paired"]
    assert _until(kept, day) == _until(before, day)


def _until(history: list[Said], day: int) -> list[Any]:
    with transaction.atomic():
        world = World.made(edition=[{"id": name, "from": date(2000, 1, 1)} for name in ("house", "mers.who")])
        for name in NAMES:
            world.person(name)
        for said in history:
            _say(world, said)
        seen = []
        for n in range(day + 1):
            world.cycle(_text(n))
            seen.append({name: _all_of(world, name, _text(n)) for name in NAMES})
        transaction.set_rollback(True)
    return seen


def _all_of(world: World, name: str, on: str) -> list[tuple[str, str, str]]:
    """Every duty as it stood, also where one clause has several: a withdrawn one beside its successor."""
    return sorted((row.clause, str(row.occurrence), row.status) for row in world.duties(name, on))
