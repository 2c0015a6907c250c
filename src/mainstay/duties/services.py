"""Writes of duties: editions put into force, changes applied, evidence recorded."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

from mainstay.duties.concern import recount
from mainstay.duties.models import Duty, DutyEvent, DutyState, Edition, Evidence, SubjectState
from mainstay.duties.rules.concern import NOT_URGENT
from mainstay.duties.rules.reconcile import Change, Standing
from mainstay.platform import bulk, ledger
from mainstay.platform.bulk import Rows
from mainstay.platform.identity import derived_id, new_id
from mainstay.platform.models import Actor, Entry, Fact


@dataclass(frozen=True, slots=True)
class Scope:
    """The ancestor columns of where the subject is."""

    district: UUID | None = None
    community: UUID | None = None
    unit: UUID | None = None


@dataclass(frozen=True, slots=True)
class SubjectChanges:
    """One subject's changes under one disease, its scope, and its state after judging; 0 is the most urgent."""

    type: str
    id: UUID
    disease: str
    changes: Sequence[Change]
    scope: Scope
    category: str
    next_look_at: datetime | None
    urgency: int = NOT_URGENT


def put_into_force(
    *, name: str, text: str, sha256: str, origin: str, from_date: date, by: Actor, at: datetime, withdrawn: bool = False
) -> Entry | None:
    """Record that an edition holds from a city's day on (or, withdrawn, no longer does); a ledger line.

    The text is kept with it, so that years later the same judging can be repeated.
    """
    number = Edition.objects.filter(name=name).count()
    row = Edition(
        id=derived_id("edition", name, from_date.isoformat(), sha256, str(withdrawn), str(number)),
        name=name,
        from_date=from_date,
        withdrawn=withdrawn,
        sha256=sha256,
        text=text,
        origin=origin,
    )
    return ledger.append([row], by=by, at=at, verb="protocol.withdraw" if withdrawn else "protocol.adopt")


def record_evidence(
    *,
    person: UUID,
    kind: str,
    observed_date: date,
    known_at: datetime,
    by: Actor,
    at: datetime,
    disease: str,
    note: str = "",
    observed_at: datetime | None = None,
    fact_id: UUID | None = None,
) -> Evidence:
    """Record that something owed was done (an investigation, a list of contacts taken); touches the person.

    Without a disease it counts under each; `fact_id` is given by a form that may be sent twice.
    """
    identity = fact_id or new_id()
    row = Evidence(
        id=identity,
        root=identity,
        person_id=person,
        disease=disease,
        kind=kind,
        note=note,
        observed_date=observed_date,
        observed_at=observed_at,
        became_known_at=known_at,
        source="desk",
    )
    ledger.append([row], by=by, at=at, verb="evidence.record")
    return row


def apply_changes(
    subjects: Sequence[SubjectChanges], *, period: date, by: Actor, at: datetime, clean: Sequence[UUID], to_entry: int
) -> float:
    """Write many subjects' changes under one ledger entry, with the state that follows from them.

    `clean` are the subjects judged on all facts up to `to_entry`; their marks go in the same
    transaction, unless something newer touched them. Returns for how many seconds it held its locks.
    """
    duties, events = [], []
    states: dict[UUID, KeptState] = {}
    for subject in subjects:
        for change in subject.changes:
            if change.owed is not None:
                duties.append(_duty(subject, change, period))
            events.append(_event(change, period))
            states[change.after.id] = _state(subject, change.after)
    kept = _adapted(DutyState, list(states.values()))
    looks = _adapted(SubjectState, [_look(subject, period) for subject in subjects])
    urgent: dict[UUID, int] = {}
    for subject in subjects:
        if subject.type == "person":
            urgent[subject.id] = min(subject.urgency, urgent.get(subject.id, NOT_URGENT))
    begun = 0.0

    def begin() -> None:
        # SQLite may have waited for another writer up to here.
        nonlocal begun
        begun = time.monotonic()

    def keep_state() -> None:
        bulk.upsert_values(kept, key=("duty_id",))
        bulk.upsert_values(looks, key=("subject_id", "disease"))
        recount(urgent)
        _unmark(clean, to_entry)

    written = [Rows(Duty, duties), Rows(DutyEvent, events)]
    ledger.append_values(written, by=by, at=at, verb="cycle.judge", first=begin, last=keep_state, fresh=True)
    return time.monotonic() - begun


def write_decided(
    *,
    facts: Sequence[Fact],
    changes: Sequence[Change],
    people: Collection[UUID],
    period: date,
    by: Actor,
    at: datetime,
    verb: str,
) -> Entry | None:
    """Write what somebody decided about duties, with the state that follows at once; None if it was there already.

    Of `people` it changed what is open: they are counted anew.

    Call it with the lease of the reconciler held: a run that is under way would overwrite the state.
    """

    def keep_state() -> None:
        for one in changes:
            after = one.after
            DutyState.objects.filter(duty_id=after.id).update(
                status=after.status, seq=after.seq, post_id=after.post, answering_id=after.answering
            )
        recount(dict.fromkeys(people))

    rows = ledger.tables_of(facts)
    if changes:
        rows.append(Rows(DutyEvent, [_event(one, period) for one in changes]))
    return ledger.append_values(rows, by=by, at=at, verb=verb, last=keep_state)


def _adapted(model: type[models.Model], values: list[tuple[Any, ...]]) -> Rows:
    """Made ready before the transaction, so that its locks are held for the writing alone."""
    return Rows(model, bulk.adapted(model, values) if values else [], adapted=True)


# Rows as they are written, in the order of their tables' columns (a test holds them to it).


class NewDuty(NamedTuple):
    id: UUID
    subject_type: str
    subject_id: UUID
    disease: str
    edition: str
    clause: str
    episode: str
    occurrence: date | None
    kind: str
    starts_at: datetime
    due_at: datetime
    opened_on: date


class NewEvent(NamedTuple):
    id: UUID
    duty_id: UUID
    seq: int
    verb: str
    period_date: date
    status: str
    level: int
    post_id: UUID | None
    answering_id: UUID | None
    evidence: UUID | None
    required: bool
    cause: str
    reason: str


class KeptState(NamedTuple):
    district_id: UUID | None
    community_id: UUID | None
    unit_id: UUID | None
    duty_id: UUID
    subject_type: str
    subject_id: UUID
    status: str
    seq: int
    level: int
    post_id: UUID | None
    answering_id: UUID | None
    evidence: UUID | None
    required: bool
    due_at: datetime
    occurrence: date | None


class KeptLook(NamedTuple):
    subject_type: str
    subject_id: UUID
    disease: str
    category: str
    next_look_at: datetime | None
    period_date: date


def _duty(subject: SubjectChanges, change: Change, period: date) -> NewDuty:
    owed = change.owed
    assert owed is not None
    return NewDuty(
        change.after.id,
        subject.type,
        subject.id,
        owed.disease,
        owed.edition,
        owed.clause,
        owed.episode,
        owed.occurrence,
        owed.kind,
        owed.starts_at,
        owed.due_at,
        period,
    )


def _event(change: Change, period: date) -> NewEvent:
    after = change.after
    return NewEvent(
        derived_id("event", after.id.hex, str(after.seq)),
        after.id,
        after.seq,
        change.verb,
        period,
        after.status,
        after.level,
        after.post,
        after.answering,
        after.evidence,
        after.required,
        change.cause,
        "",
    )


def _state(subject: SubjectChanges, after: Standing) -> KeptState:
    return KeptState(
        subject.scope.district,
        subject.scope.community,
        subject.scope.unit,
        after.id,
        subject.type,
        subject.id,
        after.status,
        after.seq,
        after.level,
        after.post,
        after.answering,
        after.evidence,
        after.required,
        after.due_at,
        after.occurrence,
    )


def _look(subject: SubjectChanges, period: date) -> KeptLook:
    return KeptLook(subject.type, subject.id, subject.disease, subject.category, subject.next_look_at, period)


def _unmark(subjects: Sequence[UUID], to_entry: int) -> None:
    for some in bulk.chunks(subjects, 5000):
        where, params = bulk.in_list("subject_id", some)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM platform_dirty WHERE {where} AND entry_no <= %s", [*params, to_entry])
