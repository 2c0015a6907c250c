"""What each clause says of each point, and what follows: who is owed what, and what must be found out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.twin import each
from mainstay.cycle.check.twin.anchors import anchored, spell
from mainstay.cycle.check.twin.conditions import Statement
from mainstay.cycle.check.twin.evidence import add_proof, once_there
from mainstay.cycle.check.twin.moment import Moment
from mainstay.cycle.check.twin.predicates import established
from mainstay.cycle.check.twin.scope import Scope
from mainstay.duties.rules.edition import Clause

if TYPE_CHECKING:
    import duckdb


def prepare(duck: duckdb.DuckDBPyConnection) -> None:
    """Empty tables that a scope fills."""
    for text in (
        # What a clause says of a subject at an instant; false is left out, unknown is NULL.
        'bound (clause VARCHAR, subject_id VARCHAR, "at" BIGINT, binding BOOLEAN)',
        # The same at the beginning of the period's day, by the rules that held then.
        'bound_in_period (clause VARCHAR, subject_id VARCHAR, "at" BIGINT, binding BOOLEAN)',
        # Duties that must exist, and which facts may name its episode; NULL where the twin does not say.
        "expected (clause VARCHAR, subject_id VARCHAR, occurrence DATE, episodes VARCHAR[])",
        # By whom, and for which day (NULL: any), the evidence is there.
        "proof (clause VARCHAR, subject_id VARCHAR, day DATE)",
        # What a verdict hangs on, and what is known of it.
        "asked (name VARCHAR, subject_id VARCHAR)",
        "answered (name VARCHAR, subject_id VARCHAR)",
        # Duties in whose place another is owed (beginnings.py).
        "replaced (id VARCHAR)",
        # The clauses in force: a duty's kind, edition, and the microseconds it may take.
        "terms (clause VARCHAR, kind VARCHAR, edition VARCHAR, span BIGINT)",
    ):
        duck.execute(f"CREATE OR REPLACE TABLE {text}")


def judge_now(scope: Scope, subject: str, moment: Moment) -> None:
    """Every clause at the run's moment and at the instants at which open duties began."""
    for clause in _asked_of(subject, scope):
        table = verdicts(clause, scope)
        scope.add("bound", f"SELECT {sql.quoted(clause.id)}, {_BOUND} FROM {table} WHERE binding IS NOT FALSE")
        scope.add("asked", _asked(clause, table, scope))
        scope.add("expected", _expected(clause, table, scope, moment))
        scope.add("terms", _terms(clause))
        add_proof(clause, scope)
    scope.fill()


def judge_period(scope: Scope, subject: str, moment: Moment) -> None:
    """The daily clauses at the beginning of the period's day."""
    for clause in _asked_of(subject, scope):
        if clause.demand.daily:
            scope.add(
                "bound_in_period",
                f"SELECT {sql.quoted(clause.id)}, {_BOUND} FROM {verdicts(clause, scope)} "
                f"WHERE binding IS NOT FALSE AND \"at\" = day_start(DATE '{moment.period}')",
            )
    scope.fill()


_BOUND = 'subject_id, "at", binding'


def _asked(clause: Clause, table: str, scope: Scope) -> str:
    """What must be found out because the clause hangs on it; nothing hangs on it once a one-off one is closed."""
    closed = "FALSE" if clause.demand.daily else f"COALESCE({once_there(clause, scope, clause.exposure)}, FALSE)"
    return f"SELECT unnest(names), {each.PERSON} FROM {table} p WHERE now AND len(names) > 0 AND NOT {closed}"


def _asked_of(subject: str, scope: Scope) -> list[Clause]:
    """The clauses that are asked of the subjects of a scope: persons, or each order or objection."""
    return [clause for clause in scope.rules.by_subject[subject] if each.kind_of(clause) == scope.each]


def _terms(clause: Clause) -> str:
    span: timedelta | None = clause.demand.within
    if clause.demand.daily:
        by = clause.demand.by
        span = timedelta(hours=by.hour, minutes=by.minute) if by is not None else None
    micros = span // timedelta(microseconds=1) if span is not None else "NULL"
    texts = (sql.quoted(text) for text in (clause.id, clause.demand.kind, clause.edition))
    return f"SELECT {', '.join(texts)}, {micros}"


def verdicts(clause: Clause, scope: Scope) -> str:
    """(point_id, subject_id, at, now, binding, names): `when` holds and `until` does not yet; an end that cannot be
    told has not come. `names` are what the verdict hangs on.
    """
    statement = Statement(scope, clause.exposure)
    when = statement.truth(clause.when)
    ended = f"COALESCE({statement.truth(clause.until)}, FALSE)" if clause.until is not None else "FALSE"
    missing = list(statement.missing(clause.when, f"p.now AND NOT {ended}"))
    if clause.until is not None:
        missing += statement.missing(clause.until, f"p.now AND {when} IS NOT FALSE")
    names = ", ".join(f"CASE WHEN {here} THEN {name} END" for name, here in missing)
    hangs_on = f"list_filter([{names}], lambda name: name IS NOT NULL)" if names else "CAST([] AS VARCHAR[])"
    return scope.table(
        statement.select(
            f'p.point_id, p.subject_id, p."at", p.now, {when} AND NOT {ended} AS binding, {hangs_on} AS names'
        )
    )


def _expected(clause: Clause, table: str, scope: Scope, moment: Moment) -> str:
    """A duty for everybody the clause binds at the run's moment: for the next day where it is a daily one."""
    occurrence = f"DATE '{moment.next_day}'" if clause.demand.daily else "NULL"
    episodes = "NULL"
    if scope.each:
        episodes = f"[{each.RECORD}]"
    elif clause.subject == "person":
        found = anchored(clause.episode, scope, clause.exposure)
        episodes = f"(SELECT [a.id] FROM {found} a WHERE a.subject_id = b.subject_id)"
    if clause.episode.chain[0] == "exposure_spell":
        found = spell(scope, clause.exposure)
        episodes = f"COALESCE((SELECT a.ids FROM {found} a WHERE a.subject_id = b.subject_id), {episodes})"
    return (
        f"SELECT {sql.quoted(clause.id)}, b.subject_id, {occurrence}, {episodes} FROM {table} b WHERE now AND binding"
    )


def answer(scope: Scope) -> None:
    """Into answered(name, subject_id): for every name that was ever asked, who is known to have an answer."""
    names = sql.rows(
        scope.duck,
        "SELECT name FROM asked UNION SELECT clause[11:] FROM actual WHERE starts_with(clause, 'establish.')",
    )
    for (name,) in sorted(names):
        scope.add(
            "answered",
            f"SELECT {sql.quoted(name)}, p.subject_id FROM {scope.points} p "
            f"WHERE p.now AND {established(name, scope, None)}",
        )
    scope.fill()


def categorise(scope: Scope) -> str:
    """(subject_id, category) of everybody at the run's moment: the first that fits, else ''."""
    cases = []
    statements = [(rule, Statement(scope, rule.exposure)) for rule in scope.rules.categories]
    for rule, statement in statements:
        fits = scope.table(statement.select(f"p.point_id, {statement.truth(rule.when)} AS value"))
        cases.append(f"WHEN (SELECT k.value FROM {fits} k WHERE k.point_id = p.point_id) THEN '{rule.id}'")
    category = f"CASE {' '.join(cases)} ELSE '' END" if cases else "''"
    return scope.table(f"SELECT p.subject_id, {category} AS category FROM {scope.points} p WHERE p.now")
