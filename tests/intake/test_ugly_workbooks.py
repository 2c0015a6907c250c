"""Workbooks as hospitals and districts fill them: every person counted, and what was made of the rest said."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from mainstay.cases.models import Onset
from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import Mapping
from mainstay.intake.reader import examine, records
from mainstay.people.models import Identifier, Trait
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Entry
from tests.intake.desk import Desk, known_facts, names
from tests.intake.workbooks import WORKBOOKS, csv_text, write_xlsx

# A district's list: a header of two rows, where "Symptoms" stands over two columns.
WARDS = """
name = "district"
title = "A district's list of the sick"
source = "district"
disease = "covid-19"
key = ["序号"]

[columns]
"序号" = { type = "text", longest = 20 }
"电话" = { type = "text" }
"病区" = { type = "text" }
"发病日期" = { type = "date" }
"症状 / 发热" = { type = "choice", values = { "有" = true, "无" = false } }
"症状 / 咳嗽" = { type = "choice", values = { "有" = true, "无" = false } }

[[person]]
role = "self"
scheme = "district"
column = "序号"

[[fact]]
slot = "onset"
fact = "onset"
person = "self"
date = "发病日期"

[[fact]]
slot = "ward"
fact = "trait"
person = "self"
name = "ward"
value = { column = "病区" }

[[fact]]
slot = "phone"
fact = "trait"
person = "self"
name = "phone"
value = { column = "电话" }

[[fact]]
slot = "fever"
fact = "symptom"
person = "self"
name = "fever"
present = { column = "症状 / 发热" }

[[fact]]
slot = "cough"
fact = "symptom"
person = "self"
name = "cough"
present = { column = "症状 / 咳嗽" }
"""
TITLE = ["", "柳渡县新冠肺炎病例一览表", "", "", "", "", ""]
MADE = ["", "填表日期：2020年2月20日", "", "", "", "", ""]
UPPER = ["", "序号", "电话", "病区", "发病\n日期", "症状", ""]
LOWER = ["", "", "", "", "", "发热", "咳嗽"]
BLANK = [""] * 7


def patient(no: Any, phone: Any, ward: str, onset: Any, fever: str = "有", cough: str = "无") -> list[Any]:
    return ["", no, phone, ward, onset, fever, cough]


# Numbered as the sheet shows them. The first column is empty all the way down.
UGLY = [
    TITLE,  # 1
    MADE,  # 2
    BLANK,  # 3
    UPPER,  # 4
    LOWER,  # 5
    ["", "一病区", "", "", "", "", ""],  # 6: a heading merged over the whole row
    patient(1, 13800000001, "一病区", date(2020, 2, 1)),  # 7
    patient(2, 13800000002, "", date(2020, 2, 2), cough="有"),  # 8: the ward is merged with row 7's
    patient(3, "同上", "〃", date(2020, 2, 3)),  # 9
    BLANK,  # 10
    TITLE,  # 11: a page break
    UPPER,  # 12
    LOWER,  # 13
    patient(4, "１３８００００００４", "二病区", "!#REF!"),  # 14
    patient(1.23456789012345e17, 13800000005, "二病区", date(2020, 2, 5)),  # 15: the number has lost digits
    patient(6, 13800000006, "二病区", "2020.2.6", fever="?"),  # 16
    ["", "合计", "6人", "", "", 5, 1],  # 17
    ["", "填表人：王某", "", "审核人：李某", "", "", ""],  # 18
]
MERGES = [
    *((1, 1, 2, 7), (4, 5, 2, 2), (4, 5, 3, 3), (4, 5, 4, 4), (4, 5, 5, 5), (4, 4, 6, 7)),
    *((6, 6, 2, 7), (7, 8, 4, 4), (11, 11, 2, 7), (12, 13, 2, 2), (12, 13, 3, 3), (12, 13, 4, 4), (12, 13, 5, 5)),
    (12, 12, 6, 7),
]
# Every row from 6 on is one of these: three blank or none at all, nine left out, six received.
LEFT_OUT = {
    1: "title",
    2: "title",
    6: "section",
    11: "title",
    12: "header",
    13: "header",
    17: "total",
    18: "remark",
}


@pytest.fixture
def district() -> Mapping:
    return mappings.parse(WARDS.encode(), "district.toml")


def traits(name: str) -> dict[str, str]:
    people = names()
    return {people[one.person_id]: one.value for one in Trait.objects.filter(name=name)}


@pytest.mark.parametrize("form", WORKBOOKS)
def test_an_ugly_workbook_is_read_to_the_last_person(desk: Desk, district: Mapping, form: str) -> None:
    path = WORKBOOKS[form](desk.folder / "list.xls", {"一览表": UGLY}, MERGES)

    done = desk.take(path, district)

    # Six patients: five taken, and one whose number the spreadsheet has eaten.
    assert done.rows == {
        "received": 5 + 1,
        "new": 5,
        "rejected": 1,
        "known": 0,
        "revised": 0,
        "conflict": 0,
        "warned": 0,
    }
    assert done.sheet == "一览表"
    assert {one.row: one.kind for one in done.skipped} == LEFT_OUT
    total = next(one for one in done.skipped if one.kind == "total")
    assert (total.row, total.text, total.reason) == (17, "合计 | 6人 | 5 | 1", "a row of sums, not of somebody")
    # The ward of row 7 reaches into row 8; 同上 and 〃 say what row 8 says.
    wards = {"district:1": "一病区", "district:2": "一病区", "district:3": "一病区"}
    assert traits("ward") == {**wards, "district:4": "二病区", "district:6": "二病区"}
    assert traits("phone")["district:3"] == "13800000002"
    onsets = {onset.observed_date for onset in Onset.objects.all()}
    assert onsets == {date(2020, 2, 1), date(2020, 2, 2), date(2020, 2, 3), date(2020, 2, 6)}


@pytest.mark.parametrize("form", WORKBOOKS)
def test_what_is_held_is_named_by_the_sheets_own_row_and_column(desk: Desk, district: Mapping, form: str) -> None:
    path = WORKBOOKS[form](desk.folder / "list", {"一览表": UGLY}, MERGES)

    done = desk.take(path, district)

    assert [(line.row, line.column, line.cell, line.code, line.held) for line in done.rejects] == [
        (14, "发病日期", "E14", "value.error", "field"),
        (15, "序号", "B15", "row.nobody", "row"),
        (16, "症状 / 发热", "F16", "value.unlisted", "field"),
    ]
    assert done.rejects[0].reason == "The cell holds the error #REF!."


def test_what_was_filled_in_and_left_out_is_said(desk: Desk, district: Mapping) -> None:
    done = desk.take(write_xlsx(desk.folder / "list", {"一览表": UGLY}, MERGES), district)

    assert done.notes == (
        "The header has two rows; a column is called by both, as 'upper / lower'.",
        "Merged cells count for every row and column they cover: 14, from rows 1, 4, 6, 7, 11, 12.",
        "2 cells saying 'as above' took what the row above says, in rows 9.",
        "Left out, because they state nothing of anybody: 8 rows, listed one by one.",
    )
    data = done.as_data()
    assert data["skipped"][0] == {
        "row": 1,
        "kind": "title",
        "text": "柳渡县新冠肺炎病例一览表",
        "reason": "above the header",
    }


def test_the_same_ugly_list_saved_as_csv_gives_the_same_facts(desk: Desk, district: Mapping) -> None:
    """Saved as CSV the merges are gone: what they covered is empty, so the ward is written out once more."""
    filled = [list(map(shown, cells)) for cells in UGLY]
    filled[7][3] = "一病区"
    filled[11], filled[12] = filled[3], filled[4]
    del filled[5]  # the heading of a section cannot be told from a row with one cell
    with desk.and_back():
        desk.take(write_xlsx(desk.folder / "list", {"一览表": UGLY}, MERGES), district)
        facts = known_facts()

    done = desk.take(csv_text(filled), district)

    assert known_facts() == facts
    assert (done.rows["received"], done.rows["new"]) == (6, 5)


def shown(value: Any) -> str:
    """A cell as a spreadsheet writes it to CSV."""
    if isinstance(value, float):
        return f"{value:.5E}"
    return str(value).removeprefix("!")


def test_a_held_cell_of_a_sheet_is_mended(desk: Desk, district: Mapping) -> None:
    desk.take(write_xlsx(desk.folder / "list", {"一览表": UGLY}, MERGES), district)

    done = desk.mend("row,column,value,mended\n14,发病日期,#REF!,2020-02-04\n")

    assert Onset.objects.filter(observed_date=date(2020, 2, 4)).count() == 1
    assert [line.cell for line in done.rejects] == ["B15", "F16"]


# --- marks for "as above" -----------------------------------------------------------------------------------


def test_a_mapping_says_which_marks_mean_as_above(desk: Desk) -> None:
    text = WARDS.replace('key = ["序号"]', 'key = ["序号"]\nditto = []')
    none = mappings.parse(text.encode(), "district.toml")
    desk.take(write_xlsx(desk.folder / "list", {"一览表": UGLY}, MERGES), none)
    assert traits("phone")["district:3"] == "同上"


def test_a_mark_with_nothing_above_it_is_held(desk: Desk, district: Mapping) -> None:
    rows = [UPPER, LOWER, patient(1, "同上", "A", date(2020, 2, 1))]
    done = desk.take(write_xlsx(desk.folder / "list", {"S": rows}, [(1, 1, 6, 7)]), district)
    assert [(line.cell, line.code) for line in done.rejects] == [("C3", "value.ditto")]


def test_in_a_pasted_table_a_lone_quotation_mark_says_as_above(desk: Desk, district: Mapping) -> None:
    header = "序号\t电话\t病区\t发病日期\t症状 / 发热\t症状 / 咳嗽\n"
    done = desk.take(
        header + '1\t13800000001\tA\t2020-02-01\t有\t无\n2\t13800000002\t"\t2020-02-02\t有\t无\n', district
    )
    assert (done.rows["new"], traits("ward")) == (2, {"district:1": "A", "district:2": "A"})


# --- sheets -------------------------------------------------------------------------------------------------

GOOD = [UPPER, LOWER, patient(1, 13800000001, "A", date(2020, 2, 1))]
HEAD = [(1, 1, 6, 7)]


@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_the_sheet_with_the_columns_is_read_and_the_others_are_named(desk: Desk, district: Mapping, form: str) -> None:
    sheets = {"list": GOOD, "codes": [["code", "means"], ["1", "mild"]], "old": [["x"], ["y"]]}
    done = desk.take(WORKBOOKS[form](desk.folder / "book", sheets, HEAD, hidden=["old"]), district)
    assert (done.sheet, done.rows["new"]) == ("list", 1)
    assert done.notes[0] == "Read was the sheet 'list'; not read: 'codes', 'old' (hidden)."


def test_of_two_sheets_that_look_alike_one_has_to_be_named(desk: Desk, district: Mapping) -> None:
    rows = [*GOOD[:2], patient(2, 13800000002, "B", date(2020, 2, 2))]
    path = write_xlsx(desk.folder / "book", {"February": GOOD, "March": rows, "empty": []}, HEAD)
    with pytest.raises(MainstayError, match="'February' and 'March' look alike") as refused:
        desk.take(path, district)
    assert (refused.value.code, Entry.objects.count()) == ("file.sheet", 0)

    assert desk.take(path, district, sheet="February").rows["new"] == 1
    # The other sheet of the same file is another delivery.
    done = desk.take(path, district, sheet="March")
    assert (done.sheet, done.rows["new"], done.notes[0][:19]) == ("March", 1, "The header has two ")
    assert len(names()) == 2

    with pytest.raises(MainstayError, match="it has no sheet 'April'; name one of 'February', 'March', 'empty'"):
        desk.take(path, district, sheet="April")
    with pytest.raises(MainstayError, match="its sheet 'empty' is empty"):
        desk.take(path, district, sheet="empty")


def test_an_empty_form_beside_the_list_is_not_taken_for_it(desk: Desk, district: Mapping) -> None:
    path = write_xlsx(desk.folder / "book", {"form": GOOD[:2], "list": GOOD}, HEAD)
    assert desk.take(path, district).sheet == "list"


def test_a_hidden_sheet_is_read_only_if_it_is_named(desk: Desk, district: Mapping) -> None:
    path = write_xlsx(desk.folder / "book", {"list": GOOD, "notes": [["hello"]]}, HEAD, hidden=["list"])
    with pytest.raises(MainstayError, match="only in the sheet 'list', which is hidden"):
        desk.take(path, district)
    assert desk.take(path, district, sheet="list").rows["new"] == 1


def test_a_mapping_may_name_the_sheet(desk: Desk) -> None:
    text = WARDS.replace('key = ["序号"]', 'key = ["序号"]\nsheet = "March"')
    path = write_xlsx(desk.folder / "book", {"March": GOOD, "February": GOOD}, HEAD)
    assert desk.take(path, mappings.parse(text.encode(), "district.toml")).sheet == "March"


def test_a_file_without_sheets_has_none_of_that_name(desk: Desk) -> None:
    with pytest.raises(MainstayError, match="it has no sheets"):
        desk.take("no,sex\n1,f\n", sheet="March")


# --- cells --------------------------------------------------------------------------------------------------

PLAIN = """
name = "cells"
title = "One cell"
source = "cells"
disease = "covid-19"
key = ["no"]
[columns]
no = { type = "text" }
cell = { type = "text" }
[[person]]
role = "self"
scheme = "cells"
column = "no"
"""


def cell(folder: Path, value: Any, form: str = "xlsx") -> str:
    path = WORKBOOKS[form](folder / "one", {"S": [["no", "cell"], ["1", value]]})
    return list(records(examine(path, mappings.parse(PLAIN.encode(), "cells.toml"))))[0][1][1]


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (138.0, "138"),
        (13800138000, "13800138000"),
        (36.7, "36.7"),
        (True, "TRUE"),
        (date(2020, 1, 5), "2020-01-05"),
        (43835, "43835"),
        (110101199003071234, "1.10101199003071E+17"),
        ("110101199003071234", "110101199003071234"),
        ("two\nlines", "two\nlines"),
        ("!#REF!", "#REF!"),
        ("!#N/A", "#N/A"),
    ],
)
def test_a_cell_reads_as_the_text_a_person_would_type(tmp_path: Path, form: str, value: Any, text: str) -> None:
    assert cell(tmp_path, value, form) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2020, 1, 5, 14, 30), "2020-01-05 14:30:00"),
        (datetime(2020, 1, 5), "2020-01-05"),
        (time(14, 30), "14:30:00"),
        ("=1+1", "#UNCALCULATED!"),
    ],
)
def test_times_and_formulas_never_calculated(tmp_path: Path, value: Any, text: str) -> None:
    assert cell(tmp_path, value) == text


def test_a_formula_of_an_old_workbook_never_calculated_is_no_empty_cell(tmp_path: Path) -> None:
    assert cell(tmp_path, "=1+1", "xls") == "#UNCALCULATED!"


def test_a_number_that_lost_digits_identifies_nobody(desk: Desk, district: Mapping) -> None:
    rows = [UPPER, LOWER, patient(110101199003071234, "1", "A", date(2020, 2, 1))]
    done = desk.take(write_xlsx(desk.folder / "list", {"S": rows}, HEAD), district)
    assert (done.rows["rejected"], Identifier.objects.count()) == (1, 0)
    assert done.rejects[0].reason == (
        "The spreadsheet turned a long number into 1.10101199003071E+17: its last digits are lost."
    )
