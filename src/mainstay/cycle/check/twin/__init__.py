"""The slow twin of judging: who is owed what at the last completed run, by other means.

It shares with the judge only the editions as parsed. Facts come from Arrow, every word of the
vocabulary is SQL over all points at once, and what ought to be is compared with what is.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mainstay.cycle.check import state_proof
from mainstay.cycle.check.findings import Finding
from mainstay.cycle.check.twin import (
    beginnings,
    categories,
    clauses,
    compare,
    differences,
    each,
    exposures,
    hindsight,
    moment,
    visible,
)
from mainstay.cycle.check.twin.moment import Moment
from mainstay.cycle.check.twin.scope import Scope
from mainstay.duties.rules.edition import Ruleset
from mainstay.duties.rules.in_force import HOUSE, rulesets_on
from mainstay.platform.errors import code

if TYPE_CHECKING:
    import duckdb

UNFINISHED = code("cycle.unfinished", "A run of the cycle was cut short and not taken up again.")


def prove(duck: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Every duty that is missing, too many or stands wrongly; nothing before the first run.

    Whoever was judged since the last run, between two, is proved at the next.
    """
    waiting = moment.unfinished(duck)
    if waiting:
        return [_unfinished(day) for day in waiting]
    last = moment.last_moment(duck)
    if last is None:
        return []
    moment.clock(duck)
    visible.see(duck, last)
    visible.stands(duck, last)
    compare.status_before(duck, last)
    editions = moment.adopted(duck, last.to_entry)
    rules, before = rulesets_on(last.next_day, editions), rulesets_on(last.period, editions)
    findings = state_proof.evidence_gone(duck)
    for disease in sorted((rules.keys() | before.keys()) - {HOUSE}):
        findings += _persons(duck, disease, rules.get(disease), before.get(disease), last)
    house = rules.get(HOUSE) or before.get(HOUSE)
    if house is not None:
        visible.house(duck, last)
        for subject in ("post", "question"):
            findings += _house(duck, subject, house, last)
    findings += differences.compare(duck, last)
    since = moment.judged_since(duck, last)
    return [finding for finding in findings if finding.id not in since]


def _unfinished(day: date) -> Finding:
    return Finding(
        UNFINISHED,
        "cycle_run",
        str(day),
        "done",
        "cut short",
        f"The run of {day} was cut short: until `mainstay cycle --on {day}` takes it up again, nobody can say "
        "whether somebody is missed.",
    )


def _persons(
    duck: duckdb.DuckDBPyConnection, disease: str, rules: Ruleset | None, before: Ruleset | None, last: Moment
) -> list[Finding]:
    """One disease's duties of persons, by the rules of the next day and, for the day that is over, its own."""
    clauses.prepare(duck)
    compare.gather(duck, disease, "person", last, each.kinds(rules, before))
    each.see(duck, disease)
    same = rules is not None and before is not None and rules.editions == before.editions
    coming = each.scopes(duck, rules, "coming")
    ending = coming if same else each.scopes(duck, before, "ending")
    categorised = None
    for scope in coming:
        instants = [_now(scope.subjects(), scope.each, last), _own_times(scope.each)]
        scope.set_points(" UNION ALL ".join([*instants, *([_period_began(scope.each, last)] if same else [])]))
        clauses.judge_now(scope, "person", last)
    if coming:
        clauses.answer(coming[0])
        categorised = clauses.categorise(coming[0])
        beginnings.find(duck, coming[0].rules, last)
    for scope in ending:
        if not same:
            scope.set_points(_period_began(scope.each, last))
        clauses.judge_period(scope, "person", last)
    findings = compare.compare(duck, disease, last) + categories.compare(duck, disease, categorised)
    findings += hindsight.compare(duck, rules, before, last)
    if ending:
        # The link step knows the diseases that rules of the period's day know.
        findings += exposures.compare(ending[0])
    for scope in {*coming, *ending}:
        scope.drop()
    return findings


def _house(duck: duckdb.DuckDBPyConnection, subject: str, house: Ruleset, last: Moment) -> list[Finding]:
    """Duties about posts and questions."""
    clauses.prepare(duck)
    compare.gather(duck, HOUSE, subject, last)
    everybody = "organisations_post" if subject == "post" else "v_question"
    key = "id" if subject == "post" else "subject_id"
    scope = Scope(duck, house, "house")
    scope.set_points(f"{_now(f'SELECT {key} AS subject_id FROM {everybody}', '', last)} UNION ALL {_own_times('')}")
    clauses.judge_now(scope, subject, last)
    findings = compare.compare(duck, HOUSE, last)
    scope.drop()
    return findings


def _now(subjects: str, kind: str, last: Moment) -> str:
    """Everybody known, and everybody with a duty, at the run's moment."""
    both = f"{subjects} UNION SELECT subject_id FROM actual WHERE each = '{kind}'"
    return f'SELECT subject_id, {last.at} AS "at", TRUE AS now FROM ({both})'


def _period_began(kind: str, last: Moment) -> str:
    """Whose day was accounted for, at its beginning."""
    return (
        f"SELECT DISTINCT subject_id, day_start(DATE '{last.period}') AS \"at\", FALSE AS now FROM actual "
        f"WHERE occurrence = DATE '{last.period}' AND each = '{kind}'"
    )


def _own_times(kind: str) -> str:
    """One-off duties that are open, or that the run closed, at the instants at which they began."""
    return (
        'SELECT subject_id, starts_at AS "at", FALSE AS now FROM actual WHERE occurrence IS NULL AND NOT establish '
        f"AND each = '{kind}' AND (status = 'open' OR status IS DISTINCT FROM before)"
    )
