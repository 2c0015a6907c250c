"""Search terms as they are kept: keyed digests, beside the identifiers they are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from mainstay.people.models import NAME, PHONE, SearchTerm
from mainstay.people.rules.search import terms_of, terms_of_number
from mainstay.platform import bulk
from mainstay.platform.bulk import Rows
from mainstay.platform.keys import Digester, Keys

# Of which identifiers there are terms; all others are found as a whole, by their blind index.
SEARCHED = {NAME: terms_of, PHONE: terms_of_number}
LABEL = "search term"
BITS = 64


class TermRow(NamedTuple):
    """A term of somebody's, in the order of the table's columns (a test holds it to them)."""

    term: int
    person_id: UUID


_digester = lru_cache(maxsize=8)(Digester)


def kept_as(term: str, keys: Keys) -> int:
    """The term as it stands in the table: 64 bits that say nothing without the key."""
    digest = _digester(keys.blind)(f"{LABEL}\x1f{term}")
    return int.from_bytes(bytes.fromhex(digest[: BITS // 4]), signed=True)


def term_rows(person: UUID, scheme: str, value: str, keys: Keys) -> list[TermRow]:
    """What somebody is found by for one of their identifiers; nothing for other schemes than SEARCHED."""
    if scheme not in SEARCHED:
        return []
    return [TermRow(kept_as(term, keys), person) for term in SEARCHED[scheme](value)]


def keep_terms(rows: Iterable[TermRow], *, new: Collection[UUID] = ()) -> None:
    """Write them, in the transaction that writes the identifiers; `new` persons have none yet."""
    # In one order, so that two who write at the same time never wait for each other crosswise.
    once = sorted(set(rows))
    bulk.insert_values(Rows(SearchTerm, [row for row in once if row.person_id in new]), fresh=True)
    bulk.insert_values(Rows(SearchTerm, [row for row in once if row.person_id not in new]))
