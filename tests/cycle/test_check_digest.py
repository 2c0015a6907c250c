"""The digest: the same wherever the same is known and owed, another as soon as anything differs."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

import pytest

from mainstay.cases.models import Classification, Onset, Report
from mainstay.cycle import check
from mainstay.duties.models import Duty, DutyEvent
from mainstay.organisations.models import Post
from mainstay.people.models import Merge
from mainstay.platform.identity import new_id
from mainstay.tracing.models import Contact, Exposure
from tests.cycle.check_world import DAY, FLU, NOON, empty, fact, instance, person, write

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_KEYS = ",".join(f"{name}={'e1' * 32}" for name in ("seal", "blind", "cipher", "record"))


def story(order: random.Random | None = None, pieces: int = 1, **changed) -> str:
    """The digest of one small outbreak, told in any order and in any number of entries.

    `changed` alters the content of the fact of that name.
    """
    empty()
    instance()
    names = ["Li Na", "Wang Wei", "Zhang Wei", ""]
    if order:
        order.shuffle(names)
    people = {name: person(name) if name else person() for name in names}
    rows = list(facts(people, changed).values())
    if order:
        order.shuffle(rows)
    size = -(-len(rows) // pieces)
    for start in range(0, len(rows), size):
        write(*rows[start : start + size])
    return check.run().digest


def facts(people, changed) -> dict:
    na, wei, zhang, nameless = (people[name] for name in ("Li Na", "Wang Wei", "Zhang Wei", ""))
    first = fact(Classification, person=na, disease=FLU, value="suspected")
    contact = fact(Contact, person=wei, index=na, disease=FLU, kind="household", last_date=DAY)
    made = {
        "first": first,
        "second": fact(
            Classification,
            DAY + timedelta(1),
            root=first.root,
            version=2,
            person=na,
            disease=FLU,
            value="confirmed",
        ),
        "report": fact(Report, person=na, disease=FLU, known_on_receipt=True),
        "onset": fact(Onset, person=zhang, disease=FLU),
        "contact": contact,
        "exposure": fact(
            Exposure,
            person=wei,
            index=na,
            contact_root=contact.root,
            disease=FLU,
            kind="household",
            source="link",
        ),
        "nameless": fact(Contact, person=nameless, index=na, disease=FLU, kind="travel"),
        "merge": fact(Merge, person=zhang, into=wei, reason="same number"),
    }
    for name, values in changed.items():
        for key, value in values.items():
            setattr(made[name], key, value)
    return made


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_cut_in_seven_and_under_other_keys_it_is_the_same(seed, monkeypatch):
    at_first = story()
    monkeypatch.setenv("MAINSTAY_KEYS", OTHER_KEYS)
    assert story(random.Random(seed), pieces=7) == at_first


@pytest.mark.parametrize(
    "changed",
    [
        {"first": {"value": "probable"}},
        {"second": {"root": UUID(int=7), "version": 1}},
        {"onset": {"observed_date": None}},
        {"contact": {"setting": "ward"}},
        {"exposure": {"contact_root": None}},
        {"nameless": {"kind": "work"}},
        {"merge": {"retracted": True}},
        {"onset": {"became_known_at": NOON}},
    ],
)
def test_it_changes_with_any_content_and_with_any_correction_link(changed):
    assert story(**changed) != story()


def test_when_something_was_received_is_not_in_it():
    assert story(report={"became_known_at": NOON}) == story()


def test_another_name_is_another_person():
    def of(name: str) -> str:
        empty()
        write(fact(Onset, person=person(name), disease=FLU))
        return check.run().digest

    assert of("Li Na") == of("li na ") != of("Li Nan")


def duty(status: str, kind: str = "report") -> str:
    """The digest of one duty that stands so."""
    empty()
    post = Post.objects.create(code="tracing", name="Tracing")
    identity, somebody = new_id(), person("Li Na")
    onset = fact(Onset, person=somebody, disease=FLU)
    write(onset)
    opened = Duty(
        id=identity,
        subject_type="person",
        subject_id=somebody.id,
        disease=FLU,
        edition="flu-1",
        clause="case.report",
        episode=onset.root.hex,
        kind=kind,
        starts_at=NOON,
        due_at=NOON,
        opened_on=DAY,
    )
    event = DutyEvent(
        duty_id=identity,
        seq=0,
        verb="opened",
        period_date=DAY,
        status=status,
        level=0,
        post_id=post.id,
        cause=f"fact:{onset.root.hex}",
    )
    write(opened, event)
    return check.run().digest


def test_duties_and_their_events_are_in_it():
    assert duty("open") == duty("open")
    assert len({duty("open"), duty("done"), duty("open", kind="visit")}) == 3


def test_the_same_facts_twice_are_not_the_same():
    def onsets(count: int) -> str:
        empty()
        somebody = person("Li Na")
        write(*(fact(Onset, person=somebody, disease=FLU) for _ in range(count)))
        return check.run().digest

    assert onsets(1) != onsets(2)
