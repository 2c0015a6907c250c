"""Every word of the vocabulary written a second time, as SQL over all points at once.

Each function gives the SQL of a nullable BOOLEAN about the point `p`: true, false, or NULL for unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mainstay.cycle.check import sql
from mainstay.cycle.check.twin.anchors import anchored, element
from mainstay.cycle.check.twin.scope import IN_ORDER, LATEST_FIRST, Scope, first_of, texts
from mainstay.duties.rules import edition as words
from mainstay.duties.rules.edition import ExposedTo

_OWN = "k.subject_id = p.subject_id"


def _exists(table: str, where: str = "TRUE") -> str:
    return f"EXISTS (SELECT 1 FROM {table} k WHERE {_OWN} AND {where})"


def _value(table: str, value: str, where: str = "TRUE") -> str:
    """One value of the point's subject; NULL where there is none."""
    return f"(SELECT {value} FROM {table} k WHERE {_OWN} AND {where})"


def _last(scope: Scope, kind: str, where: str = "TRUE") -> str:
    """The last word of each subject among facts of a kind."""
    return scope.table(first_of(f"SELECT * FROM {scope.facts(kind)} WHERE {where}", LATEST_FIRST))


def classification(asked: words.ClassificationIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """The class that holds is one of these; nobody unclassified is a case."""
    return _exists(scope.current_class(), f"k.value IN {texts(asked.values)}")


def severity(asked: words.SeverityIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """The last assessment is one of these."""
    return _value(_last(scope, "severity"), f"k.value IN {texts(asked.values)}")


def outcome(asked: words.OutcomeIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """An outcome of these kinds stands, dated or not."""
    return _exists(scope.facts("outcome"), f"k.value IN {texts(asked.values)}")


def symptom(asked: words.SymptomIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """By the last word on each name: any present."""
    said = [_value(_last(scope, "symptom", f"name = {sql.quoted(name)}"), "k.present = 1") for name in asked.names]
    return f"({' OR '.join(said)})"


def sustained(asked: words.Sustained, scope: Scope, _exposure: ExposedTo | None) -> str:
    """A reading on each of the last full days, and none too high."""
    return _value(
        scope.facts("check"),
        f"count(DISTINCT k.day) >= {asked.days} AND max(k.tenths) < {asked.below_tenths}",
        f'k."of" = {sql.quoted(asked.of)} AND k.tenths IS NOT NULL '
        f"AND k.day >= p.today - {asked.days} AND k.day < p.today",
    )


def test(asked: words.TestIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """One positive counts for all time; of other answers the unbroken run at the end, and its span."""
    result = sql.quoted(asked.result)
    wanted = f"test IN {texts(asked.test)}" if asked.test else "TRUE"
    results = f"SELECT * FROM {scope.facts('result')} WHERE {wanted}"
    if asked.result == "positive" and asked.consecutive == 1:
        return _exists(f"({results})", "k.value = 'positive'")
    other = first_of(f"SELECT * FROM ({results}) WHERE value <> {result}", LATEST_FIRST)
    run = scope.table(
        f"SELECT r.* FROM ({results}) r LEFT JOIN ({other}) o USING (subject_id) WHERE r.value = {result} "
        "AND (o.place IS NULL OR r.place > o.place)"
    )
    ends = scope.table(
        "SELECT f.subject_id, c.n, f.day AS first, l.day AS last, "
        "f.observed_at AS first_at, l.observed_at AS last_at "
        f"FROM ({first_of(f'SELECT * FROM {run}', IN_ORDER)}) f "
        f"JOIN ({first_of(f'SELECT * FROM {run}', LATEST_FIRST)}) l USING (subject_id) "
        f"JOIN (SELECT subject_id, count(*) AS n FROM {run} GROUP BY subject_id) c USING (subject_id)"
    )
    return _exists(ends, f"k.n >= {asked.consecutive} AND {_apart(asked)}")


def _apart(asked: words.TestIs) -> str:
    """Whether the first and last specimen are far enough apart; a day without a time counts least."""
    if not asked.apart_days and not asked.apart_hours:
        return "TRUE"
    days = f"COALESCE(k.last - k.first >= {asked.apart_days}, FALSE)"
    if not asked.apart_hours:
        return days
    span = "COALESCE(k.last_at, day_start(k.last)) - COALESCE(k.first_at, day_end(k.first))"
    return f"{days} AND {span} >= {asked.apart_hours * 3_600_000_000}"


def exposed_to(asked: words.ExposedTo, scope: Scope, _exposure: ExposedTo | None) -> str:
    """At least one exposure counts."""
    return _exists(scope.exposures(asked))


def been_in(asked: words.BeenIn, scope: Scope, exposure: ExposedTo | None) -> str:
    """In one of the areas within so many days before the anchor's day or now."""
    there = f"k.area IN {texts(asked.areas)}"
    if asked.before is None:
        recent = f"day_start(k.day + {asked.within_days + 1}) > p.at"
        found = _exists(scope.facts("presence"), f"{there} AND {_begun('p.today')} AND (k.day IS NULL OR {recent})")
        return f"({found} OR {_asked_about_travel(scope)})"
    day = _anchor_day(asked.before, scope, exposure)
    joined = (
        f"EXISTS (SELECT 1 FROM {scope.facts('presence')} k JOIN {anchored(asked.before, scope, exposure)} a "
        f"USING (subject_id) WHERE {_OWN} AND {there} AND {_begun('a.day')} "
        f"AND (k.day IS NULL OR a.day - k.day <= {asked.within_days}))"
    )
    return f"CASE WHEN {day} IS NULL THEN NULL ELSE ({joined} OR {_asked_about_travel(scope)}) END"


def _begun(day: str) -> str:
    return f"(k.first_date IS NULL OR k.first_date <= {day})"


def _asked_about_travel(scope: Scope) -> str:
    """False where somebody asked or any presence is known, else NULL."""
    asked = _exists(scope.facts("evidence"), "k.kind = 'travel_history'")
    return f"CASE WHEN {_exists(scope.facts('presence'))} OR {asked} THEN FALSE END"


def _anchor_day(anchor: words.Anchor, scope: Scope, exposure: ExposedTo | None) -> str:
    return _value(anchored(anchor, scope, exposure), "k.day")


def staying(asked: words.Staying, scope: Scope, _exposure: ExposedTo | None) -> str:
    """Where the person stays now is one of these."""
    return f"(SELECT k.kind IN {texts(asked.kinds)} FROM {current_stay(scope)} k WHERE k.point_id = p.point_id)"


def current_stay(scope: Scope) -> str:
    """(point_id, kind): the latest stay that has begun and not ended; its last day still counts."""
    return scope.table(
        f"SELECT p.point_id, k.kind FROM {scope.points} p JOIN {scope.facts('stay')} k USING (subject_id) "
        "WHERE (k.ends_date IS NULL OR day_end(k.ends_date) > p.at) "
        "AND (k.day IS NULL OR day_start(k.day) <= p.at) QUALIFY row_number() OVER "
        "(PARTITION BY p.point_id ORDER BY k.place DESC) = 1"
    )


def age(asked: words.Age, scope: Scope, _exposure: ExposedTo | None) -> str:
    """Years of age, from the birth date or as last stated."""
    born = "TRY_CAST(k.value AS DATE)"
    birthday_to_come = f"(month(p.today), day(p.today)) < (month({born}), day({born}))"
    years = (
        "CASE k.name WHEN 'age' THEN TRY_CAST(k.value AS INTEGER) "
        f"ELSE year(p.today) - year({born}) - CAST({birthday_to_come} AS INTEGER) END"
    )
    low = f"{years} >= {asked.at_least}" if asked.at_least is not None else "TRUE"
    high = f"{years} < {asked.below}" if asked.below is not None else "TRUE"
    return _value(_last(scope, "trait", "name IN ('age', 'birth_date')"), f"{low} AND {high}")


def trait(asked: words.TraitIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """The last word on a trait is one of these; for risk groups and roles any word is."""
    named = f"name = {sql.quoted(asked.name)}"
    fits = f"k.value IN {texts(asked.values)}"
    if asked.name in ("risk_group", "role"):
        return _value(scope.facts("trait"), f"bool_or({fits})", f"k.{named}")
    return _value(_last(scope, "trait", named), fits)


def days_since(asked: words.DaysSince, scope: Scope, exposure: ExposedTo | None) -> str:
    """So many full days are over after the anchor's day, which is day 0."""
    over = "day_end(k.day + {}) <= p.at"
    low = over.format(asked.at_least) if asked.at_least is not None else "TRUE"
    high = f"NOT {over.format(asked.below)}" if asked.below is not None else "TRUE"
    return _value(anchored(asked.anchor, scope, exposure), f"{low} AND {high}")


def clause_done(asked: words.ClauseDone, scope: Scope, _exposure: ExposedTo | None) -> str:
    """Another clause's evidence is there, by the exposures that it asks for; not of a clause that is not in force."""
    from mainstay.cycle.check.twin.evidence import once_there

    other = scope.rules.by_id.get(asked.clause)
    if other is None:
        return "FALSE"
    return f"COALESCE({once_there(other, scope, other.exposure)}, FALSE)"


def unknown(asked: words.Unknown, scope: Scope, exposure: ExposedTo | None) -> str:
    """Nothing known establishes it."""
    return f"NOT {established(asked.name, scope, exposure)}"


def established(name: str, scope: Scope, exposure: ExposedTo | None) -> str:
    """Some fact answers the question."""
    if name in _ESTABLISHED:
        kind, where = _ESTABLISHED[name]
        return _exists(scope.facts(kind), where)
    if name == "travel":
        asked = _exists(scope.facts("evidence"), "k.kind = 'travel_history'")
        return f"({_exists(scope.facts('presence'))} OR {asked})"
    if name == "stay":
        return f"EXISTS (SELECT 1 FROM {current_stay(scope)} k WHERE k.point_id = p.point_id)"
    if name.startswith("symptom:"):
        return _exists(scope.facts("symptom"), f"k.name = {sql.quoted(name.removeprefix('symptom:'))}")
    return _exists(element(name, scope, exposure))


_ESTABLISHED: dict[str, tuple[str, str]] = {
    "severity": ("severity", "TRUE"),
    "death_date": ("outcome", "k.day IS NOT NULL"),
    "outcome": ("outcome", "k.day IS NOT NULL"),
    "age": ("trait", "k.name IN ('age', 'birth_date')"),
    "immune": ("trait", "k.name = 'immune'"),
    "risk_group": ("trait", "k.name = 'risk_group'"),
    "role": ("trait", "k.name = 'role'"),
    "sex": ("trait", "k.name = 'sex'"),
}


def order(asked: words.OrderIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """An order of these kinds is in force and in this state; one whose objection was upheld is not in force."""
    upheld = (
        f"EXISTS (SELECT 1 FROM {scope.facts('objection')} o WHERE o.subject_id = k.subject_id "
        "AND o.order_root = k.id AND o.decision = 'upheld')"
    )
    orders = scope.table(f"SELECT k.*, {upheld} AS released FROM {scope.facts('order')} k")
    kinds = f" AND k.kind IN {texts(asked.kind)}" if asked.kind else ""
    state = {"in_force": "TRUE", "review_due": "k.review_at <= p.at", "oral": "k.oral = 1"}
    return _exists(
        orders,
        f"k.starts_at <= p.at AND k.ends_at > p.at AND NOT k.released{kinds} "
        f"AND {state.get(asked.state, 'k.served_at IS NULL')}",
    )


def objection(asked: words.ObjectionIs, scope: Scope, _exposure: ExposedTo | None) -> str:
    """An objection stands so."""
    decision = sql.quoted("" if asked.state == "open" else asked.state)
    return _exists(scope.facts("objection"), f"k.decision = {decision}")


def vacant(_asked: words.Vacant, _scope: Scope, _exposure: ExposedTo | None) -> str:
    """Nobody holds the post at the run's moment."""
    return f"NOT {_exists('v_held')}"


def question(asked: words.QuestionIs, _scope: Scope, _exposure: ExposedTo | None) -> str:
    """What was left open is of this kind."""
    return _exists("v_question", f"k.kind IN {texts(asked.kinds)}")


SQL_FOR: dict[type, Callable[[Any, Scope, ExposedTo | None], str]] = {
    words.ClassificationIs: classification,
    words.SeverityIs: severity,
    words.OutcomeIs: outcome,
    words.SymptomIs: symptom,
    words.Sustained: sustained,
    words.TestIs: test,
    words.ExposedTo: exposed_to,
    words.BeenIn: been_in,
    words.Staying: staying,
    words.Age: age,
    words.TraitIs: trait,
    words.DaysSince: days_since,
    words.ClauseDone: clause_done,
    words.Unknown: unknown,
    words.OrderIs: order,
    words.ObjectionIs: objection,
    words.Vacant: vacant,
    words.QuestionIs: question,
}


def unknown_name(leaf: words.Predicate, scope: Scope, exposure: ExposedTo | None) -> str | None:
    """SQL of what is missing where the leaf is NULL; None for words that are never unknown."""
    if isinstance(leaf, words.BeenIn) and leaf.before is not None:
        day = _anchor_day(leaf.before, scope, exposure)
        return f"CASE WHEN {day} IS NULL THEN {sql.quoted(leaf.before.chain[0])} ELSE 'travel' END"
    names = _UNKNOWN_NAMES.get(type(leaf))
    return sql.quoted(names(leaf)) if names else None


_UNKNOWN_NAMES: dict[type, Callable[[Any], str]] = {
    words.SeverityIs: lambda _leaf: "severity",
    words.SymptomIs: lambda leaf: f"symptom:{leaf.names[0]}",
    words.BeenIn: lambda _leaf: "travel",
    words.Staying: lambda _leaf: "stay",
    words.Age: lambda _leaf: "age",
    words.TraitIs: lambda leaf: leaf.name,
    words.DaysSince: lambda leaf: leaf.anchor.chain[0],
}
