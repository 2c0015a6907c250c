"""MERS in Korea, 2015: 162 cases and 98 pairs, replayed day by day from 11 May to 30 June.

For three people the whole story is worked out by hand below, from the public line list:

SK_1    onset 11 May, reported 19 May, confirmed 20 May, Pyeongtaek St. Mary Hospital; came from the Middle East.
SK_14   infected by SK_1 in a shared room (exposed 15 to 17 May), onset 17 May, reported 31 May, confirmed 30 May.
SK_113  infected by SK_14 in the emergency room on 27 May, onset 27 May, reported and confirmed 10 June.

What is known only by its day counts from that day's end: a deadline of "24 h after 19 May" is the end of
20 May, and the first daily duty is the next day's. The list holds no checks, offers, orders or
investigations: whatever asks for those stays undone, and has to show as such.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from tests.instances import Instance

FIRST, LAST = "2015-05-11", "2015-06-30"


@pytest.fixture(scope="module")
def korea(korea_taken_in: Instance) -> Iterator[Instance]:
    instance = korea_taken_in.copy()
    yield instance
    instance.drop()


# Stretches replayed with a check after every day; the whole of it is the long run's, 51 checks of three seconds.
CHECKED = [(FIRST, LAST)] if os.environ.get("MAINSTAY_SOAK") else [("2015-05-19", "2015-05-21"), (LAST, LAST)]


@pytest.fixture(scope="module")
def replayed(korea: Instance) -> list[Any]:
    """The periods, in order, some of them proved green as soon as they were closed."""
    periods: list[Any] = []
    day = date.fromisoformat(FIRST)
    for first, last in CHECKED:
        begins = date.fromisoformat(first)
        if day < begins:
            periods += _replay(korea, day, begins - timedelta(days=1))
        periods += _replay(korea, begins, date.fromisoformat(last), "--check")
        day = date.fromisoformat(last) + timedelta(days=1)
    return periods


def _replay(korea: Instance, first: date, last: date, *more: str) -> list[Any]:
    answer = korea.run("replay", "--from", str(first), "--to", str(last), *more, "--json")
    assert answer.code == 0, answer.out + answer.err
    return answer.data["periods"]


def test_every_day_is_run_and_every_check_is_green(replayed: list[Any]) -> None:
    assert len(replayed) == 21 + 30  # 11 to 31 May, and June
    checked = [period["check"]["ok"] for period in replayed if "check" in period]
    assert checked == [True] * len(checked)
    assert len(checked) >= 3 + 1


@cache
def _duties(korea: Instance, on: str) -> Any:
    """The list of a day. No day is run any more when a story is told, so each list is asked for once."""
    return korea.run("duties", "--on", on, "--limit", "100000", "--json").data


@cache
def _person(korea: Instance, name: str) -> str:
    return korea.run("explain", name, "--on", LAST, "--json").data["subject"]["id"]


def test_every_duty_is_owned_and_none_has_fallen_to_headquarters(korea: Instance, replayed: list[Any]) -> None:
    for on in ("2015-05-20", "2015-06-10", LAST):
        data = _duties(korea, on)
        assert (data["unowned"], data["at_headquarters"]) == (0, 0)
        assert all(row["post"] and row["holder"] for row in data["rows"] if row["status"] in ("open", "overdue"))


def test_totals_add_up(korea: Instance, replayed: list[Any]) -> None:
    data = _duties(korea, LAST)
    for total in data["totals"]:
        rows = [row for row in data["rows"] if row["kind"] == total["kind"] and row["status"] != "withdrawn"]
        assert total["should"] == len(rows)
        assert total["should"] == sum(total[name] for name in ("done", "open", "overdue", "missed", "excused"))


def _story(korea: Instance, name: str, on: str) -> dict[str, str]:
    """{clause, or clause@day: status} of one person at a day's end."""
    person = _person(korea, name)
    rows = [row for row in _duties(korea, on)["rows"] if row["subject"]["id"] == person]
    return {
        row["clause"] + (f"@{row['occurrence'][5:]}" if row["occurrence"] else ""): row["status"]
        for row in sorted(rows, key=lambda row: (row["clause"], row["occurrence"] or ""))
    }


def test_sk_1_on_the_day_of_the_report(korea: Instance, replayed: list[Any]) -> None:
    """19 May: a suspected case. The list itself is the report, gives the onset, and says where the patient lies."""
    assert _story(korea, "SK_1", "2015-05-19") == {
        "case.admit": "done",
        "case.establish_onset": "done",
        "case.report": "done",
        "case.investigate": "open",  # due at the end of 20 May
        "case.offer_isolation": "open",  # due 4 h later, in the night
        "case.seek_order": "open",
        "case.specimen": "open",
        "suspected.exclude_tests": "open",
    }


def test_sk_1_the_day_after(korea: Instance, replayed: list[Any]) -> None:
    """20 May: positive and confirmed. The pairs known with the report are the contact list; nobody looked at SK_1."""
    assert _story(korea, "SK_1", "2015-05-20") == {
        "case.admit": "done",
        "case.confirm": "done",
        "case.contact_list": "done",
        "case.establish_onset": "done",
        "case.investigate": "overdue",
        "case.observe@05-20": "missed",
        "case.offer_isolation": "overdue",
        "case.report": "done",
        "case.seek_order": "overdue",
        "case.specimen": "done",
        "suspected.exclude_tests": "done",  # the positive answers it
    }


def test_sk_1_to_the_end(korea: Instance, replayed: list[Any]) -> None:
    """Release tests are asked for when 13 full days have passed after 11 May: at the end of the 24th, within 4 days."""
    assert "case.discharge_tests" not in _story(korea, "SK_1", "2015-05-23")
    assert _story(korea, "SK_1", "2015-05-24")["case.discharge_tests"] == "open"
    assert _story(korea, "SK_1", "2015-05-27")["case.discharge_tests"] == "open"
    assert _story(korea, "SK_1", "2015-05-29")["case.discharge_tests"] == "overdue"
    last = _story(korea, "SK_1", LAST)
    observed = [key for key in last if key.startswith("case.observe@")]
    assert len(observed) == 12 + 30  # 20 to 31 May, and June: "alive" in the list is no day of discharge
    assert {last[key] for key in observed} == {"missed"}


def test_sk_14_as_a_contact(korea: Instance, replayed: list[Any]) -> None:
    """The pair is known with SK_1's report on 19 May; SK_1 counts once confirmed, on 20 May. No day of meeting."""
    assert _story(korea, "SK_14", "2015-05-19") == {}
    assert _story(korea, "SK_14", "2015-05-20") == {"contact.offer_place": "open", "contact.seek_order": "open"}
    before = _story(korea, "SK_14", "2015-05-30")
    assert before == {
        **{f"contact.observe@05-{day}": "missed" for day in range(21, 31)},  # 21 to 30 May: ten days
        "contact.offer_place": "overdue",
        "contact.seek_order": "overdue",
    }


def test_sk_14_becomes_a_case(korea: Instance, replayed: list[Any]) -> None:
    """31 May: reported, confirmed the day before. What a contact owed is withdrawn; 13 days after onset are over."""
    assert _story(korea, "SK_14", "2015-05-31") == {
        **{f"contact.observe@05-{day}": "missed" for day in range(21, 31)},
        "contact.observe@05-31": "withdrawn",
        "contact.offer_place": "withdrawn",
        "contact.seek_order": "withdrawn",
        "case.admit": "done",
        "case.confirm": "done",
        "case.contact_list": "done",  # 38 pairs name SK_14 as infector
        "case.discharge_tests": "open",  # 17 May + 13 days is past: due 4 days after it was known
        "case.establish_onset": "done",
        "case.investigate": "open",
        "case.offer_isolation": "open",
        "case.report": "done",
        "case.seek_order": "open",
        "case.specimen": "done",
    }


def test_sk_113_as_a_contact_and_as_a_case(korea: Instance, replayed: list[Any]) -> None:
    """Named with SK_14's report on 31 May, so watched from 1 June; reported on 10 June; names nobody."""
    assert _story(korea, "SK_113", "2015-05-31") == {"contact.offer_place": "open", "contact.seek_order": "open"}
    day = _story(korea, "SK_113", "2015-06-10")
    watched = {f"contact.observe@06-{n:02}": "missed" for n in range(1, 10)}  # 1 to 9 June: nine days
    assert watched.items() <= day.items()
    assert day["contact.observe@06-10"] == "withdrawn"
    assert (day["case.report"], day["case.specimen"], day["case.contact_list"]) == ("done", "done", "open")
    later = _story(korea, "SK_113", "2015-06-12")
    assert (later["case.contact_list"], later["case.offer_isolation"], later["case.seek_order"]) == (
        "overdue",
        "overdue",
        "overdue",
    )
    # Onset 27 May + 13 full days: asked for at the end of 9 June, known on 10 June, due four days later.
    assert later["case.discharge_tests"] == "open"
    assert _story(korea, "SK_113", "2015-06-15")["case.discharge_tests"] == "overdue"


def test_the_27_without_onset_are_asked_about_and_judged_by_the_fallback(korea: Instance, replayed: list[Any]) -> None:
    rows = [row for row in _duties(korea, LAST)["rows"] if row["clause"] == "case.establish_onset"]
    assert sorted({row["status"] for row in rows}) == ["done", "overdue"]
    unanswered = {row["subject"]["id"] for row in rows if row["status"] == "overdue"}
    assert len(unanswered) == 27
    # The fallback is the first positive specimen: 13 days after it release tests are asked for.
    tested = {row["subject"]["id"] for row in _duties(korea, LAST)["rows"] if row["clause"] == "case.discharge_tests"}
    assert unanswered & tested


def test_the_9_dead_without_a_date_are_asked_about(korea: Instance, replayed: list[Any]) -> None:
    rows = [row for row in _duties(korea, LAST)["rows"] if row["clause"] == "case.death_date"]
    assert (sum(row["status"] == "done" for row in rows), sum(row["status"] == "overdue" for row in rows)) == (10, 9)


def test_who_has_died_is_watched_no_more(korea: Instance, replayed: list[Any]) -> None:
    dead = {row["subject"]["id"] for row in _duties(korea, LAST)["rows"] if row["clause"] == "case.death_date"}
    watched = {
        row["subject"]["id"]
        for row in _duties(korea, LAST)["rows"]
        if row["clause"] == "case.observe" and row["occurrence"] == LAST
    }
    assert len(dead) == 19
    assert dead & watched == set()
