"""A difference of register, hospital and laboratory is a question of the cycle: owned, due, closed when they agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

import mainstay.cycle.run as run_of_the_cycle
from mainstay.cases import services as cases
from mainstay.cases.models import Classification
from mainstay.cycle.check import whole
from mainstay.cycle.differences import ask
from mainstay.cycle.models import Run
from mainstay.duties.models import Duty, DutyState
from mainstay.intake.models import Question
from mainstay.platform.clock import day_end, known_on
from mainstay.platform.models import Entry, Seal
from mainstay.reports.queries.reconciliation import SETTLE, find_differences, reconciliation
from mainstay.reports.rules.reconciliation import KINDS
from tests.reports.three_sides import class_by, outcome_by, result_of, tube
from tests.world import World, day

pytestmark = pytest.mark.django_db


def settles(world: World) -> list[tuple[str, str, str | None]]:
    """(status, whose it is, who answers) of every such duty, in the order they were opened."""
    rows = DutyState.objects.filter(duty__kind=SETTLE).order_by("duty__starts_at", "duty_id")
    return list(rows.values_list("status", "post__code", "answering__code"))


def counts(run: Run) -> dict[str, int]:
    return {name: run.steps.get(name="reconcile").counts[name] for name in ("differences", "asked", "settled")}


def test_each_difference_is_a_duty_and_closes_when_the_sides_agree(world: World) -> None:
    world.result("Bo", "positive", "2020-02-01")
    world.result("Ci", "positive", "2020-02-01")
    assert counts(world.cycle("2020-02-01")) == {"differences": 2, "asked": 2, "settled": 0}
    assert settles(world) == [("open", "tracing", "tracing")] * 2
    world.classified("Bo", "confirmed", "2020-02-02")
    assert counts(world.cycle("2020-02-02")) == {"differences": 1, "asked": 0, "settled": 1}
    assert sorted(status for status, _post, _answering in settles(world)) == ["done", "open"]
    assert counts(world.cycle("2020-02-02")) == {"differences": 1, "asked": 0, "settled": 0}
    assert Question.objects.filter(kind="difference").count() == 2 + 1


def test_run_again_the_sides_are_read_anew_where_one_has_told_of_anything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call saved in the afternoon, when the day was run at noon, need not wait for a city to be set side by side."""
    world.result("Bo", "positive", "2020-02-01")
    world.cycle("2020-02-01")
    asked: list[date] = []

    def noted(*, on: date, seal: Seal | None) -> Any:
        asked.append(on)
        return find_differences(on=on, seal=seal)

    monkeypatch.setattr(run_of_the_cycle, "find_differences", noted)
    world.checked("Bo", "2020-02-01")
    assert counts(world.cycle("2020-02-01")) == {"differences": 1, "asked": 0, "settled": 0}
    assert asked == []
    world.result("Ci", "positive", "2020-02-01")
    assert counts(world.cycle("2020-02-01")) == {"differences": 2, "asked": 1, "settled": 0}
    world.classified("Bo", "confirmed", "2020-02-01")
    assert counts(world.cycle("2020-02-01")) == {"differences": 1, "asked": 0, "settled": 1}
    assert len(asked) == 2
    assert counts(world.cycle("2020-02-02")) == {"differences": 1, "asked": 0, "settled": 0}
    assert len(asked) == 3  # another day is another moment


def test_it_is_owed_within_a_day_and_the_report_names_its_duty(world: World) -> None:
    world.result("Bo", "positive", "2020-02-01")
    before = world.cycle("2020-02-01")
    (row,) = reconciliation(on=date(2020, 2, 1)).rows
    duty = Duty.objects.get(kind=SETTLE)
    assert (row.duty, row.status) == (duty.id, "open")
    assert row.due_at == day_end(date(2020, 2, 2), world.zone)
    assert reconciliation(on=date(2020, 2, 1), known_at=before.seal_no).rows[0].duty is None  # judged after that seal


def test_the_owner_is_by_where_the_person_is_and_follows_them(world: World) -> None:
    """At home, in a site, in the hospital; before the cycle has run the same rule says who will be asked."""
    world.lives("Bo", "u2")
    world.result("Bo", "positive", "2020-02-01")
    asked = reconciliation(on=date(2020, 2, 1))
    world.cycle("2020-02-01")
    assert settles(world) == [("open", "unit-u2", "unit-u1")]
    (row,) = reconciliation(on=date(2020, 2, 1)).rows
    (known,) = asked.rows or reconciliation(on=date(2020, 2, 1)).rows
    assert (known.post, known.answering) == (row.post, row.answering)
    assert DutyState.objects.get(duty__kind=SETTLE).unit_id is not None
    for on, kind, facility, post in (("2020-02-02", "site", "s1", "site-s1"), ("2020-02-03", "ward", "h1", "ward-h1")):
        world.stays("Bo", kind, facility, on)
        world.cycle(on)
        (owned,) = {(post_, answering) for _status, post_, answering in settles(world) if _status == "open"} & {
            (post, post)
        }
        assert owned == (post, post)


def test_what_differs_again_is_asked_again(world: World) -> None:
    world.result("Bo", "positive", "2020-02-01")
    world.cycle("2020-02-01")
    fact = world.classified("Bo", "confirmed", "2020-02-02")
    world.cycle("2020-02-02")
    assert settles(world) == [("done", "tracing", "tracing")]
    cases.retract(
        model=Classification, root=fact, known_at=known_on(day("2020-02-03"), world.zone), by=world.by, at=world.at
    )
    assert counts(world.cycle("2020-02-03")) == {"differences": 1, "asked": 1, "settled": 0}
    assert settles(world) == [("open", "tracing", "tracing")]


def test_the_check_finds_what_nobody_is_asked_about_and_what_is_asked_in_vain(committed_world: World) -> None:
    world = committed_world
    world.result("Bo", "positive", "2020-02-01")
    world.classified("Ci", "confirmed", "2020-02-01")
    world.cycle("2020-02-01")
    assert whole.run().ok
    last = Run.objects.get()
    (one,) = find_differences(on=date(2020, 2, 1), seal=Seal.objects.order_by("-no").first())["mers"]
    assert one.person == world.person("Bo")
    ask({"mers": [replace(one, person=world.person("Ci"), kind="died_still_lying")]}, by=world.by, at=last.moment_at)
    Run.objects.filter(id=last.id).update(to_entry=Entry.objects.order_by("-no").first().no)
    found = {(finding.code, finding.id) for finding in whole.run().findings if finding.code.startswith("difference")}
    assert found == {
        ("difference.not_asked", world.person("Bo").hex),
        ("difference.still_asked", world.person("Ci").hex),
    }


def one_of_every_kind(world: World) -> None:
    """Named by what is different about them."""
    class_by(world, "told", "confirmed", "2020-02-01", "centre")
    outcome_by(world, "told", "died", "2020-02-01", "centre")
    for name, value in (("positive_not_confirmed", "suspected"), ("excluded", "discarded")):
        world.classified(name, value, "2020-02-01")
    for name in ("positive_not_in_register", "positive_not_confirmed", "excluded"):
        result_of(world, name, "positive", "2020-02-02", tube(world, name, "2020-02-02"))
    for name in ("confirmed_without_result", "left_without_outcome", "stays_overlap", "discharged_still_lying"):
        world.classified(name, "confirmed" if "without" in name else "suspected", "2020-02-01")
    world.stays("confirmed_without_result", "ward", "h1", "2020-02-01")
    world.stays("left_without_outcome", "ward", "h1", "2020-02-01", ends="2020-02-02")
    world.stays("stays_overlap", "ward", "h1-er", "2020-02-01")
    world.stays("stays_overlap", "site", "s1", "2020-02-02")
    world.stays("discharged_still_lying", "ward", "h1", "2020-02-01")
    world.outcome("discharged_still_lying", "discharged", "2020-02-02", known="2020-02-02")
    world.outcome("hospitalised_without_stay", "discharged", "2020-02-02", known="2020-02-02")
    world.stays("died_still_lying", "ward", "h1", "2020-02-01")
    world.outcome("died_still_lying", "died", None, known="2020-02-02")
    class_by(world, "died_in_one_only", "confirmed", "2020-02-01", "centre")
    outcome_by(world, "died_in_one_only", "died", "2020-02-02", "hospital")
    world.outcome("seen_after_death", "died", "2020-02-01", known="2020-02-01")
    tube(world, "seen_after_death", "2020-02-02")
    world.classified("result_without_specimen", "suspected", "2020-02-01")
    result_of(world, "result_without_specimen", "negative", "2020-02-02")


def test_the_check_finds_every_kind_by_other_means(committed_world: World) -> None:
    """SQL over all people at once against the rules person by person: the same on each kind, and on none too many."""
    world = committed_world
    one_of_every_kind(world)
    world.cycle("2020-02-02")
    names = {identity: name for name, identity in world.people.items()}
    found = {(names[row.difference.person], row.difference.kind) for row in reconciliation(on=date(2020, 2, 2)).rows}
    assert found == {(kind, kind) for kind in KINDS} | {("excluded", "positive_not_in_register")}
    assert whole.run().ok


def test_what_a_run_asks_itself_is_no_reason_to_set_the_sides_side_by_side_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One difference is asked about; a fact that comes in meanwhile is looked at too, the question itself is not."""
    looked: list[int] = []

    def counted(**asked: Any) -> Any:
        looked.append(1)
        return find_differences(**asked)

    monkeypatch.setattr(run_of_the_cycle, "find_differences", counted)
    world.result("Gao", "positive", "2020-02-01")
    world.cycle("2020-02-01")
    assert DutyState.objects.filter(duty__kind=SETTLE).count() == 1
    assert len(looked) == 1
