"""By what a name is found: the rule as a table. All people are plainly invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.people.rules.search import TERMS, WAYS, sound_of, terms_of, terms_of_number, ways_asked, written
from mainstay.people.rules.sound import COMBINED, COMPOUND, GIVEN, SURNAMES, readings, sounds


def finds(query: str, name: str, phone: str = "") -> bool:
    """Whether somebody of this name and telephone is found by this query."""
    terms = terms_of(name) | terms_of_number(phone)
    return any(way <= terms for way in ways_asked(query))


def test_the_terms_of_a_chinese_name_are_few() -> None:
    # written + 3 beginnings + without the surname + initials = 6
    assert terms_of("王晓明") == {
        "written:王晓明",
        "sound:wang", "sound:wangxiao", "sound:wangxiaoming",
        "sound:xiaoming",
        "initials:wxm",
    }  # fmt: skip
    # written + 2 beginnings + initials = 4; the telephone adds 2
    assert len(terms_of("王伟")) == 4 and len(terms_of_number("138 0000 0107")) == 2
    # Of a surname with two readings all but the writing and the given name twice: 2 + 2 * 4 = 10
    assert len(terms_of("曾小明")) == 2 + 2 * 4


@pytest.mark.parametrize(
    ("query", "name"),
    [
        # However it is written, typed, spaced, and whatever of it.
        ("王晓明", "王晓明"), ("王曉明", "王晓明"), ("wangxiaoming", "王晓明"), ("Wang Xiaoming", "王晓明"),
        ("wang xiao ming", "王晓明"), ("wáng xiǎomíng", "王晓明"), ("ＷＡＮＧ", "王晓明"), ("wang xiao", "王晓明"),
        ("xiaoming wang", "王晓明"), ("xiaoming", "王晓明"), ("晓明", "王晓明"), ("wxm", "王晓明"), ("w x m", "王晓明"),
        ("王", "王晓明"), ("王　伟", "王伟"), ("王伟", "王　伟"), ("ww", "王　伟"), ("陳", "陈小红"), ("陈", "陳小紅"),
        # A surname by its reading as one, and by the one it is mostly read by.
        ("zeng guo", "曾国"), ("ceng guo", "曾国"), ("shan", "单小明"), ("dan", "单小明"), ("qiuying", "仇英"),
        ("xie", "解小龙"), ("zha", "查小平"), ("ou", "区小红"), ("piao", "朴小顺"), ("ren", "任小平"),
        ("moqi", "万俟明"), ("yuchi", "尉迟恭"), ("ouyang", "欧阳小华"), ("xiaohua", "欧阳小华"),
        # A given name that may be read in two ways; ü as it comes to be typed.
        ("wangchangjiang", "王长江"), ("王長江", "王长江"), ("lubu", "吕布"), ("lvbu", "吕布"), ("lü bu", "吕布"),
        ("LYU BU", "吕布"), ("陸布", "吕布"),
        # Written in Pinyin in the file, asked for in characters or letters.
        ("王晓明", "Wang Xiaoming"), ("王晓明", "Xiaoming Wang"), ("王晓明", "WANG Xiao Ming"),
        ("wangxiaoming", "Wang Xiaoming"),
        # Names of several parts, in characters and in letters.
        ("买买提", "买买提·吐尔逊"), ("tuerxun", "买买提·吐尔逊"), ("maimaitituerxun", "买买提·吐尔逊"),
        ("ake", "Erik Åkesson"), ("erik akesson", "Erik Åkesson"), ("Åkesson, Erik", "Erik Åkesson"),
        ("akesson eri", "Erik Åkesson"), ("obrien", "O'Brien"), ("O’Brien", "O'Brien"), ("strasse", "Straße"),
        ("lodz", "Łódź"), ("nguyen", "Nguyễn Văn Án"), ("david", "王晓明 David"), ("An Yi-01", "An Yi-01"),
        ("김철수", "김철수"), ("𠀀", "𠀀𠀁"),
    ],
)  # fmt: skip
def test_somebody_is_found(query: str, name: str) -> None:
    assert finds(query, name)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("yu", "王晓明"),  # read so in the classics, by no Wang
        ("zhen", "陳小明"),
        ("wan", "王晓明"),  # half a syllable
        ("wangxi", "王晓明"),
        ("wangxiaohong", "王晓明"),
        ("王", "黄小明"),
        ("ming", "王晓明"),
        ("xm", "王晓明"),
        ("er", "Erik Åkesson"),  # two letters of a longer word
        ("erik olsson", "Erik Åkesson"),  # each word must be there
        ("an", "Anna"),
        ("wangxiaoming", "王西"),  # no Chinese name by six letters
    ],
)
def test_somebody_is_not_found(query: str, name: str) -> None:
    assert not finds(query, name)


@pytest.mark.parametrize(
    ("query", "phone"),
    [
        ("13800000107", "138 0000 0107"), ("138-0000-0107", "13800000107"), ("１３８００００ 0107", "13800000107"),
        ("0107", "138 0000 0107"), ("13800000107", "+86 138 0000 0107"), ("+86 13800000107", "138 0000 0107"),
        ("0086 138 0000 0107", "138 0000 0107"), ("+49 30 1234567", "030 1234567"), ("030/1234567", "030 1234567"),
        ("0108", "138 0000 0107 / 138 0000 0108"), ("13800000108", "13800000107、13800000108"),
    ],
)  # fmt: skip
def test_a_telephone_is_found_whole_or_by_its_last_four_digits(query: str, phone: str) -> None:
    assert finds(query, "", phone)


def test_a_telephone_is_not_found_by_another_part_of_it() -> None:
    for query in ("107", "00107", "1380000", "138", "0000"):
        assert not finds(query, "", "138 0000 0107")


def test_a_number_beside_a_name_asks_for_both() -> None:
    assert finds("王伟 0107", "王伟", "138 0000 0107") and finds("wangwei 13800000107", "王伟", "138 0000 0107")
    # Also where a name may be read in many ways.
    assert finds("单长乐 0107", "单长乐", "138 0000 0107") and len(ways_asked("单长乐 0107")) <= WAYS
    assert not finds("王伟 0108", "王伟", "138 0000 0107") and not finds("李伟 0107", "王伟", "138 0000 0107")


@pytest.mark.parametrize("junk", ["", " ", "%", "%%%%", "' OR 1=1 --", "😀😀", "\x00", "...", "-", "_", "؟", "​"])
def test_junk_asks_for_nothing_or_for_nobody(junk: str) -> None:
    assert not finds(junk, "王晓明", "138 0000 0107")


@given(st.text(max_size=300))
def test_whatever_is_typed_is_answered_and_stays_small(text: str) -> None:
    assert len(terms_of(text)) <= TERMS and len(ways_asked(text)) <= WAYS and len(terms_of_number(text)) <= 3 * 5
    # Whoever is called something is found by that, as long as it holds a letter or digit.
    assert finds(text, text) is bool(written(text))


# Of some twenty rare characters no dictionary tells how they sound.
READ = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5).filter(lambda one: readings(one)[0] != one)


@given(st.text(READ, min_size=1, max_size=12))
def test_every_chinese_name_is_found_by_how_it_sounds(name: str) -> None:
    ways = sounds(name)
    assert 1 <= len(ways) <= COMBINED and all(len(way) == len(name) for way in ways)
    for way in ways:
        assert finds("".join(way), name) and finds(" ".join(way[:4]), name)
    assert sound_of(name) == "".join(ways[0])


def test_the_tables_of_readings_name_none_that_goes_without_saying() -> None:
    for table in (SURNAMES, GIVEN):
        for character, further in table.items():
            assert readings(character)[0] not in further, character
    assert {len(both) for both in COMPOUND} == {len(read) for read in COMPOUND.values()} == {2}


def test_a_character_that_no_dictionary_has_stands_for_itself() -> None:
    assert readings("\U0003134f") == ("\U0003134f",)
    assert finds("王\U0003134f", "王\U0003134f")
