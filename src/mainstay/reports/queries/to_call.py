"""Whom somebody is to call, and what is said of each: one read for the page, the print and the API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mainstay.people.queries import PHONE, ReadAs, identifiers_of
from mainstay.reports.queries.line_list import PersonRow
from mainstay.reports.queries.owed import CallRow, OwedRow, last_calls, owed_to, to_be_judged


@dataclass(frozen=True, slots=True)
class Card:
    """One person to call. `waits`: something was recorded that no run has judged yet."""

    person: PersonRow
    phones: tuple[str, ...]
    last: CallRow | None
    waits: bool
    owed: tuple[OwedRow, ...]


def cards_of(
    rows: Collection[PersonRow], *, day: date, posts: Collection[UUID] | None, with_phones: bool
) -> list[Card]:
    """What a card says of each of them, by a day; of these posts' duties, or all; at most six statements.

    Telephones are for whoever calls, not for whoever looks on: what is not shown is not decrypted.
    """
    ids = [row.id for row in rows]
    phones = identifiers_of(ids, ReadAs(), (PHONE,)) if with_phones else {}
    calls, waiting = last_calls(ids), to_be_judged(ids)
    owed: dict[UUID, list[OwedRow]] = defaultdict(list)
    for one in owed_to(ids):
        if one.is_for(day) and (posts is None or one.answering in posts):
            owed[one.person].append(one)
    return [
        Card(
            row,
            tuple(one.value for one in phones.get(row.id, ())),
            calls.get(row.id),
            row.id in waiting,
            tuple(owed[row.id]),
        )
        for row in rows
    ]
