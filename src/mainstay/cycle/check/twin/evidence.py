"""What closes a duty: so many facts of a kind, on its day for a daily one, or a condition."""

from __future__ import annotations

from mainstay.cycle.check import sql
from mainstay.cycle.check.twin.anchors import anchored
from mainstay.cycle.check.twin.scope import Scope, texts
from mainstay.duties.rules.edition import Clause, ExposedTo, FactEvidence

# Which column of a kind of fact `of` narrows; the name in an edition is the kind's, but for one.
_NARROWED: dict[str, str] = {
    "classification": "value",
    "severity": "value",
    "specimen": "kind",
    "result": "value",
    "outcome": "value",
    "check": '"of"',
    "stay": "kind",
    "offer": "kind",
    "order": "kind",
    "objection": "decision",
    "treatment": "kind",
    "trait": "name",
    "evidence": "kind",
}
_LIST = {"contact": "named"}


def of_kind(wanted: FactEvidence) -> str:
    """SQL: which facts `k` of the kind count."""
    if wanted.fact == "outcome" and wanted.of == ("dated",):
        return "k.day IS NOT NULL"
    column = _NARROWED.get(wanted.fact)
    if column is None or not wanted.of:
        return "TRUE"
    return f"k.{column} IN {texts(wanted.of)}"


def facts_of(wanted: FactEvidence, scope: Scope) -> str:
    return scope.facts(_LIST.get(wanted.fact, wanted.fact))


def once_there(clause: Clause, scope: Scope, exposure: ExposedTo | None) -> str:
    """SQL about the point `p`: whether a one-off clause's evidence is there."""
    from mainstay.cycle.check.twin.conditions import Statement

    wanted = clause.evidence
    if not isinstance(wanted, FactEvidence):
        statement = Statement(scope, exposure)
        table = scope.table(statement.select(f"p.point_id, {statement.truth(wanted)} AS value"))
        return f"(SELECT k.value FROM {table} k WHERE k.point_id = p.point_id)"
    if clause.subject != "person":
        return "EXISTS (SELECT 1 FROM v_answered k WHERE k.subject_id = p.subject_id)"
    where = of_kind(wanted)
    begun = ""
    if wanted.after_episode:
        begun = f"LEFT JOIN {anchored(clause.episode, scope, exposure)} a ON a.subject_id = k.subject_id"
        where += " AND (a.day IS NULL OR k.day IS NULL OR k.day >= a.day)"
    enough = scope.table(
        f"SELECT k.subject_id FROM {facts_of(wanted, scope)} k {begun} WHERE {where} "
        f"GROUP BY k.subject_id HAVING count(*) >= {wanted.count}"
    )
    return f"EXISTS (SELECT 1 FROM {enough} k WHERE k.subject_id = p.subject_id)"


def add_proof(clause: Clause, scope: Scope) -> None:
    """To proof(clause, subject_id, day): by whom, and for which day (NULL: any), the evidence is there."""
    wanted, name = clause.evidence, sql.quoted(clause.id)
    if clause.demand.daily and isinstance(wanted, FactEvidence):
        there = (
            f"SELECT {name}, k.subject_id, k.day FROM {facts_of(wanted, scope)} k "
            f"WHERE k.day IS NOT NULL AND {of_kind(wanted)} GROUP BY k.subject_id, k.day "
            f"HAVING count(*) >= {wanted.count}"
        )
    else:
        closed = once_there(clause, scope, clause.exposure)
        there = f"SELECT {name}, p.subject_id, NULL FROM {scope.points} p WHERE p.now AND {closed}"
    scope.add("proof", there)
