"""What somebody is found by: the terms of a name or number, and those that a typed query asks for.

A term is `kind:text`; a query matches a person who has all terms of one of its ways. Nothing is found by a part of a
term, so what may be typed in part has a term for each part: a Chinese name by its sound at the ends of syllables
(王晓明 by *wang*, *wangxiao*, *wangxiaoming*, *xiaoming*, *wxm*), any other word by its first three to six letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from mainstay.people.rules.sound import CHINESE, is_chinese, sounds

WRITTEN, SOUND, INITIALS, WORD = "written", "sound", "initials", "word"
NUMBER, LAST = "number", "last"

# Of a word that is no Chinese: shorter it is one term, of a longer one only so many letters count.
SHORTEST, LONGEST = 3, 6
PREFIXED = 4  # so many syllables from the beginning, then the whole
RUNS, WORDS, TERMS, WAYS = 3, 6, 32, 40  # of one name; of one query
LAST_DIGITS, NUMBERS = 4, 3
COUNTRY_CODE = (1, 2, 3)

# What has no accent that could be taken off, as it is written without.
PLAIN = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
# Not heard and often left out: O'Brien, Xi'an.
SILENT = dict.fromkeys(map(ord, "'’ʼ`´"))
BETWEEN_NUMBERS = re.compile(r"[,;/|、，；或]|\bor\b")
# Lists write 王　伟, so that names of two and three characters end below each other.
WIDENED = re.compile(rf"(?<=[{CHINESE}])\s+(?=[{CHINESE}])")
LOOKS_LIKE_NUMBERS = re.compile(r"[+\d][\d\s()./-]*")


def terms_of(name: str) -> frozenset[str]:
    """The terms of a name, TERMS at most; none where it holds no letter and no digit."""
    parts = _parts(name)
    if not parts:
        return frozenset()
    found = [f"{WRITTEN}:{_joined(parts)}"]
    runs = [part for part in parts if is_chinese(part[0])]
    for run in runs[:RUNS]:
        found += _heard(run)
    if len(runs) > 1:
        found.append(f"{SOUND}:{_joined(sounds(_joined(runs))[0])}")
    words = [part for part in parts if not is_chinese(part[0])]
    for word in words[:WORDS]:
        found += [f"{WORD}:{begun}" for begun in _beginnings(word)]
    return frozenset(islice(dict.fromkeys(found), TERMS))


def terms_of_number(numbers: str) -> frozenset[str]:
    """The terms of a telephone number, or of several in one text: the whole, and its last four digits."""
    found: set[str] = set()
    for number in BETWEEN_NUMBERS.split(_folded(numbers))[:NUMBERS]:
        digits = _digits(number)
        if len(digits) >= LAST_DIGITS:
            found |= {f"{NUMBER}:{one}" for one in _dialled(number)}
            found.add(f"{LAST}:{digits[-LAST_DIGITS:]}")
    return frozenset(found)


def ways_asked(query: str) -> tuple[frozenset[str], ...]:
    """What a query asks for: whoever has all terms of any one of these is found; none where nothing was asked.

    A number beside a name asks for both (`王伟 8000`).
    """
    folded = _folded(query).strip()
    if _digits(folded) and LOOKS_LIKE_NUMBERS.fullmatch(folded):
        return _once([*_number_asked(folded), *_name_asked(_parts(query))])
    parts = _parts(query)
    *name, last = parts or [""]
    beside = _number_asked(last) if name and last.isdecimal() else []
    both = [way | number for way in _name_asked(name) for number in beside]
    return _once([*_name_asked(parts), *both])


def written(text: str) -> str:
    """How a name or a query is written, whatever stands between its words: whoever is written so comes first."""
    return _joined(_parts(text))


def sound_of(name: str) -> str:
    """How a name sounds as a whole, most usually: two that sound alike are next to each other by it."""
    return _joined(_joined(sounds(part)[0]) if is_chinese(part[0]) else part for part in _parts(name))


# --- a name -------------------------------------------------------------------------------------------


def _heard(run: str) -> list[str]:
    """Chinese characters by their sound: from the beginning on, without the surname, and by initials."""
    found = []
    for way in sounds(run):
        ends = [*range(1, min(len(way), PREFIXED) + 1), len(way)]
        found += [f"{SOUND}:{_joined(way[:end])}" for end in ends]
        # A surname has one character, seldom two.
        found += [f"{SOUND}:{_joined(way[begin:])}" for begin in (1, 2) if begin + 2 <= len(way) <= PREFIXED]
        if 1 < len(way) <= PREFIXED:
            found.append(f"{INITIALS}:{_joined(one[0] for one in way)}")
    return found


def _beginnings(word: str) -> list[str]:
    if len(word) < SHORTEST:
        return [word]
    return [word[:end] for end in range(SHORTEST, min(len(word), LONGEST) + 1)]


# --- a query ------------------------------------------------------------------------------------------


def _name_asked(parts: list[str]) -> list[frozenset[str]]:
    if not parts:
        return []
    ways = [frozenset({f"{WRITTEN}:{_joined(parts)}"})]
    if any(is_chinese(part[0]) for part in parts):
        return ways + _chinese_asked(parts)
    return ways + _letters_asked(parts)


def _chinese_asked(parts: list[str]) -> list[frozenset[str]]:
    """By sound; so that records in Pinyin are found too, also as words, with the given name in one or in several."""
    runs = _joined(part for part in parts if is_chinese(part[0]))
    others = [part for part in parts if not is_chinese(part[0])]
    beside = {f"{WORD}:{other[:LONGEST]}" for other in others[:WORDS]}
    ways = []
    for way in sounds(runs):
        ways.append({f"{SOUND}:{_joined(way)}"})
        if len(way) > 1:
            ways.append({f"{WORD}:{way[0][:LONGEST]}", f"{WORD}:{_joined(way[1:])[:LONGEST]}"})
        if len(way) > 2:
            ways.append({f"{WORD}:{one[:LONGEST]}" for one in way})
    return [frozenset(way | beside) for way in ways]


def _letters_asked(parts: list[str]) -> list[frozenset[str]]:
    """By sound as it was typed, with the surname first or last; by initials; by every word."""
    whole = _joined(parts)
    ways = [{f"{SOUND}:{whole}"}, {f"{SOUND}:{_joined([parts[-1], *parts[:-1]])}"}]
    if 1 < len(whole) <= PREFIXED:
        ways.append({f"{INITIALS}:{whole}"})
    ways.append({f"{WORD}:{part[:LONGEST]}" for part in parts[:WORDS]})
    return [frozenset(way) for way in ways]


def _number_asked(number: str) -> list[frozenset[str]]:
    digits = _digits(number)
    if len(digits) < LAST_DIGITS:
        return []
    ways = [frozenset({f"{NUMBER}:{one}"}) for one in _dialled(number)]
    if len(digits) == LAST_DIGITS:
        ways.append(frozenset({f"{LAST}:{digits}"}))
    return ways


def _once(ways: list[frozenset[str]]) -> tuple[frozenset[str], ...]:
    return tuple(islice(dict.fromkeys(ways), WAYS))


# --- letters and digits -------------------------------------------------------------------------------


def _parts(text: str) -> list[str]:
    """Runs of Chinese characters and words of other letters and digits, small and without accents, in their order."""
    closed = WIDENED.sub("", _folded(text).translate(SILENT))
    return [part for word in _words(closed) for part in _split(word)]


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()


def _split(word: str) -> Iterator[str]:
    """A word where Chinese characters and others meet."""
    begin = 0
    for at in range(1, len(word) + 1):
        if at == len(word) or is_chinese(word[at]) is not is_chinese(word[begin]):
            yield word[begin:at]
            begin = at


def _folded(text: str) -> str:
    """Small letters without accents, full-width forms as plain ones."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept).translate(PLAIN)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if "0" <= letter <= "9")


def _dialled(number: str) -> list[str]:
    """The forms in which a number counts as the same: without noughts in front, and without its country's code."""
    digits = _digits(number)
    abroad = number.strip().startswith("+") or digits.startswith("00")
    national = digits.lstrip("0")
    forms = [national, *(national[code:].lstrip("0") for code in COUNTRY_CODE if abroad)]
    return [form for form in dict.fromkeys(forms) if len(form) >= LAST_DIGITS] or [digits]


def _joined(parts: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    return "".join(parts)
