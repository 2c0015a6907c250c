"""What the lists of duties show: the longest overdue of all, whatever page it would stand on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from mainstay.cli import duties as command
from mainstay.duties.queries import Wanted, list_duties, longest_overdue
from mainstay.platform.clock import day_end
from tests.world import ZONE, World, day

pytestmark = pytest.mark.django_db

LAST = "2020-02-09"


def wanted(status: str | None = None) -> Wanted:
    return Wanted(day(LAST), day_end(day(LAST), ZONE), status=status)


@pytest.fixture
def behind(world: World) -> World:
    """Six people, each confirmed a day after the one before; nobody does anything for any of them."""
    for number, name in enumerate(("Gao", "Hu", "Ji", "Kang", "Lu", "Mo"), 1):
        world.classified(name, "confirmed", f"2020-02-{number:02}")
    world.cycle("2020-02-01")
    world.cycle(LAST)
    return world


def test_the_longest_overdue_are_those_of_all_not_of_the_first_page(behind: World) -> None:
    """The slow way beside the fast one: all rows, sorted, the first of them."""
    late = [row for row in list_duties(wanted()) if row.status == "overdue"]
    by_deadline = sorted(late, key=lambda row: (row.due_at, row.id))
    assert len(late) > 20 and by_deadline != late
    for limit in (1, 5, 20):
        assert longest_overdue(wanted(), limit) == by_deadline[:limit]
    assert longest_overdue(wanted("overdue"), 5) == by_deadline[:5]
    assert longest_overdue(wanted("done"), 5) == []


def test_the_command_names_them_on_a_page_of_one_row(behind: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "open_instance", lambda _home: None)
    told = CliRunner().invoke(command.duties, ["--on", LAST, "--limit", "1"])
    assert told.exit_code == 0, told.output
    _head, _, listed = told.output.partition("Longest overdue:\n")
    hours = [float(line.split()[-2]) for line in listed.splitlines()[1:]]
    first_due = min(row.due_at for row in list_duties(wanted()) if row.status == "overdue")
    # Known at the end of the 1st, 23:59:59 in the city, which is eight hours ahead of UTC.
    assert first_due >= datetime(2020, 2, 1, 15, 59, 59, tzinfo=UTC)
    assert (len(hours), hours) == (20, sorted(hours, reverse=True))
    assert hours[0] == round((wanted().moment - first_due).total_seconds() / 3600, 1)


def test_one_statement_for_one_row_or_twenty(behind: World, django_assert_num_queries) -> None:
    for limit in (1, 20):
        with django_assert_num_queries(1):
            assert len(longest_overdue(wanted(), limit)) == limit
