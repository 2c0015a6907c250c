"""Two other outbreaks through the same rules: Ebola (simulated, West Africa 2014) and measles (Hagelloch 1861).

As received: 5,888 Ebola cases with 3,800 pairs, of which the first two weeks are lived through day by day; and
the village's 188 children, with one day in the middle of it. The long run goes on with both, a check after
every day. A few people's duties are worked out by hand below, from the public lists.

What is known only by its day counts from that day's end, as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.instances import Instance

PROFILE = """
name = "{name}"
zone = "{zone}"

[[edition]]
id = "house"

[[edition]]
id = "{edition}"
from = {since}

[[facility]]
code = "connaught"
name = "Connaught Hospital"
kind = "hospital"

[[post]]
code = "headquarters"
name = "Headquarters"
headquarters = true
holder = "Invented Officer Bangura"
since = {since}

[[post]]
code = "tracing"
name = "Tracing"
superior = "headquarters"
holder = "Invented Tracer Conteh"
since = {since}

[[post]]
code = "ward-connaught"
name = "Connaught Hospital, head of ward"
superior = "headquarters"
facility = "connaught"
holder = "Invented Nurse Dumbuya"
since = {since}
"""


def _instance(folder: Path, **profile: str) -> Instance:
    (folder / "profile.toml").write_text(PROFILE.format(**profile))
    return Instance.initialised(folder, folder / "profile.toml")


def _replay(instance: Instance, first: str, last: str, *more: str) -> list[Any]:
    answer = instance.run("replay", "--from", first, "--to", last, *more, "--json")
    assert answer.code == 0, answer.out + answer.err
    checked = [period["check"]["ok"] for period in answer.data["periods"] if "check" in period]
    assert checked == [True] * len(checked)
    return answer.data["periods"]


def _rows(instance: Instance, on: str) -> Any:
    return instance.run("duties", "--on", on, "--limit", "100000", "--json").data["rows"]


@cache
def _person(instance: Instance, name: str, on: str) -> str:
    return instance.run("explain", name, "--on", on, "--json").data["subject"]["id"]


def _story(instance: Instance, rows: Any, name: str, on: str) -> dict[str, str]:
    """{clause, or clause@day: status} of one person among a day's duties."""
    person = _person(instance, name, on)
    return {
        row["clause"] + (f"@{row['occurrence'][5:]}" if row["occurrence"] else ""): row["status"]
        for row in rows
        if row["subject"]["id"] == person
    }


# --- Ebola ------------------------------------------------------------------------------------------------

FIRST, LAST = "2014-04-17", "2014-04-30"  # the first case becomes known; 5 of 5,888 are


@pytest.fixture(scope="module")
def ebola(tmp_path_factory: pytest.TempPathFactory, testdata: Path) -> Iterator[Instance]:
    folder, lists = tmp_path_factory.mktemp("ebola"), testdata / "line_lists"
    instance = _instance(folder, name="freetown", zone="Africa/Freetown", edition="ebola", since="2014-01-01")
    cases = instance.run("intake", lists / "ebola_sim__linelist.csv", "--mapping", "ebola-sim-cases", "--json")
    assert (cases.code, cases.data["rows"]["new"]) == (1, 5888)  # 59 rows hold two fields
    pairs = instance.run("intake", lists / "ebola_sim__contacts.csv", "--mapping", "ebola-sim-pairs", "--json")
    assert (pairs.code, pairs.data["rows"]["new"]) == (0, 3800)
    _replay(instance, FIRST, "2014-04-29")
    _replay(instance, LAST, LAST, "--check")
    yield instance
    instance.drop()


def test_the_first_case_on_the_day_of_admission(ebola: Instance) -> None:
    """d1fafd: ill on 7 April, admitted, reported and confirmed on the 17th; one pair names it as the infector."""
    rows = _rows(ebola, FIRST)
    assert _story(ebola, rows, "d1fafd", FIRST) == {
        "case.admit": "done",
        "case.contact_list": "done",
        "case.establish_onset": "done",
        "case.report": "done",
        "case.investigate": "open",
        "case.offer_isolation": "open",
        "case.seek_order": "open",
        "case.specimen": "open",
    }
    # The other of the pair is a contact since that evening, with a place and an order to be sought.
    assert _story(ebola, rows, "53371b", FIRST) == {"contact.offer_place": "open", "contact.seek_order": "open"}
    assert len(rows) == 8 + 2


@pytest.fixture(scope="module")
def last_rows(ebola: Instance) -> Any:
    return _rows(ebola, LAST)


def test_a_contact_becomes_a_case_and_a_case_recovers(ebola: Instance, last_rows: Any) -> None:
    rows = last_rows
    # 53371b: watched on the 18th and 19th, a case since the 20th; ill on the 15th: 13 full days are over with the 28th.
    second = _story(ebola, rows, "53371b", LAST)
    assert {key: status for key, status in second.items() if key.startswith("contact.")} == {
        "contact.observe@04-18": "missed",
        "contact.observe@04-19": "missed",
        "contact.observe@04-20": "withdrawn",
        "contact.offer_place": "withdrawn",
        "contact.seek_order": "withdrawn",
    }
    observed = {key for key in second if key.startswith("case.observe@")}
    assert observed == {f"case.observe@04-{day}" for day in range(21, 31)}
    assert (second["case.contact_list"], second["case.discharge_tests"]) == ("overdue", "open")
    # d1fafd: ill on the 7th, so asked for since the 20th was over, within five days.
    assert _story(ebola, rows, "d1fafd", LAST)["case.discharge_tests"] == "overdue"
    # f5c3d8: a case since the 25th, in no ward we know; recovered on the 30th.
    third = _story(ebola, rows, "f5c3d8", LAST)
    assert {key for key, status in third.items() if status == "withdrawn"} == {
        "case.admit",
        "case.observe@04-30",
        "case.offer_isolation",
        "case.seek_order",
    }
    assert (third["case.investigate"], third["case.specimen"]) == ("overdue", "overdue")


def test_whom_f5c3d8_infected(ebola: Instance, last_rows: Any) -> None:
    """Two pairs: one is admitted on the 29th and a case from then, the other is a contact to the end."""
    assert _story(ebola, last_rows, "d58402", LAST) == {
        **{f"contact.observe@04-{day}": "missed" for day in range(26, 31)},
        "contact.offer_place": "overdue",
        "contact.seek_order": "overdue",
    }
    assert _story(ebola, last_rows, "0f58c4", LAST)["contact.observe@04-29"] == "withdrawn"


def test_every_duty_is_somebodys_below_headquarters(last_rows: Any) -> None:
    """Connaught is the one hospital with a post of its own; of all others' patients the tracers take care."""
    assert {(row["post"], row["holder"]) for row in last_rows} == {
        ("tracing", "Invented Tracer Conteh"),
        ("ward-connaught", "Invented Nurse Dumbuya"),
    }


@pytest.mark.soak
def test_another_month_of_ebola_is_green_every_day(ebola: Instance) -> None:
    copy = ebola.copy()
    assert len(_replay(copy, "2014-05-01", "2014-05-31", "--check")) == 31
    copy.drop()


# --- measles ------------------------------------------------------------------------------------------------

DAY = "1861-11-26"


@pytest.fixture(scope="module")
def hagelloch(tmp_path_factory: pytest.TempPathFactory, testdata: Path) -> Iterator[Instance]:
    """The edition of 2018, put into force from October 1861: from when it holds is the city's to say."""
    folder = tmp_path_factory.mktemp("hagelloch")
    instance = _instance(folder, name="hagelloch", zone="Europe/Berlin", edition="measles", since="1861-10-01")
    list_ = testdata / "line_lists" / "measles_hagelloch_1861.csv"
    children = instance.run("intake", list_, "--mapping", "hagelloch-1861-cases", "--json")
    assert (children.code, children.data["rows"]["new"]) == (0, 188)
    _replay(instance, DAY, DAY, "--check")
    yield instance
    instance.drop()


def test_the_village_on_one_day(hagelloch: Instance) -> None:
    """39 children had the rash by the 26th: 14 by the 21st, none on the 22nd and 23rd, 25 since the 24th.

    One of the 14 has died by then: case 182, on the day of the rash.
    """
    rows = _rows(hagelloch, DAY)
    counted = Counter((row["clause"], row["status"]) for row in rows)
    assert counted["case.report", "done"] == 39
    assert counted["case.establish_rash", "done"] == 39
    # Isolation ends when four days after the rash are over: with the 26th for whoever had it on the 22nd or before.
    assert counted["case.offer_isolation", "open"] == counted["case.seek_order", "open"] == 25
    assert counted["case.release", "open"] == 14 - 1  # one of them has died
    assert counted["case.death_date", "done"] == 1
    # Eight are named as infectors of others by then.
    assert (counted["case.contact_list", "done"], counted["case.contact_list", "open"]) == (8, 39 - 8)
    # A child is named as a contact with its own rash: it is a case by then, and nobody asks whether it is immune.
    assert [clause for clause, _status in counted if clause.startswith("contact.")] == []


@pytest.mark.soak
def test_the_village_is_green_every_day_to_the_last_rash_but_one(hagelloch: Instance) -> None:
    copy = hagelloch.copy()
    assert len(_replay(copy, "1861-11-27", "1861-12-19", "--check")) == 4 + 19
    copy.drop()
