"""Reading a protocol edition and saying, with file, line and key, what is wrong with it.

Three looks, each only after the one before found nothing: is it TOML, does it fit the schema, do
its words make sense together.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass
from typing import Any

from mainstay.duties.rules.edition import Edition
from mainstay.duties.rules.parse import parse
from mainstay.duties.validation.meaning import faults_of_meaning
from mainstay.duties.validation.schema import faults_of_form, plain
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.toml_lines import Path as KeyPath
from mainstay.platform.toml_lines import line_of, locate

INVALID = code("edition.invalid", "A protocol edition cannot be read or contradicts itself.")
# tomllib says only within its text where it stopped.
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
        return f"{self.file}, line {self.line}, {self.key}: {self.sentence}"


def read_edition(text: str | bytes, file: str, also: tuple[Edition, ...] | None = None) -> Edition:
    """The edition a file holds; raises `edition.invalid` naming file, line, key and remedy.

    `also` are the editions it will stand beside, whose clauses it may name; left out, those at hand.
    """
    found = problems(text, file, also)
    if found:
        raise invalid(found)
    return parse(tomllib.loads(text if isinstance(text, str) else text.decode("utf-8-sig")))


def invalid(found: list[Problem]) -> MainstayError:
    """The refusal that names the first few faults; all are in its facts."""
    shown = " ".join(str(problem) for problem in found[:_SHOWN])
    more = f" And {len(found) - _SHOWN} more." if len(found) > _SHOWN else ""
    facts: dict[str, object] = {"problems": [asdict(problem) for problem in found]}
    return MainstayError(INVALID, shown + more, facts, exit_code=2)


def problems(text: str | bytes, file: str, also: tuple[Edition, ...] | None = None) -> list[Problem]:
    """Every fault of a file, in the order of its lines; none where it may be used."""
    decoded = text if isinstance(text, str) else _decoded(text, file)
    if isinstance(decoded, Problem):
        return [decoded]
    try:
        data = tomllib.loads(decoded)
    except tomllib.TOMLDecodeError as error:
        return [_syntax(error, decoded, file)]
    table = plain(data)
    faults = list(faults_of_form(table))
    if not faults:
        faults = list(faults_of_meaning(table, _beside(data) if also is None else also))
    lines = locate(decoded) if faults else {}
    found = {
        Problem(file, line_of(lines, fault.path), key_of(fault.path, table), fault.sentence, fault.code)
        for fault in faults
    }
    return sorted(found, key=lambda problem: (problem.line, problem.key, problem.sentence))


def _beside(data: dict[str, Any]) -> tuple[Edition, ...]:
    from mainstay.duties.library import companions

    return companions(data)


def _decoded(raw: bytes, file: str) -> str | Problem:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        sentence = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file in the encoding UTF-8."
        return Problem(file, line, "the file", sentence, "encoding")


def _syntax(error: tomllib.TOMLDecodeError, text: str, file: str) -> Problem:
    found = _POSITION.search(str(error))
    last = text.rstrip("\n").count("\n") + 1
    line = int(found[1]) if found and found[1] else last
    what = _POSITION.sub("", str(error))
    sentence = f"this is not TOML: {what}. Mend this line or the one before it."
    return Problem(file, line, "the file", sentence, "syntax")


def key_of(path: KeyPath, data: Any) -> str:
    """A path as people write it, `clause[case.report].when.all[0]`: clauses and categories by their id."""
    text, here = "", data
    for step in path:
        here = _inside(here, step)
        if isinstance(step, int):
            name = here.get("id", here.get("value")) if isinstance(here, dict) else None
            text += f"[{name if isinstance(name, str) else step}]"
        else:
            text += f".{step}" if text else step
    return text or "the file"


def _inside(here: Any, step: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(str(step))
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None
