"""Why a cell is held is said in the reader's language: every key has its translation, naming the same things."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from django.utils import translation

from mainstay.cycle.held import RejectLine, line_of
from mainstay.intake.mapping import Column
from mainstay.intake.pages import said, sentences
from mainstay.intake.rules import sentences as rules
from mainstay.intake.rules.cells import Context, Readings
from mainstay.intake.rules.days import VALUE_AMBIGUOUS, VALUE_FUTURE, Dating
from mainstay.intake.rules.problems import Problem
from mainstay.intake.rules.sentences import Fault, fault


def names(sentence: str) -> set[str]:
    """What a sentence names: {text} of the rules, %(text)s of the pages."""
    return set(re.findall(r"\{(\w+)\}|%\((\w+)\)s", sentence)) and {
        one or other for one, other in re.findall(r"\{(\w+)\}|%\((\w+)\)s", sentence)
    }


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("table", ["REASONS", "REMEDIES"])
def test_every_key_is_said_in_every_language_and_names_the_same(table: str, language: str) -> None:
    ours, theirs = getattr(rules, table), getattr(sentences, table)
    assert ours.keys() == theirs.keys()
    with translation.override(language):
        for key, english in ours.items():
            assert names(str(theirs[key])) == names(english), key
            if language != "en":
                assert re.search(r"[\u4e00-\u9fff]", str(theirs[key])), key


def held(found: Fault) -> RejectLine:
    return line_of(3, Problem.of(("onset",), "x", found, "field"), UUID(int=1))


def test_a_reason_names_what_stood_there_in_the_readers_language() -> None:
    two = held(fault(VALUE_AMBIGUOUS, "two_ways", "choose_day_or_order", text="3/2", ways=("2020-02-03", "2020-03-02")))
    assert said.told(two) == (
        "'3/2' can be read in two ways: 2020-02-03 or 2020-03-02. "
        "Write 2020-02-03 or 2020-03-02, whichever it was, or state `date_order` in the mapping.",
        "",
    )
    with translation.override("zh-hans"):
        reason, exact = said.told(two)
        assert "“3/2”有两种读法：2020-02-03、2020-03-02。" in reason and not exact
        late = held(fault(VALUE_FUTURE, "day_to_come", "write_right_day", day="2020-09-01", received="2020-02-01"))
        assert said.told(late)[0].startswith("2020-09-01 晚于接收日期 2020-02-01。")


def test_what_was_held_before_sentences_had_keys_keeps_its_english_beneath() -> None:
    old = held(Fault(VALUE_FUTURE, "2020-09-01 lies after 2020-02-01.", "Write the right day."))
    with translation.override("zh-hant"):
        sentence, exact = said.told(old)
    assert exact == "2020-09-01 lies after 2020-02-01. Write the right day." and sentence != exact


def test_of_many_words_six_are_named_and_the_others_counted() -> None:
    words = tuple("abcdefgh")
    found = fault("value.unlisted", "unlisted", "write_one_of", text="x", words=words)
    assert "'a', 'b', 'c', 'd', 'e', 'f' and 2 more" in found.remedy
    with translation.override("zh-hans"):
        assert "a、b、c、d、e、f等，另有 2 个" in said.told(held(found))[0]


@pytest.mark.parametrize(
    ("kind", "text", "keys"),
    [
        ("date", "31 February", ("no_day", "write_day")),
        ("datetime", "2020-02-01 99:99", ("no_time", "write_time")),
        ("integer", "many", ("no_number", "write_digits")),
        ("tenths", "warm", ("no_tenths", "write_tenths")),
        ("text", "a\x00b", ("holds_nul", "write_without")),
        ("text", "#REF!", ("error", "write_or_empty")),
        ("text", "1.2E+17", ("digits_lost", "write_all_digits")),
    ],
)
def test_each_reader_tells_its_keys(kind: str, text: str, keys: tuple[str, str]) -> None:
    column = Column("cell", kind, False, frozenset(), {}, Dating(), None, None, 80, False, {})
    readings = Readings(column, frozenset(), Context("Asia/Shanghai", date(2020, 3, 1)))
    _value, found = readings[text]
    assert found is not None and (found.said.reason, found.said.remedy) == keys
