"""Judging a few people at once, when something was recorded of them, instead of at the next run.

What comes of it is what the run of the period would make of the same facts; that run then finds nothing to change.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mainstay.cycle import newcomers
from mainstay.cycle.judging import Setting, Work, judge_block
from mainstay.cycle.link import link
from mainstay.cycle.models import Run
from mainstay.cycle.queries import OwnMoment, instance_moment
from mainstay.cycle.run import NO_EDITION, PERIOD_CLOSED, gatherer_of, rules_on, run_cycle, setting_of
from mainstay.duties import services as duties
from mainstay.duties.services import SubjectChanges
from mainstay.platform import ledger
from mainstay.platform.clock import ONE_DAY, day_end, now
from mainstay.platform.errors import MainstayError
from mainstay.platform.locks import BUSY, lease
from mainstay.platform.models import Actor, Dirty
from mainstay.tracing.queries import contacts_named_by, contacts_of

# More than these waiting are the next run's: whoever saves a form does not wait for a delivery of thousands.
FEW = 300
# So many are judged while somebody waits for a page; a city's whole register is the command's, or the night's.
AT_ONCE = 5_000
NO_WAIT = timedelta(0)


def judge_now(*, people: Collection[UUID], by: Actor, at: datetime) -> bool:
    """Judge these people, and whose exposure to them changed, at the instance's own moment; whether it was done.

    Where the day's period has been run already it is run again for whoever is marked; before that they alone are
    judged, and nothing of the day is missed yet. Left to the next run (False) while one is running or
    was cut short, before the first, after days without one, or where many are waiting. Whoever is left stays marked.
    """
    own = instance_moment(at)
    last = Run.objects.filter(status="done").order_by("-period_date", "-started_at").first()
    if last is None or not people or Run.objects.filter(status="running").exists():
        return False
    try:
        if last.period_date == own.report_day:
            if Dirty.objects.count() > FEW:
                return False
            run_cycle(on=own.report_day, by=by, wait=NO_WAIT)
            return True
        if last.period_date == own.report_day - ONE_DAY and len(people) <= FEW:
            with lease("reconciler", wait=NO_WAIT):
                done = _judge_these(people, own, by)
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
    coming = Run(period_date=own.day, moment_at=day_end(own.day, own.zone), started_at=now())
    seal = ledger.seal(at=own.at)
    if seal is None:
        return False
    gatherer = gatherer_of(coming, seal.to_entry, own.zone, rules_on(own.day, seal.to_entry))
    whom = gatherer.merges.everybody(people)
    link(whom, gatherer, by=by, at=coming.moment_at)
    seal = ledger.seal(at=own.at)
    assert seal is not None
    coming.to_entry = seal.to_entry
    setting = setting_of(coming, own.zone, by)
    ids = sorted({*whom, *_exposed(whom, setting)})
    found = [_told(one, own) for one in judge_block(Work("person", ids, frozenset(ids)), setting)]
    duties.apply_changes(found, period=own.day, by=by, at=coming.moment_at, clean=ids, to_entry=seal.to_entry)
    return True


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
