"""New, known, revised or conflicting: what a row is to its record. Independent of the order of rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

VERDICTS = ("new", "known", "revised", "conflict", "rejected")


class Standing(NamedTuple):
    """What holds now at one place of a record."""

    place_no: int
    version: int
    content: UUID


class Verdict(NamedTuple):
    """What a content is to its record, and where it goes; `version` is the one it will be."""

    verdict: str
    place_no: int
    version: int


def verdicts(contents: Collection[UUID], standing: Sequence[Standing]) -> dict[UUID, Verdict]:
    """The verdict for each content that one delivery has for one record.

    What stands already is known. Other content takes the places of what the delivery no longer
    says, in order of its digest (revised); what finds no such place conflicts and stands beside it.
    """
    here = {place.content: place for place in standing}
    found = {
        content: Verdict("known", here[content].place_no, here[content].version)
        for content in contents
        if content in here
    }
    fresh = sorted(content for content in contents if content not in here)
    free = sorted(place for place in standing if place.content not in found)
    used = {place.place_no for place in standing}
    for content in fresh:
        if free:
            place = free.pop(0)
            found[content] = Verdict("revised", place.place_no, place.version + 1)
        else:
            number = next(number for number in range(len(used) + 1) if number not in used)
            found[content] = Verdict("new" if not number else "conflict", number, 1)
            used.add(number)
    return found
