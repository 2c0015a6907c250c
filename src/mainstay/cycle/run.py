"""The operational period: sense, link, judge, account; resumable, and a second run changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from mainstay.cycle import differences, newcomers
from mainstay.cycle.arrivals import newly_known
from mainstay.cycle.gather import Gatherer, Merges
from mainstay.cycle.judging import Setting, Work
from mainstay.cycle.link import link
from mainstay.cycle.models import Run, Step
from mainstay.cycle.owners import owned_by
from mainstay.cycle.told import told_until
from mainstay.cycle.workers import judge_all
from mainstay.duties.models import PersonOfConcern, SubjectState
from mainstay.duties.queries import editions_put_into_force
from mainstay.duties.rules.edition import Ruleset
from mainstay.duties.rules.in_force import HOUSE, rulesets_on
from mainstay.intake.models import Question
from mainstay.organisations.models import Post
from mainstay.organisations.queries import posts_at
from mainstay.people.models import Person
from mainstay.platform import bulk, failpoints, ledger
from mainstay.platform.clock import ONE_DAY, day_end, day_start, now
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.locks import WAIT, lease
from mainstay.platform.models import Actor, Dirty, Entry, Instance, Seal
from mainstay.platform.progress import Progress, silent
from mainstay.platform.reading import View
from mainstay.platform.rows import parameter
from mainstay.reports.queries.reconciliation import find_differences
from mainstay.reports.queries.sides import told_since
from mainstay.reports.rules.worst import WORSENING_RANK

PERIOD_CLOSED = code("cycle.closed", "A later period is closed already; an earlier one cannot be run any more.")
NO_EDITION = code("cycle.no_edition", "No protocol edition is in force on the day.")

SYSTEM = "mainstay cycle"
# People whose neighbours' exposures one transaction brings up to date.
LINKED_AT_ONCE = 1000
# How often the three sides are set side by side again because something came in meanwhile.
MOST_PASSES = 5

AFTER_SEAL = failpoints.place("cycle.sense.sealed")
LINK_BEFORE = failpoints.place("cycle.link.before_commit")
LINK_AFTER = failpoints.place("cycle.link.after_commit")
ACCOUNT_BEFORE = failpoints.place("cycle.account.before_commit")
ACCOUNT_AFTER = failpoints.place("cycle.account.after_commit")


def run_cycle(
    *, on: date, by: Actor, progress: Progress = silent, wait: timedelta = WAIT, counted: bool = True
) -> list[Run]:
    """Run the period of a city's day, and before it every period missed since the last one, in order.

    The same day again picks up what arrived since and changes nothing otherwise. What became of a city's duties is
    added up unless nobody asks (`counted`). Raises `cycle.closed` for a day before the last closed period,
    `cycle.no_edition` where nothing rules, `lease.busy` where another run goes on for longer than `wait`.
    """
    with lease("reconciler", wait):
        runs = [_run_period(day, by, progress, counted) for day in _periods(on)]
    newcomers.deal(by=by, at=now())
    return runs


def _periods(on: date) -> list[date]:
    last = Run.objects.filter(status="done").order_by("-period_date").values_list("period_date", flat=True).first()
    begun = Run.objects.filter(status="running").order_by("-period_date").values_list("period_date", flat=True).first()
    if begun is not None and on < begun:
        # That later day's exposures are written already: an earlier day would take them back.
        raise MainstayError(
            PERIOD_CLOSED,
            f"The period of {begun} was begun and cut short; run `mainstay cycle --on {begun}` first.",
            {"begun": begun.isoformat(), "asked": on.isoformat()},
        )
    if last is None:
        # A first run that was cut short is taken up again before any later day.
        begun = Run.objects.filter(status="running", period_date__lt=on).order_by("period_date").first()
        first = begun.period_date if begun else on
        return [first + ONE_DAY * n for n in range((on - first).days + 1)]
    if on == last:
        return [on]
    if on < last:
        raise MainstayError(
            PERIOD_CLOSED,
            f"The period of {last} is closed; {on} lies before it. Ask for {last} or a later day.",
            {"last": last.isoformat(), "asked": on.isoformat()},
        )
    return [last + ONE_DAY * n for n in range(1, (on - last).days + 1)]


def _run_period(day: date, by: Actor, progress: Progress, counted: bool) -> Run:
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    run = _begin(day, zone)
    with _step(run, "sense") as counts:
        counts["entries"] = _seal(run)
    failpoints.reach(AFTER_SEAL)
    # Run again later in its day: what only the clock brings was seen then, at the same moment.
    closed = Run.objects.filter(period_date=day, status="done").order_by("-started_at").first()
    waiting = _wait(run, zone, closed)
    if run.to_entry is None:
        with _step(run, "link") as counts:
            counts.update(_link(run, zone, waiting, by, progress))
        with _step(run, "reconcile") as counts:
            seal, told = _reconcile(run, closed, by)
            counts.update(told)
        run.to_entry, run.seal_no = seal.to_entry, seal.no
        run.save(update_fields=["to_entry", "seal_no"])
    with _step(run, "judge") as counts:
        counts.update(_judge(run, zone, waiting, by, progress))
    with _step(run, "account") as counts:
        failpoints.reach(ACCOUNT_BEFORE)
        counts.update(_account(run) if counted else {})
    ledger.seal(at=run.moment_at)
    run.status, run.ended_at = "done", now()
    run.save(update_fields=["status", "ended_at"])
    failpoints.reach(ACCOUNT_AFTER)
    return run


def _begin(day: date, zone: str) -> Run:
    """The run of this day that was cut short, to be taken up again, or a new one."""
    unfinished = Run.objects.filter(period_date=day, status="running").order_by("started_at").first()
    if unfinished is not None:
        return unfinished
    return Run.objects.create(period_date=day, moment_at=day_end(day, zone), status="running", started_at=now())


@contextmanager
def _step(run: Run, name: str) -> Iterator[dict[str, Any]]:
    step, _made = Step.objects.get_or_create(run=run, name=name, defaults={"started_at": now()})
    counts: dict[str, Any] = {}
    yield counts
    step.counts, step.ended_at = counts, now()
    step.save(update_fields=["counts", "ended_at"])


def _seal(run: Run) -> int:
    """Close what has come in; how many ledger entries that is since the last finished run."""
    seal = ledger.seal(at=run.moment_at)
    last = Run.objects.filter(status="done").order_by("-started_at").values_list("to_entry", flat=True).first()
    return Entry.objects.filter(no__gt=last or 0, no__lte=seal.to_entry if seal else 0).count()


# --- link ----------------------------------------------------------------------------------------------


def _link(run: Run, zone: str, waiting: Waiting, by: Actor, progress: Progress) -> dict[str, int]:
    newest = Entry.objects.order_by("-no").values_list("no", flat=True).first() or 0
    gatherer = gatherer_of(run, newest, zone, rules_on(run.period_date, newest))
    people = sorted(set(_waiting("person", waiting)) | _all_if_ruled_anew("person", waiting))
    written = done = 0
    seen: set[UUID] = set()
    for some in bulk.chunks(people, LINKED_AT_ONCE):
        failpoints.reach(LINK_BEFORE)
        written += link(some, gatherer, by=by, at=run.moment_at, seen=seen)
        failpoints.reach(LINK_AFTER)
        done += len(some)
        progress("link", done, len(people))
    return {"people": len(people), "exposures": written}


def gatherer_of(run: Run, to_entry: int, zone: str, diseases: Sequence[str] | dict) -> Gatherer:
    """Facts as a run may see them, reading the ledger up to an entry."""
    view = View(to_entry=to_entry, known_by=run.moment_at)
    return Gatherer(view, told_until(run, to_entry, zone), Merges(view), sorted(diseases))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whom a run must look at beside those marked by a write and those whose moment has come.

    `arrived`: subjects of whom facts become known only in this period that were entered before.
    `ruled`: types of subjects that other rules hold for than at the last run, so that all are judged.
    `worsening`: who stands before everybody else, for what made them worse may be long past by now.
    """

    arrived: dict[str, set[UUID]]
    ruled: frozenset[str]
    worsening: frozenset[UUID]


def _wait(run: Run, zone: str, closed: Run | None) -> Waiting:
    """Nobody has arrived, and what is past is as past as it was, once the period has been closed."""
    arrived = {} if closed else newly_known(day_start(run.period_date, zone), run.moment_at)
    return Waiting(arrived, _ruled_anew(run), frozenset() if closed else _worsening())


def _ruled_anew(run: Run) -> frozenset[str]:
    """An edition put into force, changed or ended since the last run is asked of people already here."""
    last = Run.objects.filter(status="done").order_by("-started_at").first()
    if last is None:
        return frozenset()
    before = rulesets_on(last.period_date + ONE_DAY, editions_put_into_force(last.to_entry))
    now_ = rulesets_on(run.period_date + ONE_DAY, editions_put_into_force(run.to_entry))
    differ = {d for d in {*before, *now_} if _rules_key(before.get(d)) != _rules_key(now_.get(d))}
    return frozenset(("person", "post", "question") if HOUSE in differ else ("person",) if differ else ())


def _rules_key(rules: Ruleset | None) -> tuple[Any, ...] | None:
    return (rules.clauses, rules.categories, rules.in_force_from) if rules else None


def _waiting(subject_type: str, waiting: Waiting) -> list[UUID]:
    """Subjects with new facts, in order: those marked by a write, and those whose time has come."""
    marked = Dirty.objects.filter(subject_type=subject_type).values_list("subject_id", flat=True)
    return sorted(set(marked) | waiting.arrived.get(subject_type, set()))


def _pass_on(merges: Merges, waiting: Waiting, to_entry: int) -> None:
    """Whoever is read as another has facts that are the other's: mark the other too, before any mark goes.

    A mark that is there stays: it may be for something newer.
    """
    touched = [person for person in _waiting("person", waiting) if person in merges.into]
    others = {merges.survivor(person) for person in touched}
    ledger.mark({ledger.Subject("person", other) for other in others}, to_entry)


_ALL: dict[str, Callable[[], Any]] = {
    "person": lambda: Person.objects.values_list("id", flat=True),
    "post": lambda: Post.objects.values_list("id", flat=True),
    "question": lambda: Question.objects.values_list("root", flat=True).distinct(),
}


def _all_if_ruled_anew(subject_type: str, waiting: Waiting) -> set[UUID]:
    return set(_ALL[subject_type]()) if subject_type in waiting.ruled else set()


# --- reconcile -----------------------------------------------------------------------------------------


def _reconcile(run: Run, closed: Run | None, by: Actor) -> tuple[Seal, dict[str, int]]:
    """Ask about every difference of register, hospital and laboratory as of the period's end.

    Returns the seal up to which the run reads, and what was counted. Whatever came in meanwhile is set side by side
    too, so that up to that seal nothing differs unasked. Where the period was `closed` before and none of the three
    sides has told of anything since, nothing differs that did not then.
    """
    seal = ledger.seal(at=run.moment_at)
    assert seal is not None
    if closed is not None and closed.to_entry is not None and not told_since(closed.to_entry):
        return seal, {"asked": 0, "settled": 0, "differences": len(differences.still_asked())}
    told: Counter[str] = Counter()
    for _pass in range(MOST_PASSES):
        found = find_differences(on=run.period_date, seal=seal)
        counted = differences.ask(found, by=by, at=run.moment_at)
        told.update({name: counted[name] for name in ("asked", "settled")})
        told["differences"] = counted["differences"]
        before, seal = seal, ledger.seal(at=run.moment_at) or seal
        if not _came_in(before, seal):
            break
    return seal, dict(told)


def _came_in(before: Seal, after: Seal) -> bool:
    """Whether anything was entered between two seals that bears on the three sides: a question or a look does not."""
    between = Entry.objects.filter(no__gt=before.to_entry, no__lte=after.to_entry)
    return between.exclude(verb__in=(differences.ASKED, ledger.LOOK)).exists()


# --- judge ---------------------------------------------------------------------------------------------


def _judge(run: Run, zone: str, waiting: Waiting, by: Actor, progress: Progress) -> dict[str, int]:
    setting = setting_of(run, zone, by)
    _pass_on(setting.gatherer.merges, waiting, setting.to_entry)
    judged = changed = 0
    posts = _waiting("post", waiting) + _due("post", run)
    owned = owned_by(posts)
    everybody = {kind: _everybody(kind, run, waiting) | owned[kind] for kind in owned}
    # The posts last: as long as one is marked, a run that was cut short looks again at whom it concerns.
    work = [
        ("person", everybody["person"], frozenset(_waiting("person", waiting))),
        ("question", everybody["question"] | differences.still_asked(), frozenset()),
        ("post", everybody["post"], frozenset(posts)),
    ]
    for kind, ids, fresh in work:
        done = 0
        for chunk in judge_all(Work(kind, sorted(ids), fresh), setting):
            changed += chunk.changes
            done += chunk.subjects
            progress("judge", done, len(ids))
        judged += done
    return {"subjects": judged, "changes": changed}


def _everybody(subject_type: str, run: Run, waiting: Waiting) -> set[UUID]:
    """Everybody of a type to judge: with new facts, by the clock, or because the rules are others."""
    some = {*_waiting(subject_type, waiting), *_due(subject_type, run)}
    if subject_type == "person":
        some |= waiting.worsening
    return some | _all_if_ruled_anew(subject_type, waiting)


def _due(subject_type: str, run: Run) -> list[UUID]:
    """Whom the clock makes necessary: the earliest moment to look again has come."""
    rows = SubjectState.objects.filter(next_look_at__lte=run.moment_at, subject_type=subject_type)
    return sorted(set(rows.values_list("subject_id", flat=True)))


def _worsening() -> frozenset[UUID]:
    rows = PersonOfConcern.objects.filter(urgency__lte=WORSENING_RANK)
    return frozenset(rows.values_list("person_id", flat=True))


def rules_on(day: date, to_entry: int) -> dict:
    return rulesets_on(day, editions_put_into_force(to_entry))


def setting_of(run: Run, zone: str, by: Actor) -> Setting:
    """What a run judges in, once it is decided up to which entry it reads; raises `cycle.no_edition`."""
    assert run.to_entry is not None
    adopted = editions_put_into_force(run.to_entry)
    rules = rulesets_on(run.period_date + ONE_DAY, adopted)
    before = rulesets_on(run.period_date, adopted)
    if rules.keys() == before.keys() and all(rules[d].editions == before[d].editions for d in rules):
        before = rules
    if not rules and not before:
        raise MainstayError(
            NO_EDITION,
            f"No protocol edition is in force on {run.period_date}; adopt one first.",
            {"on": run.period_date},
        )
    gatherer = gatherer_of(run, run.to_entry, zone, {*rules, *before} - {"house"})
    return Setting(
        period=run.period_date,
        moment=run.moment_at,
        zone=zone,
        to_entry=run.to_entry,
        rules=rules,
        rules_of_period=before,
        posts=posts_at(run.moment_at, gatherer.view),
        gatherer=gatherer,
        by=by,
    )


# --- account -------------------------------------------------------------------------------------------

_COUNTED = ("opened", "done", "missed", "withdrawn", "reopened", "escalated", "reassigned")


def _account(run: Run) -> dict[str, int]:
    """What became of duties in this period; `kept` are those open before it and after it."""
    counts = dict.fromkeys(_COUNTED, 0)
    with connection.cursor() as cursor:
        day = parameter(run.period_date)
        cursor.execute("SELECT verb, COUNT(*) FROM duties_dutyevent WHERE period_date = %s GROUP BY verb", [day])
        counts.update({verb: n for verb, n in cursor.fetchall() if verb in counts})
        cursor.execute(
            "SELECT COUNT(*) FROM duties_dutystate s JOIN duties_duty d ON d.id = s.duty_id "
            "WHERE s.status = 'open' AND d.opened_on < %s",
            [day],
        )
        counts["kept"] = cursor.fetchone()[0]
    return counts


@dataclass(frozen=True, slots=True)
class Period:
    """A closed period as the contract prints it."""

    run: Run
    steps: list[Step]
    next_at: datetime | None


def period(run: Run) -> Period:
    """The run with its steps and the next moment at which something falls due."""
    steps = sorted(run.steps.all(), key=lambda step: step.started_at)
    next_at = (
        SubjectState.objects.filter(next_look_at__gt=run.moment_at)
        .order_by("next_look_at")
        .values_list("next_look_at", flat=True)
        .first()
    )
    return Period(run, steps, next_at)
