"""A contact of a feed of pairs, without days and without a time: when it counts, whatever is said later.

Gao is a confirmed case, ill since 1 February; the list of pairs, received in March, says that Hu met Gao. It is known
with Gao's report on the 2nd, so Hu is watched from the 3rd on. What is said on the 4th lies in the ledger before the
first day is run, as in a replay: it must change nothing on the days before.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from mainstay.cases import services as cases
from mainstay.cases.models import Report
from mainstay.cycle import check
from mainstay.platform.clock import known_on
from mainstay.tracing.models import Contact, Exposure
from tests.world import World, day

Says = Callable[[World], Any]
PROVED = range(1, 6) if os.environ.get("MAINSTAY_SOAK") else (3,)


def on(n: int) -> str:
    return f"2020-02-0{n}"


def ill(world: World, name: str = "Gao") -> None:
    world.onset(name, on(1))
    world.classified(name, "confirmed", on(1))


def reported(n: int, name: str = "Gao") -> Says:
    return lambda world: world.reported(name, on(n))


def paired(world: World) -> None:
    world.paired("Hu", "Gao", received="2020-03-01")


def _put_right(world: World, model: Any, n: int, **columns: Any) -> None:
    change = cases.correct if columns else cases.retract
    root = model.objects.get(version=1, person_id=world.people["Hu" if model is Contact else "Gao"]).root
    change(model=model, root=root, known_at=known_on(day(on(n)), world.zone), by=world.by, at=world.at, **columns)


def report_taken_back(world: World) -> None:
    _put_right(world, Report, 4)


def report_corrected(world: World) -> None:
    _put_right(world, Report, 4, observed_date=day(on(3)))


def contact_taken_back(world: World) -> None:
    _put_right(world, Contact, 4)


def contact_dated(world: World) -> None:
    _put_right(world, Contact, 4, first_date=day(on(1)), last_date=day(on(1)), observed_date=day(on(1)))


def replayed(world: World, *file: Says) -> list[dict[str, str]]:
    """How Hu's duties stood at the end of 1 to 5 February, all of it said before the first.

    Proved is the day on which what is said on the 4th would show first; in the long run every day.
    """
    for says in file:
        says(world)
    seen = []
    for n in range(1, 6):
        world.cycle(on(n))
        assert n not in PROVED or check.run().findings == ()
        seen.append(world.standing("Hu", on(n)))
    return seen


ASKED = ("contact.offer_place", "contact.seek_order")
# With Gao's report and nothing said later: what is asked for on the 2nd is due within a day.
OPEN, OVERDUE = dict.fromkeys(ASKED, "open"), dict.fromkeys(ASKED, "overdue")
MISSED = [{f"contact.observe@{on(n)}": "missed" for n in range(3, last + 1)} for last in range(1, 6)]
PLAIN = [{}, OPEN, OVERDUE | MISSED[2], OVERDUE | MISSED[3], OVERDUE | MISSED[4]]


def test_it_counts_with_the_report_of_its_index(committed_world: World) -> None:
    assert replayed(committed_world, ill, reported(2), paired) == PLAIN


@pytest.mark.parametrize("later", [report_taken_back, report_corrected])
def test_a_report_put_right_later_unsays_nothing(committed_world: World, later: Says) -> None:
    """Gao is a case as before, and the pair was known: Hu is watched on, and the fortnight does not begin anew."""
    assert replayed(committed_world, ill, reported(2), paired, later) == PLAIN
    assert {exposure.latest_date for exposure in Exposure.objects.all()} == {day(on(2))}


def test_a_contact_taken_back_later_counted_until_then(committed_world: World) -> None:
    seen = replayed(committed_world, ill, reported(2), paired, contact_taken_back)
    assert seen[:3] == PLAIN[:3]
    withdrawn = {**dict.fromkeys(ASKED, "withdrawn"), f"contact.observe@{on(4)}": "withdrawn"}
    assert seen[3] == seen[4] == MISSED[2] | withdrawn


def test_a_contact_whose_days_are_told_later_counted_until_then(committed_world: World) -> None:
    assert replayed(committed_world, ill, reported(2), paired, contact_dated) == PLAIN
    told = Exposure.objects.order_by("version").values_list("last_date", "latest_date")
    assert list(told) == [(None, day(on(2))), (day(on(1)), None)]


def test_the_contacts_own_report_tells_of_it_until_that_of_the_index_does(committed_world: World) -> None:
    """Hu's report of the 2nd comes before Gao's of the 4th: who waits for Gao's has missed Hu for two days."""
    seen = replayed(committed_world, ill, reported(2, "Hu"), paired, reported(4))
    assert [{clause: status for clause, status in one.items() if clause != "case.report"} for one in seen] == PLAIN


def test_a_report_that_was_wrong_from_the_start_tells_of_nobody(committed_world: World) -> None:
    """Taken back on the day on which it came, it never stood: the pair waits for its receipt in March."""

    def wrong(world: World) -> None:
        reported(2)(world)
        _put_right(world, Report, 2)

    assert replayed(committed_world, ill, wrong, paired) == [{}] * 5
