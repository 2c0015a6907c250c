"""An edition's tables as a flat row of words, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mainstay.duties.rules.edition import Edition
from mainstay.platform.toml_lines import Path as KeyPath

Table = dict[str, Any]
LISTS = ("all", "any", "none")
COMBINING = (*LISTS, "at_least")
CONDITIONS = ("when", "until", "evidence")


@dataclass(frozen=True, slots=True)
class Word:
    """One predicate as used: `part` is when, until or evidence; `denied` where it stands within a `none`."""

    name: str
    value: Any
    path: KeyPath
    part: str
    denied: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A clause or category as written, with its words."""

    table: Table
    path: KeyPath
    words: tuple[Word, ...]

    @property
    def id(self) -> str:
        return str(self.table["id"])

    @property
    def subject(self) -> str:
        return str(self.table.get("subject", "person"))


@dataclass(frozen=True, slots=True)
class Draftsheet:
    """A whole edition as written, and the editions that it will stand beside."""

    data: Table
    clauses: tuple[Draft, ...]
    categories: tuple[Draft, ...]
    also: tuple[Edition, ...]

    @property
    def chains(self) -> dict[str, list[str]]:
        chains: dict[str, list[str]] = self.data.get("anchors", {})
        return chains

    @property
    def everything(self) -> tuple[Draft, ...]:
        return self.clauses + self.categories


def draftsheet(data: Table, also: tuple[Edition, ...]) -> Draftsheet:
    """Everything that the looks at meaning need."""
    return Draftsheet(data, _drafts(data, "clause"), _drafts(data, "category"), also)


def _drafts(data: Table, name: str) -> tuple[Draft, ...]:
    found = []
    for index, table in enumerate(data.get(name, ())):
        path: KeyPath = (name, index)
        words = [word for part in CONDITIONS for word in _words_of(table, part, path)]
        found.append(Draft(table, path, tuple(words)))
    return tuple(found)


def _words_of(table: Table, part: str, path: KeyPath) -> Iterator[Word]:
    condition = table.get(part)
    if condition is not None and "fact" not in condition:
        yield from _words(condition, (*path, part), part, denied=False)


def _words(condition: Table, path: KeyPath, part: str, denied: bool) -> Iterator[Word]:
    for name, value in condition.items():
        here = (*path, name)
        yield Word(name, value, here, part, denied)
        inner = value if name in LISTS else value["of"] if name == "at_least" else ()
        at = here if name in LISTS else (*here, "of")
        for index, table in enumerate(inner):
            yield from _words(table, (*at, index), part, denied or name == "none")


def listed(value: Any) -> tuple[str, ...]:
    """One word or a list of them, as a list."""
    return (value,) if isinstance(value, str) else tuple(value)
