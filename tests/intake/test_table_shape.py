"""Where the table is in a sheet, and which of its rows are nobody's."""

from __future__ import annotations

import pytest

from mainstay.intake.rules.table_shape import DITTO, Log, find_header, joined, no_record, records, shape_of, tidy
from mainstay.intake.rules.texts import text_of

LIST = [
    ["River district", "", ""],
    ["", "", "week 6"],
    ["name", "age", "onset"],
    ["Ann", "30", "2020-02-01"],
    ["Ben", "41", "2020-02-02"],
]


def rows(*lines: list[str]) -> list[tuple[int, list[str]]]:
    return [(number, list(line)) for number, line in enumerate(lines, 1)]


def test_the_header_is_the_row_that_names_the_columns_expected() -> None:
    found = find_header(rows(*LIST), ["name", "onset"])
    assert (found.names, found.first, found.last) == (("name", "age", "onset"), 2, 2)
    assert found.reason == "it names the columns expected"


def test_a_header_with_one_name_misspelt_is_still_the_header() -> None:
    assert find_header(rows(*LIST), ["name", "onsett"]).first == 2


def test_without_a_mapping_the_header_is_the_first_row_that_looks_like_one() -> None:
    found = find_header(rows(*LIST))
    assert (found.names, found.first) == (("name", "age", "onset"), 2)
    assert find_header(rows(["1", "2"], ["3", "4"])).reason == "no row looks like a header: the first was taken"
    assert find_header([]).names == ()


def test_two_rows_are_joined() -> None:
    assert joined(["no", "signs", "", "age"], ["", "fever", "cough", "age"]) == (
        *("no", "signs / fever", "signs / cough", "age"),
    )
    assert joined(["no", "", "age"], ["", "", ""]) == ("no", "", "age")


def test_a_header_of_two_rows_is_found_with_and_without_a_mapping() -> None:
    table = rows(["list", "", ""], ["no", "signs", ""], ["", "fever", "cough"], ["1", "yes", "no"])
    for expected in (["no", "signs / cough"], []):
        found = find_header(table, expected)
        assert (found.names, found.first, found.last) == (("no", "signs / fever", "signs / cough"), 1, 2)
    # The mapping may know the lower names alone.
    assert find_header(table, ["fever", "cough"]).first == 2
    assert find_header(table, ["no", "fever", "cough"]).names == ("no", "fever", "cough")


def test_a_title_merged_over_all_columns_is_no_upper_row() -> None:
    found = find_header(rows(["list"] * 3, ["no", "fever", "age"], ["1", "yes", "30"]))
    assert (found.names, found.first) == (("no", "fever", "age"), 1)


@pytest.mark.parametrize(
    ("written", "name"),
    [("发病\n日期", "发病日期"), ("date of\nonset", "date of onset"), ("\ufeff no ", "no"), ("a  b", "a  b")],
)
def test_a_name_stands_on_one_line(written: str, name: str) -> None:
    assert tidy(written) == name


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["合计", "", "2"], "total"),
        (["", "总 计：2人", ""], "total"),
        (["小计", "男1女1", ""], "total"),
        (["Total", "2", "71"], "total"),
        (["Grand total: 2", "", ""], "total"),
        (["Sum", "43", "2020-02-01"], "total"),
        (["Sum", "Wing", "2020-02-01"], ""),
        (["Totall", "", "2"], ""),
        (["合川", "30", "2020-02-01"], ""),
        (["name", "age", "onset"], "header"),
        (["River district", "", ""], "title"),
        (["name", "30", "2020-02-01"], ""),
        (["注：按发病日期排列", "", ""], "remark"),
        (["填表人：王某", "审核人：李某", ""], "remark"),
        (["Prepared by: Ann", "", ""], "remark"),
        (["Note", "30", "2020-02-01"], ""),
        (["Ward 3", "Ward 3", "Ward 3"], "section"),
        (["7", "7", "7"], ""),
        (["Ann", "Ann", "2020-02-01"], ""),
    ],
)
def test_which_rows_are_nobodys(cells: list[str], kind: str) -> None:
    assert no_record(cells, shape_of(rows(*LIST), ["name", "age", "onset"]))[0] == kind


def test_marks_take_what_the_last_record_says_past_whatever_stands_between() -> None:
    log = Log()
    table = rows(*LIST, ["Total", "2", ""], ["Cy", "同上", ' " '], ["〃", "50", "2020-02-03"])
    found = list(records(table, shape_of(table, ["name"]), DITTO, log))
    assert found[2:] == [(7, ["Cy", "41", "2020-02-02"]), (8, ["Cy", "50", "2020-02-03"])]
    assert (log.ditto_cells, log.ditto_rows) == (3, [7, 8])
    assert [(one.row, one.kind) for one in log.skipped] == [(1, "title"), (2, "title"), (6, "total")]


def test_reading_again_says_everything_once() -> None:
    log = Log()
    table = rows(*LIST, ["Total", "2", ""])
    for _time in range(2):
        log.clear()
        list(records(rows(*LIST, ["Total", "2", ""]), shape_of(table, ["name"]), DITTO, log))
    assert log.skipped_rows == len(log.skipped) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1 + 0.2, "0.3"), (1e15, "1E+15"), (999_999_999_999_999.0, "999999999999999"), (float("nan"), ""), (None, ""),
     (-5.0, "-5"), (10**17, "100000000000000000"), (True, "TRUE")],
)  # fmt: skip
def test_a_value_reads_as_the_text_that_stands_for_it(value: object, text: str) -> None:
    assert text_of(value) == text
