"""How Chinese characters sound in names: in Hanyu Pinyin without tones, one syllable a character.

A character has one usual reading, its first in the dictionary of pypinyin (which follows Unihan's kMandarin). Some are
read otherwise in names; these are told here, since the dictionary's further readings are no help: by them every 王
would also be found under *yu*, and every 陳 under *zhen*.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

# As a surname; the usual reading counts too, since not everybody knows better.
SURNAMES: dict[str, tuple[str, ...]] = {
    "曾": ("zeng",), "单": ("shan",), "單": ("shan",), "仇": ("qiu",), "解": ("xie",), "查": ("zha",),
    "区": ("ou",), "區": ("ou",), "朴": ("piao",), "盖": ("ge",), "蓋": ("ge",), "翟": ("zhai",), "覃": ("qin",),
    "缪": ("miao",), "繆": ("miao",), "召": ("shao",), "乐": ("yue",), "樂": ("yue",), "种": ("chong",),
    "繁": ("po",), "秘": ("bi",), "员": ("yun",), "員": ("yun",), "宓": ("fu",), "洗": ("xian",), "折": ("she",),
    "黑": ("he",), "卜": ("bu",), "薄": ("bo",), "柏": ("bo",), "郇": ("xun",), "隗": ("wei",), "郗": ("chi",),
    "祭": ("zhai",), "乜": ("nie",), "句": ("gou",), "阚": ("kan",), "佴": ("nai",),
    "粘": ("nian",), "都": ("du",), "藏": ("zang",), "牟": ("mu",), "费": ("bi",), "費": ("bi",), "么": ("yao",),
    "能": ("nai",), "炅": ("gui",), "贲": ("fei",), "賁": ("fei",), "谌": ("shen",), "諶": ("shen",),
    "镡": ("tan",), "鐔": ("tan",), "钭": ("dou",),
}  # fmt: skip
# Of two characters, read so only together.
COMPOUND = {"万俟": ("mo", "qi"), "萬俟": ("mo", "qi"), "尉迟": ("yu", "chi"), "尉遲": ("yu", "chi")}
COMPOUND |= {"单于": ("chan", "yu"), "單于": ("chan", "yu")}
# In a given name, where parents chose between two.
GIVEN: dict[str, tuple[str, ...]] = {
    "长": ("chang",), "長": ("chang",), "乐": ("yue",), "樂": ("yue",), "行": ("hang",), "重": ("chong",),
    "朝": ("zhao",), "盛": ("cheng",), "晟": ("sheng",), "茜": ("xi",), "莎": ("suo",), "娜": ("nuo",), "柏": ("bo",),
    "参": ("shen",), "參": ("shen",), "曾": ("zeng",), "传": ("zhuan",), "傳": ("zhuan",), "靓": ("liang",),
    "靚": ("liang",), "乾": ("gan",), "颉": ("xie",), "頡": ("jie",), "仔": ("zi",), "单": ("shan",), "單": ("shan",),
}  # fmt: skip
# ü has no key: what is typed for it. Of 吕 one finds lv, lu and (in passports) lyu.
UMLAUT = (("v", "v"), ("v", "u"), ("v", "yu"))
# Of how many characters more than one reading is tried, and how many ways of a whole name come of it.
TRIED, COMBINED = 4, 6


# As a class of a regular expression: unified characters and their extensions, and the nought in a name.
CHINESE = "\u3400-\u9fff\U00020000-\U0003ffff〇"


def is_chinese(letter: str) -> bool:
    """Whether this is a Chinese character, of those above."""
    return "\u3400" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U0003ffff" or letter == "〇"


def sounds(characters: str) -> list[tuple[str, ...]]:
    """The ways a name in Chinese characters may sound, a syllable each, the most usual first; COMBINED at most."""
    each = [_read(characters, place) for place in range(len(characters))]
    if all(len(some) == 1 for some in each):
        return [tuple(some[0] for some in each)]
    ways = sorted(product(*(range(len(some)) for some in each)), key=_unusual)
    return [tuple(each[place][one] for place, one in enumerate(way)) for way in ways[:COMBINED]]


def _read(characters: str, place: int) -> tuple[str, ...]:
    """How the character at this place may be read, the usual reading first."""
    character = characters[place]
    usual = readings(character)
    if place >= TRIED:
        return usual[:1]
    if place < 2 and characters[:2] in COMPOUND:
        return tuple(dict.fromkeys([COMPOUND[characters[:2]][place], *usual]))
    return tuple(dict.fromkeys([*usual, *(GIVEN if place else SURNAMES).get(character, ())]))


def _unusual(way: Sequence[int]) -> tuple[int, int]:
    """Given names in their usual reading first: of a surname every reading shall be there."""
    return sum(way[1:]), way[0]


@lru_cache(maxsize=30_000)
def readings(character: str) -> tuple[str, ...]:
    """The usual reading, as it may be typed; a character that no dictionary has stands for itself."""
    # Half a second and 60 MB: only for whoever really needs it.
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    usual = _plain(found[0][0]) if found else character
    if "v" not in usual:
        return (usual,)
    return tuple(usual.replace(letter, typed) for letter, typed in UMLAUT)


def _plain(syllable: str) -> str:
    """Without accents, of which the dictionary keeps some (ê)."""
    return "".join(one for one in unicodedata.normalize("NFD", syllable) if not unicodedata.combining(one))
