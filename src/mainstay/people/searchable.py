"""What people are found by, and at which door they live, made anew of their identifiers: after an upgrade, after a
restoration, for new rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from mainstay.people.doors import address_blind, keep_addresses
from mainstay.people.models import ADDRESS, Identifier, Person, SearchTerm
from mainstay.people.services import sealed_place
from mainstay.people.terms import SEARCHED, keep_terms, term_rows
from mainstay.platform import jobs
from mainstay.platform.jobs import Planned
from mainstay.platform.keys import decrypt, load_keys
from mainstay.platform.models import Job
from mainstay.platform.progress import Progress, silent

JOB = "people.search"
AT_ONCE = 100  # persons in one transaction: locks for less than 200 ms
MADE_OF = (*SEARCHED, ADDRESS)


def ask(*, at: datetime) -> None:
    """Have it done by whoever does the jobs, where there is anything to do it of and it is not asked for yet."""
    if Identifier.objects.filter(scheme__in=MADE_OF).exists() and not waits():
        jobs.ask(Planned(JOB, f"{JOB}@{at:%Y-%m-%dT%H:%M:%SZ}", at), at=at)


def waits() -> bool:
    """Whether it is asked for and not done yet: until then not everybody is found."""
    return Job.objects.filter(kind=JOB).exclude(state=Job.State.DONE).exists()


def make_searchable(progress: Progress = silent) -> int:
    """The terms and doors of everybody, made anew beside whoever works; returns of how many people.

    Cut short it is begun again and comes to the same.
    """
    total = Person.objects.count()
    done = 0
    for people in _some_people():
        _make_anew(people)
        done += len(people)
        progress("people", done, total)
    return done


def _some_people() -> Iterator[list[UUID]]:
    """Everybody, a few at a time, in order of their ids."""
    last: UUID | None = None
    while True:
        rows = Person.objects.order_by("id")
        if last is not None:
            rows = rows.filter(id__gt=last)
        people = list(rows.values_list("id", flat=True)[:AT_ONCE])
        if not people:
            return
        yield people
        last = people[-1]


def _make_anew(people: list[UUID]) -> None:
    """Whoever erases locks the person first; what others add meanwhile stays, since it is removed before it is read."""
    keys = load_keys()
    with transaction.atomic():
        list(Person.objects.select_for_update().filter(id__in=people).order_by("id").values_list("id"))
        SearchTerm.objects.filter(person_id__in=people).delete()
        rows = Identifier.objects.filter(person_id__in=people).order_by("id")
        said = [
            (row.person_id, row.scheme, decrypt(keys, row.sealed, sealed_place(row.id)))
            for row in rows
            if row.scheme in MADE_OF
        ]
        keep_terms(term for one in said for term in term_rows(*one, keys))
        # The last one written counts.
        keep_addresses({person: address_blind(value, keys) for person, scheme, value in said if scheme == ADDRESS})
