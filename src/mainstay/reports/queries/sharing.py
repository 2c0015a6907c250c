"""Which list is shared out, who may be given whom, and who is handed over together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from mainstay.accounts.queries import Colleague, colleagues
from mainstay.accounts.rules import Permission, Scope, Whereabouts
from mainstay.duties.queries import assigned
from mainstay.duties.sharing import Terms
from mainstay.people.queries import ReadAs
from mainstay.reports.queries.doors import doors_of
from mainstay.reports.queries.line_list import CAP, Asked, candidates
from mainstay.reports.queries.owed import posts_of
from mainstay.reports.queries.worst import worst_ids

# So many can be chosen one by one.
MOST_CHOSEN = 200


def terms_of(actor: UUID, scope: Scope, moment: datetime, *, every: bool) -> Terms:
    """Of which list: of the actor's posts, where they hold any and do not ask for every, within their bounds."""
    posts = posts_of(actor, moment)
    return Terms(scope, posts if posts and not every else None, ())


def everybody_on(terms: Terms, moment: datetime, day: date) -> list[UUID]:
    """Everybody who is to be called by that day, the worst first."""
    return worst_ids(Asked(terms.scope, moment, to_do=day, answering=terms.posts), CAP)


def able(joined: Collection[Colleague], there: Collection[Whereabouts]) -> list[Colleague]:
    """Colleagues who may record what comes of it for all of these people."""
    return [one for one in joined if covers_all(one.scope, there)]


def offered_to(there: Collection[Whereabouts], at: datetime) -> set[UUID]:
    """The actors of those colleagues; one statement."""
    return {one.actor for one in able(colleagues(Permission.RECORD_FACTS, at), there)}


def covers_all(scope: Scope, there: Collection[Whereabouts]) -> bool:
    """Whether a right reaches wherever these people are."""
    return scope.everywhere or all(scope.covers(where) for where in there)


def with_them(
    person: UUID, seen: UUID | None, scope: Scope, moment: datetime, day: date, read_as: ReadAs
) -> list[UUID]:
    """The people of the same door who are on the list and with the same colleague."""
    listed = [one.id for one in candidates(Asked(scope, moment, to_do=day), read_as, CAP)]
    together = next((one for one in doors_of(listed) if person in one), [person])
    now = assigned(together)
    return [one for one in together if one == person or (now[one].to if one in now else None) == seen]
