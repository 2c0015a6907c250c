"""analyse rt, case-reproduction and growth: EpiEstim's output, small stories, and every way a table can be wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.at_the_command_line import CommandLine

HALF_AND_HALF = "day,probability\n0,0\n1,0.5\n2,0.5\n"
COLUMNS = {"mean": "Mean(R)", "sd": "Std(R)", "q025": "Quantile.0.025(R)", "median": "Median(R)",
           "q975": "Quantile.0.975(R)"}  # fmt: skip


def table(*counts: int) -> str:
    """`date, cases` from 1 February 2020 on."""
    return "date,cases\n" + "".join(f"2020-02-{day:02},{count}\n" for day, count in enumerate(counts, 1))


@pytest.mark.parametrize(
    ("options", "output"),
    [
        (("--si-file", "Flu2009__si_distr.csv"), "Flu2009_nonparam_w7_R.csv"),
        (("--si-mean", "2.6", "--si-sd", "1.5"), "Flu2009_param_2.6_1.5_w7_R.csv"),
    ],
)
def test_rt_equals_epiestim(mainstay: CommandLine, testdata: Path, options: tuple[str, ...], output: str) -> None:
    """Its own file of cases has the columns `dates, I`; the first window are days 2 to 8."""
    folder = testdata / "reproduction_number"
    given = [folder / option if option.endswith(".csv") else option for option in options]
    rows = mainstay.data("analyse", "rt", folder / "Flu2009__incidence.csv", *given)["rows"]
    with (folder / output).open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(rows) == len(expected) == 25
    for row, theirs in zip(rows, expected, strict=True):
        assert row["status"] == "estimate"
        for name, column in COLUMNS.items():
            assert row[name] == pytest.approx(float(theirs[column]), abs=1e-9)
    assert (rows[0]["start_date"], rows[0]["end_date"]) == ("2009-04-28", "2009-05-04")
    if "--si-file" in options:
        assert rows[0]["mean"] == pytest.approx(1.73560890945907, abs=1e-9)


def test_rt_has_the_shape_that_scripts_rely_on(mainstay: CommandLine) -> None:
    file, interval = mainstay.file(table(4, 2, 3, 6)), mainstay.file(HALF_AND_HALF, "si.csv")
    data = mainstay.data("analyse", "rt", file, "--si-file", interval, "--window", "3", "--prior-mean", "2")
    assert (data["window_days"], data["prior"]) == (3, {"mean": 2.0, "sd": 5.0})
    assert data["si"] == {"mean_days": 1.5, "sd_days": 0.5, "pmf": [0.0, 0.5, 0.5, 0.0]}
    (row,) = data["rows"]
    assert (row["start_date"], row["end_date"], row["cases"]) == ("2020-02-02", "2020-02-04", 2 + 3 + 6)
    infectiousness = 4 * 0.5 + (2 * 0.5 + 4 * 0.5) + (3 * 0.5 + 2 * 0.5)
    assert row["mean"] == pytest.approx(((2 / 5) ** 2 + 11) / (2 / 5**2 + infectiousness))


def test_the_prior_alone_and_the_unknown_are_said_in_words(mainstay: CommandLine) -> None:
    file, interval = mainstay.file(table(40, 20, 0, 0, 0, 0)), mainstay.file(HALF_AND_HALF, "si.csv")
    rows = mainstay.data("analyse", "rt", file, "--si-file", interval, "--window", "2")["rows"]
    assert [row["status"] for row in rows] == ["estimate", "prior_only", "prior_only", "unknown"]
    assert rows[3]["mean"] is None and rows[1]["mean"] is not None
    lines = mainstay.run("analyse", "rt", file, "--si-file", interval, "--window", "2").out.splitlines()
    infectiousness = 40 * 0.5 + (20 * 0.5 + 40 * 0.5)
    assert lines[2].split()[:4] == ["2020-02-02", "2020-02-03", "20", f"{(1 + 20) / (1 / 5 + infectiousness):.2f}"]
    assert lines[3].split("  ")[-1] == "no finding: no local case fell in the window, only the prior is left"
    assert lines[5].split("  ")[-1] == "unknown: nobody in the series could have infected anybody"
    assert f"{rows[1]['mean']:.2f}" not in lines[3]


def test_below_ten_cases_counts_and_no_figure(mainstay: CommandLine) -> None:
    interval = mainstay.file(HALF_AND_HALF, "si.csv")
    nine = mainstay.run("analyse", "rt", mainstay.file(table(5, 5, 4)), "--si-file", interval, "--window", "2")
    assert nine.out.splitlines()[-1].split("  ")[-1] == "fewer than 10 cases: no figure"
    ten = mainstay.run("analyse", "rt", mainstay.file(table(5, 5, 5)), "--si-file", interval, "--window", "2")
    assert ten.out.splitlines()[-1].split("  ")[-1] == "few cases"
    assert "no figure" in mainstay.run("analyse", "growth", mainstay.file(table(1, 2, 4))).out


def test_imported_cases_and_any_order_of_rows(mainstay: CommandLine) -> None:
    interval = mainstay.file(HALF_AND_HALF, "si.csv")
    file = mainstay.file("date;cases;imported\n2020-02-03;3;\n2020-02-01;4;4\n2020-02-02;12;11\n")
    (row,) = mainstay.data("analyse", "rt", file, "--si-file", interval, "--window", "2")["rows"]
    assert (row["cases"], row["imported"]) == (12 + 3, 11)


def test_a_line_list_is_counted_by_day_of_onset(mainstay: CommandLine, testdata: Path) -> None:
    """162 cases of MERS, 27 of them without onset; 98 pairs say 14.5 days, which is not what is tested here."""
    file = testdata / "line_lists" / "mers_korea_2015__linelist.csv"
    options = ("--mapping", "mers-korea-2015-cases", "--si-mean", "12.6", "--si-sd", "2.8")
    data = mainstay.data("analyse", "case-reproduction", file, *options)
    assert data["cases"] == 162 - 27
    assert data["cases"] == data["attributed"] + data["imported"] + data["without_infector"]
    told = mainstay.run("analyse", "case-reproduction", file, *options).out
    assert "27 cases without a day of onset are not in the series" in told
    assert "too low" in told  # the last cohorts' infectious time is not over


def test_growth_doubles_in_a_day(mainstay: CommandLine) -> None:
    file = mainstay.file(table(10, 20, 40, 80, 0))
    data = mainstay.data("analyse", "growth", file, "--to", "2020-02-04")
    assert (data["cases"], data["direction"]) == (10 + 20 + 40 + 80, "growing")
    assert data["doubling"]["days"] == pytest.approx(1.0)
    assert "doubling time in days: 1.0" in mainstay.run("analyse", "growth", file, "--to", "2020-02-04").out


# --- what is refused: row, column and remedy ------------------------------------------------------------

WRONG = {
    "no column": ("day,cases\n2020-02-01,4\n", ["lacks the column 'date'", "name the columns date, cases"]),
    "a hole": ("date,cases\n2020-02-01,4\n2020-02-04,4\n", ["row 3, column 'date': 2 day(s) are missing", "Give 0"]),
    "a day twice": (
        "date,cases\n2020-02-01,4\n2020-02-02,1\n2020-02-01,4\n",
        ["row 4, column 'date': 2020-02-01 stands in row 2 already", "Give one number"],
    ),
    "below none": ("date,cases\n2020-02-01,4\n2020-02-02,-1\n", ["row 3, column 'cases': -1 cannot", "from 0 to"]),
    "31 February": ("date,cases\n2020-02-31,4\n", ["row 2, column 'date'", "no day '2020-02-31'", "Write a day"]),
    "two readings": ("date,cases\n01/02/2020,4\n", ["row 2, column 'date'", "two ways", "2020-02-01"]),
    "a sum": ("date,cases\n2020-02-01,4\nTotal,4\n", ["row 3", "a row of sums", "Take it out"]),
    "a half case": ("date,cases\n2020-02-01,1.5\n", ["row 2, column 'cases': '1.5' is no whole number"]),
    "an empty cell": ("date,cases\n2020-02-01,\n", ["row 2, column 'cases': The cell is empty", "Fill it in"]),
    "too many imported": (
        "date,cases,imported\n2020-02-01,2,3\n",
        ["row 2, column 'imported': 3 of 2 cases", "no more imported"],
    ),
    "a cell too many": ("date,cases\n2020-02-01,4,4\n", ["row 2: it has 3 cells, the header 2", "separator"]),
    "a slip of the year": ("date,cases\n1902-02-01,4\n2020-02-02,4\n", ["row 2", "row 3", "more than ten years"]),
    "a day to come": ("date,cases\n9999-02-01,4\n", ["row 2, column 'date'", "lies after"]),
    "only a header": ("date,cases\n", ["row 2", "no row below the header"]),
    "an empty file": ("", ["it is empty", "ask the sender"]),
    "blank lines": ("\n\n\n", ["nothing but blank lines"]),
    "a quotation mark": ('date,cases\n"2020-02-01,4\n', ["quotation mark"]),
    "a workbook": (b"PK\x03\x04" + bytes(range(256)), ["the workbook is cut off or damaged", "save it again"]),
    "noise": (bytes(range(256)) * 20, ["binary"]),
    "a number of a thousand digits": ("date,cases\n2020-02-01," + "9" * 1000 + "\n", ["row 2, column 'cases'"]),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("command", [("rt", "--si-mean", "2.6", "--si-sd", "1.5"), ("growth",)], ids=lambda c: c[0])
def test_what_cannot_be_used_is_named_with_its_place_and_remedy(
    mainstay: CommandLine, command: tuple[str, ...], wrong: str
) -> None:
    text, named = WRONG[wrong]
    told = mainstay.refused("analyse", command[0], mainstay.file(text), *command[1:])
    assert [part for part in named if part not in told] == []


def test_every_place_is_named_but_not_a_thousand(mainstay: CommandLine) -> None:
    file = mainstay.file("date,cases\n" + "2020-02-31,4\n" * 1000)
    told = mainstay.refused("analyse", "growth", file)
    assert "row 2," in told and "row 6," in told and "row 7," not in told
    assert f"{1000 - 5} more like these" in told


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "--si-mean and --si-sd, or --si-file"),
        (("--si-mean", "2.6"), "belong together"),
        (("--si-mean", "1", "--si-sd", "1"), "a mean above 1 day"),
        (("--si-mean", "nan", "--si-sd", "1"), "a mean above 1 day"),
        (("--si-mean", "5", "--si-sd", "1e-300"), "--si-sd"),
        (("--si-mean", "2.6", "--si-sd", "1", "--window", "0"), "--window"),
        (("--si-mean", "2.6", "--si-sd", "1", "--prior-sd", "inf"), "--prior-sd"),
        (("--si-file", "no-such-file.csv"), "no-such-file.csv"),
    ],
)
def test_options_that_cannot_be(mainstay: CommandLine, options: tuple[str, ...], named: str) -> None:
    assert named in mainstay.refused("analyse", "rt", mainstay.file(table(4, 2, 3)), *options)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("day,probability\n0,0\n2,1\n", "row 3, column 'day': 2 stands where day 1 is expected"),
        ("day,probability\n0,0\n1,0.4\n", "sum to 0.4"),
        ("probability\n0\n-1\n2\n", "below 0"),
        ("probability\n0.5\n0.5\n", "give day 0"),
        ("probability\nnan\n", "row 2, column 'probability'"),
        ("chance\n1\n", "the column 'probability'"),
    ],
)
def test_a_serial_interval_that_cannot_be(mainstay: CommandLine, text: str, named: str) -> None:
    told = mainstay.refused("analyse", "rt", mainstay.file(table(4, 2, 3)), "--si-file", mainstay.file(text, "si.csv"))
    assert named.replace("give day 0", "gives day 0") in told


def test_a_series_shorter_than_its_window_has_no_row(mainstay: CommandLine) -> None:
    options = ("analyse", "rt", mainstay.file(table(4, 2, 3)), "--si-mean", "2.6", "--si-sd", "1.5")
    assert mainstay.data(*options)["rows"] == []
    assert "too short for a window of 7" in mainstay.run(*options).out


def test_the_same_file_gives_the_same_bytes(mainstay: CommandLine) -> None:
    file = mainstay.file(table(10, 20, 40, 80))
    said = {mainstay.run("analyse", "growth", file, "--json").out for _ in range(2)}
    assert len(said) == 1
    json.loads(said.pop())
