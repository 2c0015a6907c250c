"""Clauses that wait for each other through `done`, so that none could begin or ever be closed."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.duties.rules.edition import (
    AllOf,
    AnyOf,
    AtLeast,
    ClauseDone,
    Condition,
    Edition,
    FactEvidence,
    NoneOf,
)
from mainstay.duties.validation.fault import Fault
from mainstay.duties.validation.walk import Draft, Draftsheet, Word
from mainstay.platform.toml_lines import Path as KeyPath

Edges = dict[str, set[str]]


def circles(sheet: Draftsheet) -> Iterator[Fault]:
    """One fault a clause of this edition that waits, over whichever others, for itself.

    Waiting is a `done` in evidence, whatever stands around it, and one in `when` outside `none`;
    `until` ends a duty and waits for nothing.
    """
    edges: Edges = {}
    for edition in sheet.also:
        edges.update(_edges_of(edition))
    places: dict[str, KeyPath] = {}
    for draft in sheet.clauses:
        waits = _waits(draft)
        edges[draft.id] = {word.value for word in waits}
        if waits:
            places[draft.id] = waits[0].path
    for name, place in places.items():
        way = _way_back(name, edges)
        if way:
            sentence = f"a circle: {' waits for '.join(way)}; take one `done` out of it."
            yield Fault(place, "circle", sentence)


def _waits(draft: Draft) -> list[Word]:
    return [
        word
        for word in draft.words
        if word.name == "done" and (word.part == "evidence" or (word.part == "when" and not word.denied))
    ]


def _edges_of(edition: Edition) -> Edges:
    edges: Edges = {}
    for clause in edition.clauses:
        named = _named(clause.when, denied=False)
        if not isinstance(clause.evidence, FactEvidence):
            named |= _named(clause.evidence, denied=None)
        edges[clause.id] = named
    return edges


def _named(condition: Condition, denied: bool | None) -> set[str]:
    """The clauses a condition names; with `denied` None also those within a `none`."""
    if isinstance(condition, ClauseDone):
        return set() if denied else {condition.clause}
    if isinstance(condition, AllOf | AnyOf | NoneOf | AtLeast):
        inside = denied if denied is None else denied or isinstance(condition, NoneOf)
        return {name for part in condition.parts for name in _named(part, inside)}
    return set()


def _way_back(start: str, edges: Edges) -> list[str]:
    """The way from a clause over others back to itself; empty where there is none."""
    stack, seen = [[start]], set()
    while stack:
        way = stack.pop()
        for following in sorted(edges.get(way[-1], ())):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                stack.append([*way, following])
    return []
