"""The ledger proved: every seal, every entry, every fact under its entry, every refusal in its place."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models

from mainstay.cycle.check import sql
from mainstay.cycle.check.arrow import appended
from mainstay.cycle.check.findings import Finding
from mainstay.platform.errors import code
from mainstay.platform.keys import load_keys
from mainstay.platform.triggers import missing_triggers

if TYPE_CHECKING:
    import duckdb

FACT_ALTERED = code("ledger.fact_altered", "A fact under a ledger entry is not what was written.")
FACT_REMOVED = code("ledger.fact_removed", "Fewer facts stand under a ledger entry than were written.")
FACT_ADDED = code("ledger.fact_added", "More facts stand under a ledger entry than were written.")
FACT_HOMELESS = code("ledger.fact_without_entry", "Facts stand under a ledger entry that does not exist.")
ENTRY_MISSING = code("ledger.entry_missing", "A sealed ledger entry was removed.")
CUT = code("ledger.cut", "The ledger ends before its last seal does.")
SEAL_BROKEN = code("ledger.seal_broken", "A sealed ledger entry is not what was sealed.")
SEAL_FORGED = code("ledger.seal_forged", "A seal was not made with this instance's key.")
SEAL_MISSING = code("ledger.seal_missing", "A seal is missing from the ledger.")
SEAL_UNMET = code("ledger.seal_unmet", "The ledger does not hold the seal that was expected of it.")
TRIGGER_MISSING = code("ledger.trigger_missing", "A table that may only grow can be changed.")

_LEDGER, _SEALS = "platform_entry", "platform_seal"


def prove(duck: duckdb.DuckDBPyConnection, expect_seal: tuple[int, str] | None = None) -> list[Finding]:
    """Everything about the ledger that is not as it was written; needs all tables in DuckDB."""
    return [
        *triggers(),
        *seals(duck),
        *expected_seal(duck, expect_seal),
        *runs_beyond(duck),
        *entries(duck),
    ]


def triggers() -> list[Finding]:
    """Every table that may only grow still refuses change."""
    return [
        Finding(
            TRIGGER_MISSING,
            table,
            "",
            "append-only",
            "open to change",
            f"The table {table} has lost its protection against change; run `mainstay init` to restore it, "
            "and find out who removed it.",
        )
        for table in missing_triggers()
    ]


# --- seals ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seal:
    no: int
    to_entry: int
    count: int
    hash: str
    hmac: str


# Instants as the ledger's line writes them: microseconds by way of floating seconds.
_AT = "CAST(trunc(CAST({c} AS DOUBLE) / 1e6 * 1e6) AS BIGINT)"
_LINE = sql.joined(
    [
        "no",
        "actor_id",
        "verb",
        "source",
        "purpose",
        _AT.format(c='"at"'),
        _AT.format(c="recorded_at"),
        "fact_count",
        "facts_hash",
    ]
)


def seals(duck: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Each seal against the seal before it and the lines between, and against this instance's key."""
    lines = _Lines(duck)
    before = _Seal(0, 0, 0, "", "")
    for row in sql.rows(duck, f"SELECT no, to_entry, count, hash, hmac FROM {_SEALS} ORDER BY no"):
        seal = _Seal(*row)
        if seal.no != before.no + 1:
            yield _seal_missing(before.no + 1, seal.no - 1)
        digest, numbers = lines.chain(before.hash, seal.to_entry)
        yield from _one_seal(seal, before, digest, numbers, lines.last)
        before = seal


class _Lines:
    """The ledger's lines read once, in order, beside the seals."""

    def __init__(self, duck: duckdb.DuckDBPyConnection) -> None:
        self.last: int = sql.rows(duck, f"SELECT COALESCE(max(no), 0) FROM {_LEDGER}")[0][0]
        # A cursor of its own: the connection's one answer is taken by other questions meanwhile.
        self._cursor = duck.cursor().execute(f"SELECT no, {_LINE} FROM {_LEDGER} ORDER BY no")
        self._ahead: list[tuple[int, str]] = []

    def chain(self, previous_hash: str, to_entry: int) -> tuple[str, list[int]]:
        """(hash over the previous one and the lines up to an entry, the numbers of those lines)."""
        digest = hashlib.sha256(previous_hash.encode())
        numbers = []
        for no, line in self._until(to_entry):
            digest.update(b"\x1e" + line.encode())
            numbers.append(no)
        return digest.hexdigest(), numbers

    def _until(self, to_entry: int) -> Iterator[tuple[int, str]]:
        while True:
            if not self._ahead:
                self._ahead = self._cursor.fetchmany(10_000)[::-1]
            if not self._ahead or self._ahead[-1][0] > to_entry:
                return
            yield self._ahead.pop()


def _one_seal(seal: _Seal, before: _Seal, digest: str, numbers: list[int], last: int) -> Iterator[Finding]:
    if last < seal.to_entry:
        yield Finding(
            CUT,
            _LEDGER,
            str(seal.to_entry),
            f"entries to {seal.to_entry}",
            f"entries to {last}",
            f"Seal {seal.no} closes entries to {seal.to_entry}, but the ledger ends at {last}: its end was cut off.",
        )
    elif len(numbers) != seal.count or seal.to_entry not in numbers[-1:]:
        yield from _entries_missing(seal, before, numbers)
    elif digest != seal.hash:
        yield Finding(
            SEAL_BROKEN,
            _SEALS,
            str(seal.no),
            seal.hash,
            digest,
            f"One of the entries {numbers[0]} to {numbers[-1]} was changed after seal {seal.no} closed them, "
            "or that seal itself was.",
        )
    if not hmac.compare_digest(_signature(seal), seal.hmac):
        yield Finding(
            SEAL_FORGED,
            _SEALS,
            str(seal.no),
            "a signature by this instance's key",
            "another",
            f"Seal {seal.no} was not signed with the key of this instance: it was made up or altered.",
        )


def _signature(seal: _Seal) -> str:
    text = f"{seal.no}\x1f{seal.to_entry}\x1f{seal.count}\x1f{seal.hash}".encode()
    return hmac.new(load_keys().seal, text, hashlib.sha256).hexdigest()


def _entries_missing(seal: _Seal, before: _Seal, numbers: list[int]) -> Iterator[Finding]:
    """The numbers that are not there; PostgreSQL skips one now and then, so a gap alone is no fault."""
    gaps = _gaps([before.to_entry, *numbers, seal.to_entry + 1])
    expected, found = f"{seal.count} entries", f"{len(numbers)} entries"
    if not gaps or len(numbers) > seal.count:
        sentence = f"Seal {seal.no} says that it closed {expected} after {before.to_entry}; {found} stand."
        yield Finding(SEAL_BROKEN, _SEALS, str(seal.no), expected, found, sentence)
        return
    missing = seal.count - len(numbers)
    sentence = (
        f"Of the {expected} that seal {seal.no} closed after {before.to_entry}, {missing} were removed: "
        f"not there {'is' if missing == 1 else 'are'} {gaps}."
    )
    yield Finding(ENTRY_MISSING, _LEDGER, gaps, expected, found, sentence)


def _gaps(numbers: list[int]) -> str:
    """What is missing between numbers in order, as `3, 7-9`."""
    between = [(low + 1, high - 1) for low, high in zip(numbers, numbers[1:], strict=False) if high > low + 1]
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in between)


def _seal_missing(first: int, last: int) -> Finding:
    which = f"Seal {first} is" if first == last else f"Seals {first} to {last} are"
    return Finding(SEAL_MISSING, _SEALS, str(first), "present", "absent", f"{which} missing from the ledger.")


def expected_seal(duck: duckdb.DuckDBPyConnection, expected: tuple[int, str] | None) -> list[Finding]:
    """A seal printed on a report must still stand: only this tells a tail cut off together with its seal."""
    if expected is None:
        return []
    number, digest = expected
    there = sql.rows(duck, f"SELECT hash FROM {_SEALS} WHERE no = ?", [number])
    if there and there[0][0] == digest:
        return []
    last = sql.rows(duck, f"SELECT COALESCE(max(no), 0) FROM {_SEALS}")[0][0]
    if there:
        sentence = f"Seal {number} reads {there[0][0]}, not {digest}: the ledger's history was made anew."
    else:
        sentence = f"Seal {number} does not stand; the last is {last}: the ledger's end was cut off with its seal."
    return [Finding(SEAL_UNMET, _SEALS, str(number), digest, there[0][0] if there else "absent", sentence)]


def runs_beyond(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """No run of the cycle read a seal that the ledger does not hold."""

    def tell(seal_no: int, period: str) -> Finding:
        return Finding(
            SEAL_MISSING,
            _SEALS,
            str(seal_no),
            "present",
            "absent",
            f"The cycle of {period} read the ledger at seal {seal_no}, which is missing.",
        )

    return sql.found(
        duck,
        f"SELECT seal_no, CAST(min(period_date) AS VARCHAR) FROM cycle_run "
        f"WHERE seal_no IS NOT NULL AND seal_no NOT IN (SELECT no FROM {_SEALS}) "
        "GROUP BY seal_no ORDER BY seal_no",
        tell,
    )


# --- entries and their facts ------------------------------------------------------------------------


def row_text(model: type[models.Model]) -> str:
    """SQL of a row's canonical text: the table's name, then every column but the ledger's number."""
    columns = [column for column in model._meta.concrete_fields if column.attname != "entry_id"]
    return sql.joined([sql.quoted(model._meta.db_table), *(sql.text_of(column) for column in columns)])


def entries(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Each entry's count and hash against the facts that stand under its number, lawfully removed ones by
    the hash they left.
    """
    hash_rows(duck)
    duck.execute(
        "CREATE TABLE proved AS SELECT entry_no, count(*) AS facts, "
        "sha256(string_agg(hash, '' ORDER BY hash)) AS facts_hash FROM row_hash GROUP BY entry_no"
    )
    findings = [*_homeless(duck), *_mismatched(duck)]
    duck.execute("DROP TABLE proved")
    duck.execute("DROP TABLE row_hash")
    return findings


def hash_rows(duck: duckdb.DuckDBPyConnection) -> None:
    """row_hash(entry_no, place, hash): `place` numbers the tables in order of name."""
    duck.execute("CREATE TABLE row_hash (entry_no BIGINT, place UTINYINT, hash VARCHAR)")
    there = sql.filled(duck, appended())
    for place, model in enumerate(appended()):
        if model in there:
            duck.execute(
                f"INSERT INTO row_hash SELECT entry_id, {place}, sha256({row_text(model)}) "
                f'FROM "{model._meta.db_table}"'
            )
    numbered = ", ".join(f"({n}, {sql.quoted(m._meta.db_table)})" for n, m in enumerate(appended()))
    duck.execute(f"CREATE OR REPLACE TABLE places AS SELECT * FROM (VALUES {numbered}) t(place, name)")
    duck.execute(
        "INSERT INTO row_hash SELECT fact_entry_no, place, row_hash FROM platform_expired "
        "JOIN places ON places.name = fact_table"
    )


def _homeless(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    def tell(table: str, entry_no: int, count: int) -> Finding:
        return Finding(
            FACT_HOMELESS,
            table,
            str(entry_no),
            "an entry",
            "none",
            f"{count} rows of {table} stand under entry {entry_no}, which the ledger does not hold.",
        )

    return sql.found(
        duck,
        "SELECT name, entry_no, count(*) FROM row_hash JOIN places USING (place) "
        f"WHERE entry_no NOT IN (SELECT no FROM {_LEDGER}) GROUP BY name, entry_no ORDER BY entry_no, name",
        tell,
    )


_MISMATCHED = f"""
WITH wrong AS (
    SELECT e.no, e.verb, e.fact_count AS expected, COALESCE(p.facts, 0) AS facts,
           e.facts_hash AS expected_hash, COALESCE(p.facts_hash, sha256('')) AS found_hash
    FROM {_LEDGER} e LEFT JOIN proved p ON p.entry_no = e.no
    WHERE e.fact_count <> COALESCE(p.facts, 0) OR e.facts_hash <> COALESCE(p.facts_hash, sha256(''))
)
SELECT wrong.*, COALESCE(string_agg(DISTINCT name, ', ' ORDER BY name), '') AS tables
FROM wrong LEFT JOIN row_hash ON row_hash.entry_no = wrong.no LEFT JOIN places USING (place)
GROUP BY ALL ORDER BY wrong.no
"""


def _mismatched(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    answers = sql.rows(duck, f"{_MISMATCHED} LIMIT {sql.AT_MOST}")
    return [_mismatch(duck, *answer) for answer in answers]


def _mismatch(
    duck: duckdb.DuckDBPyConnection,
    entry_no: int,
    verb: str,
    expected: int,
    facts: int,
    expected_hash: str,
    found_hash: str,
    tables: str,
) -> Finding:
    if facts == expected:
        ident = _only_row(duck, tables, entry_no) if facts == 1 else ""
        which = f"The row {ident} of {tables}" if ident else f"One of the {facts} facts (in {tables})"
        sentence = f"{which} was altered after entry {entry_no} ({verb}) brought it in."
        return Finding(FACT_ALTERED, tables, ident or str(entry_no), expected_hash, found_hash, sentence)
    what, kind = ("removed from", FACT_REMOVED) if facts < expected else ("added to", FACT_ADDED)
    where = f" (of {tables})" if tables else ""
    sentence = (
        f"Entry {entry_no} ({verb}) brought in {expected} facts, {facts} stand under it{where}: "
        f"{abs(facts - expected)} were {what} it."
    )
    return Finding(kind, tables, str(entry_no), f"{expected} facts", f"{facts} facts", sentence)


def _only_row(duck: duckdb.DuckDBPyConnection, table: str, entry_no: int) -> str:
    there = sql.rows(duck, f'SELECT id FROM "{table}" WHERE entry_id = ?', [entry_no])
    return there[0][0] if there else ""
