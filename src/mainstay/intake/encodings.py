"""Which encoding a file's bytes are in: told by the bytes themselves, never guessed in silence.

Valid UTF-8 is UTF-8. Of the double-byte encodings the one is taken whose common characters make up
the text: each keeps its everyday characters in one block of lead bytes, so text read by the wrong one
falls outside it. Scattered single high bytes are Latin-1. Only what is none of these is asked of
charset-normalizer.
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
_HIGH = re.compile(rb"[\x80-\xff]+")
_ENOUGH = 0.7


def by_mark(start: bytes) -> str:
    """The encoding that a byte order mark states; empty where there is none."""
    return next((name for mark, name in BOMS if start.startswith(mark)), "")


def guess(sample: bytes) -> str:
    """The encoding of bytes that are not UTF-8; empty where it cannot be told."""
    shares = {"gb18030": _gb_share(sample), "big5": _big5_share(sample)}
    for name in sorted(shares, key=lambda name: -shares[name]):
        if shares[name] >= _ENOUGH and _decodes(sample, name):
            return name
    if _is_latin(sample):
        return "latin-1"
    return _by_frequency(sample)


def _decodes(sample: bytes, name: str) -> bool:
    # The sample may end within a character: the last line is left out.
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        whole.decode(CODECS.get(name, name))
    except UnicodeDecodeError:
        return False
    return True


def _share(sample: bytes, common: tuple[tuple[int, int], ...], trails: tuple[tuple[int, int], ...]) -> float:
    pairs = _PAIR.findall(sample)
    if not pairs:
        return 0.0
    hits = sum(
        any(low <= lead <= high for low, high in common) and any(low <= trail <= high for low, high in trails)
        for lead, trail in pairs
    )
    return hits / len(pairs)


def _gb_share(sample: bytes) -> float:
    """Share of pairs that are GB 2312's first-level characters, or its punctuation and letters."""
    return _share(sample, ((0xB0, 0xD7), (0xA1, 0xA3)), ((0xA1, 0xFE),))


def _big5_share(sample: bytes) -> float:
    """Share of pairs that are Big5's first-level characters, or its punctuation."""
    return _share(sample, ((0xA1, 0xC6),), ((0x40, 0x7E), (0xA1, 0xFE)))


def _is_latin(sample: bytes) -> bool:
    """High bytes stand alone between plain letters, and none is a control character of Latin-1."""
    runs = _HIGH.findall(sample)
    alone = sum(len(run) == 1 for run in runs)
    return bool(runs) and alone / len(runs) >= 0.8 and not re.search(rb"[\x80-\x9f]", sample)


def _by_frequency(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:65536]).best()
    return best.encoding if best is not None and _decodes(sample, best.encoding) else ""
