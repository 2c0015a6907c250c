"""analyse delays, nowcast and cfr: small stories, a real line list, and every way a table can be wrong."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.at_the_command_line import CommandLine

DAY = date(2020, 2, 1)


def events(*rows: tuple[int | None, int | None], header: str = "onset,report") -> str:
    """Rows of two days each, counted from 1 February 2020; None is an empty cell."""
    return header + "\n" + "".join(f"{_day(first)},{_day(second)}\n" for first, second in rows)


def _day(ahead: int | None) -> str:
    return "" if ahead is None else str(DAY + timedelta(days=ahead))


# --- delays ---------------------------------------------------------------------------------------------


def test_delays_as_written_down_and_as_fitted(mainstay: CommandLine) -> None:
    """Forty cases report after 2, 3, 4 or 5 days, ten each; two more lack a day."""
    rows = [(n, n + 2 + n % 4) for n in range(40)] + [(1, None), (None, 5)]
    data = mainstay.data("analyse", "delays", mainstay.file(events(*rows)))
    assert (data["first"], data["second"]) == ("onset", "report")
    assert (data["records"], data["used"], data["without_first"], data["without_second"]) == (42, 40, 1, 1)
    assert data["observed"]["mean"] == (2 + 3 + 4 + 5) / 4
    assert data["fitted"][0]["status"] == "estimate"
    assert data["fitted"][0]["mean"] == pytest.approx(3.5, abs=0.1)


def test_what_is_still_to_come_makes_the_fitted_delay_longer(mainstay: CommandLine) -> None:
    """An outbreak that doubles every two days, seen while it grows: short delays have come in, long ones have not."""
    rows = [(n, n + delay) for n in range(14) for delay in (1, 3, 6, 10) for _ in range(2 ** (n // 2))]
    seen = [row for row in rows if row[1] <= 14]
    file = mainstay.file(events(*seen))
    plain = mainstay.data("analyse", "delays", file)["fitted"][0]["mean"]
    corrected = mainstay.data("analyse", "delays", file, "--on", "2020-02-15")["fitted"][0]["mean"]
    assert plain < corrected


def test_a_range_of_days_and_other_events(mainstay: CommandLine) -> None:
    text = "exposure,exposure_last,onset\n" + "2020-02-01,2020-02-03,2020-02-07\n" * 12 + "2020-02-01,,2020-02-05\n"
    data = mainstay.data("analyse", "delays", mainstay.file(text), "--first", "exposure", "--second", "onset")
    assert data["used"] == 13
    assert data["observed"]["mean"] == pytest.approx((12 * (7 - 2) + (5 - 1)) / 13)


def test_few_delays_are_counted_and_no_more(mainstay: CommandLine) -> None:
    told = mainstay.run("analyse", "delays", mainstay.file(events(*[(n, n + 3) for n in range(9)]))).out
    assert "9 of 9 records used" in told
    assert told.splitlines()[-1] == "fewer than 10 cases: no figure"


def test_mers_from_onset_to_report(mainstay: CommandLine, testdata: Path) -> None:
    """162 cases, 27 without onset."""
    file = testdata / "line_lists" / "mers_korea_2015__linelist.csv"
    data = mainstay.data("analyse", "delays", file, "--mapping", "mers-korea-2015-cases")
    assert (data["records"], data["used"], data["without_first"]) == (162, 162 - 27, 27)
    assert "no day of 'arrival'" in mainstay.refused(
        "analyse", "delays", file, "--mapping", "mers-korea-2015-cases", "--first", "arrival"
    )


def test_a_line_list_with_held_fields_ends_with_one(mainstay: CommandLine) -> None:
    file = mainstay.file("id,onset\n1,2020-02-31\n2,2020-02-03\n")
    options = ("analyse", "growth", file, "--mapping", "chains-cases")
    answer = mainstay.run(*options)
    assert answer.code == 1
    assert "1 fields or rows are held" in answer.err
    assert "1 cases without a day of onset" in answer.out


# --- nowcast --------------------------------------------------------------------------------------------


def test_half_are_reported_on_the_next_day(mainstay: CommandLine) -> None:
    """Each day 20 fall ill; 10 are reported on that day, 10 on the next. Seen on the last day 10 are still to come."""
    rows = [(n, n + late) for n in range(15) for late in (0, 1) for _ in range(10) if n + late <= 14]
    file = mainstay.file(events(*rows))
    data = mainstay.data("analyse", "nowcast", file, "--longest-delay", "2")
    assert data["on"] == "2020-02-15"
    assert [(row["reported"], row["point"]) for row in data["rows"]] == [(20, 20), (20, 20), (10, 10 / 0.5)]
    assert data["rows"][-1]["low"] <= 20 <= data["rows"][-1]["high"]
    assert "50% reported" in mainstay.run("analyse", "nowcast", file, "--longest-delay", "2").out


def test_an_unknown_share_is_said_in_words(mainstay: CommandLine) -> None:
    file = mainstay.file(events(*[(n, n + 2) for n in range(12)]))
    data = mainstay.data("analyse", "nowcast", file, "--longest-delay", "3", "--on", "2020-02-14")
    assert data["rows"][-1]["status"] == "unknown" and data["rows"][-1]["point"] is None
    told = mainstay.run("analyse", "nowcast", file, "--longest-delay", "3", "--on", "2020-02-14").out
    assert "unknown: the share reported so soon is not known" in told.splitlines()[-1]


def test_shares_learnt_from_fewer_than_ten_give_no_figure(mainstay: CommandLine) -> None:
    file = mainstay.file(events((0, 0), (0, 1), (1, 1), (1, 2), (2, 2)))
    told = mainstay.run("analyse", "nowcast", file, "--longest-delay", "2").out
    assert told.splitlines()[-1].split("  ")[-1] == "fewer than 10 cases: no figure"


def test_a_window_that_holds_no_old_case(mainstay: CommandLine) -> None:
    told = mainstay.refused("analyse", "nowcast", mainstay.file(events((0, 1))), "--window", "10")
    assert "give a longer window" in told


# --- case fatality --------------------------------------------------------------------------------------


def outcomes(*rows: tuple[int | None, str, int | None]) -> str:
    lines = [f"{_day(onset)},{outcome},{_day(ended)}\n" for onset, outcome, ended in rows]
    return "onset,outcome,outcome_date\n" + "".join(lines)


def test_naive_among_ended_and_corrected(mainstay: CommandLine) -> None:
    """40 ill for 14 days, 4 of them dead, 16 well. Half of those who die do so by then: 4 of 40 * 0.5."""
    rows = [(0, "died", 10)] * 4 + [(0, "recovered", 12)] * 10 + [(0, "discharged", 13)] * 6 + [(0, "", None)] * 20
    delay = mainstay.file("probability\n" + "0\n" * 10 + "0.5\n" + "0\n" * 9 + "0.5\n", "delay.csv")
    data = mainstay.data("analyse", "cfr", mainstay.file(outcomes(*rows)), "--on", "2020-02-15", "--delay-file", delay)
    assert data["delay"]["source"] == "given"
    assert (data["deaths"], data["recovered"], data["outcome_unknown"]) == (4, 10 + 6, 20)
    assert data["naive"]["value"] == 4 / 40
    assert data["among_ended"]["value"] == 4 / (4 + 16)
    assert data["corrected"]["value"] == 4 / (40 * 0.5)


def test_the_delay_is_fitted_to_the_deaths_of_the_file(mainstay: CommandLine) -> None:
    rows = [(n, "died", n + 8 + n % 6) for n in range(36)] + [(n, "", None) for n in range(36)] * 2
    data = mainstay.data("analyse", "cfr", mainstay.file(outcomes(*rows)))
    assert data["on"] == "2020-03-20"  # 1 February and 35 + 8 + 5 days
    assert (data["delay"]["source"], data["delay"]["deaths"]) == ("fitted", 36)
    assert 8 < data["delay"]["mean_days"] < 14
    assert data["corrected"]["status"] == "estimate"
    assert data["corrected"]["value"] > data["naive"]["value"]


def test_without_a_delay_the_corrected_ratio_is_unknown(mainstay: CommandLine) -> None:
    file = mainstay.file(outcomes(*[(0, "", None)] * 30))
    data = mainstay.data("analyse", "cfr", file)
    assert data["delay"] == {"source": "unknown", "mean_days": None, "sd_days": None, "deaths": 0}
    assert (data["corrected"]["status"], data["corrected"]["value"]) == ("no_delay", None)
    told = mainstay.run("analyse", "cfr", file).out
    assert "corrected for delay: unknown" in told
    assert "of those ended:      unknown: no recovery is written down" in told


def test_below_ten_cases_no_rate(mainstay: CommandLine) -> None:
    file = mainstay.file(outcomes((0, "died", 9), (0, "recovered", 9), (0, "", None)))
    told = mainstay.run("analyse", "cfr", file, "--delay-mean", "9", "--delay-sd", "3").out
    assert "%" not in told.split("corrected")[0].split("onset to death")[0]
    assert "1 of 3 (too few for a rate)" in told and "1 of 2 (too few for a rate)" in told


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "text", "named"),
    [
        ("delays", events((3, 1)), ["row 2, column 'report': 2020-02-02 lies before the onset, 2020-02-04", "Correct"]),
        ("nowcast", events((0, 1), (3, 1)), ["row 3, column 'report'", "mapping"]),
        ("delays", "onset,report\n2020-02-31,2020-03-01\n", ["row 2, column 'onset'", "Write a day that exists"]),
        ("nowcast", "onset\n2020-02-01\n", ["lacks the column 'report'", "name the columns onset, report"]),
        ("nowcast", "onset,report\n,\n", ["no row below the header"]),
        ("nowcast", "onset,report\n2020-02-01,\n", ["give --on"]),
        ("delays", "", ["it is empty"]),
        ("delays", "onset,onset_last,report\n2020-02-03,2020-02-01,2020-02-04\n", ["row 2, column 'onset_last'"]),
        ("cfr", outcomes((5, "died", 3)), ["row 2, column 'outcome_date'", "before the onset", "Correct"]),
        ("cfr", outcomes((5, "", 7)), ["row 2, column 'outcome'", "Say how it ended"]),
        ("cfr", outcomes((5, "resting", 7)), ["row 2, column 'outcome': 'resting'", "Write one of 'died'"]),
        ("cfr", "onset,outcome\n2020-02-01,died\n", ["lacks the column 'outcome_date'"]),
    ],
)
def test_what_cannot_be_used_is_named(mainstay: CommandLine, command: str, text: str, named: list[str]) -> None:
    told = mainstay.refused("analyse", command, mainstay.file(text))
    assert [part for part in named if part not in told] == []


def test_one_event_is_no_delay(mainstay: CommandLine) -> None:
    told = mainstay.refused("analyse", "delays", mainstay.file(events((0, 1))), "--second", "onset")
    assert "name two" in told


@pytest.mark.parametrize(
    "junk", [b"\x00\x01\x02" * 400, b"\xff\xfe\x00", b"a" * 2_000_000, b'"' * 999, "日,月\n1\n".encode()]
)
@pytest.mark.parametrize("command", ["delays", "nowcast", "cfr", "growth"])
def test_junk_is_refused_with_a_sentence(mainstay: CommandLine, command: str, junk: bytes) -> None:
    told = mainstay.refused("analyse", command, mainstay.file(junk))
    assert told.startswith("mainstay: ") and told.rstrip().endswith("]")


def test_a_folder_and_a_missing_file(mainstay: CommandLine, tmp_path: Path) -> None:
    for command in ("delays", "nowcast", "cfr", "growth"):
        assert str(tmp_path) in mainstay.refused("analyse", command, tmp_path)
        assert "missing.csv" in mainstay.refused("analyse", command, tmp_path / "missing.csv")
