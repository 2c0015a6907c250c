"""Reading a protocol edition and saying, with file, line and key, what is wrong with it.

Three looks, each only after the one before found nothing: is it TOML, does it fit the schema, do
its words make sense together.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mainstay.duties.rules.edition import Edition
from mainstay.duties.rules.parse import parse
from mainstay.duties.validation.lines import KeyPath, Lines
from mainstay.duties.validation.meaning import faults_of_meaning
from mainstay.duties.validation.schema import faults_of_form, plain
from mainstay.platform.errors import MainstayError, code

INVALID = code("edition.invalid", "A protocol edition cannot be read or contradicts itself.")
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it is, what it is and what to do. `code` is a short word for machines."""

    file: str
    line: int
    key: str
    sentence: str
    code: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.key or 'the file'}: {self.sentence}"


def read_edition(text: str | bytes, file: str, also: tuple[Edition, ...] = ()) -> Edition:
    """The edition a file holds. `also`: those it will stand beside, whose clauses it may name."""
    found = problems(text, file, also)
    if found:
        raise invalid(found)
    return parse(tomllib.loads(text if isinstance(text, str) else text.decode("utf-8-sig")))


def invalid(found: list[Problem]) -> MainstayError:
    """The refusal that names the first few faults."""
    shown = " ".join(str(problem) for problem in found[:_SHOWN])
    more = f" And {len(found) - _SHOWN} more." if len(found) > _SHOWN else ""
    return MainstayError(INVALID, shown + more, {"problems": [vars_of(problem) for problem in found]}, exit_code=2)


def vars_of(problem: Problem) -> dict[str, object]:
    """A problem for machines."""
    return {name: getattr(problem, name) for name in ("file", "line", "key", "sentence", "code")}


def problems(text: str | bytes, file: str, also: tuple[Edition, ...] = ()) -> list[Problem]:
    """Every fault of a file, in the order of its lines; none where it may be used."""
    decoded = text if isinstance(text, str) else _decoded(text, file)
    if isinstance(decoded, Problem):
        return [decoded]
    try:
        data = tomllib.loads(decoded)
    except tomllib.TOMLDecodeError as error:
        return [_syntax(error, decoded, file)]
    table = plain(data)
    faults = list(faults_of_form(table)) or list(faults_of_meaning(table, also))
    lines = Lines(decoded)
    found = [
        Problem(file, lines.of(fault.path), key_of(fault.path, table), fault.sentence, fault.code) for fault in faults
    ]
    return sorted(_once(found), key=lambda problem: (problem.line, problem.key))


def _once(found: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(found))


def _decoded(raw: bytes, file: str) -> str | Problem:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        sentence = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file with the encoding UTF-8."
        return Problem(file, line, "", sentence, "encoding")


def _syntax(error: tomllib.TOMLDecodeError, text: str, file: str) -> Problem:
    said = str(error)
    found = _POSITION.search(said)
    last = text.rstrip("\n").count("\n") + 1
    line = int(found[1]) if found and found[1] else last
    what = _POSITION.sub("", said)
    return Problem(file, line, "", f"not TOML: {what}. Mend this line or the one above it.", "syntax")


def key_of(path: KeyPath, data: Any) -> str:
    """A path as people write it: a clause by its id, other members of a list counted from 1."""
    text, here = "", data
    for step in path:
        here = _inside(here, step)
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, dict) else None
            text += f"[{name or step + 1}]"
        else:
            text += f".{step}" if text else step
    return text


def _inside(here: Any, step: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(str(step))
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None
