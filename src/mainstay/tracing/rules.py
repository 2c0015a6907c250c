"""What a named contact means, given what is known of the other person: pure, and small enough to check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact as named; `known` is resolved (see `tracing.queries`)."""

    root: UUID
    person: UUID
    index: UUID
    disease: str
    kind: str
    first: date | None
    last: date | None
    known: datetime
    known_date: date


@dataclass(frozen=True, slots=True)
class IndexView:
    """What is known of the index: the class that holds (empty: none), its anchors, when the last was known."""

    index_class: str
    onset: date | None
    positive: date | None
    report: date | None
    known: datetime | None


@dataclass(frozen=True, slots=True)
class StatedWindow:
    """When the contact's own record says the exposure was."""

    first: date | None
    last: date | None
    known: datetime


class ExposureContent(NamedTuple):
    """What the exposure fact says; two alike need no new version."""

    kind: str
    index_class: str
    index_onset_date: date | None
    index_positive_date: date | None
    index_report_date: date | None
    first_date: date | None
    last_date: date | None
    latest_date: date | None


def exposure_of(
    contact: ContactView, index: IndexView, stated: StatedWindow | None
) -> tuple[ExposureContent, datetime]:
    """The exposure and when it was known: the contact's own days, else those the person's record states.

    Where neither tells the last day, the meeting can have been until it became known, no later.
    """
    first, last, known = contact.first, contact.last, max(contact.known, index.known or contact.known)
    if last is None and stated is not None:
        first, last = first or stated.first, stated.last
        known = max(known, stated.known)
    content = ExposureContent(
        kind=contact.kind,
        index_class=index.index_class,
        index_onset_date=index.onset,
        index_positive_date=index.positive,
        index_report_date=index.report,
        first_date=first,
        last_date=last,
        latest_date=None if last is not None else contact.known_date,
    )
    return content, known
