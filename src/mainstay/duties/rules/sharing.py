"""Doors shared out among colleagues: evenly by count, the worst alternating, and as few as possible change hands.

A door is a household, or whoever else is called on together; it is never divided.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID


class _Load:
    """What one colleague has: places of doors in the order given, and how much they weigh together."""

    def __init__(self) -> None:
        self.doors: list[int] = []
        self.weight = 0

    def take(self, place: int, of: int) -> None:
        self.doors.append(place)
        self.weight += of - place

    def give(self, of: int) -> int:
        """The least bad of them: who is worst stays with whom they know."""
        place = max(self.doors)
        self.doors.remove(place)
        self.weight -= of - place
        return place


def share(holders: Sequence[UUID | None], staff: Sequence[UUID], *, even: bool = True) -> list[UUID]:
    """Whose each door is; `holders` are those of the doors now, the worst door first (None: nobody's).

    What one of `staff` has stays theirs; the other doors go, the worst first, to whoever has the fewest, and of
    those to whoever's weigh least (so that two colleagues are dealt 1, 2, 2, 1). Then, if `even`, doors pass from
    who has the most to who has the fewest until nobody has two more than another. Raises ValueError without staff.
    """
    if not staff:
        raise ValueError("nobody to share among")
    number = len(holders)
    loads = {one: _Load() for one in staff}
    for place, holder in enumerate(holders):
        if holder in loads:
            loads[holder].take(place, number)
    for place, holder in enumerate(holders):
        if holder not in loads:
            loads[_least(loads)].take(place, number)
    while even and len(loads[(most := _most(loads))].doors) > len(loads[(least := _least(loads))].doors) + 1:
        loads[least].take(loads[most].give(number), number)
    whose = {place: one for one, load in loads.items() for place in load.doors}
    return [whose[place] for place in range(number)]


def _least(loads: dict[UUID, _Load]) -> UUID:
    """Of equals the first of the staff."""
    return min(loads, key=lambda one: (len(loads[one].doors), loads[one].weight))


def _most(loads: dict[UUID, _Load]) -> UUID:
    return max(loads, key=lambda one: (len(loads[one].doors), loads[one].weight))
