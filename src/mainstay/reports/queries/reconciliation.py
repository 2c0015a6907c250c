"""The daily reconciliation of register, hospital and laboratory: every difference, and whose it is to settle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mainstay.duties.queries import DutyRow, Wanted, editions_put_into_force, list_duties
from mainstay.duties.rules import facts as shapes
from mainstay.duties.rules.facts import PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import HOUSE, rulesets_on
from mainstay.duties.rules.predicates import current_stay
from mainstay.organisations.queries import posts_at
from mainstay.organisations.rules import Posts, Whereabouts
from mainstay.people.queries import ReadAs, homes
from mainstay.platform.clock import ONE_DAY, day_end
from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import keyed_id
from mainstay.platform.keys import load_keys
from mainstay.platform.models import Seal
from mainstay.platform.reading import View
from mainstay.reports.queries.indicators import NO_DISEASE, seal_to_read
from mainstay.reports.queries.series import all_series
from mainstay.reports.queries.sides import diseases_to_compare, read_sides
from mainstay.reports.rules.cases import survivors
from mainstay.reports.rules.reconciliation import Difference, Told, differences, told_by
from mainstay.reports.rules.sides import Records

# The kind of duty by which somebody settles a difference, and the clause that opens it.
SETTLE, CLAUSE = "settle_difference", "question.difference"
# Whose it is before that clause is in force.
OWNERS = ("ward", "site", "home_unit", "group:tracing", "headquarters")


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference with its owner: `post` is whose it is, `answering` who answers, above where it is vacant.

    `question` is what its duty is about. `duty` and what follows are None until a cycle has run with it.
    """

    disease: str
    difference: Difference
    question: UUID
    post: UUID | None
    answering: UUID | None
    duty: UUID | None = None
    due_at: datetime | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many people of one disease were set side by side: `agreeing` + `differing` are all of them."""

    disease: str
    told: Told
    agreeing: int
    differing: int

    @property
    def people(self) -> int:
        return self.agreeing + self.differing


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The differences of a day as known at a seal, by disease, the gravest kind first."""

    period_date: date
    known_at: int | None
    compared: tuple[Compared, ...] = ()
    rows: tuple[DifferenceRow, ...] = ()
    post_codes: Mapping[UUID, str] = field(default_factory=dict)

    def kinds(self) -> list[tuple[str, int]]:
        """(kind, how many), in order of gravity."""
        return list(Counter(row.difference.kind for row in self.rows).items())

    def as_data(self) -> dict[str, Any]:
        """The `data` object of `mainstay.reconciliation/1`."""
        return {
            "period_date": self.period_date,
            "compared": [
                {
                    "disease": one.disease,
                    "people": one.people,
                    "agreeing": one.agreeing,
                    "differing": one.differing,
                    "in_register": one.told.register,
                    "in_hospital": one.told.hospital,
                    "positive_in_laboratory": one.told.laboratory,
                    "not_told": list(one.told.not_told),
                }
                for one in self.compared
            ],
            "totals": [{"kind": kind, "differences": count} for kind, count in self.kinds()],
            "rows": [self._row(row) for row in self.rows],
        }

    def _row(self, row: DifferenceRow) -> dict[str, Any]:
        one = row.difference
        return {
            "person": one.person,
            "disease": row.disease,
            "kind": one.kind,
            "since_date": one.since,
            "said": [
                {
                    "side": said.side,
                    "value": None if said.fact is None else said.value,
                    "date": said.date,
                    "ends_date": said.ends,
                    "facility": said.facility,
                    "source": said.source or None,
                    "fact": said.fact,
                }
                for said in one.said
            ],
            "post": self.post_codes.get(row.post) if row.post else None,
            "answering": self.post_codes.get(row.answering) if row.answering else None,
            "duty": row.duty,
            "due_at": row.due_at,
            "status": row.status,
        }


def find_differences(*, on: date, seal: Seal | None, disease: str | None = None) -> dict[str, tuple[Difference, ...]]:
    """{disease: its differences} at the end of a day, of one disease or of all; sixteen statements for each."""
    named = [disease] if disease is not None else diseases_to_compare(seal)
    return {name: differences(read_sides(disease=name, on=on, seal=seal)) for name in named}


def question_of(disease: str, one: Difference) -> UUID:
    """The id of what somebody is asked about a difference: the same for the same difference, whenever it is found."""
    return keyed_id(load_keys().record, "difference", disease, one.kind, one.person.hex, one.anchor.hex)


def reconciliation(*, on: date, known_at: int | None = None, disease: str | None = None) -> Reconciliation:
    """Every difference at the end of a day, as known at a seal (the last one), each with its owner.

    The owner is that of the duty which the cycle opened; before it has run, whoever will be asked by the same rule.
    Raises `seal.unknown` and `disease.unknown`. The number of statements is the same for any number of people.
    """
    seal = seal_to_read(known_at)
    named = _named(disease, seal)
    sides = {name: read_sides(disease=name, on=on, seal=seal) for name in named}
    found = {name: differences(records) for name, records in sides.items()}
    if not any(found.values()):
        compared = tuple(_compared(name, sides[name], ()) for name in named)
        return Reconciliation(on, seal.no if seal else None, compared)
    zone = next(iter(sides.values())).zone
    owners = _Owners(on, zone, seal)
    owners.place({one.person for some in found.values() for one in some}, sides.values())
    rows = [owners.row(name, one) for name, some in found.items() for one in some]
    return Reconciliation(
        period_date=on,
        known_at=seal.no if seal else None,
        compared=tuple(_compared(name, sides[name], found[name]) for name in named),
        rows=tuple(rows),
        post_codes={post.id: post.code for post in owners.posts.by_id.values()},
    )


def _named(disease: str | None, seal: Seal | None) -> list[str]:
    """The disease asked for, if anything is on file under it; else all that can be compared."""
    there = diseases_to_compare(seal)
    if disease is None or disease in there:
        return there if disease is None else [disease]
    if disease not in {series.disease for series in all_series(View(seal.to_entry if seal else 0))}:
        raise MainstayError(NO_DISEASE, f"Nothing is on file under '{disease}'.", {"disease": disease})
    return []


def _compared(disease: str, records: Records, found: Iterable[Difference]) -> Compared:
    told = told_by(records)
    differing = len({one.person for one in found})
    return Compared(disease, told, told.people - differing, differing)


class _Owners:
    """Whose a difference is: by its duty where there is one, else by where the person is."""

    def __init__(self, on: date, zone: str, seal: Seal | None) -> None:
        self.moment = day_end(on, zone)
        self.horizon = Horizon(self.moment, on, zone)
        to_entry = seal.to_entry if seal else 0
        self.posts: Posts = posts_at(self.moment, View(to_entry, self.moment))
        wanted = Wanted(on, self.moment, to_entry=to_entry, kind=SETTLE)
        self.duties: dict[UUID, DutyRow] = {duty.subject_id: duty for duty in list_duties(wanted)}
        house = rulesets_on(on + ONE_DAY, editions_put_into_force(to_entry)).get(HOUSE)
        clauses = [clause for clause in house.clauses if clause.id == CLAUSE] if house else []
        self.owners = clauses[0].owner if clauses else OWNERS
        self.where: dict[UUID, Whereabouts] = {}

    def place(self, people: set[UUID], sides: Iterable[Records]) -> None:
        """Find where these people are; two statements."""
        theirs: dict[UUID, dict[UUID, shapes.Stay]] = {}
        for records in sides:
            read_as = survivors(dict(records.merged))
            for one in records.stays:
                stay = shapes.Stay(one.root, one.known, one.date, one.ends, one.kind, one.facility, one.certain)
                theirs.setdefault(read_as.get(one.person, one.person), {})[one.root] = stay
        for person, home in homes(people, ReadAs()).items():
            stays = shapes.in_order(theirs.get(person, {}).values())
            stay = current_stay(PersonFacts(stays=stays), self.horizon)
            self.where[person] = (
                Whereabouts(home_unit=home.unit)
                if stay is None or stay.kind == "home"
                else Whereabouts(stay.kind, stay.facility, home.unit)
            )

    def row(self, disease: str, one: Difference) -> DifferenceRow:
        question = question_of(disease, one)
        duty = self.duties.get(question)
        if duty is not None and duty.status != "withdrawn":
            return DifferenceRow(disease, one, question, duty.post, duty.answering, duty.id, duty.due_at, duty.status)
        post = self.posts.accountable(tuple(self.owners), self.where.get(one.person, Whereabouts()))
        answering = self.posts.answering(post)
        return DifferenceRow(disease, one, question, post.id if post else None, answering.id if answering else None)
