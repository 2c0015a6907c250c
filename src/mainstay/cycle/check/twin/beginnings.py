"""Duties in whose place another is owed, since another fact turns out to have begun what they were opened for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.twin.anchors import anchored
from mainstay.cycle.check.twin.hindsight import dated_scope
from mainstay.cycle.check.twin.moment import Moment
from mainstay.duties.rules.edition import Ruleset

if TYPE_CHECKING:
    import duckdb

# Open, or withdrawn by the run, and still to be done; the same is expected, named after another fact.
_CANDIDATES = """
CREATE OR REPLACE TABLE candidates AS
SELECT a.id, a.subject_id, a.each, a.clause, a.episode, COALESCE(a.occurrence, day_of(a.starts_at)) AS own_day
FROM actual a
WHERE NOT a.establish AND a.each = ''
    AND (a.status = 'open' OR (a.status = 'withdrawn' AND a.status IS DISTINCT FROM a.before))
    AND COALESCE(a.occurrence > DATE '{period}', TRUE)
    AND EXISTS (SELECT 1 FROM expected e WHERE {same} AND NOT list_contains(e.episodes, a.episode))
    AND NOT EXISTS (SELECT 1 FROM expected e WHERE {same} AND COALESCE(list_contains(e.episodes, a.episode), TRUE))
"""
_SAME = "e.subject_id = a.subject_id AND e.clause = a.clause AND e.occurrence IS NOT DISTINCT FROM a.occurrence"


def find(duck: duckdb.DuckDBPyConnection, rules: Ruleset, moment: Moment) -> None:
    """Into replaced(id): of the time up to its own day, the duty's anchor finds another fact, or none any more."""
    duck.execute(_CANDIDATES.format(period=moment.period, same=_SAME))
    if not sql.sizes(duck)["candidates"]:
        return
    scope = dated_scope(duck, rules, "candidates")
    for (name,) in sql.rows(duck, "SELECT DISTINCT clause FROM candidates ORDER BY 1"):
        clause = rules.by_id[name]
        began = anchored(clause.episode, scope, clause.exposure)
        duck.execute(
            f"INSERT INTO replaced SELECT c.id FROM candidates c LEFT JOIN {began} a ON a.subject_id = c.id "
            f"WHERE c.clause = {sql.quoted(name)} AND a.id IS DISTINCT FROM c.episode"
        )
    scope.drop()
