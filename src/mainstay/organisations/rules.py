"""Who answers: by where somebody is, with vacancies passed up to the next holder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as the resolution needs it; `held` says whether somebody holds it at the moment."""

    id: UUID
    code: str
    superior: UUID | None
    held: bool
    facility: UUID | None = None
    unit: UUID | None = None
    headquarters: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where somebody is: in a ward or site (a facility), or at home in a unit."""

    stay_kind: str | None = None
    facility: UUID | None = None
    home_unit: UUID | None = None


class Posts:
    """All posts at a moment, looked up by what they answer for."""

    def __init__(self, posts: list[PostView], part_of: Mapping[UUID, UUID | None]) -> None:
        self.by_id = {post.id: post for post in posts}
        self.by_code = {post.code: post for post in posts}
        self.by_facility = {post.facility: post for post in posts if post.facility}
        self.by_unit = {post.unit: post for post in posts if post.unit}
        self.headquarters = next((post for post in posts if post.headquarters), None)
        self.part_of = part_of

    def accountable(self, owners: tuple[str, ...], where: Whereabouts) -> PostView | None:
        """The first of the owners that exists for where the person is; None where nobody is named."""
        for owner in owners:
            post = self._named(owner, where)
            if post is not None:
                return post
        return None

    def _named(self, owner: str, where: Whereabouts) -> PostView | None:
        if owner == "headquarters":
            return self.headquarters
        if owner.startswith("group:"):
            return self.by_code.get(owner.removeprefix("group:"))
        if owner == "home_unit":
            return self.by_unit.get(where.home_unit) if where.home_unit else None
        if owner == where.stay_kind:
            return self._of_facility(where.facility)
        return None

    def _of_facility(self, facility: UUID | None) -> PostView | None:
        """A ward without a post of its own is its hospital's."""
        while facility is not None:
            if facility in self.by_facility:
                return self.by_facility[facility]
            facility = self.part_of.get(facility)
        return None

    def answering(self, post: PostView | None) -> PostView | None:
        """The post itself if somebody holds it, else the next holder above; None where nobody does."""
        while post is not None and not post.held:
            post = self.by_id.get(post.superior) if post.superior else None
        return post

    def superior_of(self, post_id: UUID) -> PostView | None:
        """The post above, for duties about a post itself."""
        superior = self.by_id[post_id].superior if post_id in self.by_id else None
        return self.by_id.get(superior) if superior else None


def has_cycle(superiors: Mapping[str, str | None], start: str) -> bool:
    """Whether going up from a post comes round to it again."""
    seen = {start}
    above = superiors.get(start)
    while above is not None:
        if above in seen:
            return True
        seen.add(above)
        above = superiors.get(above)
    return False


def overlaps(first: tuple[int, int | None], second: tuple[int, int | None]) -> bool:
    """Whether two holdings (start, end or open) share an instant; the end itself is free again."""
    return (second[1] is None or first[0] < second[1]) and (first[1] is None or second[0] < first[1])


LONGEST_CODE, LONGEST_NAME = 60, 200


def post_fault(code: str, name: str) -> dict[str, str]:
    """{`code` or `name`: why it cannot be a post's}; nothing where both can."""
    found = {}
    if not code or len(code) > LONGEST_CODE or not all(letter.isalnum() or letter in "._-" for letter in code):
        found["code"] = f"use 1 to {LONGEST_CODE} letters, digits and . _ -"
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        found["name"] = f"write 1 to {LONGEST_NAME} characters on one line"
    return found


def tree_order(superiors: Mapping[UUID, UUID | None], rank: Callable[[UUID], Any]) -> list[tuple[UUID, int]]:
    """(post, how deep it stands) from the top down, each before those beneath it, those of one superior by rank.

    Whoever's superior is not among them stands at the top.
    """
    beneath: dict[UUID | None, list[UUID]] = {}
    for post, above in superiors.items():
        beneath.setdefault(above if above in superiors else None, []).append(post)
    found: list[tuple[UUID, int]] = []
    waiting = [(post, 0) for post in _last_first(beneath.get(None, ()), rank)]
    while waiting:
        post, depth = waiting.pop()
        found.append((post, depth))
        waiting += [(one, depth + 1) for one in _last_first(beneath.get(post, ()), rank)]
    return found


def _last_first(posts: Iterable[UUID], rank: Callable[[UUID], Any]) -> list[UUID]:
    return sorted(posts, key=rank, reverse=True)
