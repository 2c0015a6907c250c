"""Worst first: each reason by itself, and that the graver outweighs whatever the others have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.accounts.rules import Scope
from mainstay.duties.models import PersonOfConcern
from mainstay.reports.queries.line_list import Asked
from mainstay.reports.queries.worst import list_worst, worst_ids
from mainstay.reports.rules.worst import WORSENING, Known, Sign, rank, signs
from tests.world import World

AT = datetime(2020, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (Known("suspected"), (Sign.NOT_ISOLATED, Sign.NOT_TESTED)),
        (Known("suspected", stay="home", is_tested=True), (Sign.NOT_ISOLATED,)),
        (Known("confirmed", stay="ward"), ()),
        (Known("close_contact"), ()),
        (Known("", severities=("mild", "severe"), breathless=True), ()),  # went home, or died
        (Known("confirmed", "ward", severities=("mild", "severe")), (Sign.SEVERITY_ROSE,)),
        (Known("confirmed", "ward", severities=("severe", "mild")), ()),
        (Known("close_contact", breathless=True), (Sign.BREATH,)),
        (Known("close_contact", tenths=(375, 380)), (Sign.FEVER_ROSE,)),  # half a degree
        (Known("close_contact", tenths=(376, 380)), ()),
        (Known("close_contact", tenths=(360, 370)), ()),  # no fever
        (Known("close_contact", tenths=(392, 385)), (Sign.FEVER_ROSE,)),  # 38.5 whatever came before
    ],
)
def test_each_reason(known: Known, found: tuple[Sign, ...]) -> None:
    assert signs(known) == found


SIGNS = st.frozensets(st.sampled_from(Sign)).map(tuple)


@given(SIGNS, SIGNS)
def test_the_first_reason_in_which_two_differ_decides(one: tuple[Sign, ...], other: tuple[Sign, ...]) -> None:
    def slow(found: tuple[Sign, ...]) -> list[bool]:
        return [not WORSENING & set(found), Sign.NOT_ISOLATED not in found, Sign.NOT_TESTED not in found]

    assert (rank(one) < rank(other)) == (slow(one) < slow(other))


def test_the_list_says_why_with_the_worst_first(world: World) -> None:
    for name in ("An", "Bo", "Ci"):
        world.classified(name, "suspected", "2020-02-05")
    world.stays("An", "ward", "h1", "2020-02-05")
    world.result("An", "negative", "2020-02-06")
    world.checked("Ci", "2020-02-08", tenths=374)
    world.checked("Ci", "2020-02-09", tenths=384)
    world.symptom("Bo", "chest_pain", "2020-02-08")
    world.symptom("Bo", "chest_pain", "2020-02-09", present=False)  # gone again
    world.cycle("2020-02-09")
    asked = Asked(Scope(everywhere=True), AT)
    names = {one: name for name, one in world.people.items()}
    found = [(names[one.row.id], one.signs) for one in list_worst(asked)]
    assert found == [
        ("Ci", (Sign.FEVER_ROSE, Sign.NOT_ISOLATED, Sign.NOT_TESTED)),
        ("Bo", (Sign.NOT_ISOLATED, Sign.NOT_TESTED)),
        ("An", ()),
    ]
    assert [names[one] for one in worst_ids(asked, 10)] == ["Ci", "Bo", "An"]
    ci = list_worst(asked, limit=1)[0].row.cursor
    assert [names[one.row.id] for one in list_worst(asked, after=ci, limit=1)] == ["Bo"]


def test_whoever_was_worse_days_ago_stands_before_the_others_no_longer(world: World) -> None:
    """An had chest pain on the 5th; nobody said anything of it since, so that on the 9th it is no more told by."""
    world.classified("An", "confirmed", "2020-02-05")
    world.stays("An", "ward", "h1", "2020-02-05")
    world.symptom("An", "chest_pain", "2020-02-05")
    for day, urgency in (("2020-02-05", 7 - 4), ("2020-02-08", 7 - 4), ("2020-02-09", 7)):
        world.cycle(day)
        assert PersonOfConcern.objects.get(person_id=world.people["An"]).urgency == urgency, day
