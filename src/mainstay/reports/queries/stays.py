"""Where somebody was and is: every stay that stands, and which of them is the present one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.isolation.models import Stay
from mainstay.isolation.queries import present_stays
from mainstay.people.queries import ReadAs


@dataclass(frozen=True, slots=True)
class StayRow:
    """One stay from day to day (None: not known, or until further notice); `present`: they are there now."""

    root: UUID
    kind: str
    facility: str
    starts: date | None
    ends: date | None
    certain: bool
    by: str
    recorded_at: datetime
    present: bool


def stays_of(person: UUID, at: datetime, read_as: ReadAs) -> list[StayRow]:
    """The stays of a person and of those read as them, the latest first; three statements."""
    columns = ("root", "version", "retracted", "kind", "facility__name", "starts_date", "ends_date", "certain")
    columns += ("entry__actor__name", "entry__recorded_at")
    rows = Stay.objects.filter(person_id__in=read_as.members(person)).order_by("root", "-version")
    latest: dict[UUID, tuple] = {}
    for row in rows.values_list(*columns):
        latest.setdefault(row[0], row)
    now = present_stays([person], at, read_as).get(person)
    found = [
        StayRow(root, kind, facility or "", starts, ends, certain, by, recorded, now is not None and now.id == root)
        for root, _version, retracted, kind, facility, starts, ends, certain, by, recorded in latest.values()
        if not retracted
    ]
    return sorted(found, key=lambda row: (row.starts or date.min, row.recorded_at), reverse=True)
