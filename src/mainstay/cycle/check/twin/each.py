"""Each order and each objection by itself: a subject of its own, called person:record, who knows of no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.twin.scope import Scope
from mainstay.cycle.check.twin.visible import LISTS
from mainstay.duties.rules.edition import Clause, Ruleset

if TYPE_CHECKING:
    import duckdb

KINDS: tuple[str, ...] = ("order", "objection")

# SQL of the person and of the record that a subject's name holds.
PERSON = "split_part(subject_id, ':', 1)"
RECORD = "split_part(subject_id, ':', 2)"


def kind_of(clause: Clause) -> str:
    """Of which kind of record each is an episode of this clause; '' where the person is asked as one."""
    begins = clause.episode.chain[0]
    return begins if begins in KINDS else ""


def kinds(*rulesets: Ruleset | None) -> dict[str, str]:
    """{clause: kind} of the clauses that are asked of each record."""
    found = {clause.id: kind_of(clause) for rules in rulesets if rules is not None for clause in rules.clauses}
    return {name: kind for name, kind in found.items() if kind}


def see(duck: duckdb.DuckDBPyConnection, disease: str) -> None:
    """by_<kind>_<list>: every list of facts as each record of this disease sees it, itself alone of its kind."""
    for kind in KINDS:
        duck.execute(
            f"CREATE OR REPLACE VIEW own_{kind} AS SELECT subject_id, id AS own_id, subject_id || ':' || id AS own "
            f"FROM v_{kind} WHERE disease IN ('', {sql.quoted(disease)})"
        )
        for name in LISTS:
            alone = "WHERE f.id = o.own_id" if name == kind else ""
            duck.execute(
                f"CREATE OR REPLACE VIEW by_{kind}_{name} AS SELECT o.own AS subject_id, f.* EXCLUDE subject_id "
                f"FROM v_{name} f JOIN own_{kind} o USING (subject_id) {alone}"
            )


def scopes(duck: duckdb.DuckDBPyConnection, rules: Ruleset | None, name: str) -> list[Scope]:
    """The person's own scope, then one for each kind of record that a clause is asked of; none without rules."""
    if rules is None:
        return []
    asked = sorted(set(kinds(rules).values()))
    return [Scope(duck, rules, name), *(Scope(duck, rules, f"{name}_{kind}", f"by_{kind}", kind) for kind in asked)]
