"""What was called for, by what is known now of the days up to then: the mark "was not required" on closed duties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.findings import Finding
from mainstay.cycle.check.twin import clauses, each
from mainstay.cycle.check.twin.compare import STATUS_WRONG
from mainstay.cycle.check.twin.moment import Moment
from mainstay.cycle.check.twin.scope import Scope
from mainstay.cycle.check.twin.visible import LISTS
from mainstay.duties.rules.edition import Ruleset

if TYPE_CHECKING:
    import duckdb

# What begins before its last day counts from its first.
_BEGINS = {"exposure": "COALESCE(f.first_date, f.day)", "presence": "COALESCE(f.first_date, f.day)"}


def compare(
    duck: duckdb.DuckDBPyConnection, rules: Ruleset | None, before: Ruleset | None, last: Moment
) -> list[Finding]:
    """The marks that the run changed, each held against its clause at the duty's own time."""
    findings = []
    for ruleset, past in ((before, True), (rules, False)):
        if ruleset is not None and _marked(duck, past, last):
            findings += _compare(duck, ruleset)
    return findings


def _marked(duck: duckdb.DuckDBPyConnection, past: bool, last: Moment) -> int:
    """marked: the duties whose mark the run changed, of days up to the period's or of all else; how many."""
    of_past = f"COALESCE(occurrence <= DATE '{last.period}', FALSE)"
    duck.execute(
        f"CREATE OR REPLACE TABLE marked AS SELECT id, {each.PERSON} AS subject_id, each, episode, clause, required, "
        'COALESCE(day_start(occurrence), starts_at) AS "at", COALESCE(occurrence, day_of(starts_at)) AS own_day '
        f"FROM actual WHERE required <> required_before AND NOT establish AND {of_past} = {past}"
    )
    return sql.sizes(duck)["marked"]


def _compare(duck: duckdb.DuckDBPyConnection, rules: Ruleset) -> list[Finding]:
    scope = dated_scope(duck, rules, "marked")
    scope.set_points('SELECT id AS subject_id, "at", FALSE AS now FROM marked')
    found = []
    for (name,) in sql.rows(duck, "SELECT DISTINCT clause FROM marked ORDER BY 1"):
        clause = rules.by_id.get(name)
        if clause is not None:
            found += _one_clause(duck, name, clauses.verdicts(clause, scope))
    scope.drop()
    return found


def dated_scope(duck: duckdb.DuckDBPyConnection, rules: Ruleset, duties: str) -> Scope:
    """Facts as each of `duties` (id, subject_id, each, episode, own_day) sees them: a subject of its own, which
    knows what its person's facts say of the time up to its day.
    """
    for kind in LISTS:
        begins = _BEGINS.get(kind, "f.day")
        alone = f" AND (m.each <> '{kind}' OR f.id = m.episode)" if kind in each.KINDS else ""
        duck.execute(
            f"CREATE OR REPLACE TABLE dated_{kind} AS SELECT m.id AS subject_id, f.* EXCLUDE subject_id "
            f"FROM v_{kind} f JOIN {duties} m USING (subject_id) "
            f"WHERE (f.day IS NULL OR {begins} <= m.own_day){alone}"
        )
    return Scope(duck, rules, "hindsight", seen_as="dated")


def _one_clause(duck: duckdb.DuckDBPyConnection, clause: str, verdicts: str) -> list[Finding]:
    def tell(duty: str, should: str, is_so: str) -> Finding:
        sentence = f"Duty {duty} ({clause}) is marked {is_so}; by what is known of its time it was {should}."
        return Finding(STATUS_WRONG, "duties_dutystate", duty, should, is_so, sentence)

    words = "CASE WHEN {} THEN 'required' ELSE 'not required' END"
    return sql.found(
        duck,
        f"SELECT m.id, {words.format('binding IS NOT FALSE')} AS should, {words.format('m.required = 1')} AS is_so "
        f"FROM marked m JOIN {verdicts} v ON v.subject_id = m.id WHERE m.clause = {sql.quoted(clause)} "
        "AND should <> is_so ORDER BY m.id",
        tell,
    )
