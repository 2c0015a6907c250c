"""Which encoding a file's bytes are in: told by the bytes themselves, never guessed in silence.

Valid UTF-8 is UTF-8. Of the double-byte encodings the one is taken whose common characters make up
the text: each keeps its everyday characters in one block of lead bytes, so text read by the wrong one
falls outside it. High bytes scattered among plain letters are Latin-1. Only what is none of these is
asked of charset-normalizer, and only where there is enough of it.
"""

from __future__ import annotations

import re

BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What a name found or given is read with: the wider sets, so that rare characters of names pass.
CODECS = {"big5": "big5hkscs", "gbk": "gb18030", "gb2312": "gb18030", "ascii": "utf-8"}

_PAIR = re.compile(rb"[\x81-\xfe][\x30-\x39\x40-\x7e\x80-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
# Letters, and what else a double-byte character can end in, around at least one high byte.
_WORD = re.compile(rb"[\x40-\x7e]*[\x80-\xff][\x40-\x7e\x80-\xff]*")
_ENOUGH = 0.7
_RARE = 0.6
# Even Chinese text has so many plain characters in a table.
_PLAIN = 0.1
# Where each encoding keeps its everyday characters and punctuation (1), and its rarer ones, among them
# those of names: (first and last lead byte, first and last trail byte, weight).
_BLOCKS = {
    "gb18030": (
        (0xB0, 0xD7, 0xA1, 0xFE, 1.0),
        (0xA1, 0xA3, 0xA1, 0xFE, 1.0),
        (0xD8, 0xF7, 0xA1, 0xFE, _RARE),
        (0x81, 0xA0, 0x40, 0xFE, _RARE),
    ),
    "big5": (
        (0xA1, 0xC6, 0x40, 0x7E, 1.0),
        (0xA1, 0xC6, 0xA1, 0xFE, 1.0),
        (0xC9, 0xF9, 0x40, 0x7E, _RARE),
        (0xC9, 0xF9, 0xA1, 0xFE, _RARE),
    ),
}
# Fewer high bytes than this are too few to tell an alphabet by their frequencies.
_FEW = 40


def by_mark(start: bytes) -> str:
    """The encoding that a byte order mark states; empty where there is none."""
    return next((name for mark, name in BOMS if start.startswith(mark)), "")


def by_nulls(start: bytes) -> str:
    """UTF-16 without its mark: every plain letter, separator and line end has a NUL on the same side of it."""
    pairs = len(start) // 2
    even, odd = start[0 : 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if pairs < 4 or max(even, odd) < pairs * _PLAIN or min(even, odd):
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def guess(sample: bytes) -> str:
    """The encoding of bytes that are not UTF-8; empty where it cannot be told."""
    high = len(_HIGH.findall(sample))
    words = sum(map(len, _WORD.findall(sample)))
    if words and high / words < 0.45:
        # Now and then an accent among plain letters; Latin-1 has no characters from 80 to 9F.
        return "cp1252" if re.search(rb"[\x80-\x9f]", sample) else "latin-1"
    shares = {name: _share(sample, blocks) for name, blocks in _BLOCKS.items()}
    for name in sorted(shares, key=lambda name: -shares[name]):
        if shares[name] >= _ENOUGH and _decodes(sample, name):
            return name
    return _by_frequency(sample) if high >= _FEW else ""


def _decodes(sample: bytes, name: str) -> bool:
    # The sample may end within a character: the last line is left out.
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        whole.decode(CODECS.get(name, name))
    except UnicodeDecodeError:
        return False
    return True


def _share(sample: bytes, blocks: tuple[tuple[int, int, int, int, float], ...]) -> float:
    """How much of the double-byte text is made of this encoding's everyday characters, or rarer ones."""
    pairs = _PAIR.findall(sample)
    return sum(_weight(lead, trail, blocks) for lead, trail in pairs) / len(pairs) if pairs else 0.0


def _weight(lead: int, trail: int, blocks: tuple[tuple[int, int, int, int, float], ...]) -> float:
    for first, last, low, high, weight in blocks:
        if first <= lead <= last and low <= trail <= high:
            return weight
    return 0.0


def _by_frequency(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:65536]).best()
    return best.encoding if best is not None and _decodes(sample, best.encoding) else ""
