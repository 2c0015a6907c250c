"""When a fact became known: by the mapping, the later of report and its own day, else on receipt."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mainstay.cases.models import Onset, Outcome, Report
from mainstay.intake import mapping as mappings
from mainstay.people.models import Trait
from mainstay.platform.clock import known_on
from mainstay.tracing.models import Contact
from tests.intake.desk import RECEIVED, ZONE, Desk, row

MARCH_9 = datetime(2020, 3, 9, tzinfo=UTC)


def on(day: str) -> datetime:
    return known_on(date.fromisoformat(day), ZONE)


def test_with_the_report_or_on_its_own_day_if_that_came_later(desk: Desk) -> None:
    desk.send(row("1", ill="2020-02-01", reported="2020-02-03", end="Dead", died="2020-02-20"))

    assert Report.objects.get().became_known_at == on("2020-02-03")
    assert Onset.objects.get().became_known_at == on("2020-02-03")
    assert Outcome.objects.get().became_known_at == on("2020-02-20")


def test_an_undated_death_is_known_at_the_report(desk: Desk) -> None:
    desk.send(row("1", reported="2020-02-03", end="Dead"))
    death = Outcome.objects.get()
    assert (death.observed_date, death.became_known_at) == (None, on("2020-02-03"))


def test_a_death_whose_day_is_held_is_an_undated_one(desk: Desk) -> None:
    desk.send(row("1", reported="2020-02-03", end="Dead", died="2020-02-30"))
    assert Outcome.objects.get().observed_date is None


def test_on_receipt_where_the_report_is_unknown_or_the_mapping_says_so(desk: Desk) -> None:
    desk.send(row("1", ill="2020-02-01", sex="f"))
    for fact in (Onset.objects.get(), Trait.objects.get()):
        assert (fact.became_known_at, fact.known_on_receipt) == (RECEIVED, True)


def test_a_correction_is_known_when_it_comes(desk: Desk) -> None:
    """A report of an earlier day does not change because somebody put an onset right later."""
    desk.send(row("1", ill="2020-02-01", reported="2020-02-03"))
    desk.send(row("1", ill="2020-01-30", reported="2020-02-03"), at=MARCH_9)

    first, second = Onset.objects.order_by("version")
    assert (first.became_known_at, first.known_on_receipt) == (on("2020-02-03"), False)
    assert (second.became_known_at, second.known_on_receipt) == (MARCH_9, True)


def test_a_report_moved_to_another_day_corrects_the_report_alone(desk: Desk) -> None:
    desk.send(row("1", ill="2020-02-01", reported="2020-02-03"))
    done = desk.send(row("1", ill="2020-02-01", reported="2020-02-04"), at=MARCH_9)

    assert done.facts_added == 1
    assert Onset.objects.get().became_known_at == on("2020-02-03")


def test_a_contact_known_with_its_index_has_no_time_of_its_own(desk: Desk) -> None:
    desk.take("from,to,exposure,diff_dt_onset\nSK_1,SK_2,Hospital room,3\n", "mers-korea-2015-pairs")
    contact = Contact.objects.get()
    assert (contact.known_with_index, contact.became_known_at, contact.known_on_receipt) == (
        True,
        None,
        False,
    )


TIMES = b"""
name = "times"
title = "Times"
source = "laboratory"
disease = "mers"
key = ["no"]
known = ["told"]
[columns]
no = { type = "text" }
taken = { type = "datetime" }
told = { type = "datetime" }
[[person]]
role = "self"
scheme = "clinic"
column = "no"
[[fact]]
slot = "pcr"
fact = "result"
person = "self"
test = "pcr"
value = "negative"
date = "taken"
"""


def test_a_time_of_day_is_kept_and_read_in_the_citys_zone(desk: Desk) -> None:
    from mainstay.cases.models import Result

    times = mappings.parse(TIMES, "times.toml")
    desk.take("no,taken,told\n1,2020-02-03 07:30,2020-02-03T12:00:00Z\n2,2020-02-03,2020-02-04\n", times)

    at, by_day = Result.objects.order_by("became_known_at")
    # Seoul is nine hours ahead: half past seven in the morning there is the evening before in UTC.
    assert at.observed_at == datetime(2020, 2, 2, 22, 30, tzinfo=UTC)
    assert at.observed_date == date(2020, 2, 3)
    assert at.became_known_at == datetime(2020, 2, 3, 12, tzinfo=UTC)
    assert (by_day.observed_at, by_day.observed_date) == (None, date(2020, 2, 3))
    assert by_day.became_known_at == on("2020-02-04")
