"""Why somebody owes what: every clause's verdict, its facts, what is unknown, what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.cycle.gather import Gatherer, Merges
from mainstay.cycle.models import Run
from mainstay.cycle.told import told_until
from mainstay.duties.queries import DutyRow, Wanted, editions_put_into_force, list_duties
from mainstay.duties.rules.edition import Ruleset
from mainstay.duties.rules.facts import PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import HOUSE, rulesets_on
from mainstay.duties.rules.judge import ESTABLISH, judge, verdict_at
from mainstay.duties.rules.sitting import Sitting
from mainstay.duties.rules.would_change import WouldChange, would_change
from mainstay.people.queries import find_person
from mainstay.platform import ledger
from mainstay.platform.clock import day_end
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Actor, Instance
from mainstay.platform.reading import View

NOT_FOUND = code("explain.not_found", "There is no person or duty by that name here.")
NO_RUN = code("cycle.not_run", "The cycle has not been run for that day.")


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    clause: str
    edition: str
    verdict: bool | None
    facts: tuple[UUID, ...]
    unknown: tuple[str, ...]
    would_change: tuple[WouldChange, ...]
    duties: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One person under one disease's rules on a day."""

    subject: UUID
    disease: str
    category: str
    editions: tuple[str, ...]
    clauses: tuple[ClauseVerdict, ...]


def last_run(day: date) -> Run:
    """The last finished run of a day; raises `cycle.not_run`."""
    run = latest_run(day)
    if run is None:
        raise MainstayError(
            NO_RUN,
            f"The cycle has not been run for {day}; run `mainstay cycle --on {day}` first.",
            {"on": day.isoformat()},
        )
    return run


def explain(*, name: str, on: date, by: Actor, at: datetime) -> list[Explanation]:
    """Explain a person (by id or identifier) or the person of a duty, as judged on a day.

    Reading somebody's facts is itself a ledger line.
    """
    run = last_run(on)
    person, clause = _whom(name, run)
    ledger.note(by=by, at=at, verb="read.explain", purpose=f"person {person}")
    return explain_person(person, run, clause)


def latest_run(on: date | None = None) -> Run | None:
    """The last finished run, or that of a day; None where there is none. One statement."""
    rows = Run.objects.filter(status="done")
    if on is not None:
        rows = rows.filter(period_date=on)
    return rows.order_by("-period_date", "-started_at").first()


def explain_person(person: UUID, run: Run, clause: str | None = None) -> list[Explanation]:
    """Explain a person as a finished run judged them, one disease after the other; all clauses, or one.

    Whoever asks for it leaves the line of the ledger that reading it needs.
    """
    assert run.to_entry is not None
    on = run.period_date
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    view = View(run.to_entry, run.moment_at)
    rules = rulesets_on(on, editions_put_into_force(run.to_entry))
    diseases = sorted(set(rules) - {HOUSE})
    gatherer = Gatherer(view, told_until(run, run.to_entry, zone), Merges(view), diseases)
    person = gatherer.merges.survivor(person)
    duties = list_duties(Wanted(on, day_end(on, zone), to_entry=None, subject=person))
    found = []
    for disease, facts in sorted(gatherer.people([person])[person].items()):
        explanation = _explain(person, facts, rules[disease], Horizon(run.moment_at, on, zone), duties, clause)
        found.append(explanation)
    return found


def _whom(name: str, run: Run) -> tuple[UUID, str | None]:
    """(person, clause if a duty was named)."""
    person = find_person(name)
    if person is not None:
        return person, None
    try:
        duty = UUID(name)
    except ValueError:
        duty = None
    if duty is not None:
        rows = list_duties(Wanted(run.period_date, run.moment_at, duty=duty))
        if rows and rows[0].subject_type == "person":
            return rows[0].subject_id, rows[0].clause
    raise MainstayError(
        NOT_FOUND,
        f"There is no person or duty '{name}' here; give an id, or an identifier as it was delivered.",
        {"name": name},
    )


def _explain(
    person: UUID, facts: PersonFacts, rules: Ruleset, horizon: Horizon, duties: list[DutyRow], only: str | None
) -> Explanation:
    category = judge("person", facts, rules, horizon).category
    sitting = Sitting(facts, rules, horizon)
    clauses = []
    for clause in rules.by_subject["person"]:
        verdict = verdict_at(clause, sitting)
        mine = tuple(row.id for row in duties if row.clause == clause.id and row.disease == rules.disease)
        asked = tuple(row.id for row in duties if row.clause.removeprefix(ESTABLISH) in verdict.unknown)
        if only is not None and clause.id != only and not (only.startswith(ESTABLISH) and asked):
            continue
        clauses.append(
            ClauseVerdict(
                clause.id,
                clause.edition,
                verdict.value,
                verdict.facts,
                verdict.unknown,
                would_change(clause, facts, rules, horizon),
                mine + asked,
            )
        )
    return Explanation(person, rules.disease, category, rules.editions, tuple(clauses))
