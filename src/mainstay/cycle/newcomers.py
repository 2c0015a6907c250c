"""Whoever is new on a list that was shared out goes to the least loaded of those it was shared among."""

from __future__ import annotations

from datetime import datetime

from mainstay.accounts.queries import colleagues
from mainstay.accounts.rules import Permission
from mainstay.cycle.queries import OwnMoment, instance_moment
from mainstay.duties.sharing import Terms, deal_newcomers, standing_splits
from mainstay.platform.models import Actor
from mainstay.reports.queries.doors import doors_of
from mainstay.reports.queries.line_list import CAP, Asked, count_people
from mainstay.reports.queries.worst import worst_ids


def deal(*, by: Actor, at: datetime) -> int:
    """Deal the newcomers of every list that stands shared out; how many people. Whoever left is dealt nobody."""
    terms = standing_splits()
    if not terms:
        return 0
    joined = {one.actor for one in colleagues(Permission.RECORD_FACTS, at)}
    own = instance_moment(at)
    return sum(_of_one(one, joined, own, by, at) for one in terms)


def _of_one(terms: Terms, joined: set, own: OwnMoment, by: Actor, at: datetime) -> int:
    staff = [one for one in terms.staff if one in joined]
    whole = Asked(terms.scope, own.at, to_do=own.day, answering=terms.posts)
    new = Asked(terms.scope, own.at, to_do=own.day, answering=terms.posts, staff=frozenset(staff), is_with=False)
    if not staff or not count_people(new).people:
        return 0
    doors = doors_of(worst_ids(whole, CAP))
    return deal_newcomers(doors=doors, staff=staff, by=by, at=at)
