"""What an analysis cannot be made from: a code, the places concerned, and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Sequence

PLACES_SHOWN = 5


class InputError(ValueError):
    """Input that contradicts itself: a `code`, the `ids` (persons, days, groups) concerned and a sentence."""

    def __init__(self, code: str, ids: Sequence[str], sentence: str) -> None:
        super().__init__(code, ids, sentence)
        self.code = code
        self.ids = tuple(ids)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


def shown(ids: Sequence[str]) -> str:
    """The first few of many, for a sentence; the error itself carries all of them."""
    return ", ".join(ids[:PLACES_SHOWN]) + (" …" if len(ids) > PLACES_SHOWN else "")
