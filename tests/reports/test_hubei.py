"""The counts of Hubei's cities as published, through the product and by a plain loop over the file."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from mainstay.accounts import services as accounts
from mainstay.accounts.rules import WHOLE_CITY, Role
from mainstay.cycle import check
from mainstay.cycle.delivered import Delivered
from mainstay.cycle.sense import take_in
from mainstay.intake import mapping as mappings
from mainstay.platform import ledger
from mainstay.platform.reading import View
from mainstay.reports.models import AggregateCount
from mainstay.reports.outputs import pdf
from mainstay.reports.queries.frozen import given
from mainstay.reports.queries.series import all_series, counts
from mainstay.reports.queries.situation import situation
from mainstay.reports.rules.words import LANGUAGES
from tests.instances import Instance
from tests.intake.desk import instance
from tests.reports import series_twin
from tests.reports.test_outputs import figures_everywhere
from tests.reports.test_pages import read

RECEIVED = datetime(2021, 1, 1, 6, tzinfo=UTC)
EZHOU = date(2020, 3, 26)
MAPPING = "hubei-cities-series"
ROWS = 6437  # of the province; 114 more lie outside
WHOLE_AGAIN = bool(os.environ.get("MAINSTAY_SOAK"))


@pytest.fixture
def path(testdata: Path) -> Path:
    return testdata / "city_series" / "canghailan_hubei_cities.csv"


def part(path: Path, folder: Path, wanted: Callable[[str], bool]) -> Path:
    """The file's rows of the days wanted, under its header."""
    header, *lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    file = folder / path.name
    file.write_text(header + "".join(line for line in lines if wanted(line.split(",")[0])), encoding="utf-8-sig")
    return file


def send(path: Path) -> Delivered:
    done = take_in(path, MAPPING, by=ledger.actor("the desk"), at=RECEIVED)
    ledger.seal(at=RECEIVED)
    return done


@pytest.mark.django_db(transaction=True)
def test_the_file_as_published_is_taken_in_and_read_as_by_a_plain_loop(path: Path, tmp_path: Path) -> None:
    """One story, since taking in is the long part of it: the whole goes in, is read, is sent again, is proved."""
    instance("Asia/Shanghai")
    _goes_in_whole(path)
    _report_of_26_march()
    _the_same_in_every_form()
    twin = series_twin.read(path)
    _same_totals(twin)
    for on in ("2020-02-12", "2020-02-24", "2020-03-26", "2020-12-31"):
        _same_findings(twin, date.fromisoformat(on))
    _as_put_right(path.parent / "ezhou_daily_dataday.csv")
    _sent_again(path, tmp_path)
    result = check.run()
    assert result.ok and result.counts["facts"] > 3 * ROWS


def _goes_in_whole(path: Path) -> None:
    with path.open(encoding="utf-8-sig") as file:
        lines = [line.split(",") for line in file][1:]
    ours = sum(line[3] == "湖北省" for line in lines)
    done = send(path)
    assert (done.rows["received"], done.rows["new"], done.rejects) == (ours, ours, ())
    assert done.rows_out_of_scope == len(lines) - ours == 114
    assert ours == ROWS
    assert AggregateCount.objects.count() == 3 * ours


def _sent_again(path: Path, folder: Path) -> None:
    """Nothing is added: by February and March, in which the series falls and jumps; in the long run by the whole."""
    again = send(path if WHOLE_AGAIN else part(path, folder, lambda day: "2020-02-01" <= day <= "2020-03-31"))
    sent = again.rows["received"]
    assert (again.rows["known"], again.facts_added, AggregateCount.objects.count()) == (sent, 0, 3 * ROWS)
    assert sent == ROWS if WHOLE_AGAIN else 1000 < sent < ROWS


def _report_of_26_march() -> None:
    report = situation(on=EZHOU)

    assert [(figure.id, figure.value) for figure in report.figures][:4] == [
        ("confirmed_cumulative", 1394),
        ("cured_cumulative", 1332),
        ("deaths_cumulative", 59),
        ("discharge_rate_percent", 95.55),
    ]
    found = {(str(one.date), one.place, one.kind, one.delta) for one in report.series_notes if one.measure != "cured"}
    assert found == {
        ("2020-02-07", "420700", "shift", -1),
        ("2020-02-12", "420700", "jump", 204),
        ("2020-02-19", "420700", "fall", 1338 - 1343),
        ("2020-02-08", "420000", "remainder", 87),
        ("2020-02-12", "420000", "remainder", 1043),
        ("2020-02-19", "420000", "remainder", -426),
        ("2020-02-22", "420000", "remainder", 195),
        ("2020-02-12", "420000", "remainders", 108),  # of deaths: on four days, this one the largest
    }
    unexplained = [(one.kind, one.measure) for one in report.series_notes if one.explanation is None]
    assert unexplained == [("remainders", "cured")]


def _the_same_in_every_form() -> None:
    """Page, JSON, PDF, workbook, page to keep, text and the province's form."""
    actor = ledger.actor("the desk")
    account = accounts.open_account(username="reader", name="Reader", by=actor, at=RECEIVED)
    accounts.give_role(account=account, role=Role.AUDITOR, jurisdiction=WHOLE_CITY, by=actor, at=RECEIVED)
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    one = given(on=EZHOU)
    values = figures_everywhere(one, read(client, f"/report/?on={EZHOU}"))
    assert values == {
        "confirmed_cumulative": 1394,
        "cured_cumulative": 1332,
        "deaths_cumulative": 59,
        "discharge_rate_percent": 95.55,
        "active_current": 1394 - 1332 - 59,
    }
    for language in LANGUAGES:
        assert pdf.pdf(given(on=EZHOU, language=language), standards=["ua-1"])


def _same_totals(twin: dict[tuple[str, str], series_twin.Daily]) -> None:
    found = counts(all_series(View())[0], date(2021, 1, 1), View())
    city = next(column for column in mappings.load(MAPPING).columns if column.name == "city")
    for (name, measure), total in twin.items():
        place = city.values.get(name, "420000")
        assert dict(found.total(place, measure)) == total, (name, measure)


def _same_findings(twin: dict[tuple[str, str], series_twin.Daily], until: date) -> None:
    """On any day only what is of that day or before it counts."""
    totals = {key: {day: value for day, value in total.items() if day <= until} for key, total in twin.items()}
    ezhou, province = totals["鄂州市", "confirmed"], totals["", "confirmed"]
    parts = [total for (city, measure), total in totals.items() if city and measure == "confirmed" and total]
    notes = [(one.kind, one.date, one.delta) for one in situation(on=until).series_notes if one.measure == "confirmed"]

    assert [(day, delta) for kind, day, delta in notes if kind == "fall"] == series_twin.falls(ezhou)
    assert [(day, delta) for kind, day, delta in notes if kind == "jump"] == series_twin.jumps(ezhou)
    off = series_twin.remainders(parts, province, until)
    assert [(day, delta) for kind, day, delta in notes if kind == "remainder"] == off


def _as_put_right(path: Path) -> None:
    """Beside the file lies one city's series, stamped and then put right by the day the data are for."""
    with path.open(newline="") as file:
        right = {date.fromisoformat(line["date"]): line for line in csv.DictReader(file)}
    found = counts(all_series(View())[0], max(right), View())
    for column, measure in (("confirmed", "confirmed"), ("dead", "deaths")):
        assert dict(found.total("420700", measure)) == {day: int(line[column]) for day, line in right.items()}


def test_by_the_command_line(path: Path, tmp_path: Path) -> None:
    """A new instance, and what was published by the end of the report's month: some stamps lag behind their day."""
    until = part(path, tmp_path, lambda day: day <= "2020-03-31")
    ours = Instance.new(tmp_path)
    try:
        assert ours.run("init").code == 0
        taken = ours.run("intake", until, "--mapping", MAPPING, "--json")
        rows = until.read_text(encoding="utf-8-sig").splitlines()[1:]
        ours_of_them = sum(",湖北省," in row for row in rows)
        assert (taken.code, taken.data["rows"]["new"]) == (0, ours_of_them)
        assert taken.data["rows_out_of_scope"] == len(rows) - ours_of_them == 6

        asked = ours.run("report", "--on", EZHOU, "--json")
        assert (asked.code, asked.data["period_date"], asked.data["number"]) == (0, "2020-03-26", 63)
        values = {figure["id"]: figure["value"] for figure in asked.data["figures"]}
        assert values["confirmed_cumulative"] == 1394 and values["discharge_rate_percent"] == 95.55
        assert (
            ours.run("report", "--on", EZHOU, "--known-at", "1", "--format", "json").data["figures"][0]["value"] is None
        )

        file = tmp_path / "report.txt"
        assert ours.run("report", "--on", EZHOU, "-o", file).out == ""
        written = file.read_text(encoding="utf-8")
        assert "as of 2020-03-26, known at seal" in written and "1,394" in written and "95.55" in written
        _files_by_the_command(ours, tmp_path)
        nowhere = ours.run("report", "--on", EZHOU, "-o", tmp_path / "no" / "where.txt")
        assert nowhere.code == 2 and "output.unusable" in nowhere.err
        assert ours.run("report", "--on", EZHOU, "--known-at", "99").code == 2
        assert ours.run("report", "--on", EZHOU, "--json", "--format", "text").code == 2
    finally:
        ours.drop()


def _files_by_the_command(ours: Instance, folder: Path) -> None:
    """Closed twice it is one report, and every file is of it; a form in English is in Chinese."""
    closed = ours.run("report", "--on", EZHOU, "--close", "--json")
    assert closed.code == 0 and ours.run("report", "--on", EZHOU, "--close", "--json").out == closed.out
    assert ours.run("report", "--on", "2199-01-01", "--close").code == 2
    assert ours.run("report", "--on", EZHOU, "--close", "--known-at", "1").code == 2
    for form, begins in (("pdf", b"%PDF"), ("form", b"PK"), ("html", b"<!doctype html>")):
        file = folder / f"report.{form}"
        assert ours.run("report", "--on", EZHOU, "--format", form, "-o", file).out == ""
        assert file.read_bytes().startswith(begins)
