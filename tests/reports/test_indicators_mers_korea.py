"""MERS in Korea, 2015: the indicators from the line list and pairs as taken in, held against sums of the file."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.instances import Instance

LAST = "2015-06-30"


@pytest.fixture(scope="module")
def korea(korea_taken_in: Instance) -> Instance:
    """No cycle is run, and nothing here changes it: the indicators do not need one."""
    return korea_taken_in


@cache
def asked(korea: Instance, on: str, *more: str) -> Any:
    answer = korea.run("indicators", "--on", on, *more, "--json")
    assert answer.code == 0, answer.err
    return answer.data


@pytest.fixture(scope="module")
def rows(testdata: Path) -> list[dict[str, date | None]]:
    """Of each row of the file its days."""
    with (testdata / "line_lists" / "mers_korea_2015__linelist.csv").open(encoding="utf-8", newline="") as file:
        return [
            {name: None if row[name] == "NA" else date.fromisoformat(row[name]) for name in
             ("dt_onset", "dt_report", "dt_diag")}
            for row in csv.DictReader(file)
        ]  # fmt: skip


def test_at_the_end_every_case_stands_on_the_curve(korea: Instance, rows: list[dict[str, Any]]) -> None:
    data = asked(korea, LAST)
    assert data["cases"] == len(rows) == 162
    for name, column in (("onset", "dt_onset"), ("reported", "dt_report"), ("confirmed", "dt_diag")):
        days = [row[column] for row in rows if row[column]]
        for day in data["curve"]:
            assert day[name] == days.count(date.fromisoformat(day["date"]))
        assert sum(day[name] for day in data["curve"]) == len(days)
    assert data["off_curve"]["onset"]["without_date"] == 27


@pytest.mark.parametrize("on", ["2015-05-20", "2015-06-05", "2015-06-10"])
def test_on_an_earlier_day_as_it_was_known_then(korea: Instance, rows: list[dict[str, Any]], on: str) -> None:
    """What a row tells is known with its report, or on its own day if that came later: confirmed with both."""
    then = [row for row in rows if max(row["dt_report"], row["dt_diag"]) <= date.fromisoformat(on)]
    data = asked(korea, on)
    assert 0 < len(then) < len(rows)
    assert data["cases"] == len(then)
    assert sum(day["onset"] for day in data["curve"]) == sum(row["dt_onset"] is not None for row in then)
    assert data["curve"][-1]["date"] == on


def test_clusters_are_those_of_analyse_chains(korea: Instance) -> None:
    """67 counting single persons, the largest of 94 and 3; 98 pairs, with a serial interval of 14.5 days."""
    clusters = asked(korea, LAST)["clusters"]
    assert (clusters["clusters"], clusters["cluster_sizes"][:3]) == (67, [94, 3, 1])
    assert (clusters["pairs"], clusters["out_degree"]["max"]) == (98, 38)
    assert clusters["serial_interval_days"]["n"] == 98
    assert clusters["serial_interval_days"]["mean"] == pytest.approx(14.5, abs=0.05)


def test_rt_says_whose_serial_interval_it_took_and_what_is_no_finding(korea: Instance) -> None:
    data = asked(korea, LAST)
    assert data["rt_basis"]["si"]["mean_days"] == 12.6
    assert data["rt_basis"]["si"]["source"].startswith("assumed for mers: Cowling")
    assert {row["status"] for row in data["rt"]} == {"estimate", "prior_only"}
    assert data["rt"][-1]["status"] == "prior_only"  # nobody fell ill in the last week
    given = asked(korea, LAST, "--si-mean", "14.5", "--si-sd", "5.2")["rt_basis"]["si"]
    assert given == {"mean_days": 14.5, "sd_days": 5.2, "source": "as given on the command line"}


@pytest.mark.parametrize("on", ["2015-05-20", "2015-06-05", LAST])
def test_the_report_of_a_day_shows_the_same_cases_curve_and_rt(korea: Instance, on: str) -> None:
    report = korea.run("report", "--on", on, "--json").data
    apart = asked(korea, on)
    for name in ("cases", "case_classes", "curve", "off_curve", "rt", "rt_basis"):
        assert report[name] == apart[name]
    assert report["figures"][0]["value"] == sum(day["confirmed"] for day in report["curve"])
    said = "no_reproduction_number" in {unknown["id"] for unknown in report["unknowns"]}
    assert said is not bool(report["rt"])


def test_where_nothing_tells_who_was_in_quarantine_the_share_is_unknown(korea: Instance) -> None:
    """The list has a hospital of each case, uncertain and without days; no stay, no order."""
    data = asked(korea, "2015-06-10")
    assert data["in_quarantine_share"] is None
    assert data["in_quarantine"]["so_far"]["not_known"] == data["in_quarantine"]["so_far"]["cases"] == data["cases"]


def test_at_the_seal_before_the_file_nobody_was_a_case(korea: Instance) -> None:
    answer = korea.run("indicators", "--on", LAST, "--known-at", "1", "--disease", "mers", "--json")
    assert (answer.code, answer.data["cases"], answer.data["curve"]) == (0, 0, [])
