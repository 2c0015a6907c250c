"""What ought to exist against what does: the changes that bring one subject's duties up to date.

* A one-off duty never ends by the clock; it stays open, overdue, and escalates. Only what is asked of an order
  ends with it: the order itself says until when it holds, and is named as the cause.
* A daily occurrence whose day has gone ends as missed, for good.
* A duty is withdrawn only because of a fact or an edition, and the same one reopens with its first deadline.
* Nobody can miss what was never told: an occurrence is opened only while it can still be done.
* What was done or missed stays so; a late correction marks it "was not required".
* What a person excused stays so until that is taken back; what was handed over stays with the post it was given to.
* Where another fact turns out to have begun it, one duty takes the other's place and keeps its first deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from mainstay.duties.rules.edition import Clause, Escalation, Ruleset
from mainstay.duties.rules.facts import PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.judge import ESTABLISH, Judgement, Owed, context_for, established, evidence_for, verdict_at
from mainstay.duties.rules.sitting import Sitting, alone, each_of
from mainstay.platform.clock import day_end, local_date
from mainstay.platform.identity import derived_id

OPEN, DONE, MISSED, WITHDRAWN, EXCUSED = "open", "done", "missed", "withdrawn", "excused"
CLOSED = (DONE, MISSED)

# (owners in order) -> (the accountable post, the post that answers for it now)
Resolver = Callable[[tuple[str, ...]], tuple[UUID | None, UUID | None]]


class Standing(NamedTuple):
    """A duty as it stands: what was opened, and the state after its last event."""

    id: UUID
    clause: str
    episode: str
    occurrence: date | None
    starts_at: datetime
    due_at: datetime
    status: str
    seq: int
    level: int
    post: UUID | None
    answering: UUID | None
    evidence: UUID | None
    required: bool = True


class Change(NamedTuple):
    """One event: the state after it, why, and for `opened` what was owed."""

    verb: str
    after: Standing
    cause: str = ""
    owed: Owed | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject under one disease's rules: who, what is known, which rules hold now and held for the period.

    `changed` says that facts changed since the last judging, so that what is closed is looked at again.
    `cause` is what to blame where no fact of the subject's own can be (a merge, a change of edition).
    By hand: `excused` names, by duty, the record of its excuse; `handed` the (accountable, answering) posts of those
    that were handed over.
    """

    type: str
    id: UUID
    facts: Any
    rules: Ruleset
    rules_of_period: Ruleset
    changed: bool
    cause: str = ""
    excused: Mapping[UUID, UUID] = field(default_factory=dict)
    handed: Mapping[UUID, tuple[UUID | None, UUID | None]] = field(default_factory=dict)


def duty_id(subject_type: str, subject_id: UUID, owed: Owed) -> UUID:
    """The identity of a duty: subject, disease, clause, episode, occurrence."""
    day = owed.occurrence.isoformat() if owed.occurrence else ""
    return derived_id("duty", subject_type, subject_id.hex, owed.disease, owed.clause, owed.episode, day)


def _identity(subject: Subject, owed: Owed, existing: dict[UUID, Standing]) -> UUID:
    """The duty that carries what is owed: a spell of exposure keeps the one it has.

    An exposure of the same spell may come to be known, or be corrected, so that it is found first from
    then on: that gives the spell another episode, and no reason to ask the same again.
    """
    own = duty_id(subject.type, subject.id, owed)
    if not owed.spell:
        return own
    names = (own, *(duty_id(subject.type, subject.id, owed._replace(episode=name)) for name in owed.spell))
    found = [name for name in names if name in existing]
    return min(found, key=lambda name: _CARRIES.index(existing[name].status), default=own)


# Of several duties of one spell the first by status carries it: what was withdrawn stays so beside one that stands.
_CARRIES = (OPEN, DONE, MISSED, EXCUSED, WITHDRAWN)


def reconcile(
    subject: Subject,
    owed: tuple[Owed, ...],
    existing: dict[UUID, Standing],
    horizon: Horizon,
    resolve: Resolver,
) -> list[Change]:
    """The changes, in the order of what is owed and then of what stands; none where all is as it ought to be."""
    desk = _Desk(subject, horizon, resolve)
    wanted = {_identity(subject, item, existing): item for item in owed}
    heirs = _heirs(wanted, existing, desk)
    changes: list[Change] = []
    for identity, item in wanted.items():
        if identity not in existing:
            changes += desk.open(identity, _inheriting(item, existing, heirs))
    for identity, standing in existing.items():
        changes += desk.look(standing, wanted.get(identity), heirs.get(identity))
    return changes


def _heirs(wanted: dict[UUID, Owed], existing: dict[UUID, Standing], desk: _Desk) -> dict[UUID, Owed]:
    """{open duty: what is owed in its place}: the same is asked, but another fact turns out to have begun it."""
    left = [one for one in existing.values() if one.status == OPEN and one.id not in wanted]
    asked = {(item.clause, item.occurrence): item for item in wanted.values()} if left else {}
    found = {}
    for standing in left:
        heir = asked.get((standing.clause, standing.occurrence))
        if heir is not None and desk.began_otherwise(standing):
            found[standing.id] = heir
    return found


def _inheriting(owed: Owed, existing: dict[UUID, Standing], heirs: dict[UUID, Owed]) -> Owed:
    """With the first deadline of the duty in whose place it comes: a fact that turns up restarts no clock."""
    if owed.occurrence is not None:
        return owed
    before = [existing[identity].starts_at for identity, heir in heirs.items() if heir is owed]
    starts = min([owed.starts_at, *before])
    return owed._replace(starts_at=starts, due_at=owed.due_at - owed.starts_at + starts)


def owed_for_period(now: Judgement, of_period: Judgement, period: date) -> tuple[Owed, ...]:
    """The edition at the start of an occurrence rules: the period's own by `of_period`, all else by `now`."""
    if now is of_period:
        return now.owed
    before = tuple(item for item in of_period.owed if item.occurrence == period)
    return before + tuple(item for item in now.owed if item.occurrence != period)


class _Desk:
    """The decisions about one subject's duties."""

    def __init__(self, subject: Subject, horizon: Horizon, resolve: Resolver) -> None:
        self.subject = subject
        self.horizon = horizon
        self.resolve = resolve

    # --- opening -----------------------------------------------------------------------------------

    def open(self, identity: UUID, owed: Owed) -> Iterator[Change]:
        if owed.occurrence is not None and owed.due_at <= self.horizon.moment:
            return
        post, answering = self.resolve(owed.owner)
        standing = Standing(
            identity,
            owed.clause,
            owed.episode,
            owed.occurrence,
            owed.starts_at,
            owed.due_at,
            OPEN,
            0,
            0,
            post,
            answering,
            None,
        )
        yield Change("opened", standing, owed=owed)
        if owed.evidence is not None:
            yield _event("done", standing, status=DONE, evidence=owed.evidence)
        else:
            yield from self._escalate(standing, owed.escalate)

    # --- what stands -------------------------------------------------------------------------------

    def look(self, standing: Standing, owed: Owed | None, heir: Owed | None) -> Iterator[Change]:
        if standing.status == OPEN:
            yield from self._open_one(standing, owed, heir)
        elif standing.status == WITHDRAWN:
            yield from self._withdrawn_one(standing, owed)
        elif standing.status == EXCUSED and self.subject.changed:
            yield from self._excused_one(standing, owed)
        elif standing.status in CLOSED and self.subject.changed:
            yield from self._closed_one(standing, owed)

    def _open_one(self, standing: Standing, owed: Owed | None, heir: Owed | None) -> Iterator[Change]:
        found = owed.evidence if owed else None
        if owed is None:
            binding, found, cause = self._still(standing)
            if heir is not None:
                binding, cause = False, f"fact:{heir.episode}"
            if not binding and found is None:
                yield _event("withdrawn", standing, status=WITHDRAWN, cause=cause)
                return
        if found is not None:
            yield _event("done", standing, status=DONE, evidence=found)
        elif standing.id in self.subject.excused:
            yield _event("excused", standing, f"fact:{self.subject.excused[standing.id].hex}", status=EXCUSED)
        elif self._day_gone(standing):
            yield _event("missed", standing, status=MISSED, level=max(standing.level, 1))
        else:
            yield from self._keep(standing, owed)

    def _keep(self, standing: Standing, owed: Owed | None) -> Iterator[Change]:
        """Still open: the right post holds it, and whoever stands above knows how late it is."""
        clause = self._clause(standing)
        owner = owed.owner if owed else clause.owner if clause else None
        handed = self.subject.handed.get(standing.id)
        if owner is not None or handed is not None:
            post, answering = handed or self.resolve(owner or ())
            if (post, answering) != (standing.post, standing.answering):
                change = _event("reassigned", standing, post=post, answering=answering)
                yield change
                standing = change.after
        steps = owed.escalate if owed else clause.escalate if clause else ()
        yield from self._escalate(standing, steps)

    def _withdrawn_one(self, standing: Standing, owed: Owed | None) -> Iterator[Change]:
        if owed is None:
            return
        if owed.evidence is not None:
            yield _event("done", standing, status=DONE, evidence=owed.evidence)
        elif not self._day_gone(standing):
            change = _event("reopened", standing, status=OPEN, evidence=None)
            yield change
            # Meanwhile the person may lie elsewhere, or the post be another's; and the first deadline may be long past.
            yield from self._keep(change.after, owed)

    def _excused_one(self, standing: Standing, owed: Owed | None) -> Iterator[Change]:
        """Where the excuse was taken back the same duty stands again, with its first deadline."""
        if standing.id in self.subject.excused:
            return
        found = owed.evidence if owed else self._still(standing)[1]
        if found is not None:
            yield _event("done", standing, status=DONE, evidence=found)
        elif self._day_gone(standing):
            yield _event("missed", standing, status=MISSED, level=max(standing.level, 1))
        elif owed is not None:
            change = _event("reopened", standing, status=OPEN)
            yield change
            yield from self._keep(change.after, owed)

    def _closed_one(self, standing: Standing, owed: Owed | None) -> Iterator[Change]:
        # A post's later vacancy says nothing about what ended an earlier one.
        same_spell = getattr(self.subject.facts, "spell", standing.episode) == standing.episode
        if standing.status == DONE and same_spell and standing.evidence not in self._known_ids():
            change = self._evidence_gone(standing, owed)
            yield change
            standing = change.after
            if standing.status == OPEN:
                yield from self._keep(standing, owed)
                return
        required = self._was_required(standing)
        if required != standing.required:
            yield _event("required" if required else "not_required", standing, required=required)

    def _evidence_gone(self, standing: Standing, owed: Owed | None) -> Change:
        """The fact that closed it was retracted: other evidence, or the same duty again with its first deadline."""
        found = owed.evidence if owed else self._still(standing)[1]
        if found is not None:
            return _event("done", standing, evidence=found)
        if self._day_gone(standing):
            return _event("missed", standing, status=MISSED, evidence=None, level=max(standing.level, 1))
        return _event("reopened", standing, status=OPEN, evidence=None)

    # --- questions asked of the rules again ----------------------------------------------------------

    def began_otherwise(self, standing: Standing) -> bool:
        """Whether, by what is known now of the time up to it, another fact began this duty.

        An earlier fact may have come to light, or the one it is named after be gone; a second fever does
        not count, which came later, nor another order. A day that is over is told by what was owed on it.
        """
        clause, facts = self._clause(standing), self.subject.facts
        if clause is None or each_of(clause) is not None or self._day_gone(standing):
            return False
        if not isinstance(facts, PersonFacts):
            return False
        then = self._own_time(standing)
        sitting = Sitting(facts.dated_by(then.period), self._rules(standing), then)
        found = context_for(clause, sitting).anchors.find(clause.episode)
        return found is None or found.id.hex != standing.episode

    def _clause(self, standing: Standing) -> Clause | None:
        return self._rules(standing).by_id.get(standing.clause)

    def _rules(self, standing: Standing) -> Ruleset:
        day = standing.occurrence
        past = day is not None and day <= self.horizon.period
        return self.subject.rules_of_period if past else self.subject.rules

    def _still(self, standing: Standing) -> tuple[bool, UUID | None, str]:
        """(whether it binds by today's facts at its own time, what closes it, what to blame if it does not)."""
        if standing.clause.startswith(ESTABLISH):
            return self._still_unknown(standing)
        rules, clause = self._rules(standing), self._clause(standing)
        if clause is None:
            return False, None, f"edition:{','.join(rules.editions)}"
        facts = alone(self.subject.facts, clause, standing.episode)
        then = self._own_time(standing) if each_of(clause) is None else self.horizon
        verdict = verdict_at(clause, Sitting(facts, rules, then))
        now = context_for(clause, Sitting(facts, rules, self.horizon))
        found = evidence_for(clause, now, standing.occurrence)
        evidence = found.facts[-1] if found.value and found.facts else None
        if evidence is None and verdict.value is False:
            blame = f"fact:{verdict.facts[0].hex}" if verdict.facts else ""
            return False, None, self.subject.cause or blame or f"fact:{standing.episode}"
        return True, evidence, ""

    def _still_unknown(self, standing: Standing) -> tuple[bool, UUID | None, str]:
        name = standing.clause.removeprefix(ESTABLISH)
        answers: tuple[UUID, ...] = ()
        if isinstance(self.subject.facts, PersonFacts):
            answers = established(name, self.subject.facts, self.subject.rules, self.horizon)
        if answers:
            return True, answers[-1], ""
        return False, None, self.subject.cause or self._any_fact()

    def _any_fact(self) -> str:
        """The fact last known of the subject: what made the question idle."""
        known = self._known_items()
        return f"fact:{known[-1].id.hex}" if known else f"subject:{self.subject.id.hex}"

    def _known_items(self) -> list[Any]:
        facts = self.subject.facts
        if not isinstance(facts, PersonFacts):
            return []
        items = [item for name in PersonFacts.__dataclass_fields__ for item in getattr(facts, name)]
        # Of those known at once the last by kind and by what they say, whatever their ids.
        return sorted(items, key=lambda item: item.known)

    def _known_ids(self) -> frozenset[UUID]:
        facts = self.subject.facts
        if isinstance(facts, PersonFacts):
            return facts.ids()
        answer = getattr(facts, "answered_by", None)
        return frozenset((answer,)) if answer is not None else frozenset()

    def _was_required(self, standing: Standing) -> bool:
        """Whether, by what is known now, that day called for it."""
        clause = self._clause(standing)
        facts = self.subject.facts
        if clause is None or not isinstance(facts, PersonFacts):
            return standing.required
        then = self._own_time(standing)
        facts = alone(facts, clause, standing.episode).dated_by(then.period)
        sitting = Sitting(facts, self._rules(standing), then)
        return verdict_at(clause, sitting).value is not False

    def _own_time(self, standing: Standing) -> Horizon:
        if standing.occurrence is not None:
            return self.horizon.at(standing.occurrence)
        zone = self.horizon.zone
        return Horizon(standing.starts_at, local_date(standing.starts_at, zone), zone)

    def _day_gone(self, standing: Standing) -> bool:
        day = standing.occurrence
        return day is not None and day_end(day, self.horizon.zone) <= self.horizon.moment

    # --- escalation ----------------------------------------------------------------------------------

    def _escalate(self, standing: Standing, steps: tuple[Escalation, ...]) -> Iterator[Change]:
        level = 0
        for step in steps:
            if self.horizon.passed(standing.due_at + step.after):
                level += 1
        if level > standing.level:
            yield _event("escalated", standing, level=level)


def _event(verb: str, standing: Standing, cause: str = "", **after: Any) -> Change:
    return Change(verb, standing._replace(seq=standing.seq + 1, **after), cause)
