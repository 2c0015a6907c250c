"""The ledger: every writing transaction is one entry; seals close the entries so far."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from mainstay.platform import bulk
from mainstay.platform.bulk import Rows
from mainstay.platform.canonical import hashed_fields, row_hashes, rows_hash
from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.forms import Filled
from mainstay.platform.keys import Keys, load_keys
from mainstay.platform.models import Actor, Appended, Entry, Fact, Seal
from mainstay.platform.rows import as_uuid

FACT_OVERTAKEN = code("fact.overtaken", "Two people corrected one record at the same time; the second is told.")

NOTHING = rows_hash([])
# The verb of a sensitive read: it tells who saw whom, and changes nothing that is known.
LOOK = "look"


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

    Within `gathered` nothing is written yet, and there is no entry.
    """
    waiting = _WAITING.get()
    if waiting is not None and first is None and not touch:
        waiting.setdefault((verb, source, purpose), []).extend(rows)
        return None
    return append_values(
        tables_of(rows), by=by, at=at, verb=verb, source=source, purpose=purpose, touch=touch, first=first, fresh=fresh
    )


_WAITING: ContextVar[dict[tuple[str, str, str], list[Appended]] | None] = ContextVar("waiting", default=None)


@contextmanager
def gathered(*, by: Actor, at: datetime) -> Iterator[None]:
    """What services append within is written together at its end: an entry and a transaction a verb, not a row.

    For services that write a fact and read nothing of it afterwards: until the end none of it is there. When it is
    left by an error, nothing is written. Raises what `append` raises.
    """
    waiting: dict[tuple[str, str, str], list[Appended]] = {}
    mark = _WAITING.set(waiting)
    try:
        yield
    finally:
        _WAITING.reset(mark)
    for (verb, source, purpose), rows in waiting.items():
        append(rows, by=by, at=at, verb=verb, source=source, purpose=purpose)


def append_values(
    tables: Sequence[Rows | Filled],
    *,
    by: Actor,
    at: datetime,
    verb: str,
    source: str = "",
    purpose: str = "",
    touch: Iterable[Subject] = (),
    first: Callable[[], None] | None = None,
    last: Callable[[], None] | None = None,
    fresh: bool = False,
) -> Entry | None:
    """`append` for rows that are tuples already, in the order of the columns without the ledger's number.

    Or for forms filled in, which bring their hashes along. `last` runs at the end of the transaction, whether
    or not there was anything to append, and writes the state that follows.
    """
    # Hashed and adapted before the transaction, so that its locks are held for the writing alone.
    hashed = [_hashed(rows) for rows in tables if rows.values]
    entry = Entry(actor=by, verb=verb, source=source, purpose=purpose, at=at)
    for attempt in range(3):
        trusted = fresh and not attempt
        try:
            with transaction.atomic():
                if first is not None:
                    first()
                new = [some if trusted else _not_there(some) for some in hashed]
                written = _append(entry, new, set(touch), trusted)
                if last is not None:
                    last()
                return written
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


@dataclass(frozen=True, slots=True)
class _Hashed:
    """Rows of one appended table as the database takes them, with the hash of each."""

    rows: Rows
    hashes: Sequence[str]

    def entered(self, no: int) -> Rows:
        """The rows with the ledger's number in its place, the second column of every appended table."""
        return Rows(self.rows.model, [(row[0], no, *row[1:]) for row in self.rows.values], adapted=True)


def _hashed(rows: Rows | Filled) -> _Hashed:
    if isinstance(rows, Filled):
        return _Hashed(Rows(rows.model, rows.values, adapted=True), rows.hashes)
    values = bulk.adapted(rows.model, rows.values, _names(rows.model))
    return _Hashed(Rows(rows.model, values, adapted=True), row_hashes(rows.model, rows.values))


def _append(entry: Entry, new: list[_Hashed], touched: set[Subject], trusted: bool) -> Entry | None:
    count = sum(len(some.hashes) for some in new)
    if not count and not touched:
        return None
    entry.no, entry.recorded_at, entry.fact_count = None, now(), count
    entry.facts_hash = rows_hash([value for some in new for value in some.hashes])
    entry.save(force_insert=True)
    for some in new:
        if bulk.insert_values(some.entered(entry.no), fresh=trusted) != len(some.hashes):
            raise Overtaken(some.rows.model._meta.db_table)
    marks = {(subject.type, subject.id.hex) for subject in touched}
    _mark(marks.union(*[_concerned(some.rows) for some in new]), entry.no)
    return entry


def tables_of(rows: Iterable[Appended]) -> list[Rows]:
    """Model instances as tuples, table by table; the same row twice is one."""
    groups: dict[type, dict[UUID, Appended]] = {}
    for row in rows:
        groups.setdefault(type(row), {})[row.id] = row
    return [rows_of(model, list(group.values())) for model, group in groups.items()]


def rows_of(model: type[Appended], instances: Sequence[Appended]) -> Rows:
    """Model instances of one appended table as tuples."""
    return Rows(model, bulk.values_of(instances, _names(model)))


@lru_cache(maxsize=128)
def _names(model: type[Appended]) -> tuple[str, ...]:
    """The attributes of an appended row, without the ledger's number."""
    return tuple(field.attname for field in hashed_fields(model))


def _not_there(some: _Hashed) -> _Hashed:
    table = some.rows.model._meta.db_table
    there: set[str] = set()
    with connection.cursor() as cursor:
        for ids in bulk.chunks([UUID(row[0]) for row in some.rows.values], 5000):
            where, params = bulk.in_list("id", ids)
            cursor.execute(f'SELECT id FROM "{table}" WHERE {where}', params)
            there.update(as_uuid(value).hex for (value,) in cursor.fetchall())
    if not there:
        return some
    kept = [(row, one) for row, one in zip(some.rows.values, some.hashes, strict=True) if row[0] not in there]
    left = Rows(some.rows.model, [row for row, _one in kept], adapted=True)
    return _Hashed(left, [one for _row, one in kept])


def subjects_of(rows: Rows) -> set[Subject]:
    """Whom these rows of one appended table concern, by what each fact's model says it touches."""
    return {Subject(kind, UUID(digits)) for kind, digits in _concerned(rows)}


def _concerned(rows: Rows) -> set[tuple[str, str]]:
    """(type, id as 32 hex digits) of the subjects."""
    if not issubclass(rows.model, Fact):
        return set()
    columns = _names(rows.model)
    found = set()
    for column, kind in rows.model.touches:
        place = columns.index(column)
        values = {row[place] for row in rows.values} - {None}
        found |= {(kind, value if rows.adapted else value.hex) for value in values}
    return found


def mark(subjects: Iterable[Subject], entry_no: int) -> None:
    """Have these judged again up to an entry; a mark that is there stays, since it may be for something newer."""
    _mark({(subject.type, subject.id.hex) for subject in subjects}, entry_no, "DO NOTHING")


def _mark(
    marks: Iterable[tuple[str, str]], entry_no: int, marked: str = "DO UPDATE SET entry_no = excluded.entry_no"
) -> None:
    """Write whom to judge again; in a fixed order, so that two writers cannot block each other."""
    rows = sorted(marks)
    if not rows:
        return
    insert = "INSERT INTO platform_dirty (subject_type, subject_id, entry_no)"
    again = f"ON CONFLICT (subject_type, subject_id) {marked}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One statement: row by row each would wait for an answer.
            kinds, ids = map(list, zip(*rows, strict=True))
            given = (
                "SELECT kind, id, %s FROM unnest(%s::text[], %s::uuid[]) WITH ORDINALITY AS m(kind, id, at) ORDER BY at"
            )
            cursor.execute(f"{insert} {given} {again}", [entry_no, kinds, ids])
        else:
            cursor.executemany(f"{insert} VALUES (%s, %s, %s) {again}", [(*row, entry_no) for row in rows])


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
                # LOCK TABLE … IN SHARE MODE, by a function of the owner's: the application's role may not.
                cursor.execute("SELECT mainstay_hold_ledger()")
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
