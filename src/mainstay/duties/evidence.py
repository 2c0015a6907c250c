"""What closes a duty, as its clause says it: what a form at a door must ask for."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import lru_cache

from mainstay.duties.models import Edition
from mainstay.duties.rules.edition import FactEvidence
from mainstay.duties.rules.parse import parse

Closing = dict[tuple[str, str], FactEvidence | None]


def closing(editions: Collection[str]) -> Closing:
    """{(edition, clause): the facts that close it} as last put into force; None where a condition does. One statement.

    A duty to find something out has no clause of its own and is not in it.
    """
    found: Closing = {}
    for name, text in Edition.objects.filter(name__in=editions).order_by("entry_id").values_list("name", "text"):
        found |= {(name, clause): wanted for clause, wanted in _wanted(text).items()}
    return found


@lru_cache(maxsize=64)
def _wanted(text: str) -> dict[str, FactEvidence | None]:
    clauses = parse(tomllib.loads(text)).clauses
    return {one.id: one.evidence if isinstance(one.evidence, FactEvidence) else None for one in clauses}
