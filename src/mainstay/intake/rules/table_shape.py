"""Where the table is in a sheet as people fill them: its header, and the rows that state nothing about anybody.

Above the header stand titles; it may have two rows; it comes again after a page break; between the rows stand
headings of sections, sums and remarks. Each decision gives its reason, so that a page can show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

Row = tuple[int, list[str]]
Cells = Sequence[str]

TOP_ROWS = 60  # the header is looked for among so many rows that hold anything
LONGEST_NAME = 60
JOINT = " / "
# Rows listed one by one; of more the number is told.
LISTED = 1_000
# Usual marks for "as in the row above".
DITTO = frozenset(["同上", "〃", "々", "″", '"', "''", "“", "”", "ditto", "Ditto", "DITTO", "do."])

_MOSTLY = 0.6
_LETTER = re.compile(r"[^\W\d_]")
# Units and marks that stand in a value beside its digits: 38.5℃, 2020年1月5日, 12:30, 1.23E+17.
_OF_VALUES = re.compile(r"[年月日号號时時分岁歲例人周周天℃°CcEexX%]")
_TOTAL_CHINESE = re.compile(
    r"(合\s*计|总\s*计|小\s*计|共\s*计|合\s*計|總\s*計|小\s*計|共\s*計)[\s:：]*([\d,，.]+\s*[人例名户戶]?)?"
)
_TOTAL_LATIN = re.compile(r"(grand\s+totals?|sub-?\s?totals?|totals?|sum)[\s:]*([\d,.]+\s*\w*)?", re.IGNORECASE)
_REMARK = re.compile(
    r"(注|备注|備註|说明|說明|(填表|制表|製表|填报|填報|审核|審核|报送|報送|联系|聯繫)(人|单位|單位|日期|时间|時間)?"
    r"|notes?|sources?|prepared by|checked by|compiled by)\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
# What a sum or a remark can begin with: nearly every row is told by this alone to be none.
_BEGINNINGS = frozenset("合总小共總注备備说說填制製审審报報联聯" + "gstnpc" + "GSTNPC")


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns; `first` and `last` number the rows they stand in, from 0 among those given."""

    names: tuple[str, ...]
    first: int
    last: int
    reason: str


class Skipped(NamedTuple):
    """A row that is no record, and why: title, header, section, total or remark."""

    row: int
    kind: str
    text: str
    reason: str


def tidy(name: str) -> str:
    """A column's name on one line: a line break within it is a blank, and between Chinese characters nothing."""
    name = re.sub(r"(?<=[\u2e80-\u9fff])\s*[\r\n]+\s*(?=[\u2e80-\u9fff])", "", name.strip().strip("\ufeff"))
    return re.sub(r"\s*[\r\n\t]+\s*", " ", name).strip()


# --- the header -------------------------------------------------------------------------------------------


def find_header(rows: Sequence[Row], expected: Collection[str] = ()) -> Header:
    """The header among a table's first rows: what names most of the columns expected, else what looks like one.

    Where nothing does, the first row. Of equals the higher stands, and one row before two.
    """
    wanted = set(expected)
    best: tuple[int, Header] | None = None
    for header in _candidates(rows) if wanted else ():
        found = len(wanted.intersection(header.names))
        if found and (best is None or found > best[0]):
            best = found, header
            if found == len(wanted):
                break
    return best[1] if best is not None else _by_looks(rows)


def _candidates(rows: Sequence[Row]) -> Iterator[Header]:
    for at, (_number, cells) in enumerate(rows):
        yield Header(tuple(map(tidy, cells)), at, at, "it names the columns expected")
    for at in range(len(rows) - 1):
        names = joined(rows[at][1], rows[at + 1][1])
        yield Header(names, at, at + 1, "its two rows together name the columns expected")
        lower = tuple(name.rpartition(JOINT)[2] for name in names)
        yield Header(lower, at, at + 1, "its lower row names the columns expected, or the upper where that is empty")


def joined(upper: Cells, lower: Cells) -> tuple[str, ...]:
    """Two rows of a header as one: "upper / lower"; an upper name holds for the empty cells to its right.

    Where both say the same, or only one says anything, that is the name.
    """
    names = []
    above = ""
    for at in range(max(len(upper), len(lower))):
        over = tidy(upper[at]) if at < len(upper) else ""
        under = tidy(lower[at]) if at < len(lower) else ""
        if over or not under:
            above = over
        names.append(under if above in ("", under) else above if not under else f"{above}{JOINT}{under}")
    return tuple(names)


def _by_looks(rows: Sequence[Row]) -> Header:
    width = max((_filled(cells) for _number, cells in rows), default=0)
    for at, (_number, cells) in enumerate(rows):
        below = rows[at + 1][1] if at + 1 < len(rows) else []
        if _is_upper(cells, below) and _names_columns(joined(cells, below), width):
            return Header(joined(cells, below), at, at + 1, "two rows of names above rows of values")
        names = tuple(map(tidy, cells))
        if _names_columns(names, width):
            return Header(names, at, at, "the first row in which nearly every column has a name of its own")
    return Header(tuple(map(tidy, rows[0][1])) if rows else (), 0, 0, "no row looks like a header: the first was taken")


def _filled(cells: Cells) -> int:
    return sum(map(bool, map(str.strip, cells)))


def _names_columns(names: Sequence[str], width: int) -> bool:
    some = [name for name in names if name]
    enough = len(some) >= max(min(2, width), width * _MOSTLY)
    return enough and len(set(some)) == len(some) and not any(map(is_value, some))


def _is_upper(upper: Cells, lower: Cells) -> bool:
    """Whether a row groups the names in the row below: some stand over several, and some over one alone."""
    over, under = list(map(tidy, upper)), list(map(tidy, lower))
    if len(set(filter(None, over))) < 2 or any(map(is_value, filter(None, under))):
        return False
    pairs = list(zip(over, under, strict=False))
    alone = any(one and two in ("", one) for one, two in pairs)
    groups = any(two and one != two and (not one or over.count(one) > 1) for one, two in pairs)
    return alone and groups


def is_value(text: str) -> bool:
    """Whether a cell holds a number, a day, a telephone: digits with nothing but marks and units beside them."""
    text = text.strip()
    if len(text) > LONGEST_NAME:
        return True
    return any(map(str.isdigit, text)) and not _LETTER.search(_OF_VALUES.sub("", text))


# --- the rows ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's form: its header, and the rows down to it by what is filled in them: they may come again."""

    header: Header
    titles: tuple[tuple[str, ...], ...] = ()
    heads: tuple[tuple[str, ...], ...] = ()
    begins: frozenset[str] = (
        frozenset()
    )  # the characters that those rows begin with, to tell quickly that a row is none

    @property
    def width(self) -> int:
        """How many columns have a name."""
        return sum(map(bool, self.header.names))


def shape_of(rows: Sequence[Row], expected: Collection[str] = ()) -> Shape:
    """The form of a table by its first rows."""
    header = find_header(rows, expected)
    titles = tuple(_said(cells) for _number, cells in rows[: header.first])
    heads = tuple(_said(cells) for _number, cells in rows[header.first : header.last + 1])
    return Shape(header, titles, heads, frozenset(row[0][0] for row in (*titles, *heads) if row))


def _said(cells: Cells) -> tuple[str, ...]:
    return tuple(tidy(cell) for cell in cells if cell.strip())


def no_record(cells: Cells, shape: Shape) -> tuple[str, str]:
    """(kind, reason) of a row below the header that states nothing about anybody; ("", "") of all others."""
    first = cells[0].strip() or next(filter(None, map(str.strip, cells)), "")
    if first[:1] in shape.begins:
        said = _said(cells)
        if said in shape.heads:
            return "header", "the header once more, as after a page break"
        if said in shape.titles and not all(map(is_value, said)):
            return "title", "the title once more, as after a page break"
    if first[:1] in _BEGINNINGS:
        if _TOTAL_CHINESE.fullmatch(first) or (_TOTAL_LATIN.fullmatch(first) and all(map(is_value, _said(cells)[1:]))):
            return "total", "a row of sums, not of somebody"
        if _REMARK.fullmatch(first) and _filled(cells) <= max(2, shape.width // 2):
            return "remark", "a remark below the table"
    if cells.count(first) > 2 and _is_section(_said(cells), shape):
        return "section", "one text across the whole row: a heading of what follows"
    return "", ""


def _is_section(said: tuple[str, ...], shape: Shape) -> bool:
    return len(said) >= max(shape.width, 3) and len(set(said)) == 1 and not is_value(said[0])


class Log:
    """What is noticed while a table is read, noted down row by row."""

    def __init__(self) -> None:
        self.skipped: list[Skipped] = []
        self.skipped_rows = 0
        self.ditto_cells = 0
        self.ditto_rows: list[int] = []  # the first few

    def clear(self) -> None:
        """Begin again: the table is read from its start."""
        self.skipped.clear()
        self.ditto_rows.clear()
        self.skipped_rows = self.ditto_cells = 0

    def skip(self, row: int, cells: Cells, kind: str, reason: str) -> None:
        """A row was left out."""
        self.skipped_rows += 1
        if len(self.skipped) < LISTED:
            self.skipped.append(Skipped(row, kind, " | ".join(dict.fromkeys(_said(cells)))[:200], reason))


def records(rows: Iterable[Row], shape: Shape, ditto: Collection[str], log: Log) -> Iterator[Row]:
    """The rows of a table that are records; what is left out, and what stands for the row above, is logged."""
    rows = iter(rows)
    for at, (number, cells) in enumerate(islice(rows, shape.header.last + 1)):
        if at < shape.header.first:
            log.skip(number, cells, "title", "above the header")
    above: list[str] = []
    repeats = _repeats(ditto)
    for number, cells in rows:
        kind, reason = no_record(cells, shape)
        if kind:
            log.skip(number, cells, kind, reason)
            continue
        if repeats is not None and repeats(cells):
            _as_above(cells, above, ditto, number, log)
        above = cells
        yield number, cells


def _repeats(ditto: Collection[str]) -> Callable[[Iterable[str]], bool] | None:
    """Whether some cell of a row is a mark for "as above", with or without a blank beside it."""
    if not ditto:
        return None
    none_in = frozenset(
        f"{left}{mark}{right}" for mark in ditto for left in ("", " ") for right in ("", " ")
    ).isdisjoint
    return lambda cells: not none_in(cells)


def _as_above(cells: list[str], above: Cells, ditto: Collection[str], number: int, log: Log) -> None:
    """Put what the row above says in place of the marks; where there is none above, the mark stays, and is held."""
    done = 0
    for at, cell in enumerate(cells):
        if cell.strip() in ditto and at < len(above):
            cells[at] = above[at]
            done += 1
    log.ditto_cells += done
    if done and len(log.ditto_rows) < 10:
        log.ditto_rows.append(number)
