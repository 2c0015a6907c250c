"""The ledger: every writing transaction is one entry; seals close the entries so far."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from mainstay.platform import bulk
from mainstay.platform.canonical import row_hash, rows_hash
from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.keys import Keys, load_keys
from mainstay.platform.models import Actor, Appended, Entry, Fact, Seal

FACT_OVERTAKEN = code("fact.overtaken", "Two people corrected one record at the same time; the second is told.")

NOTHING = rows_hash([])


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What duties are about: a person, a post, a received row."""

    type: str
    id: UUID


class Overtaken(Exception):
    """Another transaction wrote one of these ids first; nothing was written, try again."""


def actor(name: str, kind: str = Actor.Kind.PERSON) -> Actor:
    """The actor of that name, made on first use."""
    return Actor.objects.get_or_create(name=name, defaults={"kind": kind})[0]


def append(
    rows: Sequence[Appended],
    *,
    by: Actor,
    at: datetime,
    verb: str,
    source: str = "",
    purpose: str = "",
    touch: Iterable[Subject] = (),
    first: Callable[[], None] | None = None,
    fresh: bool = False,
) -> Entry | None:
    """Write rows of any appended tables in one transaction under one ledger entry.

    Ids that are there already are left alone, so a second sending writes nothing and makes no
    entry (None). Everybody whom a new fact concerns, and everybody in `touch`, is marked to be
    judged again in the same transaction. `at` is when the business happened, UTC.

    `first` runs at the head of the transaction and writes what the rows point to. `fresh` says that
    none of the ids is there, as far as the caller knows: they are looked up only if that proves wrong.
    """
    by_model = _by_model(rows)
    # Hashed before the transaction, so that its locks are held for the writing alone.
    hashes = {id(row): row_hash(row) for group in by_model for row in group}
    for attempt in range(3):
        trusted = fresh and not attempt
        try:
            with transaction.atomic():
                if first is not None:
                    first()
                new = [row for group in by_model for row in (group if trusted else _not_there(group))]
                return _append(new, hashes, by, at, verb, source, purpose, touch, trusted)
        except Overtaken:
            continue
        except IntegrityError as error:
            if trusted and "_pkey" in str(error):
                continue
            if "one_version" in str(error) or ".version" in str(error):
                raise MainstayError(
                    FACT_OVERTAKEN, "Somebody else corrected this record at the same time; read it again, then decide."
                ) from error
            raise
    raise Overtaken(verb)


def note(*, by: Actor, at: datetime, verb: str, purpose: str = "", source: str = "") -> Entry:
    """A ledger line without facts: a table of state was changed, or something sensitive was read."""
    return Entry.objects.create(
        actor=by, verb=verb, source=source, purpose=purpose, at=at, recorded_at=now(), fact_count=0, facts_hash=NOTHING
    )


def _append(fresh, hashes, by, at, verb, source, purpose, touch, trusted) -> Entry | None:
    touched = set(touch)
    if not fresh and not touched:
        return None
    entry = Entry(
        actor=by,
        verb=verb,
        source=source,
        purpose=purpose,
        at=at,
        recorded_at=now(),
        fact_count=len(fresh),
        facts_hash=rows_hash([hashes[id(row)] for row in fresh]),
    )
    entry.save(force_insert=True)
    for row in fresh:
        row.__dict__["entry_id"] = entry.no  # past Django's descriptor, which costs more than the hash
    for _model, group in groupby(fresh, key=type):
        members = list(group)
        if bulk.insert(members, fresh=trusted) != len(members):
            raise Overtaken(members[0]._meta.db_table)
    mark_dirty(touched | subjects_of(fresh), entry.no)
    return entry


def _by_model(rows: Sequence[Appended]) -> list[list[Appended]]:
    groups: dict[type, dict[UUID, Appended]] = {}
    for row in rows:
        groups.setdefault(type(row), {})[row.id] = row
    return [list(group.values()) for group in groups.values()]


def _not_there(rows: list[Appended]) -> list[Appended]:
    table = rows[0]._meta.db_table
    there: set[UUID] = set()
    with connection.cursor() as cursor:
        for some in bulk.chunks([row.id for row in rows], 5000):
            where, params = bulk.in_list("id", some)
            cursor.execute(f'SELECT id FROM "{table}" WHERE {where}', params)
            there.update(value if isinstance(value, UUID) else UUID(value) for (value,) in cursor.fetchall())
    return [row for row in rows if row.id not in there] if there else rows


def subjects_of(rows: Iterable[Appended]) -> set[Subject]:
    """Whom these rows concern, by what each fact's model says it touches."""
    found: dict[str, set[UUID]] = {}
    for row in rows:
        if isinstance(row, Fact):
            for column, subject_type in row.touches:
                found.setdefault(subject_type, set()).add(row.__dict__[column])
    return {Subject(kind, value) for kind, values in found.items() for value in values if value is not None}


def mark_dirty(subjects: Iterable[Subject], entry_no: int) -> None:
    """Write whom to judge again; in a fixed order, so that two writers cannot block each other."""
    rows = [(subject.type, bulk.id_values([subject.id])[0], entry_no) for subject in sorted(subjects)]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO platform_dirty (subject_type, subject_id, entry_no) VALUES (%s, %s, %s) "
            "ON CONFLICT (subject_type, subject_id) DO UPDATE SET entry_no = excluded.entry_no",
            rows,
        )


def entry_line(entry: Entry) -> str:
    """What a seal hashes of an entry."""
    instants = [str(int(value.timestamp() * 1_000_000)) for value in (entry.at, entry.recorded_at)]
    return "\x1f".join(
        [
            str(entry.no),
            entry.actor_id.hex,
            entry.verb,
            entry.source,
            entry.purpose,
            *instants,
            str(entry.fact_count),
            entry.facts_hash,
        ]
    )


def chain(previous_hash: str, lines: Iterable[str]) -> tuple[str, int]:
    """(hash, count) of the lines since the previous seal."""
    digest = hashlib.sha256(previous_hash.encode())
    count = 0
    for line in lines:
        digest.update(b"\x1e" + line.encode())
        count += 1
    return digest.hexdigest(), count


def sign(keys: Keys, no: int, to_entry: int, count: int, digest: str) -> str:
    """The seal's signature."""
    text = f"{no}\x1f{to_entry}\x1f{count}\x1f{digest}".encode()
    return hmac.new(keys.seal, text, hashlib.sha256).hexdigest()


def seal(*, at: datetime) -> Seal | None:
    """Close all entries so far; the last seal again where nothing was written since; None on an empty ledger.

    Waits for writers in flight by a table lock (SQLite has one writer anyway), so that no entry
    with a lower number can be committed after the seal.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute('LOCK TABLE "platform_entry" IN SHARE MODE')
        last = Seal.objects.order_by("-no").first()
        entries = Entry.objects.filter(no__gt=last.to_entry if last else 0).order_by("no")
        lines = []
        to_entry = 0
        for entry in entries.iterator(chunk_size=2000):
            lines.append(entry_line(entry))
            to_entry = entry.no
        if not lines:
            return last
        digest, count = chain(last.hash if last else "", lines)
        no = last.no + 1 if last else 1
        return Seal.objects.create(
            no=no,
            to_entry=to_entry,
            count=count,
            hash=digest,
            hmac=sign(load_keys(), no, to_entry, count, digest),
            sealed_at=at,
        )
