"""Whose open duties may change hands because a post was filled, vacated, moved or newly named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q

from mainstay.cycle.queries import last_judged
from mainstay.duties.models import DutyState
from mainstay.organisations.models import Post
from mainstay.platform.models import Entry

TYPES = ("person", "post", "question")


def owned_by(posts: Collection[UUID]) -> dict[str, set[UUID]]:
    """{type: subjects} of the open duties that these posts, or any beneath them, may lose or get.

    A post named since the last run takes duties from whoever had them: of a place from those who live there, of a
    facility or a task group from anybody.
    """
    found: dict[str, set[UUID]] = {one: set() for one in TYPES}
    if posts:
        theirs = Q(post__in=_with_those_beneath(sorted(posts))) | Q(answering__in=posts) | _taken_by_new(posts)
        rows = DutyState.objects.filter(theirs, status="open", subject_type__in=TYPES)
        for kind, subject in rows.values_list("subject_type", "subject_id").distinct():
            found[kind].add(subject)
    return found


def _with_those_beneath(posts: Sequence[UUID]) -> set[UUID]:
    below = set(posts)
    frontier = list(posts)
    while frontier:
        frontier = list(Post.objects.filter(superior__in=frontier).exclude(id__in=below).values_list("id", flat=True))
        below.update(frontier)
    return below


def _taken_by_new(posts: Collection[UUID]) -> Q:
    named = Entry.objects.filter(verb="post.add", no__gt=last_judged()).values("purpose")
    taken = Q(pk__in=[])
    for place in Post.objects.filter(id__in=posts, code__in=named).values_list("place_id", flat=True):
        taken |= Q(unit_id=place) if place else Q(status="open")
    return taken
