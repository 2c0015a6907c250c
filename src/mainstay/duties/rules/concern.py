"""What makes somebody a person of concern, and by what they are sorted: how urgent, how grave, how late.

Somebody is of concern who has a category under some protocol, or to whom something open is owed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from mainstay.duties.rules.edition import CATEGORIES

NO_CATEGORY = ""
# How somebody in none is ranked: behind every category.
RANKED_NONE = "9"
# Duties by which somebody gets a place: as long as one is open, they wait for it.
PLACING = (
    "admit",
    "admit_severe",
    "admit_to_site",
    "isolation",
    "move",
    "offer_isolation",
    "offer_quarantine",
    "quarantine",
)
# The deadline of whom nothing open is owed to: they stand last.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
# The most urgent stand at 0; nothing urgent is known of whoever stands here.
NOT_URGENT = 7


def ranked(category: str) -> str:
    """A category so that the gravest sorts first: `0confirmed` … `9` for none."""
    if category == NO_CATEGORY:
        return RANKED_NONE
    rank = CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)
    return f"{rank}{category}"


def gravest(categories: Iterable[str]) -> str:
    """Of somebody's categories under several protocols the one that counts for lists, ranked."""
    return min(map(ranked, categories), default=RANKED_NONE)
