"""People of concern folded anew: from everything owed to them and what they are under each protocol.

How urgent somebody is hangs on the moment of judging and is not proved: it sorts a list and hides nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.findings import Finding
from mainstay.duties.rules.concern import CATEGORIES, NEVER, PLACING
from mainstay.platform.errors import code

if TYPE_CHECKING:
    import duckdb

CONCERN_OFF = code("person.concern_off", "Somebody stands otherwise in the lists than duties and categories say.")

_TABLE = "duties_personofconcern"
# In DuckDB an instant is its microseconds.
_NEVER = int(NEVER.timestamp()) * 1_000_000
_FOLDED = ("category", "open", "due_at", "waits_since", "place_due_at")


def prove(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Everybody who is missing from the lists, stands in them without cause, or otherwise than they should."""

    def tell(person: str, expected: str, is_so: str) -> Finding:
        sentence = f"Person {person} stands in the lists as {is_so or 'nobody'}, but should as {expected or 'nobody'}."
        return Finding(CONCERN_OFF, _TABLE, person, expected, is_so, sentence)

    differs = " OR ".join(f"w.{name} IS DISTINCT FROM t.{name}" for name in _FOLDED)
    return sql.found(
        duck,
        f"SELECT COALESCE(w.person, t.person_id), COALESCE({_told('w')}, ''), COALESCE({_told('t')}, '') "
        f"FROM ({_should()}) w FULL JOIN {_TABLE} t ON t.person_id = w.person WHERE {differs} ORDER BY 1",
        tell,
    )


def _told(alias: str) -> str:
    words = " || ' ' || ".join(f"'{name}=' || COALESCE(CAST({alias}.{name} AS VARCHAR), '')" for name in _FOLDED)
    return f"CASE WHEN {alias}.category IS NOT NULL THEN {words} END"


def _should() -> str:
    ranks = " ".join(f"WHEN '{one}' THEN '{rank}'" for rank, one in enumerate(CATEGORIES))
    placing = f"d.kind IN ({', '.join(repr(kind) for kind in PLACING)})"
    return (
        "SELECT COALESCE(k.person, o.person) AS person, COALESCE(k.category, '9') AS category, "
        f"COALESCE(o.open, 0) AS open, COALESCE(o.due_at, {_NEVER}) AS due_at, o.waits_since, o.place_due_at "
        f"FROM (SELECT subject_id AS person, min(CASE category {ranks} ELSE '{len(CATEGORIES)}' END || category) "
        "AS category FROM duties_subjectstate WHERE subject_type = 'person' AND category <> '' GROUP BY subject_id) k "
        "FULL JOIN (SELECT s.subject_id AS person, count(*) AS open, min(s.due_at) AS due_at, "
        f"min(CASE WHEN {placing} THEN d.starts_at END) AS waits_since, "
        f"min(CASE WHEN {placing} THEN s.due_at END) AS place_due_at "
        "FROM duties_dutystate s JOIN duties_duty d ON d.id = s.duty_id "
        "WHERE s.subject_type = 'person' AND s.status = 'open' GROUP BY s.subject_id) o ON o.person = k.person"
    )
