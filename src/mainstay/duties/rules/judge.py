"""judge(facts of one subject, rules, horizon) -> what is owed, with what of it is satisfied or missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from mainstay.duties.rules import edition as words
from mainstay.duties.rules.anchors import current_class, last_day
from mainstay.duties.rules.edition import CATEGORIES, CategoryRule, Clause, FactEvidence, Ruleset
from mainstay.duties.rules.facts import PersonFacts, PostFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.predicates import evaluate, known_by
from mainstay.duties.rules.relevance import present_in, relevant
from mainstay.duties.rules.sitting import EACH, Context, Sitting, SubjectFacts, alone, each_of
from mainstay.duties.rules.verdict import FALSE, Verdict

ESTABLISH = "establish."
ESTABLISH_WITHIN = timedelta(hours=24)


class Owed(NamedTuple):
    """One duty that ought to exist. `evidence` is set once it is satisfied; `facts` are its grounds.

    `spell` names exposures, each of which may have given the same duty its episode before.
    """

    clause: str
    edition: str
    disease: str
    kind: str
    episode: str
    occurrence: date | None
    starts_at: datetime
    due_at: datetime
    evidence: UUID | None
    facts: tuple[UUID, ...]
    owner: tuple[str, ...]
    escalate: tuple[words.Escalation, ...]
    spell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one subject is owed under one disease's rules, and its category of people."""

    owed: tuple[Owed, ...]
    category: str


def context_for(clause: Clause, sitting: Sitting) -> Context:
    """A clause's own context: its anchors see the exposures that it asks for."""
    return sitting.context(clause.exposure)


def verdict_at(clause: Clause, sitting: Sitting) -> Verdict:
    """Whether a clause binds at the sitting's moment: its `when` holds and its `until` does not yet."""
    return _binding(clause, sitting.context(clause.exposure))


def _binding(clause: Clause, context: Context) -> Verdict:
    verdict = evaluate(clause.when, context)
    if verdict.value is False or clause.until is None:
        return verdict
    until = evaluate(clause.until, context)
    if until.value:
        return Verdict(False, facts=until.facts)
    if until.value is None:
        # An end that cannot be told has not come: the later release is assumed, and asked about.
        return verdict._replace(unknown=verdict.unknown + until.unknown)
    return verdict


def judge(subject: str, facts: SubjectFacts, rules: Ruleset, horizon: Horizon) -> Judgement:
    """Everything a subject is owed at the horizon's moment, in the order of the rules."""
    sitting = Sitting(facts, rules, horizon)
    clauses: tuple[Clause, ...] = rules.by_subject[subject]
    categories: tuple[CategoryRule, ...] = ()
    if isinstance(facts, PersonFacts):
        clauses, categories = relevant(rules, present_in(facts))
    owed: list[Owed] = []
    asked: dict[str, Owed] = {}
    for clause in clauses:
        for own in (sitting,) if each_of(clause) is None else _each(clause, sitting):
            _ask(clause, own, owed, asked)
    return Judgement((*owed, *(asked[name] for name in sorted(asked))), _category(sitting, categories))


def _ask(clause: Clause, sitting: Sitting, owed: list[Owed], asked: dict[str, Owed]) -> None:
    """What follows from a clause's verdict, added to what is owed and asked."""
    context = sitting.context(clause.exposure)
    verdict = _binding(clause, context)
    if clause.demand.daily:
        owed += _daily(clause, context, verdict)
    elif verdict.value:
        owed.append(_once(clause, context, verdict))
    if verdict.unknown and not _closed(clause, context):
        for name in verdict.unknown:
            asked.setdefault(name, _establish(clause, name, context, verdict))


def _closed(clause: Clause, context: Context) -> bool:
    """Whether a one-off clause has its evidence already: then nothing hangs on what it does not know."""
    return not clause.demand.daily and bool(evidence_for(clause, context, day=None).value)


def _each(clause: Clause, sitting: Sitting) -> list[Sitting]:
    """One sitting for each order or objection; where there is none, nobody is asked."""
    items = getattr(sitting.facts, each_of(clause) or "", ())
    return [Sitting(alone(sitting.facts, clause, item.id.hex), sitting.rules, sitting.horizon) for item in items]


def _daily(clause: Clause, context: Context, now: Verdict) -> list[Owed]:
    """The occurrences of the period accounted for and of the next, each by how things stood at its beginning."""
    horizon = context.horizon
    owed = []
    for day in (horizon.period, horizon.period + timedelta(days=1)):
        verdict = now
        if horizon.start(day) != horizon.moment:
            verdict = verdict_at(clause, context.sitting.on(day))
        if not verdict.value:
            continue
        due = _due_on(day, clause, horizon)
        if verdict.since >= due:
            continue
        horizon.look_again(horizon.end(day))
        found = evidence_for(clause, context, day)
        starts = max(verdict.since, horizon.start(day))
        owed.append(_owed(clause, context, verdict, day, starts, due, found))
    return owed


def _due_on(day: date, clause: Clause, horizon: Horizon) -> datetime:
    by = clause.demand.by
    if by is None:
        return horizon.end(day)
    return horizon.start(day) + timedelta(hours=by.hour, minutes=by.minute)


def _once(clause: Clause, context: Context, verdict: Verdict) -> Owed:
    # What an edition asks is asked from the day it is in force, as of somebody registered then.
    starts = max(verdict.since, context.horizon.start(context.rules.in_force_from[clause.edition]))
    found = evidence_for(clause, context, day=None)
    return _owed(clause, context, verdict, None, starts, starts + clause.demand.within, found)


def _owed(
    clause: Clause,
    context: Context,
    verdict: Verdict,
    day: date | None,
    starts: datetime,
    due: datetime,
    found: Verdict,
) -> Owed:
    return Owed(
        clause=clause.id,
        edition=clause.edition,
        disease=context.rules.disease,
        kind=clause.demand.kind,
        episode=_episode(clause, context, verdict),
        occurrence=day,
        starts_at=starts,
        due_at=due,
        evidence=found.facts[-1] if found.value and found.facts else None,
        facts=verdict.facts,
        owner=clause.owner,
        escalate=clause.escalate,
        spell=_spell(context) if clause.episode.chain[0] == "exposure_spell" else (),
    )


def _spell(context: Context) -> tuple[str, ...]:
    """Every exposure that is of the present spell, or was while it counted (its index may be no case any more)."""
    if len(context.facts.exposures) < 2:
        return ()
    gap = context.rules.exposure_gap_days
    began = context.anchors.element("exposure_spell")
    days = [(item, last_day(item)) for item in context.facts.exposures]
    return tuple(item.id.hex for item, day in days if began and day and (began.date - day).days <= gap)


def _episode(clause: Clause, context: Context, verdict: Verdict) -> str:
    """What began it: the fact the clause's anchor finds, else the first of the facts that decided."""
    if isinstance(context.facts, PersonFacts):
        each = EACH.get(clause.episode.chain[0])
        if each is not None:
            own: UUID = getattr(context.facts, each)[0].id
            return own.hex
        found = context.anchors.find(clause.episode)
        if found is not None:
            return found.id.hex
    if isinstance(context.facts, PostFacts):
        return context.facts.spell
    return verdict.facts[0].hex if verdict.facts else ""


def _establish(clause: Clause, name: str, context: Context, verdict: Verdict) -> Owed:
    """The duty to find out what a verdict hangs on, asked once however many clauses need it."""
    in_force = context.horizon.start(context.rules.in_force_from[clause.edition])
    known = max(verdict.since, _first_known(context.facts), in_force)
    return Owed(
        clause=ESTABLISH + name,
        edition=clause.edition,
        disease=context.rules.disease,
        kind="establish",
        episode=name,
        occurrence=None,
        starts_at=known,
        due_at=known + ESTABLISH_WITHIN,
        evidence=None,
        facts=verdict.facts,
        owner=clause.owner,
        escalate=clause.escalate,
    )


def _first_known(facts: Any) -> datetime:
    """When anything at all was first known of a person: before that nobody could have been asked."""
    first: datetime = min(item.known for name in _FIELDS for item in getattr(facts, name))
    return first


_FIELDS = tuple(PersonFacts.__dataclass_fields__)


def established(name: str, facts: PersonFacts, rules: Ruleset, horizon: Horizon) -> tuple[UUID, ...]:
    """The facts that answer an `establish` duty; empty while it is open."""
    return known_by(name, Sitting(facts, rules, horizon).context(None))


def _category(sitting: Sitting, categories: Sequence[CategoryRule]) -> str:
    for rule in categories:
        if evaluate(rule.when, sitting.context(rule.exposure)).value:
            return rule.id
    return ""


# --- evidence -------------------------------------------------------------------------------------

# Kind of evidence -> (list of facts, the attribute that `of` narrows).
EVIDENCE: dict[str, tuple[str, str | None]] = {
    "report": ("reports", None),
    "onset": ("onsets", None),
    "classification": ("classifications", "value"),
    "severity": ("severities", "value"),
    "specimen": ("specimens", "kind"),
    "result": ("results", "value"),
    "outcome": ("outcomes", "value"),
    "contact": ("named", None),
    "check": ("checks", "of"),
    "stay": ("stays", "kind"),
    "offer": ("offers", "kind"),
    "order": ("orders", "kind"),
    "objection": ("objections", "decision"),
    "treatment": ("treatments", "kind"),
    "trait": ("traits", "name"),
    "evidence": ("evidence", "kind"),
}


def evidence_for(clause: Clause, context: Context, day: date | None) -> Verdict:
    """Whether what closes the duty is there: for a daily one, on its day."""
    wanted = clause.evidence
    if not isinstance(wanted, FactEvidence):
        return evaluate(wanted, context)
    if not isinstance(context.facts, PersonFacts):
        return _answered(context.facts)
    items = _of_kind(wanted, context.facts)
    if day is not None:
        items = [item for item in items if item.date == day]
    elif wanted.after_episode:
        begun = context.anchors.find(clause.episode)
        items = [item for item in items if begun is None or item.date is None or item.date >= begun.date]
    if len(items) < wanted.count:
        return FALSE
    return Verdict(True, items[wanted.count - 1].known, tuple(item.id for item in items[: wanted.count]))


def _of_kind(wanted: FactEvidence, facts: PersonFacts) -> list[Any]:
    name, attribute = EVIDENCE[wanted.fact]
    items = getattr(facts, name)
    if name == "outcomes" and wanted.of == ("dated",):
        return [item for item in items if item.date is not None]
    if attribute is None or not wanted.of:
        return list(items)
    return [item for item in items if getattr(item, attribute) in wanted.of]


def _answered(facts: Any) -> Verdict:
    answered = getattr(facts, "answered_by", None)
    return Verdict(True, facts=(answered,)) if answered is not None else FALSE


__all__ = ["CATEGORIES", "Judgement", "Owed", "current_class", "established", "judge", "verdict_at"]
