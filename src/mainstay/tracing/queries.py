"""Contacts with the instant at which each became known, also where only a report tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from mainstay.cases.models import Report
from mainstay.platform import bulk
from mainstay.platform.clock import local_date
from mainstay.platform.models import Entry, Instance
from mainstay.platform.reading import View, ever_stood, standing
from mainstay.platform.rows import as_date, as_instant, as_uuid, same, table_reader
from mainstay.tracing.models import Contact
from mainstay.tracing.rules import ContactView

Known = Callable[[int, datetime], datetime]

_COLUMNS = (
    "root",
    "person_id",
    "index_id",
    "disease",
    "kind",
    "first_date",
    "last_date",
    "became_known_at",
    "entry_id",
)
_READ = table_reader(as_uuid, as_uuid, as_uuid, same, same, as_date, as_date, as_instant, same)


def contacts_named_by(indexes: Sequence[UUID], view: View, known: Known) -> list[ContactView]:
    """The contacts that these people, as index, are known to have had."""
    return _contacts("f.index_id", indexes, view, known)


def contacts_of(people: Sequence[UUID], view: View, known: Known) -> list[ContactView]:
    """The contacts in which these people were named."""
    return _contacts("f.person_id", people, view, known)


def _contacts(column: str, ids: Sequence[UUID], view: View, known: Known) -> list[ContactView]:
    """Standing contacts known by the view's instant; `known` says since when the response is held to it.

    A contact without a time of its own is known with the first report of its index, as far as one is known
    by then, else with the contact's own, else on receipt.
    """
    # Only a first version can be without a time: a correction is known when it comes.
    rows = sorted(
        _READ(standing(Contact, _COLUMNS, view, bulk.in_list(column, ids), undated=True)), key=lambda row: row[0]
    )
    undated = [row for row in rows if row[7] is None]
    reports = _first_reports({row[i] for row in undated for i in (1, 2)}, view)
    receipts = _receipts({row[8] for row in undated})
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    found = []
    for root, person, index, disease, kind, first, last, became_known_at, entry in rows:
        at, entry_no = became_known_at, entry
        if at is None:
            at, entry_no = reports.get(index) or reports.get(person) or (receipts[entry], entry)
        if view.known_by is not None and at > view.known_by:
            continue
        told = known(entry_no, at)
        found.append(ContactView(root, person, index, disease, kind, first, last, told, local_date(at, zone)))
    return found


def _first_reports(people: set[UUID], view: View) -> dict[UUID, tuple[datetime, int]]:
    """{person: (instant, ledger number) of the first report known}, also where it was taken back later."""
    found: dict[UUID, tuple[datetime, int]] = {}
    for some in bulk.chunks(sorted(people), 5000):
        where = bulk.in_list("f.person_id", some)
        for person, at, entry in ever_stood(Report, ("person_id", "became_known_at", "entry_id"), view, where):
            key, value = as_uuid(person), (as_instant(at), entry)
            if key not in found or value < found[key]:
                found[key] = value
    return found


def _receipts(entries: set[int]) -> dict[int, datetime]:
    return dict(Entry.objects.filter(no__in=entries).values_list("no", "at"))
