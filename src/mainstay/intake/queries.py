"""Reads of what was delivered: what stands of each record, what is held and still open."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from mainstay.intake.models import Row
from mainstay.intake.rules.verdicts import Standing
from mainstay.platform import bulk

AT_ONCE = 5000


def standing(records: Iterable[UUID]) -> dict[UUID, list[Standing]]:
    """For each record the content that holds at each of its places; records never seen are left out."""
    last: dict[tuple[UUID, int], Standing] = {}
    with connection.cursor() as cursor:
        for some in bulk.chunks(records, AT_ONCE):
            where, params = bulk.in_list("record", some)
            cursor.execute(f"SELECT record, place_no, version, content FROM intake_row WHERE {where}", params)
            for record, place_no, version, content in cursor.fetchall():
                key = (_uuid(record), place_no)
                if key not in last or last[key].version < version:
                    last[key] = Standing(place_no, version, _uuid(content))
    found: dict[UUID, list[Standing]] = {}
    for (record, _place_no), place in last.items():
        found.setdefault(record, []).append(place)
    return found


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def contents_before(records: Iterable[UUID]) -> set[tuple[UUID, int, UUID]]:
    """(record, place, content) of every version so far of these records."""
    found: set[tuple[UUID, int, UUID]] = set()
    for some in bulk.chunks(records, AT_ONCE):
        found.update(Row.objects.filter(record__in=some).values_list("record", "place_no", "content"))
    return found
