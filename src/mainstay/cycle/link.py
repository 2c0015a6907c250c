"""The link step: what a neighbour's change means is brought onto the contact as a fact.

An index reclassified, an onset corrected, a contact named or taken back: the exposure of each
contact gets a new version, and the contact is judged again. Judging itself reads no other person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from mainstay.cases.models import Classification, Onset, Report, Result
from mainstay.cycle.gather import KINDS, Gatherer
from mainstay.duties.rules.anchors import current_class
from mainstay.duties.rules.facts import PersonFacts
from mainstay.platform import bulk, ledger
from mainstay.platform.bulk import Rows
from mainstay.platform.identity import derived_id
from mainstay.platform.models import Actor
from mainstay.platform.reading import View, standing
from mainstay.platform.rows import as_date, as_uuid, same, table_reader
from mainstay.tracing.models import Exposure
from mainstay.tracing.queries import contacts_named_by, contacts_of
from mainstay.tracing.rules import ContactView, ExposureContent, IndexView, StatedWindow, exposure_of

SOURCE = "link"
_INDEX_KINDS = tuple(kind for kind in KINDS if kind.model in (Classification, Onset, Report, Result))
_STATED_KINDS = tuple(kind for kind in KINDS if kind.model is Exposure)


def link(people: Sequence[UUID], gatherer: Gatherer, *, by: Actor, at: datetime, seen: set[UUID] | None = None) -> int:
    """Bring the exposures of everybody who met these people, and of these people, up to date.

    One transaction, one ledger entry; returns how many exposures were written. A second call with
    the same facts writes nothing. `seen` are the contacts that were brought up to date by this gatherer
    already: each stands on two people's lists, and need be looked at once.
    """
    seen = set() if seen is None else seen
    everybody = gatherer.merges.everybody(people)
    contacts = {contact.root: contact for contact in _contacts(everybody, gatherer)}
    unseen = [contact for root, contact in contacts.items() if root not in seen]
    wanted = _wanted(unseen, gatherer)
    present = _present(everybody, [contact.root for contact in unseen])
    rows = _versions(wanted, present, contacts) + _retractions(wanted, present, contacts, at)
    ledger.append_values([Rows(Exposure, rows)], by=by, at=at, verb="cycle.link", source=SOURCE)
    seen.update(contacts)
    return len(rows)


def _contacts(people: Sequence[UUID], gatherer: Gatherer) -> list[ContactView]:
    known = gatherer.told.known
    named = contacts_named_by(people, gatherer.view, known) + contacts_of(people, gatherer.view, known)
    merged = gatherer.merges.survivor
    return [contact for contact in named if merged(contact.person) != merged(contact.index)]


def _wanted(
    contacts: list[ContactView], gatherer: Gatherer
) -> dict[UUID, tuple[ContactView, ExposureContent, datetime]]:
    """{root of the exposure: (contact, content, known)} for every contact whose index is or was a case."""
    survivor = gatherer.merges.survivor
    indexes = gatherer.people(sorted({survivor(c.index) for c in contacts}), _INDEX_KINDS, named=False)
    stated = gatherer.people(sorted({survivor(c.person) for c in contacts}), _STATED_KINDS, named=False)
    wanted = {}
    for contact in contacts:
        index = index_view(indexes[survivor(contact.index)].get(contact.disease))
        window = stated_window(stated[survivor(contact.person)].get(contact.disease))
        content, known = exposure_of(contact, index, window)
        wanted[exposure_root(contact.root)] = (contact, content, known)
    return wanted


def exposure_root(contact_root: UUID) -> UUID:
    """An exposure is the same record as long as its contact is."""
    return derived_id("exposure", contact_root.hex)


def index_view(facts: PersonFacts | None) -> IndexView:
    """The index as the contact's exposure states it; without a class where none stands (any more)."""
    if facts is None:
        return IndexView("", None, None, None, None)
    now = current_class(facts)
    onset = next((item for item in facts.onsets if item.date), None)
    positive = next((item for item in facts.results if item.value == "positive" and item.date), None)
    report = next((item for item in facts.reports if item.date), None)
    used = [item.known for item in (now, onset, positive, report) if item is not None]
    return IndexView(
        index_class=now.value if now else "",
        onset=onset.date if onset else None,
        positive=positive.date if positive else None,
        report=report.date if report else None,
        known=max(used, default=None),
    )


def stated_window(facts: PersonFacts | None) -> StatedWindow | None:
    """What the person's own record says of when it was exposed: the latest such statement."""
    stated = [item for item in facts.exposures if not item.index_class and item.date] if facts else []
    return StatedWindow(stated[-1].first, stated[-1].date, stated[-1].known) if stated else None


_READ = table_reader(as_uuid, as_uuid, same, same, same, *([as_date] * 6))


def _present(people: Sequence[UUID], contact_roots: list[UUID]) -> dict[UUID, tuple]:
    """{root: (version, retracted, content, contact)} of the last version of each exposure concerned.

    Sought by person and by contact: one whose contact was taken back stands in no contact any more.
    """
    found: dict[UUID, tuple] = {}
    roots = [exposure_root(root) for root in contact_roots]
    for column, ids in (("root", roots), ("person_id", people), ("index_id", people)):
        for some in bulk.chunks(ids, 5000):
            for row in _last_versions(column, some):
                found[row[0]] = row
    return found


def _last_versions(column: str, ids: Sequence[UUID]) -> list[tuple]:
    where, params = bulk.in_list(f"f.{column}", ids)
    columns = ("root", "contact_root", "version", *ExposureContent._fields)
    rows = standing(Exposure, columns, View(), (f"{where} AND f.source = 'link'", params))
    return [(root, contact, version, ExposureContent(*content)) for root, contact, version, *content in _READ(rows)]


class ExposureRow(NamedTuple):
    """An exposure as it is written, in the order of its table's columns (a test holds it to them)."""

    id: UUID
    root: UUID
    version: int
    retracted: bool
    source: str
    observed_date: date | None
    observed_at: datetime | None
    became_known_at: datetime
    known_on_receipt: bool
    person_id: UUID
    index_id: UUID
    contact_root: UUID
    disease: str
    kind: str
    index_class: str
    index_onset_date: date | None
    index_positive_date: date | None
    index_report_date: date | None
    first_date: date | None
    last_date: date | None
    latest_date: date | None


def _versions(wanted: dict, present: dict[UUID, tuple], contacts: dict[UUID, ContactView]) -> list[ExposureRow]:
    """A new version where the content differs."""
    rows = []
    numbers = _numbers([root for root in wanted if root not in present])
    for root, (contact, content, known) in sorted(wanted.items()):
        old = present.get(root)
        if old is not None and old[3] == content:
            continue
        if old is None and not content.index_class:
            continue  # somebody who never was a case exposes nobody
        version = (old[2] if old else numbers.get(root, 0)) + 1
        rows.append(_exposure(root, version, contact, content, known))
    return rows


def _retractions(
    wanted: dict, present: dict[UUID, tuple], contacts: dict[UUID, ContactView], at: datetime
) -> list[ExposureRow]:
    """A last version of each exposure whose contact stands no more."""
    gone = {root: row[2] for root, row in present.items() if root not in wanted and row[1] not in contacts}
    rows = []
    for some in bulk.chunks(sorted(gone), 5000):
        for last in Exposure.objects.filter(root__in=some).order_by("root"):
            if last.version == gone[last.root]:
                row = ExposureRow(**{name: getattr(last, name) for name in ExposureRow._fields})
                rows.append(
                    row._replace(
                        id=_version_id(row.root, row.version + 1),
                        version=row.version + 1,
                        retracted=True,
                        became_known_at=at,
                    )
                )
    return rows


def _numbers(roots: list[UUID]) -> dict[UUID, int]:
    """The last version number of roots that do not stand, because they were retracted once."""
    found: dict[UUID, int] = defaultdict(int)
    for some in bulk.chunks(roots, 5000):
        for root, version in Exposure.objects.filter(root__in=some).values_list("root", "version"):
            found[root] = max(found[root], version)
    return found


def _version_id(root: UUID, version: int) -> UUID:
    return derived_id(root.hex, str(version))


def _exposure(root: UUID, version: int, contact: ContactView, content: ExposureContent, known: datetime) -> ExposureRow:
    return ExposureRow(
        id=_version_id(root, version),
        root=root,
        version=version,
        retracted=False,
        source=SOURCE,
        observed_date=content.last_date or content.latest_date,
        observed_at=None,
        became_known_at=known,
        known_on_receipt=False,
        person_id=contact.person,
        index_id=contact.index,
        contact_root=contact.root,
        disease=contact.disease,
        **content._asdict(),
    )
