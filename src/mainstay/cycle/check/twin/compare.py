"""What ought to exist against what does, as it stands after the run; every difference is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.findings import Finding
from mainstay.cycle.check.twin.moment import Moment
from mainstay.platform.errors import code

if TYPE_CHECKING:
    import duckdb

NOT_OPENED = code("duty.not_opened", "Somebody is owed a duty that does not exist.")
STATUS_WRONG = code("duty.status_wrong", "A duty does not stand as the facts and the protocol demand.")
TERMS_OFF = code("duty.terms_off", "A duty's kind, edition or deadline is not what its clause says.")

ESTABLISH = "establish."
_DAY = 86_400_000_000


def gather(
    duck: duckdb.DuckDBPyConnection, disease: str, subject: str, moment: Moment, each: dict[str, str] | None = None
) -> None:
    """actual: the duties of one kind of subject under one disease, `before` being the status before the run.

    `each`: {clause: kind} of those asked of each record, which then is the subject, called person:record.
    """
    kind = " ".join(f"WHEN {sql.quoted(name)} THEN '{of}'" for name, of in (each or {}).items())
    kind = f"CASE d.clause {kind} ELSE '' END" if kind else "''"
    duck.execute(
        "CREATE OR REPLACE TABLE actual AS "
        f"SELECT d.id, {kind} AS each, "
        f"CASE WHEN {kind} = '' THEN d.subject_id ELSE d.subject_id || ':' || d.episode END AS subject_id, "
        "d.clause, d.episode, d.occurrence, d.starts_at, d.due_at, d.kind, d.edition, "
        f"s.status, s.required, d.entry_id > {moment.to_entry} AS opened_now, "
        "b.status AS before, b.required AS required_before, "
        f"starts_with(d.clause, '{ESTABLISH}') AS establish "
        "FROM duties_duty d JOIN duties_dutystate s ON s.duty_id = d.id "
        "LEFT JOIN status_before b ON b.duty_id = d.id WHERE d.disease = ? AND d.subject_type = ?",
        [disease, subject],
    )


def status_before(duck: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """status_before(duty_id, status, required): as the duties stood when the run began."""
    duck.execute(
        "CREATE OR REPLACE TABLE status_before AS SELECT duty_id, max_by(status, seq) AS status, "
        "max_by(required, seq) AS required "
        f"FROM duties_dutyevent WHERE entry_id <= {moment.to_entry} GROUP BY duty_id"
    )


# Each duty beside what the twin says of it: whether it is owed now, whether its evidence is there, and whether
# it bound at its own time (by today's facts, so that the clock alone withdraws nothing; but what hangs on an order
# ends with it); `replaced` says that another duty is owed in its place.
_LOOKED_AT = """
CREATE OR REPLACE TABLE looked_at AS
SELECT a.*,
    CASE WHEN a.establish
        THEN EXISTS (SELECT 1 FROM asked q WHERE q.subject_id = a.subject_id AND q.name = a.clause[{skip}:])
        ELSE EXISTS (SELECT 1 FROM expected e WHERE {expects_a})
    END AS owed,
    NOT a.establish AND EXISTS (SELECT 1 FROM expected e JOIN actual o ON {expects_o}
        WHERE {expects_a} AND len(e.episodes) > 1
        AND o.id <> a.id AND o.status <> 'withdrawn' AND NOT o.opened_now) AS carried,
    CASE WHEN a.establish
        THEN EXISTS (SELECT 1 FROM answered q
            WHERE q.subject_id = a.subject_id AND q.name = a.clause[{skip}:])
        ELSE EXISTS (SELECT 1 FROM proof f WHERE f.subject_id = a.subject_id AND f.clause = a.clause
            AND (f.day IS NULL OR f.day = a.occurrence))
    END AS proven,
    CASE WHEN b.clause IS NULL THEN FALSE ELSE b.binding END AS binding,
    EXISTS (SELECT 1 FROM replaced r WHERE r.id = a.id) AS replaced
FROM actual a
LEFT JOIN (
    SELECT *, FALSE AS of_period FROM bound UNION ALL SELECT *, TRUE AS of_period FROM bound_in_period
) b ON b.subject_id = a.subject_id AND b.clause = a.clause
    AND b.of_period = COALESCE(a.occurrence = DATE '{period}', FALSE)
    AND (b.of_period OR b."at" = CASE WHEN a.occurrence IS NULL AND a.each = '' THEN a.starts_at ELSE {at} END)
"""

# What is expected is a duty of this clause and day whose episode is one of those that may name it.
_EXPECTS = (
    "e.subject_id = {0}.subject_id AND e.clause = {0}.clause AND e.occurrence IS NOT DISTINCT FROM {0}.occurrence "
    "AND (e.episodes IS NULL OR list_contains(e.episodes, {0}.episode))"
)

# The status a duty ought to have and why, where that is not the one it has. `period` is the day that is over.
_FAULT = """
CASE
    WHEN status = 'open' AND occurrence <= DATE '{period}' THEN 'done or missed: its day is over'
    WHEN status = 'open' AND proven AND NOT (establish AND owed) THEN 'done: its evidence is there'
    WHEN status = 'open' AND NOT owed AND binding IS FALSE THEN 'withdrawn: nothing calls for it'
    WHEN status = 'open' AND replaced THEN 'withdrawn: another fact began it, and another duty is owed in its place'
    WHEN opened_now AND NOT owed THEN 'never opened: nothing calls for it'
    WHEN opened_now AND carried THEN 'never opened: another of the same spell carries it'
    WHEN status = 'missed' AND (occurrence IS NULL OR occurrence > DATE '{period}')
        THEN 'open: only a day that is over can be missed'
    WHEN status = 'withdrawn' AND owed AND NOT carried THEN 'open or done: it is owed'
    WHEN status = before THEN NULL
    WHEN status = 'done' AND NOT proven THEN 'not done: there is no evidence'
    WHEN status = 'missed' AND proven THEN 'done: its evidence is there'
    WHEN status = 'missed' AND before <> 'done' AND occurrence = DATE '{period}' AND binding IS FALSE
        THEN 'withdrawn: nothing called for it'
    WHEN status = 'withdrawn' AND proven THEN 'done: its evidence is there'
    WHEN status = 'withdrawn' AND (occurrence IS NULL OR occurrence >= DATE '{period}') AND binding IS NOT FALSE
        AND NOT replaced THEN 'not withdrawn: it still binds'
END
"""


def compare(duck: duckdb.DuckDBPyConnection, disease: str, moment: Moment) -> list[Finding]:
    """Every duty missing, standing wrongly or opened on other terms than its clause's."""
    expects = {f"expects_{alias}": _EXPECTS.format(alias) for alias in ("a", "o")}
    duck.execute(_LOOKED_AT.format(skip=len(ESTABLISH) + 1, period=moment.period, at=moment.at, **expects))
    return [*_missing(duck, disease), *_standing_wrongly(duck, moment), *_terms_off(duck)]


def _missing(duck: duckdb.DuckDBPyConnection, disease: str) -> list[Finding]:
    def tell(subject: str, clause: str, occurrence: str) -> Finding:
        day = f" of {occurrence}" if occurrence else ""
        subject = subject.partition(":")[0]
        sentence = f"{subject} is owed {clause}{day} under {disease}, and no such duty exists: somebody is missed."
        return Finding(NOT_OPENED, "duties_duty", subject, f"{clause}{day}", "none", sentence)

    wanted = (
        "SELECT subject_id, clause, occurrence, episodes FROM expected UNION ALL "
        f"SELECT DISTINCT subject_id, '{ESTABLISH}' || name, NULL, NULL FROM asked"
    )
    return sql.found(
        duck,
        f"SELECT e.subject_id, e.clause, COALESCE(CAST(e.occurrence AS VARCHAR), '') FROM ({wanted}) e "
        "WHERE NOT EXISTS (SELECT 1 FROM actual a WHERE a.subject_id = e.subject_id AND a.clause = e.clause "
        "AND a.occurrence IS NOT DISTINCT FROM e.occurrence "
        "AND (e.episodes IS NULL OR list_contains(e.episodes, a.episode))) "
        "ORDER BY 1, 2, 3",
        tell,
    )


def _standing_wrongly(duck: duckdb.DuckDBPyConnection, moment: Moment) -> list[Finding]:
    def tell(duty: str, subject: str, clause: str, day: str, status: str, fault: str) -> Finding:
        what = f"{clause} of {day}" if day else clause
        sentence = f"Duty {duty} ({what}, of {subject.partition(':')[0]}) is {status}; it should be {fault}."
        return Finding(STATUS_WRONG, "duties_dutystate", duty, fault, status, sentence)

    return sql.found(
        duck,
        "SELECT id, subject_id, clause, COALESCE(CAST(occurrence AS VARCHAR), ''), status, fault FROM "
        f"(SELECT *, {_FAULT.format(period=moment.period)} AS fault FROM looked_at) "
        "WHERE fault IS NOT NULL ORDER BY id",
        tell,
    )


def _terms_off(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Duties opened by the run: kind and edition of the clause, due when it says."""

    def tell(duty: str, clause: str, expected: str, is_so: str) -> Finding:
        sentence = f"Duty {duty} ({clause}) was opened as {is_so}; its clause says {expected}."
        return Finding(TERMS_OFF, "duties_duty", duty, expected, is_so, sentence)

    due = (
        f"CASE WHEN a.establish THEN a.starts_at + {_DAY} WHEN a.occurrence IS NULL THEN a.starts_at + t.span "
        "WHEN t.span IS NULL THEN day_end(a.occurrence) ELSE day_start(a.occurrence) + t.span END"
    )
    expected = "concat(COALESCE(t.kind, 'establish'), ' of ', COALESCE(t.edition, a.edition), ' due at ', " + due + ")"
    is_so = "concat(a.kind, ' of ', a.edition, ' due at ', a.due_at)"
    return sql.found(
        duck,
        f"SELECT * FROM (SELECT a.id, a.clause, {expected} AS expected, {is_so} AS is_so FROM looked_at a "
        "LEFT JOIN terms t ON t.clause = a.clause WHERE a.opened_now AND a.owed) "
        "WHERE expected <> is_so ORDER BY id",
        tell,
    )
