"""What Today shows: people first, then what is owed and whose it is, what is to be decided, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Min

from mainstay.accounts.rules import Scope
from mainstay.duties.models import DutyState
from mainstay.intake.models import Delivery, Receipt
from mainstay.intake.queries import open_of
from mainstay.organisations.models import Post
from mainstay.platform.clock import day_end, day_start
from mainstay.reports.queries import cards
from mainstay.reports.queries.cards import Counted
from mainstay.reports.queries.line_list import Asked, CategoryRow, count_by_category
from mainstay.reports.queries.owed import Owner, owners
from mainstay.reports.rules.behind import KindRow, OpenGroup, OwnerRow, UnknownRow, by_kind, by_owner, by_unknown

# Kinds of duty that are a decision of somebody's, and those about what a received row left open.
ORDERS = ("confirm_order", "review_order", "serve_order")
OBJECTIONS = ("decide_objection",)
# Files of a day that are named one by one; of the rest the number.
FILES = 5
# Whose overdue duties are named; of the others the number.
OWNERS = 6


@dataclass(frozen=True, slots=True)
class ToDecide:
    """Decisions of one kind that wait: how many, by when the first; `of_people`: they are duties towards people."""

    kind: str
    number: int
    due_at: datetime
    of_people: bool


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file received today: rows received (None: not taken in to its end) and fields still held."""

    id: UUID
    name: str
    mapping: str
    received_at: datetime
    rows: int | None
    held: int


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on the page. `since`: closed duties are counted from that period on, the last that was run."""

    since: date | None
    categories: tuple[CategoryRow, ...]
    to_do: Counted
    kinds: tuple[KindRow, ...]
    owners: tuple[OwnerRow, ...]
    names: dict[UUID, Owner]
    raised: dict[UUID | None, date]
    posts_behind: int
    to_decide: tuple[ToDecide, ...]
    unknown: tuple[UnknownRow, ...]
    unowned: int
    at_headquarters: int
    headquarters: str
    files: tuple[FileRow, ...]
    files_more: int


def today(scope: Scope, at: datetime, day: date, zone: str, since: date | None) -> Today:
    """What Today shows within a scope, closed duties from the period `since` on; a constant number of statements."""
    asked = cards.Asked(scope, at, day, since=since)
    groups = cards.open_groups(asked)
    behind = by_owner(groups)
    answering = {row.post for row in behind[:OWNERS] if row.post}
    headquarters = Post.objects.filter(is_headquarters=True).values_list("id", "code").first()
    files, more = _files(day, zone)
    return Today(
        since=since,
        categories=tuple(count_by_category(Asked(scope, at))),
        to_do=Counted(sum(one.number for one in groups), cards.count_people(asked), sum(one.overdue for one in groups)),
        kinds=tuple(by_kind(groups, cards.closed_groups(asked))),
        owners=tuple(behind[:OWNERS]),
        names=owners(answering, at),
        raised=cards.raised(asked, answering),
        posts_behind=len(behind),
        to_decide=_to_decide(groups, scope),
        unknown=tuple(by_unknown(groups)),
        unowned=_of_post(groups, None) + others_by_post(scope).get(None, 0),
        at_headquarters=_of_post(groups, headquarters[0]) if headquarters else 0,
        headquarters=headquarters[1] if headquarters else "",
        files=files,
        files_more=more,
    )


def _of_post(groups: Sequence[OpenGroup], post: UUID | None) -> int:
    return sum(one.number for one in groups if one.post == post)


def _to_decide(groups: Sequence[OpenGroup], scope: Scope) -> tuple[ToDecide, ...]:
    """Orders and objections of people within the scope; questions of received rows where all of the city is in it."""
    found = []
    for kind in (*ORDERS, *OBJECTIONS):
        if some := [one for one in groups if one.kind == kind]:
            found.append(ToDecide(kind, sum(one.number for one in some), min(one.due_at for one in some), True))
    if scope.everywhere:
        rows = DutyState.objects.filter(subject_type="question", status="open").values_list("duty__kind")
        counted = rows.annotate(number=Count("duty_id"), due=Min("due_at"))
        found += [ToDecide(kind, number, due, False) for kind, number, due in counted]
    return tuple(sorted(found, key=lambda one: (one.due_at, one.kind)))


def others_by_post(scope: Scope) -> dict[UUID | None, int]:
    """{post that answers (None: nobody): its open duties about posts and received rows}, which have no bounds.

    For whoever has the whole city alone; one statement.
    """
    if not scope.everywhere:
        return {}
    rows = DutyState.objects.filter(status="open").exclude(subject_type="person").order_by()
    return dict(rows.values_list("answering_id").annotate(Count("duty_id")))


def _files(day: date, zone: str) -> tuple[tuple[FileRow, ...], int]:
    """(the last files of the city's day, how many more there were); four statements."""
    rows = Delivery.objects.filter(received_at__gte=day_start(day, zone), received_at__lt=day_end(day, zone))
    shown = list(rows.order_by("-entry_id").values_list("id", "file_name", "mapping", "received_at")[:FILES])
    ids = [row[0] for row in shown]
    received = dict(Receipt.objects.filter(delivery_id__in=ids).values_list("delivery_id", "received"))
    held = dict(open_of(ids).values_list("delivery_id").annotate(Count("id")))
    found = tuple(
        FileRow(identity, name, mapping, received_at, received.get(identity), held.get(identity, 0))
        for identity, name, mapping, received_at in shown
    )
    return found, rows.count() - len(found)
