"""Every word of the vocabulary, as one short function of (what is asked, context) -> Verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from mainstay.duties.rules import edition as words
from mainstay.duties.rules import verdict as logic
from mainstay.duties.rules.anchors import current_class, present_spell
from mainstay.duties.rules.edition import Clause, Condition
from mainstay.duties.rules.facts import PersonFacts, QuestionFacts, Result
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.sitting import Context
from mainstay.duties.rules.verdict import FALSE, TRUE, Verdict


def evaluate(condition: Condition, context: Context) -> Verdict:
    """The verdict on a condition; `all` stops at the first false.

    Answers that do not hang on the clause (its exposures) are kept for the sitting. Their key is the
    condition's identity: the parser makes equal conditions one object, and the rules keep it alive.
    """
    kind = type(condition)
    if kind in SHARED:
        answers = context.sitting.answers
        verdict = answers.get(id(condition))
        if verdict is None:
            verdict = answers[id(condition)] = PREDICATES[kind](condition, context)
        return verdict
    if kind is words.AllOf:
        verdicts = []
        for part in condition.parts:  # type: ignore[union-attr]
            verdict = evaluate(part, context)
            if verdict.value is False:
                return verdict
            verdicts.append(verdict)
        return logic.all_of(verdicts)
    if kind in COMBINERS:
        return COMBINERS[kind](condition, [evaluate(part, context) for part in condition.parts])  # type: ignore[union-attr]
    return PREDICATES[kind](condition, context)


# Predicates whose answer is the same in every clause.
SHARED: frozenset[type] = frozenset(
    (
        words.ClassificationIs,
        words.SeverityIs,
        words.OutcomeIs,
        words.SymptomIs,
        words.Sustained,
        words.TestIs,
        words.ExposedTo,
        words.Staying,
        words.Age,
        words.TraitIs,
        words.OrderIs,
        words.ObjectionIs,
    )
)


COMBINERS: dict[type, Callable[[Any, list[Verdict]], Verdict]] = {
    words.AnyOf: lambda _condition, verdicts: logic.any_of(verdicts),
    words.NoneOf: lambda _condition, verdicts: logic.none_of(verdicts),
    words.AtLeast: lambda condition, verdicts: logic.at_least(condition.count, verdicts),
}


def classification(asked: words.ClassificationIs, context: Context) -> Verdict:
    """The class that holds now is one of these; nobody unclassified is a case."""
    now = current_class(context.facts)
    if now is None:
        return FALSE
    return Verdict(now.value in asked.values, now.known, (now.id,))


def severity(asked: words.SeverityIs, context: Context) -> Verdict:
    """The last assessment is one of these; unknown where there is none."""
    if not context.facts.severities:
        return logic.unknown("severity")
    last = context.facts.severities[-1]
    return Verdict(last.value in asked.values, last.known, (last.id,))


def outcome(asked: words.OutcomeIs, context: Context) -> Verdict:
    """An outcome of these kinds stands, dated or not."""
    for item in context.facts.outcomes:
        if item.value in asked.values:
            return Verdict(True, item.known, (item.id,))
    return FALSE


def symptom(asked: words.SymptomIs, context: Context) -> Verdict:
    """By the last word on each name: present in one is true; all expressly absent is false."""
    return logic.any_of([_one_symptom(name, context.facts) for name in asked.names])


def _one_symptom(name: str, facts: PersonFacts) -> Verdict:
    said = [item for item in facts.symptoms if item.name == name]
    if not said:
        return logic.unknown(f"symptom:{name}")
    return Verdict(said[-1].present, said[-1].known, (said[-1].id,))


def sustained(asked: words.Sustained, context: Context) -> Verdict:
    """On each of the last full days a reading, and none too high; a day without a reading proves nothing."""
    today = context.horizon.today
    first = today - timedelta(days=asked.days)
    context.horizon.look_again(context.horizon.end(today))
    readings = [
        item
        for item in context.facts.checks
        if item.of == asked.of and item.tenths is not None and item.date is not None and first <= item.date < today
    ]
    if len({item.date for item in readings}) < asked.days:
        return FALSE
    if any(item.tenths >= asked.below_tenths for item in readings):
        return FALSE
    # It holds from when the last of the days is over, not from its reading.
    since = max(max(item.known for item in readings), context.horizon.start(today))
    return Verdict(True, since, tuple(item.id for item in readings))


def test(asked: words.TestIs, context: Context) -> Verdict:
    """A positive counts once for all; of negatives only the unbroken run at the end, and its span."""
    results = [item for item in context.facts.results if not asked.test or item.test in asked.test]
    if asked.result == "positive" and asked.consecutive == 1:
        found = [item for item in results if item.value == "positive"]
        return Verdict(True, found[0].known, (found[0].id,)) if found else FALSE
    run: list[Result] = []
    for item in results:
        run = [*run, item] if item.value == asked.result else []
    if len(run) < asked.consecutive or not _apart(run[0], run[-1], asked, context):
        return FALSE
    return Verdict(True, max(item.known for item in run), tuple(item.id for item in run))


def _apart(first: Result, last: Result, asked: words.TestIs, context: Context) -> bool:
    """Whether two specimens are far enough apart; a day without a time counts as short as it can be."""
    if not asked.apart_days and not asked.apart_hours:
        return True
    if first.date is None or last.date is None:
        return False
    if (last.date - first.date).days < asked.apart_days:
        return False
    if not asked.apart_hours:
        return True
    ends = first.at or context.horizon.end(first.date)
    begins = last.at or context.horizon.start(last.date)
    return begins - ends >= timedelta(hours=asked.apart_hours)


def exposed_to(asked: words.ExposedTo, context: Context) -> Verdict:
    """At least one exposure counts (see `anchors.matching`), since the first of the present spell was known."""
    found = context.sitting.matching(asked)
    if not found:
        return FALSE
    # What an earlier spell called for is over: a new one does not open overdue.
    spell = present_spell(found, context.rules.exposure_gap_days) or found
    return Verdict(True, min(item.known for item in spell), tuple(item.id for item in found))


def been_in(asked: words.BeenIn, context: Context) -> Verdict:
    """In one of the areas within so many days before the anchor; unknown where nobody asked about travel."""
    day = context.horizon.today
    if asked.before is not None:
        anchored = context.anchors.find(asked.before)
        if anchored is None:
            return logic.unknown(asked.before.chain[0])
        day = anchored.date
    found = [
        item for item in context.facts.presences if item.area in asked.areas and _within(item, day, asked, context)
    ]
    if found:
        return Verdict(True, min(item.known for item in found), tuple(item.id for item in found))
    if context.facts.presences or any(item.kind == "travel_history" for item in context.facts.evidence):
        return FALSE
    return logic.unknown("travel")


def _within(item: Any, day: date, asked: words.BeenIn, context: Context) -> bool:
    """Whether a presence reaches into the window; one without an end lasts."""
    if item.first is not None and item.first > day:
        return False
    if item.date is None:
        return True
    if asked.before is not None:
        return bool((day - item.date).days <= asked.within_days)
    return not context.horizon.passed(context.horizon.start(item.date + timedelta(days=asked.within_days + 1)))


def staying(asked: words.Staying, context: Context) -> Verdict:
    """Where the person stays now is one of these; unknown where nobody knows."""
    now = current_stay(context.facts, context.horizon)
    if now is None:
        return logic.unknown("stay")
    return Verdict(now.kind in asked.kinds, now.known, (now.id,))


def current_stay(facts: PersonFacts, horizon: Horizon) -> Any:
    """The latest stay that has begun and not ended; its last day still counts."""
    for item in reversed(facts.stays):
        if item.ends is not None and horizon.passed(horizon.end(item.ends)):
            continue
        if item.date is None or horizon.passed(horizon.start(item.date)):
            return item
    return None


def age(asked: words.Age, context: Context) -> Verdict:
    """Years of age, from the birth date or as last stated."""
    for item in reversed(context.facts.traits):
        years = _years(item, context.horizon.today)
        if years is not None:
            fits = (asked.at_least is None or years >= asked.at_least) and (asked.below is None or years < asked.below)
            return Verdict(fits, item.known, (item.id,))
    return logic.unknown("age")


def _years(item: Any, today: date) -> int | None:
    if item.name == "age":
        return int(item.value)
    if item.name == "birth_date":
        born = date.fromisoformat(item.value)
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return None


def trait(asked: words.TraitIs, context: Context) -> Verdict:
    """The last word on a trait is one of these; for risk groups and roles any word is."""
    said = [item for item in context.facts.traits if item.name == asked.name]
    if not said:
        return logic.unknown(asked.name)
    if asked.name in ("risk_group", "role"):
        found = [item for item in said if item.value in asked.values]
        return Verdict(True, found[0].known, (found[0].id,)) if found else Verdict(False, facts=(said[-1].id,))
    return Verdict(said[-1].value in asked.values, said[-1].known, (said[-1].id,))


def days_since(asked: words.DaysSince, context: Context) -> Verdict:
    """Full days after the anchor's day: day 0 itself never counts, and the last day counts when it is over."""
    anchored = context.anchors.find(asked.anchor)
    if anchored is None:
        return logic.unknown(asked.anchor.chain[0])
    horizon = context.horizon
    if asked.at_least is not None and not horizon.passed(horizon.end(anchored.date + timedelta(days=asked.at_least))):
        return Verdict(False, facts=(anchored.id,))
    if asked.below is not None and horizon.passed(horizon.end(anchored.date + timedelta(days=asked.below))):
        return Verdict(False, facts=(anchored.id,))
    since = anchored.known
    if asked.at_least is not None:
        since = max(since, horizon.end(anchored.date + timedelta(days=asked.at_least)))
    return Verdict(True, since, (anchored.id,))


def clause_done(asked: words.ClauseDone, context: Context) -> Verdict:
    """Another clause's evidence is there; of a clause that no edition in force has, it is not."""
    from mainstay.duties.rules.judge import evidence_for

    clause: Clause | None = context.rules.by_id.get(asked.clause)
    if clause is None:
        return FALSE
    found = evidence_for(clause, context.sitting.context(clause.exposure), day=None)
    return Verdict(True, found.since, found.facts) if found.value else FALSE


def unknown(asked: words.Unknown, context: Context) -> Verdict:
    """Whether something has not been established; true since what raises the question was known."""
    return FALSE if known_by(asked.name, context) else TRUE


def known_by(name: str, context: Context) -> tuple[Any, ...]:
    """The ids of facts that establish a name; empty while it is unknown."""
    facts: PersonFacts = context.facts
    if name == "severity":
        return tuple(item.id for item in facts.severities)
    if name in ("death_date", "outcome"):
        return tuple(item.id for item in facts.outcomes if item.date is not None)
    if name == "travel":
        asked = tuple(item.id for item in facts.evidence if item.kind == "travel_history")
        return asked + tuple(item.id for item in facts.presences)
    if name == "stay":
        now = current_stay(facts, context.horizon)
        return (now.id,) if now is not None else ()
    if name == "age":
        return tuple(item.id for item in facts.traits if item.name in ("age", "birth_date"))
    if name.startswith("symptom:"):
        return tuple(item.id for item in facts.symptoms if f"symptom:{item.name}" == name)
    if name in TRAITS:
        return tuple(item.id for item in facts.traits if item.name == name)
    found = context.anchors.element(name)
    return (found.id,) if found is not None else ()


TRAITS: tuple[str, ...] = ("immune", "risk_group", "role", "sex")


def order(asked: words.OrderIs, context: Context) -> Verdict:
    """An order of these kinds stands in this state."""
    found = [
        item
        for item in context.facts.orders
        if (not asked.kind or item.kind in asked.kind) and _in_state(item, asked.state, context)
    ]
    if not found:
        return FALSE
    first = found[0]
    begins = first.review if asked.state == "review_due" else first.starts
    return Verdict(True, max(first.known, begins), (first.id,))


def _in_state(item: Any, state: str, context: Context) -> bool:
    passed = context.horizon.passed
    released = any(o.order == item.id and o.decision == "upheld" for o in context.facts.objections)
    in_force = passed(item.starts) and not passed(item.ends) and not released
    if state == "in_force":
        return in_force
    if state == "review_due":
        return in_force and passed(item.review)
    if state == "oral":
        return in_force and item.oral
    return in_force and item.served is None


def objection(asked: words.ObjectionIs, context: Context) -> Verdict:
    """An objection is open, or was upheld."""
    decision = "" if asked.state == "open" else asked.state
    found = [item for item in context.facts.objections if item.decision == decision]
    return Verdict(True, found[0].known, (found[0].id,)) if found else FALSE


def vacant(_asked: words.Vacant, context: Context) -> Verdict:
    """Nobody holds the post."""
    since = context.facts.vacant_since
    return FALSE if since is None else Verdict(True, since)


def question(asked: words.QuestionIs, context: Context) -> Verdict:
    """A received row left something of this kind open."""
    facts: QuestionFacts = context.facts
    return Verdict(facts.kind in asked.kinds, facts.known, (facts.id,))


PREDICATES: dict[type, Callable[[Any, Context], Verdict]] = {
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
