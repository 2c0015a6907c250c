"""A line list without a mapping: what its columns hold is guessed with reasons, and asked where it is in doubt."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.cli.intake import intake as command
from mainstay.intake import mapping as mappings
from mainstay.intake.guessing import guess_mapping
from mainstay.intake.rules.guess_columns import guess_columns, is_id_number
from mainstay.intake.rules.proposal import propose
from mainstay.platform.errors import MainstayError
from tests.intake.desk import Desk, names
from tests.intake.workbooks import csv_text, write_xlsx

ENGLISH = {
    "Case ID": ("A1", "case_number"),
    "Name": ("Ann Example", "name"),
    "Sex": ("F", "sex"),
    "Age (years)": ("30", "age"),
    "DOB": ("1990-02-01", "birth_date"),
    "Home address": ("1 River Street", "address"),
    "Phone": ("555 123456", "phone"),
    "National ID": ("X1234567", "id_number"),
    "Date of onset": ("2020-01-02", "onset"),
    "Reported": ("2020-01-05", "report_date"),
    "Temp.": ("38.1", "temperature"),
    "Symptoms": ("cough, fever", "symptoms"),
    "Cough": ("yes", "symptom:cough"),
    "Exposure": ("market", "exposure"),
    "Contact of": ("A0", "contact_of"),
    "PCR result": ("pos", "test_result"),
    "Outcome": ("died", "outcome"),
    "Remarks": ("ask again", ""),
}
SIMPLIFIED = {
    "序号": ("1", "serial"),
    "姓名": ("王小明", "name"),
    "性别": ("男", "sex"),
    "年龄": ("45岁", "age"),
    "身份证号码": ("11010519491231002X", "id_number"),
    "联系电话": ("13800138000", "phone"),
    "现住址": ("人民路12号", "address"),
    "发病日期": ("2020.1.5", "onset"),
    "报告日期": ("2020-01-20", "report_date"),
    "体温": ("38.5℃", "temperature"),
    "症状": ("发热、咳嗽", "symptoms"),
    "接触史": ("武汉旅居", "exposure"),
    "密接于": ("440524188001010014", "contact_of"),
    "核酸结果": ("阳性", "test_result"),
    "转归": ("治愈", "outcome"),
}
TRADITIONAL = {
    "編號": ("7", "case_number"),
    "姓名": ("陳大文", "name"),
    "性別": ("女", "sex"),
    "年齡": ("45", "age"),
    "身份證號": ("11010519491231002X", "id_number"),
    "聯絡電話": ("13800138000", "phone"),
    "發病日期": ("2020年1月5日", "onset"),
    "報告日期": ("2020-01-20", "report_date"),
    "體溫": ("37.0", "temperature"),
    "症狀 / 發熱": ("有", "symptom:fever"),
    "接觸史": ("家人", "exposure"),
    "檢測結果": ("陽性", "test_result"),
    "轉歸": ("死亡", "outcome"),
}


@pytest.mark.parametrize("table", [ENGLISH, SIMPLIFIED, TRADITIONAL], ids=["English", "简体", "繁體"])
def test_columns_are_told_by_their_names(table: dict[str, tuple[str, str]]) -> None:
    found = guess_columns(list(table), [[cell for cell, _slot in table.values()]])
    assert {one.column: one.slot for one in found} == {name: slot for name, (_cell, slot) in table.items()}
    assert all(one.reason and not one.doubt for one in found)


def test_columns_are_told_by_the_look_of_their_cells_and_then_in_doubt() -> None:
    rows = [
        ["11010519491231002X", "13800138000", "男", "38.5", "阳性", "死亡", "2020-01-05", "x"],
        ["440524188001010014", "13900139000", "女", "36.8", "阴性", "治愈", "2020-01-06", "y"],
    ]
    found = guess_columns(list("abcdefgh"), rows)
    assert [one.slot for one in found] == [
        *("id_number", "phone", "sex", "temperature", "test_result", "outcome", "", "")
    ]
    assert found[0].reason == "its cells look like an identity number"
    assert found[0].doubt == "its name says nothing of it"
    assert (found[6].reason, found[6].doubt) == ("its cells are days", "nothing says which day")


def test_cells_that_contradict_a_name_are_a_doubt() -> None:
    found = guess_columns(["age", "sex"], [["13800138000", "blue"], ["13900139000", "red"]])
    assert [one.doubt for one in found] == ["its cells look like phone", "'blue' is none"]


def test_of_two_columns_for_one_thing_the_surer_is_taken() -> None:
    found = guess_columns(["Onset", "Onset date"], [["cough", "2020-01-05"]])
    assert [(one.slot, one.doubt) for one in found] == [("", "'Onset date' is taken for onset"), ("onset", "")]


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("11010519491231002X", True),
        ("440524188001010014", True),
        ("110105194912310021", False),
        ("1101051949123", False),
    ],
)
def test_an_identity_number_proves_itself(number: str, holds: bool) -> None:
    assert is_id_number(number) is holds


# --- the mapping --------------------------------------------------------------------------------------------

UGLY = [
    ["柳渡县新冠肺炎病例一览表"],
    list(SIMPLIFIED),
    [1, "王小明", "男", "45岁", "11010519491231002X", "13800138000", "人民路12号", "1月5日", date(2020, 1, 20),
     38.5, "发热", "武汉旅居", "", "阳性", "在院"],
    [2, "李红", "女", 30, "440524188001010014", "13900139000", "同上", "1/6/2020", date(2020, 1, 21),
     "37.2℃", "无", "家人", "11010519491231002X", "阴性", "治愈"],
    ["合计", "2人"],
]  # fmt: skip


def test_what_is_proposed_can_be_used_as_it_is(desk: Desk) -> None:
    path = write_xlsx(desk.folder / "名单.xlsx", {"S": UGLY})

    found = guess_mapping(path)
    mapping = mappings.parse(found.toml.encode(), "guess.toml")
    done = desk.take(path, mapping)

    assert (mapping.disease, mapping.key) == ("covid-19", ("身份证号码",))
    assert done.rows["new"] == 2 and done.columns_unread == ()
    assert {one.fact for one in mapping.facts} == {"trait", "onset", "report", "check", "contact", "result", "outcome"}
    # Both onsets are asked about, and until somebody answers both are held.
    assert found.questions == (
        "In '发病日期', '1月5日' has no year. Which year is it? Put `year = 2020`, or whichever it is, in the mapping.",
        "In '发病日期', '1/6/2020' can be read in two ways: 2020-01-06 or 2020-06-01. Which is it? Put "
        '`date_order = "day-month-year"` or `"month-day-year"` in the mapping.',
    )
    assert [line.code for line in done.rejects] == ["value.year", "value.ambiguous"]
    assert sorted(names().values()) == ["identity-number:11010519491231002X", "identity-number:440524188001010014"]

    answered = found.toml.replace("\nkey =", '\nyear = 2020\ndate_order = "month-day-year"\nkey =')
    assert desk.take(path, mappings.parse(answered.encode(), "guess.toml")).rejects == ()


def test_a_list_of_names_alone_is_asked_for_a_number(desk: Desk) -> None:
    found = guess_mapping(desk.file("name,sex\nAnn,f\nBen,m\n", "measles-ward.csv"))
    assert found.questions[0].startswith("Is there a number by which people are told apart?")
    mapping = mappings.parse(found.toml.encode(), "g.toml")
    assert (mapping.persons[0].scheme, mapping.disease, mapping.name) == ("name", "measles", "measles-ward")


def test_at_most_three_questions_are_asked(desk: Desk) -> None:
    found = guess_mapping(desk.file("serial,a,b,onset\n1,2020-01-01,2020-01-02,1/2/2020\n", "x.csv"))
    assert len(found.questions) == 3
    assert all(f"# Question {number}: " in found.toml for number in (1, 2, 3))


def test_without_anybody_in_it_no_mapping_is_proposed(desk: Desk) -> None:
    with pytest.raises(MainstayError, match="no column of 'day', 'cases' says who somebody is") as refused:
        guess_mapping(desk.file("day,cases\n2020-01-01,3\n"))
    assert (refused.value.code, refused.value.exit_code) == ("file.columns", 2)


def test_the_command_prints_the_mapping_and_takes_nothing_in(tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text([list(ENGLISH), [cell for cell, _slot in ENGLISH.values()]]))
    run = CliRunner().invoke(command, [str(path), "--guess"])
    assert run.exit_code == 0 and mappings.parse(run.output.encode(), "g.toml").key == ("National ID",)

    data = json.loads(CliRunner().invoke(command, [str(path), "--guess", "--json"]).output)
    assert data["schema"] == "mainstay.guess/1"
    assert data["data"]["guesses"][0] == {
        "column": "Case ID", "slot": "case_number", "reason": "its name says case number", "doubt": "",
    }  # fmt: skip
    assert CliRunner().invoke(command, [str(path)]).exit_code == 2


HEADERS = st.one_of(
    st.sampled_from([*ENGLISH, *SIMPLIFIED, *TRADITIONAL]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_proposed_is_a_valid_mapping(data: st.DataObject) -> None:
    header = data.draw(st.lists(HEADERS.map(str.strip).filter(bool), min_size=1, max_size=8, unique=True))
    cells = st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
        st.sampled_from(["1月5日", "1/2/2020", "男", '"', "\\", "\x7f", "2020-01-01"]),
    )
    rows = data.draw(st.lists(st.tuples(*[cells] * len(header)), max_size=4))
    found = propose("list", "a list", header, rows, guess_columns(header, rows))
    if found is not None:
        mappings.parse(found.toml.encode(), "guess.toml")
        assert len(found.questions) <= 3
