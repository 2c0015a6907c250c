"""The situation report: from published counts, from cases, from both; as of any day and known at any seal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mainstay.places import services as places
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError
from mainstay.reports.queries.situation import counted_rows, situation
from mainstay.reports.rules.situation import text
from tests.reports.situation_stories import asked, changes, counted, described, notes, unknown, values, why
from tests.world import World

pytestmark = pytest.mark.django_db
ON = date(2020, 2, 10)


# --- from published counts ----------------------------------------------------------------------------------


def test_the_figures_of_a_day_and_how_they_changed(world: World) -> None:
    described(world)
    counted(world, "2020-02-09", 190, 20, 4)
    counted(world, "2020-02-10", 200, 30, 5)
    counted(world, "2020-02-11", 999, 99, 9)

    report = asked(on=ON)

    assert values(report) == {
        "confirmed_cumulative": 200,
        "cured_cumulative": 30,
        "deaths_cumulative": 5,
        "discharge_rate_percent": 15.0,  # 30 of 200
        "active_current": 200 - 30 - 5,
    }
    assert changes(report) == {
        "confirmed_cumulative": 200 - 190,
        "cured_cumulative": 30 - 20,
        "deaths_cumulative": 5 - 4,
        "discharge_rate_percent": 4.47,  # 15 - 10.526
        "active_current": 165 - 166,
    }
    assert (report.number, report.place, report.course.cases) == (2, "lake", ())
    assert {figure.source for figure in report.figures} == {"series"}


def test_a_day_without_a_count_shows_the_last_and_says_so(world: World) -> None:
    described(world)
    counted(world, "2020-02-07", 190, 20, 4)
    counted(world, "2020-02-09", 195, 22, 4)

    report = asked(on=ON)

    assert values(report)["confirmed_cumulative"] == 195
    assert {figure.counted_date for figure in report.figures} == {date(2020, 2, 9)}
    assert set(changes(report).values()) == {None}
    assert {"not_counted_that_day", "days_without_count"} <= unknown(report)
    assert "shown is that of 2020-02-09" in text(report)


def test_before_the_first_count_everything_is_unknown_and_nothing_is_0(world: World) -> None:
    described(world)
    counted(world, "2020-02-11", 3)
    report = asked(on=ON)
    assert set(values(report).values()) == {None}
    assert report.number is None and {"nothing_counted", "no_duties"} <= unknown(report)
    assert "Confirmed, cumulative: unknown" in text(report)


def test_an_empty_instance_has_a_report_of_what_is_unknown(world: World) -> None:
    report = asked(on=ON)
    assert (report.disease, set(values(report).values()), report.series_notes) == (None, {None}, ())
    assert unknown(report) == {"nothing_counted", "no_duties", "no_reproduction_number"}


def test_nobody_confirmed_is_0_and_a_share_of_nobody_is_unknown(world: World) -> None:
    described(world)
    counted(world, "2020-02-10", 0)
    assert values(asked(on=ON)) == {
        "confirmed_cumulative": 0,
        "cured_cumulative": 0,
        "deaths_cumulative": 0,
        "discharge_rate_percent": None,
        "active_current": 0,
    }


def test_the_city_of_the_profile_goes_before_the_one_of_the_mapping(world: World) -> None:
    described(world)
    counted(world, "2020-02-10", 200)
    counted(world, "2020-02-10", 77, place="hill")
    places.add_place(kind="city", code="hill", name="Hill City", by=world.by, at=world.at)
    report = asked(on=ON)
    assert (report.place, values(report)["confirmed_cumulative"]) == ("hill", 77)


def test_a_series_without_the_city_is_said(world: World) -> None:
    described(world, city="elsewhere")
    counted(world, "2020-02-10", 200)
    report = asked(on=ON)
    assert set(values(report).values()) == {None} and "city_not_in_series" in unknown(report)


def test_counts_of_single_days_are_summed(world: World) -> None:
    described(world)
    for on, new in (("2020-02-08", 3), ("2020-02-09", 4), ("2020-02-10", 5)):
        counted(world, on, new, cumulative=False)
    report = asked(on=ON)
    assert values(report)["confirmed_cumulative"] == 3 + 4 + 5
    rows = counted_rows(figure="confirmed_cumulative", on=ON)
    assert [row.value for row in rows] == [3, 4, 5]
    counted(world, "2020-02-09", 6, cumulative=False, stamped=date(2020, 2, 11))
    assert values(asked(on=ON))["confirmed_cumulative"] == 3 + 6 + 5
    assert [row.value for row in counted_rows(figure="confirmed_cumulative", on=ON)] == [3, 6, 5]


# --- what the series shows ----------------------------------------------------------------------------------


def test_what_is_found_stands_with_what_is_known_of_it_or_as_not_explained(world: World) -> None:
    described(world, why("2020-02-09", "fall", "Two were counted twice.", place="lake"))
    counted(world, "2020-02-08", 100, cured=9)
    counted(world, "2020-02-09", 98, cured=8)
    counted(world, "2020-02-09", 130, place="shore", within="")
    counted(world, "2020-02-09", 30, place="hill")
    counted(world, "2020-02-10", 98, cured=9, stamped=date(2020, 2, 11))

    report = asked(on=ON)

    assert notes(report) == [
        ("2020-02-09", "lake", "fall", "confirmed", 98 - 100, "Two were counted twice."),
        ("2020-02-09", "lake", "fall", "cured", 8 - 9, "Two were counted twice."),
        ("2020-02-09", "shore", "remainder", "confirmed", 98 + 30 - 130, None),
        ("2020-02-09", "shore", "remainders", "cured", 8, None),
        ("2020-02-11", "lake", "shift", "", -1, None),
    ]
    data = report.as_data()["series_notes"]
    assert [one["explanation"] for one in data][2:] == ["not explained"] * 3
    assert text(report).count("not explained") == 3
    chinese = asked(on=ON, language="zh-hans")
    assert [one["explanation"] for one in chinese.as_data()["series_notes"]][1:3] == ["中文", "未说明"]


def test_a_conflict_leaves_the_day_unknown(world: World) -> None:
    described(world)
    counted(world, "2020-02-10", 200)
    counted(world, "2020-02-10", 201)
    report = asked(on=ON)
    assert values(report)["confirmed_cumulative"] is None and values(report)["cured_cumulative"] == 0
    assert notes(report) == [("2020-02-10", "lake", "conflict", "confirmed", 1, None)]


# --- both ---------------------------------------------------------------------------------------------------


def test_register_and_series_are_set_beside_each_other(world: World) -> None:
    described(world, why("2020-02-10", "reconciliation", "The prison reports by paper.", measure="confirmed"))
    counted(world, "2020-02-10", 5, deaths=1)
    for name in ("Gao", "Hu"):
        world.classified(name, "confirmed", "2020-02-08")
    world.outcome("Gao", "discharged", "2020-02-09", known="2020-02-09")
    world.outcome("Hu", "died", "2020-02-09", known="2020-02-09")

    report = asked(on=ON)

    assert values(report)["confirmed_cumulative"] == 5
    assert notes(report) == [
        ("2020-02-10", "lake", "reconciliation", "confirmed", 2 - 5, "The prison reports by paper."),
        ("2020-02-10", "lake", "reconciliation", "cured", 1 - 0, None),
    ]
    assert len(report.course.curve.days) == 3  # of the cases: the series knows no onsets


# --- duties, seals, rows ------------------------------------------------------------------------------------


def test_duties_stand_by_kind_as_the_list_of_duties_has_them(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-08")
    world.cycle("2020-02-08")
    world.cycle("2020-02-10")
    ledger.seal(at=world.at)
    coverage = asked(on=ON).coverage
    assert coverage and all(line.should >= line.done + line.overdue for line in coverage)
    from mainstay.duties.queries import Wanted, duty_totals
    from mainstay.platform.clock import day_end

    totals = duty_totals(Wanted(ON, day_end(ON, world.zone)))
    assert [(line.kind, line.should, line.done, line.overdue) for line in coverage] == [
        (total.kind, total.should, total.done, total.overdue) for total in totals
    ]


def test_as_known_at_a_seal_a_report_is_the_same_for_ever(world: World) -> None:
    described(world)
    counted(world, "2020-02-09", 190)
    counted(world, "2020-02-10", 200)
    world.classified("Gao", "confirmed", "2020-02-08")
    first = ledger.seal(at=world.at)
    before = asked(on=ON)

    described(world, why("2020-02-10", "fall", "Found out later."))
    counted(world, "2020-02-10", 180, stamped=date(2020, 2, 12))
    world.classified("Hu", "confirmed", "2020-02-09")
    world.outcome("Gao", "discharged", "2020-02-09", known="2020-02-09")
    ledger.seal(at=world.at)

    assert asked(on=ON, known_at=first.no) == before
    after = asked(on=ON)
    assert (values(before)["confirmed_cumulative"], values(after)["confirmed_cumulative"]) == (200, 180)
    assert notes(after)[0] == ("2020-02-10", "lake", "fall", "confirmed", 180 - 190, "Found out later.")


def test_what_no_seal_closes_is_not_seen(world: World) -> None:
    ledger.seal(at=world.at)
    world.classified("Gao", "confirmed", "2020-02-08")
    assert set(values(situation(on=ON)).values()) == {None}


def test_a_seal_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(MainstayError, match="no seal 77") as refused:
        asked(on=ON, known_at=77)
    assert (refused.value.code, refused.value.exit_code) == ("seal.unknown", 2)


@pytest.mark.parametrize("source", ["series", "register"])
def test_every_figure_opens_the_rows_that_it_counts(world: World, source: str) -> None:
    if source == "series":
        described(world)
        counted(world, "2020-02-10", 200, 20, 4)
        counted(world, "2020-02-10", 210, 30, 5, stamped=date(2020, 2, 11))
    for name in ("Gao", "Hu", "Jin"):
        world.classified(name, "confirmed", "2020-02-08")
    world.outcome("Gao", "discharged", "2020-02-09", known="2020-02-09")
    world.outcome("Hu", "died", "2020-02-09", known="2020-02-09")

    report = asked(on=ON)
    for figure in report.figures[:3]:
        rows = counted_rows(figure=figure.id, on=ON)
        assert sum(row.value for row in rows) == figure.value and rows
        assert f"figure={figure.id}&on=2020-02-10" in figure.rows_url
    both = counted_rows(figure="discharge_rate_percent", on=ON)
    assert [row.measure for row in both].count("cured") == 1
    with pytest.raises(MainstayError, match="no figure 'beds'"):
        counted_rows(figure="beds", on=ON)


def test_a_count_below_0_is_refused_by_the_database(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        counted(world, "2020-02-10", -1)
    with pytest.raises(IntegrityError), transaction.atomic():
        counted(world, "2020-02-10", 1, place="shore")


def test_the_number_of_statements_is_the_same_for_one_row_and_for_twenty(world: World) -> None:
    described(world)
    counted(world, "2020-02-10", 200)
    world.classified("Gao", "confirmed", "2020-02-08")
    ledger.seal(at=world.at)
    with CaptureQueriesContext(connection) as one:
        situation(on=ON)
    for n in range(20):
        counted(world, str(date(2020, 1, 20) + timedelta(days=n)), n, place=f"p{n}")
        world.classified(f"Person {n}", "confirmed", "2020-02-08")
    ledger.seal(at=world.at)
    with CaptureQueriesContext(connection) as twenty:
        situation(on=ON)
    assert len(one) == len(twenty) <= 27


def test_the_text_says_as_of_which_day_and_known_at_which_seal(world: World) -> None:
    described(world)
    counted(world, "2020-02-10", 1394, 1332, 59, place_name="Lake City")
    seal = ledger.seal(at=world.at)
    lines = text(asked(on=ON)).splitlines()
    assert lines[0] == "Situation report 1 Lake City mers"
    assert lines[1] == f"as of 2020-02-10, known at seal {seal.no}"
    assert lines[2:6] == [
        "Confirmed, cumulative: 1,394",
        "Cured, cumulative: 1,332",
        "Deaths, cumulative: 59",
        "Discharge rate, %: 95.55",
    ]
    assert text(asked(on=ON, language="zh-hans")).splitlines()[1] == f"截至2020-02-10，依据封存点{seal.no}"
