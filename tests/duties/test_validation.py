"""A faulty edition is refused with file, line, key and a sentence that says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mainstay.duties.library import find, load, shipped
from mainstay.duties.validation import Problem, problems, read_edition
from mainstay.platform.errors import MainstayError
from tests.duties.faulty_editions import EDITION, FAULTS, Fault

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "vocabulary.md"


def _faulty(fault: Fault) -> str:
    assert EDITION.count(fault.old) == 1, "the text to replace must stand there once"
    return EDITION.replace(fault.old, fault.new)


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def _found(text: str | bytes) -> list[Problem]:
    return problems(text, "flu.toml", ())


def test_the_edition_these_tests_spoil_is_in_order() -> None:
    assert _found(EDITION) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_by_file_line_and_key(name: str) -> None:
    fault = FAULTS[name]
    text = _faulty(fault)
    [problem] = [item for item in _found(text) if (item.code, item.key) == (fault.code, fault.key)]
    assert problem.file == "flu.toml"
    assert problem.line == _line(text, fault.at or fault.new.strip())
    assert problem.key == fault.key
    assert fault.says in problem.sentence


def test_another_encoding_is_named_with_its_line() -> None:
    raw = EDITION.encode("gb18030")
    found = _found(raw)
    assert [(problem.code, problem.line) for problem in found] == [("encoding", _line(EDITION, "zh-hans"))]
    assert "UTF-8" in found[0].sentence


def test_a_byte_order_mark_is_no_fault() -> None:
    assert _found(EDITION.encode("utf-8-sig")) == []


def test_clauses_that_wait_for_each_other_are_a_circle() -> None:
    text = EDITION.replace('when.classification = ["confirmed"]', 'when.done = "contact.observe"')
    text = text.replace("  { none = [", '  { done = "case.report" },\n  { none = [')
    assert {problem.code for problem in _found(text)} == {"circle"}
    assert "case.report waits for contact.observe waits for case.report" in _found(text)[0].sentence


def test_a_done_within_none_waits_for_nothing() -> None:
    text = EDITION.replace("    { classification", '    { done = "contact.observe" },\n    { classification')
    assert _found(text) == []


def test_a_local_edition_may_name_national_clauses() -> None:
    local = EDITION.replace('id = "flu.1"', 'id = "flu.city"').replace('"national"', '"local"\narea = "city"')
    local = local.replace("    { classification", '    { done = "case.report" },\n    { classification')
    local = local.replace('id = "case.report"', 'id = "case.report_here"')
    national = EDITION
    assert [problem.code for problem in _found(local)] == ["done"]
    beside = (read_edition(national, "national.toml", ()),)
    assert problems(local, "city.toml", beside) == []


def test_what_one_edition_asks_need_not_be_asked_by_the_next() -> None:
    treatment = (
        _faulty(FAULTS["onset not asked for"])
        .replace('"flu', '"flu.treatment')
        .replace('disease = "flu.treatment', 'disease = "flu')
    )
    assert [problem.code for problem in problems(treatment, "t.toml", ())] == ["onset"]
    assert problems(treatment, "t.toml", (read_edition(EDITION, "flu.toml", ()),)) == []


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = _faulty(FAULTS["bad span"]).replace('by = "20:00"', 'by = "8 pm"')
    assert [problem.key for problem in _found(text)] == [
        "clause[case.onset].demand.within",
        "clause[contact.observe].demand.by",
    ]


def test_reading_a_faulty_edition_raises_with_exit_code_two() -> None:
    with pytest.raises(MainstayError) as raised:
        read_edition(_faulty(FAULTS["bad span"]), "flu.toml", ())
    error = raised.value
    assert (error.code, error.exit_code) == ("edition.invalid", 2)
    assert "flu.toml, line" in error.sentence
    assert "clause[case.onset].demand.within" in error.sentence
    assert isinstance(error.facts["problems"], list)


def test_the_guide_lists_exactly_the_codes_that_are_given() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("## What is refused")[2]
    rows = re.findall(r"^\| (`.+?) \|", table, flags=re.MULTILINE)
    listed = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
    assert listed == {fault.code for fault in FAULTS.values()} | {"encoding"}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_editions_are_in_order_and_named_as_their_files(name: str) -> None:
    edition, text, sha256 = load(name)
    assert edition.id == name
    assert problems(text, name) == []
    assert len(sha256) == 64
    assert all(clause.owner[-1] == "headquarters" for clause in edition.clauses), "nothing is without an owner"


def test_a_home_may_hold_editions_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "editions").mkdir()
    (tmp_path / "editions" / "flu.1.toml").write_text(EDITION, encoding="utf-8")
    monkeypatch.setenv("MAINSTAY_HOME", str(tmp_path))
    assert load("flu.1")[0].disease == "flu"


def test_an_unknown_edition_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(MainstayError) as raised:
        find("flu.2")
    assert raised.value.code == "edition.not_found"
    assert "mers.who" in raised.value.sentence
