"""Judging a few people at once, when something was recorded of them or of a post, instead of at the next run.

What comes of it is what the run of the period would make of the same facts; that run then finds nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mainstay.cycle import newcomers
from mainstay.cycle.judging import Setting, Work, judge_block, write_chunk
from mainstay.cycle.link import link
from mainstay.cycle.models import Run
from mainstay.cycle.owners import owned_by
from mainstay.cycle.queries import OwnMoment, instance_moment
from mainstay.cycle.run import NO_EDITION, PERIOD_CLOSED, gatherer_of, rules_on, run_cycle, setting_of
from mainstay.duties.queries import standing_duties
from mainstay.duties.rules.reconcile import OPEN, Change
from mainstay.duties.services import SubjectChanges, write_decided
from mainstay.organisations.queries import posts_at
from mainstay.platform import bulk, ledger
from mainstay.platform.clock import ONE_DAY, day_end, now
from mainstay.platform.errors import MainstayError
from mainstay.platform.locks import BUSY, lease
from mainstay.platform.models import Actor, Dirty
from mainstay.platform.reading import View
from mainstay.tracing.queries import contacts_named_by, contacts_of

# More than these waiting are the next run's: whoever saves a form does not wait for a delivery of thousands.
FEW = 300
# Whoever fills a post waits for the duties of so many people at most.
SOME = 2_000
# So many are judged while somebody waits for a page; a city's whole register is the command's, or the night's.
AT_ONCE = 5_000
NO_WAIT = timedelta(0)


def judge_now(*, people: Collection[UUID], by: Actor, at: datetime) -> bool:
    """Judge these people, and whose exposure to them changed, at the instance's own moment; whether it was done.

    Where the day's period has been run already it is run again for whoever is marked; before that they alone are
    judged, and nothing of the day is missed yet. Left to the next run (False) while one is running or
    was cut short, before the first, after days without one, or where many are waiting. Whoever is left stays marked.
    """
    if not people:
        return False
    return _at_once(lambda own: len(people) <= FEW and _judge_these(people, own, by), by, at)


def settle_posts(*, posts: Collection[UUID], by: Actor, at: datetime) -> bool:
    """Give the open duties of these posts, and of those beneath, to whoever answers for them now; whether it was done.

    A duty to fill a post ends with it. Left to the next run (False) as `judge_now` leaves people, and where the duties
    of more than SOME people may change hands.
    """
    owned = owned_by(posts)
    if not posts or len(owned["person"]) > SOME:
        return False

    def settle(own: OwnMoment) -> bool:
        # A few at a time, so that no lock is held for long; the posts last, whose marks say that this is to be done.
        for some in bulk.chunks(sorted(owned["person"]), FEW):
            _judge_these(some, own, by)
            _hand_on_todays(some, own, by)
        if owned["question"]:
            _judge_house("question", owned["question"], own, by)
        return _judge_house("post", {*posts, *owned["post"]}, own, by)

    return _at_once(settle, by, at)


def _at_once(judge: Callable[[OwnMoment], bool], by: Actor, at: datetime) -> bool:
    own = instance_moment(at)
    last = Run.objects.filter(status="done").order_by("-period_date", "-started_at").first()
    if last is None or Run.objects.filter(status="running").exists():
        return False
    try:
        if last.period_date == own.report_day:
            if Dirty.objects.count() > FEW:
                return False
            run_cycle(on=own.report_day, by=by, wait=NO_WAIT, counted=False)
            return True
        if last.period_date == own.report_day - ONE_DAY:
            with lease("reconciler", wait=NO_WAIT):
                done = judge(own)
            newcomers.deal(by=by, at=at)
            return done
    except MainstayError as error:
        if error.code not in (BUSY, NO_EDITION, PERIOD_CLOSED):
            raise
    return False


def judge_waiting(*, by: Actor, at: datetime) -> bool:
    """Judge everybody of whom something was recorded and not judged yet, as after a file; whether it was done.

    Left to the next run (False) where they are many, and where `judge_now` leaves it.
    """
    marked = Dirty.objects.filter(subject_type="person").values_list("subject_id", flat=True)
    waiting = set(marked[: FEW + 1])
    return len(waiting) <= FEW and judge_now(people=waiting, by=by, at=at)


def work_out(*, by: Actor, at: datetime) -> bool:
    """Run today's period up to what is known now, the first one too; whether it was done.

    Left to the command (False) where more than AT_ONCE are waiting, and to whoever is at it already. Raises
    `cycle.no_edition`, `cycle.closed`. Pressed twice it changes nothing.
    """
    if Dirty.objects.count() > AT_ONCE:
        return False
    try:
        run_cycle(on=instance_moment(at).report_day, by=by, wait=NO_WAIT)
    except MainstayError as error:
        if error.code != BUSY:
            raise
        return False
    return True


def _judge_these(people: Collection[UUID], own: OwnMoment, by: Actor) -> bool:
    """Before the day's run: as that run would judge them by what is known now, without what only the clock brings."""
    coming = _coming(own)
    if coming is None:
        return False
    to_entry = coming.to_entry or 0
    gatherer = gatherer_of(coming, to_entry, own.zone, rules_on(own.day, to_entry))
    whom = gatherer.merges.everybody(people)
    link(whom, gatherer, by=by, at=coming.moment_at)
    setting = setting_of(_coming(own) or coming, own.zone, by)
    ids = sorted({*whom, *_exposed(whom, setting)})
    _judge(Work("person", ids, frozenset(ids)), setting, own)
    return True


def _judge_house(kind: str, ids: Collection[UUID], own: OwnMoment, by: Actor) -> bool:
    """The same of posts or questions, which nothing links."""
    coming = _coming(own)
    if coming is None:
        return False
    _judge(Work(kind, sorted(ids), frozenset(ids)), setting_of(coming, own.zone, by), own)
    return True


def _hand_on_todays(people: Collection[UUID], own: OwnMoment, by: Actor) -> None:
    """What is owed for this very day: whether it was done the run at its end will see, but it has another owner now."""
    posts = posts_at(day_end(own.day, own.zone), View())
    changes = []
    for theirs in standing_duties(sorted(people), since=own.day).values():
        for one in theirs.values():
            answering = posts.answering(posts.by_id.get(one.post) if one.post else None)
            now_ = answering.id if answering else None
            if one.status == OPEN and one.occurrence == own.day and one.answering != now_:
                changes.append(Change("reassigned", one._replace(seq=one.seq + 1, answering=now_)))
    if changes:
        write_decided(facts=[], changes=changes, people=(), period=own.day, by=by, at=own.at, verb="cycle.judge")


def _judge(work: Work, setting: Setting, own: OwnMoment) -> None:
    write_chunk(work.type, work.ids, [_told(one, own) for one in judge_block(work, setting)], setting)


def _coming(own: OwnMoment) -> Run | None:
    """The day's run as it would read now: up to a seal taken for it; None on an empty ledger. It is not kept."""
    seal = ledger.seal(at=own.at)
    if seal is None:
        return None
    moment = day_end(own.day, own.zone)
    return Run(period_date=own.day, moment_at=moment, started_at=now(), to_entry=seal.to_entry)


def _exposed(people: Collection[UUID], setting: Setting) -> set[UUID]:
    """Of those who met these people whoever is marked: a new fact of the link step concerns them."""
    gatherer, some = setting.gatherer, sorted(people)
    known = gatherer.told.known
    met = contacts_named_by(some, gatherer.view, known) + contacts_of(some, gatherer.view, known)
    others = {gatherer.merges.survivor(one) for contact in met for one in (contact.person, contact.index)}
    marked = Dirty.objects.filter(subject_type="person", subject_id__in=others)
    return set(marked.values_list("subject_id", flat=True))


def _told(subject: SubjectChanges, own: OwnMoment) -> SubjectChanges:
    """What the facts bring. Left to the day's run, which looks at them whatever is recorded later: what the day has
    missed, what rises a level with time, and daily duties, which begin with the day after."""
    begun = {change.after.id for change in subject.changes if change.verb == "opened" and change.after.occurrence}
    kept = [change for change in subject.changes if change.after.id not in begun and change.verb not in BY_THE_CLOCK]
    return replace(subject, changes=kept, next_look_at=own.at)


BY_THE_CLOCK = ("missed", "escalated")
