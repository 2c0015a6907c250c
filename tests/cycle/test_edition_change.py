"""An edition switched on over existing people equals registering them afterwards.

Two homes are told the same. *Switched*: people are registered under the old editions, day by day, and on
20 February the new ones come into force over them. *Registered*: the new editions hold from the beginning,
and the same people are registered in the first instant of 20 February. From then on both are told the
same, and at the end of every day the open duties are the same: whose, which clause, since which fact, for
which day, due when, on whose post.

Three differences remain, each because the design says so, and nothing else may differ:

* *The first deadline stays.* What the old edition asked already is the same duty under the new one, with the
  deadline it was opened with; whoever is registered afterwards has a later one.
* *A one-off duty never ends by the clock.* One that the old edition opened and nobody did stands overdue, even
  where somebody registered afterwards would not be asked any more.
* *What is done is done.* Where the old edition was content with less, nothing is asked again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.cycle import instance
from mainstay.cycle.gather import KINDS
from mainstay.duties.models import DutyState
from mainstay.platform.clock import day_start
from mainstay.tracing.models import Contact, Exposure
from tests.world import ZONE, World, day

pytestmark = pytest.mark.django_db

OLD = ("covid-19.control.2", "covid-19.treatment.5")
NEW = ("covid-19.control.5", "covid-19.treatment.6")
FIRST, SWITCH, LAST = date(2020, 2, 9), date(2020, 2, 20), date(2020, 2, 26)
OPENS = day_start(SWITCH, ZONE)


@dataclass
class Late(World):
    """A world to which nothing was known before the switch."""

    def _common(self, name: str, on: str, known: str | None) -> dict[str, Any]:
        common = super()._common(name, on, known)
        return common | {"known_at": max(common["known_at"], OPENS)}


class Open(NamedTuple):
    """An open duty by what it says, not by ids; `before`: owed since before the switch."""

    who: str
    clause: str
    since: str  # the fact that began it
    occurrence: str
    post: str
    due: datetime
    before: bool

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        return self[:5]


Told = Callable[[World], object]
Story = list[tuple[str, Told]]  # (the day it was said, what)


def switched(story: Story, announced: date = SWITCH) -> dict[date, list[Open]]:
    """What is open at each day's end from the switch on, where the people were there before the edition."""
    with transaction.atomic():
        world = World.made(edition=_editions(OLD))
        world.disease = "covid-19"
        for on in _days(FIRST, SWITCH):
            if on == announced:
                for name in NEW:
                    instance.adopt(name=name, from_date=SWITCH, by=world.by, at=world.at)
            if on < SWITCH:
                _tell(world, story, on, on)
                world.cycle(on.isoformat())
        standing = _from_the_switch(world, story)
        transaction.set_rollback(True)
    return standing


def registered(story: Story) -> dict[date, list[Open]]:
    """The same, where the edition was there before the people."""
    with transaction.atomic():
        world = Late.made(edition=_editions(NEW))
        world.disease = "covid-19"
        world.cycle((SWITCH - timedelta(1)).isoformat())
        _tell(world, story, FIRST, SWITCH - timedelta(1))
        standing = _from_the_switch(world, story)
        transaction.set_rollback(True)
    return standing


def _editions(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"id": name, "from": date(2000, 1, 1)} for name in ("house", *names)]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _tell(world: World, story: Story, first: date, last: date) -> None:
    for on, said in story:
        if first <= day(on) <= last:
            said(world)


def _from_the_switch(world: World, story: Story) -> dict[date, list[Open]]:
    standing = {}
    for on in _days(SWITCH, LAST):
        _tell(world, story, on, on)
        world.cycle(on.isoformat())
        standing[on] = _open(world)
    return standing


def _open(world: World) -> list[Open]:
    names = {identity: name for name, identity in world.people.items()}
    facts = _facts(names)
    rows = DutyState.objects.filter(status="open", subject_type="person").select_related("duty", "post")
    return sorted(
        Open(
            names[row.subject_id],
            row.duty.clause,
            facts.get(row.duty.episode, row.duty.episode),
            str(row.duty.occurrence or ""),
            row.post.code,
            row.due_at,
            row.duty.starts_at < OPENS,
        )
        for row in rows
    )


def _facts(names: dict[Any, str]) -> dict[str, str]:
    """{root: what fact it is}: roots are random, and differ between homes."""
    found = {}
    for kind in KINDS:
        for row in kind.model.objects.all():
            # A spell of exposure keeps its duty, whichever exposure is found first in it: any of them names it.
            day_of = "" if kind.model is Exposure else f" of {getattr(row, kind.day)}"
            found[row.root.hex] = f"{kind.model.__name__}{day_of}"
    for contact in Contact.objects.all():
        found[contact.root.hex] = f"Contact with {names[contact.person_id]}"
    return found


# --- one story, its differences worked out by hand -----------------------------------------------------


def _story() -> Story:
    """Seven people, of whom each edition asks something else; then a check, a test and an exclusion."""
    return [
        # Gao falls ill on the 10th and lies in the ward.
        ("2020-02-11", lambda w: w.onset("Gao", "2020-02-10", "2020-02-11")),
        ("2020-02-11", lambda w: w.result("Gao", "positive", "2020-02-11")),
        ("2020-02-11", lambda w: w.classified("Gao", "confirmed", "2020-02-11")),
        ("2020-02-11", lambda w: w.reported("Gao", "2020-02-11")),
        ("2020-02-11", lambda w: w.stays("Gao", "ward", "h1", "2020-02-11")),
        # Hu met Gao the day before: a contact only by edition 5, from two days before onset.
        ("2020-02-11", lambda w: w.met("Hu", "Gao", "2020-02-11", "2020-02-09", "2020-02-09")),
        # Lin met Gao the day after: a contact by either.
        ("2020-02-12", lambda w: w.met("Lin", "Gao", "2020-02-12", "2020-02-11", "2020-02-11")),
        # Ning met Gao on both days: since the 11th by edition 2, since the 9th by edition 5, and one observation.
        ("2020-02-11", lambda w: w.met("Ning", "Gao", "2020-02-11", "2020-02-09", "2020-02-09")),
        ("2020-02-12", lambda w: w.met("Ning", "Gao", "2020-02-12", "2020-02-11", "2020-02-11")),
        # Ma is infected without symptoms: a class only by edition 5.
        ("2020-02-13", lambda w: w.result("Ma", "positive", "2020-02-13")),
        ("2020-02-13", lambda w: w.classified("Ma", "asymptomatic", "2020-02-13")),
        # Qi has a fever, and nobody looked: edition 5 asks for a test and a place besides.
        ("2020-02-18", lambda w: w.symptom("Qi", "fever", "2020-02-18")),
        # Su lies in a converted site: no ward by edition 2, enough by edition 5.
        ("2020-02-15", lambda w: w.classified("Su", "suspected", "2020-02-15")),
        ("2020-02-15", lambda w: w.stays("Su", "site", "s1", "2020-02-15")),
        # After the switch: Hu is checked, Qi tested, Gao excluded.
        ("2020-02-21", lambda w: w.checked("Hu", "2020-02-21")),
        ("2020-02-22", lambda w: w.result("Qi", "negative", "2020-02-22")),
        ("2020-02-24", lambda w: w.classified("Gao", "discarded", "2020-02-24")),
    ]


def test_it_does_not_matter_how_long_before_it_was_announced(told: Any) -> None:
    early = switched(_story(), announced=date(2020, 2, 17))
    for on, standing in early.items():
        assert [(one.key, one.due) for one in standing] == [(one.key, one.due) for one in told[0][on]], on


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> tuple[dict[date, list[Open]], dict[date, list[Open]]]:
    with django_db_blocker.unblock():
        return switched(_story()), registered(_story())


def _clauses(standing: list[Open], name: str) -> list[str]:
    return [one.clause for one in standing if one.who == name]


def test_the_same_duties_are_open_every_day(told: Any) -> None:
    a, b = told
    assert list(a) == list(b) == _days(SWITCH, LAST)
    for on in a:
        assert [one.key for one in a[on]] == [one.key for one in b[on]], on


def test_what_only_the_new_edition_asks_is_due_at_the_same_instant(told: Any) -> None:
    a, b = told
    for on in a:
        due = {one.key: one.due for one in b[on]}
        assert [one for one in a[on] if not one.before and one.due != due[one.key]] == []
    # Hu, a contact by the new edition alone: as of somebody registered in the first instant of the 20th.
    place = next(one for one in a[SWITCH] if one.key[:2] == ("Hu", "contact.offer_place"))
    assert place.due == OPENS + timedelta(hours=24)


def test_what_the_old_edition_asked_keeps_its_first_deadline(told: Any) -> None:
    a, b = told
    kept = {one.key: one.due for one in a[SWITCH] if one.before}
    # Lin's place was owed since the 12th was over (at 23:59:59), within 24 hours; registered, since the 20th began.
    lin = ("Lin", "contact.offer_place", "Exposure", "", "tracing")
    again = {one.key: one.due for one in b[SWITCH]}
    assert kept[lin] == day_start(date(2020, 2, 14), ZONE) - timedelta(seconds=1)
    assert again[lin] == OPENS + timedelta(hours=24)
    assert all(due < again[key] for key, due in kept.items())
    # Ning's began with an earlier meeting than the old edition thought: it is the same duty.
    ning = ("Ning", "contact.offer_place", "Exposure", "", "tracing")
    assert kept[ning] == kept[lin]


def test_who_is_asked_what(told: Any) -> None:
    """Not only equal, but as the new edition says."""
    open_, _b = told
    first = open_[SWITCH]
    assert _clauses(first, "Hu") == ["contact.observe", "contact.offer_place", "contact.seek_order"]
    assert "fever.specimen" in _clauses(first, "Qi") and "fever.offer_place" in _clauses(first, "Qi")
    assert "case.report" in _clauses(first, "Ma")
    assert "case.admit" not in _clauses(first, "Su")  # done by the converted site, which edition 5 takes for enough
    assert "fever.specimen" not in _clauses(open_[date(2020, 2, 22)], "Qi")  # tested
    # Day 14 after the 9th is over with the 23rd: Hu is released; on the 24th Gao is excluded, and all is withdrawn.
    assert "contact.release" in _clauses(open_[date(2020, 2, 23)], "Hu")
    assert {name for name in ("Gao", "Hu", "Lin") if _clauses(open_[date(2020, 2, 24)], name)} == set()


# --- any story --------------------------------------------------------------------------------------------

NAMES = ("Ai", "Bo", "Ci")


def _said() -> st.SearchStrategy[tuple[str, Told]]:
    """Something said on the day it was so: what is told late, or without a day, counts from when it was told."""
    on = st.dates(FIRST, SWITCH + timedelta(2)).map(date.isoformat)
    classes = st.sampled_from(("confirmed", "clinical", "suspected", "asymptomatic", "discarded"))
    name = st.sampled_from(NAMES)
    verbs = st.one_of(
        st.tuples(st.just("classified"), name, classes),
        st.tuples(st.just("onset"), name),
        st.tuples(st.just("reported"), name),
        st.tuples(st.just("met"), name, name),
        st.tuples(st.just("symptom"), name, st.sampled_from(("fever", "cough", "pneumonia_imaging"))),
        st.tuples(st.just("result"), name, st.sampled_from(("positive", "negative"))),
        st.tuples(st.just("checked"), name),
        st.tuples(st.just("stays"), name, st.sampled_from(("ward", "site"))),
        st.tuples(st.just("outcome"), name, st.sampled_from(("recovered", "died"))),
    )
    return st.tuples(on, verbs).map(lambda drawn: (drawn[0], Telling(drawn[0], *drawn[1])))


class Telling(NamedTuple):
    """One thing said, as a test that fails shows it."""

    on: str
    verb: str
    name: str
    value: str = ""

    def __call__(self, world: World) -> None:
        if self.verb == "met" and self.name != self.value:
            world.met(self.name, self.value, self.on, self.on, self.on)
        elif self.verb == "stays":
            world.stays(self.name, self.value, "h1" if self.value == "ward" else "s1", self.on)
        elif self.verb == "outcome":
            world.outcome(self.name, self.value, self.on, self.on)
        elif self.verb in ("classified", "symptom", "result"):
            getattr(world, self.verb)(self.name, self.value, self.on)
        elif self.verb != "met":
            getattr(world, self.verb)(self.name, self.on)


@settings(
    max_examples=60 if os.environ.get("MAINSTAY_SOAK") else 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=st.lists(_said(), min_size=4, max_size=14))
def test_over_any_story(db: None, story: Story) -> None:
    a, b = switched(story), registered(story)
    for on in a:
        ours, theirs = {one.key: one for one in a[on]}, {one.key: one for one in b[on]}
        more = [one for key, one in ours.items() if key not in theirs]
        assert all(one.before and not one.occurrence for one in more), on  # one-off, and owed by the old edition
        # Meetings within eleven days are one observation, whichever of them the old edition counted.
        asked = {(one.who, one.clause) for one in b[on]}
        assert [one for one in more if one.clause.startswith("contact.") and (one.who, one.clause) in asked] == [], on
        assert theirs.keys() - ours.keys() == set(), on
        for key in ours.keys() & theirs.keys():
            assert ours[key].due <= theirs[key].due if ours[key].before else ours[key].due == theirs[key].due, key
