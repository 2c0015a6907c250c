"""What is owed to people, as it stands now: for their own pages and for whoever calls them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.duties.models import DutyState, Evidence, SubjectState
from mainstay.organisations.models import Post
from mainstay.organisations.queries import holdings_at
from mainstay.platform import bulk
from mainstay.platform.models import Actor, Dirty
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_instant, as_uuid, same, table_reader

# What became of a call, as a kind of evidence (docs/guide/vocabulary.md).
REACHED, NO_ANSWER, REFUSED, CALL_BACK = "call_reached", "call_no_answer", "call_refused", "call_back"
CALLS = (REACHED, NO_ANSWER, REFUSED, CALL_BACK)


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One duty as it stands now; `post` is whose it is, `answering` who answers (above, where the post is vacant)."""

    id: UUID
    person: UUID
    disease: str
    edition: str
    clause: str
    occurrence: date | None
    starts_at: datetime
    due_at: datetime
    status: str
    level: int
    post: UUID | None
    answering: UUID | None

    def is_overdue(self, at: datetime) -> bool:
        return self.status == "open" and self.due_at < at

    def is_for(self, day: date) -> bool:
        """Not only for a later day."""
        return self.occurrence is None or self.occurrence <= day


_COLUMNS = ("duty_id", "subject_id", "duty__disease", "duty__edition", "duty__clause", "duty__occurrence")
_COLUMNS += ("duty__starts_at", "due_at", "status", "level", "post_id", "answering_id")


def owed_to(people: Collection[UUID], *, closed: int = 0) -> list[OwedRow]:
    """Open duties towards these people, the earliest deadline first; then so many that are closed, the latest first.

    One statement, or two. Withdrawn ones are left out: they were never owed.
    """
    rows = DutyState.objects.filter(subject_type="person", subject_id__in=people)
    still_open = rows.filter(status="open").order_by("due_at", "duty_id")
    found = [OwedRow(*row) for row in still_open.values_list(*_COLUMNS)]
    if closed:
        over = rows.exclude(status__in=("open", "withdrawn")).order_by("-due_at", "duty_id")[:closed]
        found += [OwedRow(*row) for row in over.values_list(*_COLUMNS)]
    return found


def duty_of(owed: Collection[OwedRow], posts: Collection[UUID]) -> UUID | None:
    """The first open duty among these for which one of the posts answers: the purpose of a look."""
    return next((row.id for row in owed if row.status == "open" and row.answering in posts), None)


@dataclass(frozen=True, slots=True)
class Owner:
    """A post as it is called, and who holds it now (nobody: vacant)."""

    post: str
    holder: str


def owners(posts: Collection[UUID], at: datetime) -> dict[UUID, Owner]:
    """{post: how it is called and who holds it}; three statements."""
    held = holdings_at(at, View())
    names = dict(Actor.objects.filter(id__in=[held[post] for post in posts if post in held]).values_list("id", "name"))
    called = Post.objects.filter(id__in=posts).values_list("id", "name")
    return {post: Owner(name, names.get(held.get(post), "")) for post, name in called}


def posts_of(actor: UUID, at: datetime) -> frozenset[UUID]:
    """The posts somebody holds at a moment; one statement."""
    return frozenset(post for post, holder in holdings_at(at, View()).items() if holder == actor)


def categories_of(person: UUID) -> list[tuple[str, str]]:
    """(disease, category) of a person under each protocol that places them; one statement."""
    rows = SubjectState.objects.filter(subject_type="person", subject_id=person).order_by("disease")
    return [(disease, category) for disease, category in rows.values_list("disease", "category") if category]


def diseases_of(person: UUID) -> list[str]:
    """Under which protocols somebody was judged; where under none, all that anybody was. One statement, or two."""
    rows = SubjectState.objects.filter(subject_type="person").order_by("disease")
    own = list(rows.filter(subject_id=person).values_list("disease", flat=True))
    return own or list(rows.values_list("disease", flat=True).distinct())


def to_be_judged(people: Collection[UUID]) -> set[UUID]:
    """Of whom something was recorded that no run has judged yet; one statement."""
    return set(Dirty.objects.filter(subject_type="person", subject_id__in=people).values_list("subject_id", flat=True))


@dataclass(frozen=True, slots=True)
class CallRow:
    """What became of a call, and what was noted: for `call_back` the instant that was agreed."""

    outcome: str
    at: datetime
    note: str


_READ_CALL = table_reader(as_uuid, same, as_instant, same)


def last_calls(people: Collection[UUID]) -> dict[UUID, CallRow]:
    """{person: the last call to them}; one statement."""
    if not people:
        return {}
    ids, params = bulk.in_list("f.person_id", sorted(people))
    marks = ", ".join(["%s"] * len(CALLS))
    where = f"{ids} AND f.observed_at IS NOT NULL AND f.kind IN ({marks})", [*params, *CALLS]
    found: dict[UUID, CallRow] = {}
    for person, kind, at, note in _READ_CALL(
        standing(Evidence, ("person_id", "kind", "observed_at", "note"), View(), where)
    ):
        if person not in found or found[person].at <= at:
            found[person] = CallRow(kind, at, note)
    return found
