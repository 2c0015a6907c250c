"""JSON lines: one object a line, its keys the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mainstay.intake.files import FILE_LINE, refused
from mainstay.intake.formats.contents import Contents, Row, Table
from mainstay.intake.formats.text import opened_text
from mainstay.intake.rules.texts import text_of as cell_text

MOST_COLUMNS = 16_384


def is_one(start: str) -> bool:
    """Whether a text begins as JSON lines do: its first line is an object."""
    first = start.lstrip().split("\n", 1)[0]
    if not first.startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        # A first line longer than the beginning that was looked at: no other format begins with these.
        return first.replace(" ", "").startswith('{"') and "\n" not in start.strip()


def contents(path: Path, encoding: str) -> Contents:
    """The file's one table, with every key of any line as a column; raises `file.line` for a line that is none."""
    names: dict[str, None] = {}
    for number, line in _objects(path, encoding):
        names.update(dict.fromkeys(line))
        if len(names) > MOST_COLUMNS:
            raise _bad(path, number, f"has come to more than {MOST_COLUMNS:,} different keys")
    header = tuple(names)
    return Contents("jsonl", (Table(lambda: _rows(path, encoding, header), header=header),), encoding)


def _rows(path: Path, encoding: str, header: tuple[str, ...]) -> Iterator[Row]:
    for number, line in _objects(path, encoding):
        cells = [_text(line.get(name)) for name in header]
        if any(cells):
            yield number, cells


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else cell_text(value)


def _objects(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line that holds anything."""
    with opened_text(path, encoding) as text:
        for number, line in enumerate(text, 1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _bad(path, number, "is no JSON") from error
            if not isinstance(found, dict):
                raise _bad(path, number, "is no JSON object")
            yield number, found


def _bad(path: Path, number: int, what: str) -> Exception:
    return refused(
        FILE_LINE,
        path,
        f"line {number} {what}, though the file begins with one",
        "write one object in braces on every line",
        row=number,
    )
