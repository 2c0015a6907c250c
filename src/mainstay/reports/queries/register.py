"""Reads of the register for reports: the facts from which cases are counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import models

from mainstay.cases.models import Classification, Onset, Outcome, Report
from mainstay.duties.rules.facts import Classified, PersonFacts, Reported
from mainstay.duties.rules.facts import Onset as OnsetShape
from mainstay.duties.rules.facts import Outcome as OutcomeShape
from mainstay.people.models import Merge
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_date, as_instant, as_uuid, same, table_reader

Shape = Callable[..., Any]
KINDS: tuple[tuple[type[models.Model], str, Shape, tuple[str, ...]], ...] = (
    (Classification, "classifications", Classified, ("value",)),
    (Onset, "onsets", OnsetShape, ()),
    (Report, "reports", Reported, ()),
    (Outcome, "outcomes", OutcomeShape, ("value",)),
)
_BASE = ("person_id", "root", "became_known_at", "observed_date")


def register(view: View) -> dict[str, dict[UUID, PersonFacts]]:
    """{disease: {person: classes, onsets, reports, outcomes}} of everybody with a class; five statements.

    Who was merged into another is read as that other.
    """
    into = _survivors(view)
    lists: dict[str, dict[UUID, dict[str, list[Any]]]] = {}
    for model, name, shape, extra in KINDS:
        read = table_reader(as_uuid, as_uuid, as_instant, as_date, same, *[same] * len(extra))
        for person, root, known, day, disease, *more in read(standing(model, (*_BASE, "disease", *extra), view)):
            people = lists.setdefault(disease, {})
            survivor = into.get(person, person)
            if name == "classifications" or survivor in people:
                people.setdefault(survivor, defaultdict(list))[name].append(shape(root, known, day, *more))
    return {
        disease: {
            person: PersonFacts(**{name: tuple(items) for name, items in some.items()})
            for person, some in people.items()
        }
        for disease, people in lists.items()
    }


def _survivors(view: View) -> dict[UUID, UUID]:
    """Whom each absorbed person is read as, following merges of merges to the end."""
    merged = {as_uuid(person): as_uuid(into) for person, into in standing(Merge, ("person_id", "into_id"), view)}
    found = {}
    for person in merged:
        seen, last = {person}, merged[person]
        while last in merged and last not in seen:
            seen.add(last)
            last = merged[last]
        found[person] = last
    return found
