"""State folded anew from what was appended: duties from their events, persons from their merges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.findings import Finding
from mainstay.platform.errors import code

if TYPE_CHECKING:
    import duckdb

STATE_OFF = code("duty.state_off", "A duty's state is not what its events say.")
STATE_MISSING = code("duty.state_missing", "A duty has no state.")
DELETED = code("duty.deleted", "A duty was removed, but its state or events still stand.")
EVENTS_BROKEN = code("duty.events_broken", "A duty's events do not run from its opening without a gap.")
UNOWNED = code("duty.unowned", "Nobody answers for a duty.")
UNPROVED = code("duty.done_without_evidence", "A duty counts as done, but no fact shows it.")
MERGE_OFF = code("person.merge_off", "A person is read as another without a merge that says so, or not read so.")

_STATES, _EVENTS, _DUTIES = "duties_dutystate", "duties_dutyevent", "duties_duty"
# What an event says of the state after it.
_FOLDED = ("status", "seq", "level", "post_id", "answering_id", "evidence", "required")
# What a state repeats of its duty.
_COPIED = ("subject_type", "subject_id", "due_at", "occurrence")


def prove(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Every state that does not follow from what was appended."""
    duck.execute(
        f"CREATE OR REPLACE TABLE last_event AS SELECT * FROM {_EVENTS} "
        "QUALIFY row_number() OVER (PARTITION BY duty_id ORDER BY seq DESC) = 1"
    )
    return [
        *states_off(duck),
        *without_state(duck),
        *deleted(duck),
        *events_broken(duck),
        *unowned(duck),
        *merges(duck),
    ]


def _told(alias: str) -> str:
    """A state in words, for what is expected and what is found."""
    return " || ' ' || ".join(f"'{name}=' || COALESCE(CAST({alias}.{name} AS VARCHAR), '')" for name in _FOLDED)


def states_off(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """State against the last event, and against what the duty itself was opened with."""

    def tell(duty: str, expected: str, is_so: str) -> Finding:
        sentence = f"The state of duty {duty} is not what its last event left: {_differing(expected, is_so)}."
        return Finding(STATE_OFF, _STATES, duty, expected, is_so, sentence)

    differs = " OR ".join(f"e.{name} IS DISTINCT FROM s.{name}" for name in _FOLDED)
    copied = " OR ".join(f"d.{name} IS DISTINCT FROM s.{name}" for name in _COPIED)
    opened = (
        "'subject=' || {a}.subject_type || ':' || {a}.subject_id || ' due_at=' || {a}.due_at "
        "|| ' occurrence=' || COALESCE(CAST({a}.occurrence AS VARCHAR), '')"
    )
    return sql.found(
        duck,
        f"SELECT s.duty_id, {_told('e')} || ' ' || {opened.format(a='d')}, "
        f"{_told('s')} || ' ' || {opened.format(a='s')} "
        f"FROM {_STATES} s JOIN last_event e USING (duty_id) JOIN {_DUTIES} d ON d.id = s.duty_id "
        f"WHERE {differs} OR {copied} ORDER BY 1",
        tell,
    )


def _differing(expected: str, is_so: str) -> str:
    pairs = zip(expected.split(" "), is_so.split(" "), strict=False)
    return ", ".join(f"{should} but {what}" for should, what in pairs if should != what)


def without_state(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    def tell(duty: str, clause: str) -> Finding:
        sentence = f"Duty {duty} ({clause}) stands in no list: its state is missing."
        return Finding(STATE_MISSING, _STATES, duty, "a state", "none", sentence)

    return sql.found(
        duck,
        f"SELECT id, clause FROM {_DUTIES} WHERE id NOT IN (SELECT duty_id FROM {_STATES}) ORDER BY id",
        tell,
    )


def deleted(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Duties that only their state or events remember."""

    def tell(duty: str, rows: int) -> Finding:
        sentence = f"Duty {duty} was deleted; {rows} rows of its state and events still name it."
        return Finding(DELETED, _DUTIES, duty, "a duty", "none", sentence)

    return sql.found(
        duck,
        f"SELECT duty_id, count(*) FROM (SELECT duty_id FROM {_STATES} UNION ALL SELECT duty_id FROM {_EVENTS}) "
        f"WHERE duty_id NOT IN (SELECT id FROM {_DUTIES}) GROUP BY duty_id ORDER BY duty_id",
        tell,
    )


def events_broken(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Each duty begins with `opened`, numbered 0, and every event after it has the next number."""

    def tell(duty: str, events: int, first: int, last: int) -> Finding:
        sentence = (
            f"Duty {duty} has no events: it was never opened."
            if not events
            else f"Duty {duty} has {events} events numbered {first} to {last}; they must run from 0, its opening."
        )
        return Finding(EVENTS_BROKEN, _EVENTS, duty, f"0 to {max(events, 1) - 1}", f"{first} to {last}", sentence)

    return sql.found(
        duck,
        f"SELECT d.id, count(e.id), COALESCE(min(e.seq), 0), COALESCE(max(e.seq), 0) FROM {_DUTIES} d "
        f"LEFT JOIN {_EVENTS} e ON e.duty_id = d.id GROUP BY d.id "
        "HAVING count(e.id) = 0 OR min(e.seq) <> 0 OR max(e.seq) <> count(e.id) - 1 "
        "OR min_by(e.verb, e.seq) <> 'opened' ORDER BY d.id",
        tell,
    )


def unowned(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """A duty has one accountable post as long as it is owed or was missed."""

    def tell(duty: str, clause: str, status: str) -> Finding:
        sentence = f"Duty {duty} ({clause}, {status}) has no post that is accountable for it."
        return Finding(UNOWNED, _STATES, duty, "a post", "none", sentence)

    return sql.found(
        duck,
        f"SELECT s.duty_id, COALESCE(d.clause, '?'), s.status FROM {_STATES} s "
        f"LEFT JOIN {_DUTIES} d ON d.id = s.duty_id "
        "WHERE s.post_id IS NULL AND s.status <> 'withdrawn' ORDER BY s.duty_id",
        tell,
    )


def merges(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Whom each person is read as, by the merges that stand."""

    def tell(person: str, expected: str, is_so: str) -> Finding:
        sentence = (
            f"Person {person} is read as {is_so or 'nobody else'}, but the merges recorded say "
            f"{expected or 'nobody else'}."
        )
        return Finding(MERGE_OFF, "people_person", person, expected, is_so, sentence)

    return sql.found(
        duck,
        "SELECT p.id, COALESCE(m.into_id, ''), COALESCE(p.merged_into_id, '') FROM people_person p "
        "LEFT JOIN (SELECT person_id, max_by(into_id, entry_id) AS into_id FROM people_merge f "
        "WHERE retracted = 0 AND NOT EXISTS (SELECT 1 FROM people_merge c "
        "WHERE c.root = f.root AND c.version > f.version) GROUP BY person_id) m ON m.person_id = p.id "
        "WHERE p.merged_into_id IS DISTINCT FROM m.into_id ORDER BY p.id",
        tell,
    )


def evidence_gone(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Done duties whose evidence does not stand; needs stands(id) of every fact that the last run could see."""

    def tell(duty: str, clause: str, evidence: str) -> Finding:
        sentence = (
            f"Duty {duty} ({clause}) counts as done by {evidence}, which does not stand."
            if evidence
            else f"Duty {duty} ({clause}) counts as done, but names no evidence."
        )
        return Finding(UNPROVED, _STATES, duty, "a standing fact", evidence or "none", sentence)

    return sql.found(
        duck,
        f"SELECT s.duty_id, COALESCE(d.clause, '?'), COALESCE(s.evidence, '') FROM {_STATES} s "
        f"LEFT JOIN {_DUTIES} d ON d.id = s.duty_id WHERE s.status = 'done' "
        "AND (s.evidence IS NULL OR s.evidence NOT IN (SELECT id FROM stands)) ORDER BY s.duty_id",
        tell,
    )
