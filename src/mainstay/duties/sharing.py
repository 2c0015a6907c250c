"""Writes of who looks after whom: a list shared out, one person handed over, newcomers given to the least loaded.

Services of duties as those of `services.py`, in a file of their own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from mainstay.accounts.rules import Scope
from mainstay.duties.models import Assignment, Split
from mainstay.duties.queries import Assigned, assigned
from mainstay.duties.rules.sharing import share
from mainstay.people.models import Person
from mainstay.platform import ledger
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id
from mainstay.platform.models import Actor, Appended

HANDED_MEANWHILE = code("assignment.overtaken", "Somebody else handed this person over since the page was shown.")
NOBODY_CHOSEN = code(
    "assignment.staff", "A list cannot be shared out as asked: nobody is chosen, or somebody who may not."
)

Doors = Sequence[Sequence[UUID]]  # the people of each door, the worst door first


@dataclass(frozen=True, slots=True)
class Terms:
    """What was shared out: people within these bounds, of these posts (None: whichever), among these colleagues."""

    scope: Scope
    posts: frozenset[UUID] | None
    staff: tuple[UUID, ...]

    def text(self, *, with_staff: bool = True) -> str:
        levels = {name: _hexes(getattr(self.scope, name)) for name in LEVELS}
        said: dict[str, Any] = {"everywhere": self.scope.everywhere, **levels}
        said["posts"] = None if self.posts is None else _hexes(self.posts)
        if with_staff:
            said["staff"] = [one.hex for one in self.staff]
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Terms:
        said = json.loads(text)
        scope = Scope(said["everywhere"], *(frozenset(map(UUID, said[name])) for name in LEVELS))
        posts = None if said["posts"] is None else frozenset(map(UUID, said["posts"]))
        return cls(scope, posts, tuple(map(UUID, said["staff"])))


LEVELS = ("districts", "communities", "units", "facilities")


def _hexes(ids: Collection[UUID]) -> list[str]:
    return sorted(one.hex for one in ids)


def split(*, doors: Doors, staff: Sequence[UUID], key: str, by: Actor, at: datetime, terms: Terms | None = None) -> int:
    """Share doors out evenly among colleagues (actors): nobody has two more than another; how many people changed
    hands.

    With the same `key` once more nothing is written, nor where all is shared out so already. `terms` say on which
    list newcomers are dealt on in the same way; None for rows that were merely chosen. Raises `assignment.staff`.
    """
    if not staff:
        raise MainstayError(NOBODY_CHOSEN, "Choose at least one colleague.", {"field": "staff"})
    split_id = derived_id("split", by.id.hex, key)
    with transaction.atomic():
        people = _held(doors)
        if Split.objects.filter(id=split_id).exists():
            return 0
        present = assigned(people)
        rows = _rows(doors, share(_holders(doors, present, staff), staff), present)
        said = terms.text() if terms else "{}"
        about = derived_id("terms", terms.text(with_staff=False)).hex if terms else ""
        if rows or (terms and said != _last_terms(about)):
            shared: list[Appended] = [*rows, Split(id=split_id, about=about, terms=said)]
            ledger.append(shared, by=by, at=at, verb="duty.split")
        return len(rows)


def _last_terms(about: str) -> str:
    return Split.objects.filter(about=about).order_by("-entry_id").values_list("terms", flat=True).first() or ""


def standing_splits() -> list[Terms]:
    """What newcomers are dealt by: the last split of each list, the newest first; one statement."""
    found: dict[str, Terms] = {}
    rows = Split.objects.exclude(about="").order_by("-entry_id").values_list("about", "terms")
    for about, terms in rows[:SPLITS_LOOKED_AT]:
        found.setdefault(about, Terms.read(terms))
    return list(found.values())


SPLITS_LOOKED_AT = 200


def deal_newcomers(*, doors: Doors, staff: Sequence[UUID], by: Actor, at: datetime) -> int:
    """Give the doors of a list that are nobody's to the least loaded; nothing else changes hands. How many people.

    `doors` are all of the list, so that loads are known; a newcomer at a door of somebody's becomes theirs.
    """
    if not staff:
        return 0
    with transaction.atomic():
        present = assigned(_held(doors))
        rows = _rows(doors, share(_holders(doors, present, staff), staff, even=False), present)
        ledger.append(rows, by=by, at=at, verb="duty.deal")
        return len(rows)


def hand_over(*, people: Collection[UUID], to: UUID | None, seen: UUID | None, by: Actor, at: datetime) -> int:
    """A door's people become a colleague's (None: nobody's); `seen` is whose they were on the page; how many changed.

    Raises `assignment.overtaken` where they are somebody else's by now: the second of two is told, with whom and since
    when. What is theirs already changes nothing.
    """
    with transaction.atomic():
        present = assigned(_held([list(people)]))
        found = [present[one] for one in people if one in present and present[one].to not in (to, seen)]
        if found:
            raise MainstayError(
                HANDED_MEANWHILE,
                f"{found[0].by} handed this person to {found[0].name or 'nobody'} meanwhile, at {found[0].at:%F %R}.",
                {"by": found[0].by, "to": found[0].name, "at": found[0].at},
            )
        rows = [_row(one, to, present) for one in people if _whose(one, present) != to]
        ledger.append(rows, by=by, at=at, verb="duty.hand_over")
        return len(rows)


# --- rows ---------------------------------------------------------------------------------------------


def _held(doors: Doors) -> list[UUID]:
    """The people of all doors, their rows locked in one order: of two at once the second sees what the first wrote."""
    people = sorted({one for door in doors for one in door})
    list(Person.objects.select_for_update().filter(id__in=people).order_by("id").values_list("id"))
    return people


def _holders(doors: Doors, present: Mapping[UUID, Assigned], staff: Sequence[UUID]) -> list[UUID | None]:
    """Whose each door is: the first of its people who is somebody's of the staff decides."""
    return [next((to for one in door if (to := _whose(one, present)) in staff), None) for door in doors]


def _whose(person: UUID, present: Mapping[UUID, Assigned]) -> UUID | None:
    return present[person].to if person in present else None


def _rows(doors: Doors, whose: Sequence[UUID], present: Mapping[UUID, Assigned]) -> list[Assignment]:
    return [
        _row(one, to, present)
        for door, to in zip(doors, whose, strict=True)
        for one in door
        if _whose(one, present) != to
    ]


def _row(person: UUID, to: UUID | None, present: Mapping[UUID, Assigned]) -> Assignment:
    seq = present[person].seq + 1 if person in present else 0
    return Assignment(id=derived_id("assignment", person.hex, str(seq)), person_id=person, seq=seq, to_id=to)
