"""The guide, the schema, the parser and the predicates know the same words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mainstay.duties.rules.anchors import ELEMENTS
from mainstay.duties.rules.edition import AllOf
from mainstay.duties.rules.judge import EVIDENCE
from mainstay.duties.rules.parse import COMBINE, Parser
from mainstay.duties.rules.predicates import COMBINERS, PREDICATES
from mainstay.duties.validation.meaning import ASKED
from mainstay.duties.validation.schema import schema

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "vocabulary.md").read_text(encoding="utf-8")
CODED = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL)))
EXAMPLES = dict(re.findall(r"^\| `(\w+)` \|.*\| `(\{ .+ \})` \|$", GUIDE, flags=re.MULTILINE))


def _keys(node: Any) -> Iterator[str]:
    """Every key that the schema lets anybody write."""
    if isinstance(node, dict):
        yield from node.get("properties", ())
        for inner in node.values():
            yield from _keys(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _keys(inner)


def _words(node: Any) -> Iterator[str]:
    """Every word of the schema's closed lists."""
    if isinstance(node, dict):
        yield from (word for word in node.get("enum", ()) if isinstance(word, str))
        for inner in node.values():
            yield from _words(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _words(inner)


def _predicates() -> set[str]:
    return set(schema()["$defs"]["condition"]["properties"])


@pytest.mark.parametrize("key", sorted(set(_keys(schema()))))
def test_every_key_of_the_schema_is_explained(key: str) -> None:
    assert key in CODED


@pytest.mark.parametrize("word", sorted(set(_words(schema()))))
def test_every_word_of_the_closed_lists_is_explained(word: str) -> None:
    assert word in CODED


@pytest.mark.parametrize("name", sorted({*ELEMENTS, *ASKED}))
def test_every_anchor_and_everything_that_can_be_asked_is_explained(name: str) -> None:
    assert name in CODED


def test_schema_and_parser_know_the_same_predicates() -> None:
    methods = {name[1:] for name in vars(Parser) if re.match(r"_[a-z]", name)} - {"one"}
    assert _predicates() == methods | set(COMBINE) | {"at_least"}


def test_every_predicate_has_an_example_in_the_guide() -> None:
    assert set(EXAMPLES) == _predicates()


def test_the_examples_are_all_the_conditions_there_are() -> None:
    parser = Parser({}, {"close": ("household",)})
    read = {name: parser.condition(tomllib.loads(f"x = {text}")["x"]) for name, text in EXAMPLES.items()}
    assert {type(condition) for condition in read.values()} == {*PREDICATES, *COMBINERS, AllOf}


def test_the_schema_knows_the_evidence_that_judging_knows() -> None:
    assert set(schema()["$defs"]["fact_evidence"]["properties"]["fact"]["enum"]) == set(EVIDENCE)
