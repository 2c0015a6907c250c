"""What a duty is called: its clause's title in the edition it was opened under, in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import lru_cache

from mainstay.duties.models import Edition
from mainstay.duties.rules.judge import ESTABLISH
from mainstay.duties.rules.parse import parse

Titles = dict[tuple[str, str], dict[str, str]]


def titles(editions: Collection[str]) -> Titles:
    """{(edition, clause): its title by language} as these editions stood when last put into force; one statement."""
    found: Titles = {}
    rows = Edition.objects.filter(name__in=editions).order_by("entry_id")
    for name, text in rows.values_list("name", "text"):
        found |= {(name, clause): title for clause, title in _clauses(text).items()}
    return found


@lru_cache(maxsize=64)
def _clauses(text: str) -> dict[str, dict[str, str]]:
    return {clause.id: clause.title for clause in parse(tomllib.loads(text)).clauses}


def title(found: Titles, edition: str, clause: str, language: str) -> str:
    """The title in a language, else in English, else the clause's own id."""
    by_language = found.get((edition, clause), {})
    return by_language.get(language) or by_language.get("en") or clause


def unknown_asked_for(clause: str) -> str | None:
    """What a duty to find something out asks for (`onset`, `symptom:fever`); None for any other."""
    return clause.removeprefix(ESTABLISH) if clause.startswith(ESTABLISH) else None
