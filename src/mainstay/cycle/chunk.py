"""One chunk of rows: planned whole in Python, so that its transaction only writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from mainstay.cycle import held
from mainstay.cycle.delivered import Tally, WarningLine
from mainstay.cycle.mended import Mends, patched
from mainstay.cycle.statements import (
    STORES,
    RecordIds,
    Writing,
    first_version,
    later_version,
    retraction,
    root_of,
    version_id,
)
from mainstay.intake import queries
from mainstay.intake.mapping import Mapping
from mainstay.intake.models import Delivery, Question, Reject, Row
from mainstay.intake.rules.rows import Draft, Problem, RowKey, RowReader, RowReading, entry_value
from mainstay.intake.rules.verdicts import Standing, Verdict, verdicts
from mainstay.organisations import services as organisations
from mainstay.organisations.models import Facility
from mainstay.people import services as people
from mainstay.people.services import Identity
from mainstay.platform import bulk
from mainstay.platform.identity import new_id
from mainstay.platform.keys import Keys
from mainstay.platform.ledger import Subject
from mainstay.platform.models import Actor, Appended, Fact


class Unit(NamedTuple):
    """One row on its way in."""

    reading: RowReading
    record: UUID
    content: UUID
    mended: bool = (
        False  # sent again by whoever mended it: a new version although the feed's content is the same
    )


@dataclass
class Intake:
    """What one delivery's chunks share."""

    mapping: Mapping
    reader: RowReader
    header: Sequence[str]
    keys: Keys
    record_ids: RecordIds
    facilities: dict[str, UUID]
    mends: Mends
    delivery: Delivery
    delivery_kept: bool
    by: Actor
    at: datetime
    dry_run: bool
    # Records with more than one row in this delivery: their contents, what was decided, what was taken.
    repeated: dict[UUID, set[UUID]] = field(default_factory=dict)
    decided: dict[UUID, dict[UUID, Verdict]] = field(default_factory=dict)
    taken: set[tuple[UUID, UUID]] = field(default_factory=set)
    foreseen: set[Identity] = field(default_factory=set)  # in a dry run: whom it would have made

    def identify(self, cells: Sequence[str]) -> tuple[RowKey, Sequence[str]]:
        """The row's key as the feed sends it, and its cells with what was mended."""
        key = self.reader.key_of(cells)
        if not self.mends:
            return key, cells
        mends = self.mends.get(self.ids(key)[0])
        if mends is None:
            return key, cells
        whole = patched(cells, self.header, mends, self.delivery.separator)
        return (key if key.whole else self.reader.key_of(whole)), whole

    def ids(self, key: RowKey) -> tuple[UUID, UUID]:
        """(record, content): a row without a whole key is recognised by its content alone."""
        name = self.mapping.name
        content = self.record_ids(name, "content", key.content)
        if not key.whole:
            return self.record_ids(name, "incomplete", key.content), content
        return self.record_ids(name, "record", key.record), content

    def unit(self, number: int, cells: Sequence[str], mended: bool = False) -> Unit:
        """The row read, under the ids it is recognised by."""
        key, whole = self.identify(cells)
        reading = self.reader.read(number, whole)
        if key.whole and not reading.key.whole:
            key = reading.key
        return Unit(reading, *self.ids(key), mended)


@dataclass
class Plan:
    """What a chunk will write, and each row's verdict."""

    found: list[tuple[Unit, Verdict]]
    people: people.Resolved
    rows: list[Appended] = field(default_factory=list)
    touch: set[Subject] = field(default_factory=set)

    @property
    def facts(self) -> int:
        return sum(isinstance(row, Fact) for row in self.rows)


REJECTED = Verdict("rejected", 0, 0)


class Chunk:
    """Some rows of a delivery, taken in together."""

    def __init__(self, intake: Intake, units: list[Unit]) -> None:
        self.intake = intake
        self.units = units

    def plan(self) -> Plan:
        """Look up what stands, decide every row, and build all that has to be written."""
        found = self._verdicts()
        fresh = [(unit, verdict) for unit, verdict in found if verdict.verdict not in ("known", "rejected")]
        plan = Plan(found, self._people(unit for unit, _verdict in fresh))
        writing = self._writing(unit for unit, _verdict in fresh)
        revised = []
        for unit, verdict in fresh:
            plan.rows.append(self._row(unit, verdict))
            if verdict.version > 1:
                revised.append((unit, verdict))
            else:
                plan.rows += self._first(unit, verdict, plan.people, writing)
            if verdict.verdict == "conflict":
                plan.rows.append(
                    self._question(self._conflict(unit.record), "conflict", self.intake.mapping.name)
                )
        if revised:
            Revision(self, revised, plan, writing).add()
        self._hold(plan)
        if plan.rows and not self.intake.delivery_kept:
            plan.rows.append(self.intake.delivery)
        return plan

    def _verdicts(self) -> list[tuple[Unit, Verdict]]:
        standing = queries.standing({unit.record for unit in self.units if not unit.reading.held_whole})
        taken = set(self.intake.taken)
        found = []
        for unit in self.units:
            if unit.reading.held_whole:
                found.append((unit, REJECTED))
                continue
            verdict = self._verdict(unit, standing.get(unit.record, ()))
            if unit.record in self.intake.repeated:
                mark = (unit.record, unit.content)
                if mark in taken:
                    verdict = verdict._replace(verdict="known")
                taken.add(mark)
            found.append((unit, verdict))
        return found

    def _verdict(self, unit: Unit, standing: Sequence[Standing]) -> Verdict:
        if unit.record in self.intake.repeated:
            decided = self.intake.decided.get(unit.record)
            if decided is None:
                decided = self.intake.decided[unit.record] = verdicts(
                    self.intake.repeated[unit.record], standing
                )
            return decided[unit.content]
        verdict = verdicts((unit.content,), standing)[unit.content] if standing else Verdict("new", 0, 1)
        if unit.mended and verdict.verdict == "known":
            return Verdict("revised", verdict.place_no, verdict.version + 1)
        return verdict

    def _people(self, units: Iterable[Unit]) -> people.Resolved:
        named = [person for unit in units for person in unit.reading.persons]
        return people.prepare(
            [Identity(person.scheme, person.identifier) for person in named],
            known=[Identity(person.scheme, person.identifier) for person in named if person.known],
            keys=self.intake.keys,
        )

    def _writing(self, units: Iterable[Unit]) -> Writing:
        """What the facts share; facilities that the mapping may create are there afterwards."""
        wanted = {
            value
            for unit in units
            for draft in unit.reading.drafts
            for name, value in draft.values
            if name == "facility" and value not in self.intake.facilities
        }
        for facility in sorted(map(str, wanted)):
            self.intake.facilities[facility] = new_id() if self.intake.dry_run else self._create(facility).id
        intake = self.intake
        return Writing(
            intake.record_ids, intake.mapping.source, intake.mapping.disease, intake.at, intake.facilities
        )

    def _create(self, facility: str) -> Facility:
        """A facility as the mapping knows it, after the one it is a ward of."""
        column = next(
            c for c in self.intake.mapping.columns if c.type == "facility" and _names(c.values, facility)
        )
        part_of = column.part_of.get(facility)
        whole = self._create(part_of) if part_of else None
        spelling = next((name for name, value in column.values.items() if value == facility), facility)
        return organisations.add_facility(
            code=facility,
            name=spelling,
            kind=Facility.Kind.WARD if whole else Facility.Kind.HOSPITAL,
            part_of=whole,
            by=self.intake.by,
            at=self.intake.at,
        )

    def _row(self, unit: Unit, verdict: Verdict) -> Row:
        identity = self.intake.record_ids(
            "row", unit.record.hex, str(verdict.place_no), str(verdict.version), unit.content.hex,
        )  # fmt: skip
        return bulk.build(
            Row,
            {
                "id": identity,
                "mapping": self.intake.mapping.name,
                "record": unit.record,
                "content": unit.content,
                "version": verdict.version,
                "place_no": verdict.place_no,
                "delivery_id": self.intake.delivery.id,
                "row_no": unit.reading.number,
            },
        )

    def _first(self, unit: Unit, verdict: Verdict, resolved: people.Resolved, writing: Writing) -> list[Fact]:
        persons = persons_of(unit, resolved)
        return [
            first_version(
                draft, root_of(writing.ids, unit.record, verdict.place_no, draft.slot), persons, writing
            )
            for draft in unit.reading.drafts
        ]

    def _conflict(self, record: UUID) -> UUID:
        return self.intake.record_ids("conflict", record.hex)

    def _question(self, root: UUID, kind: str, about: str) -> Question:
        intake = self.intake
        return held.question(
            intake.record_ids, root=root, kind=kind, about=about, source=intake.mapping.source, at=intake.at
        )

    def _hold(self, plan: Plan) -> None:
        """Rejects and their questions, for every row that is not known; those kept already are left out."""
        problems = {
            self.reject_id(unit, problem): (unit, problem)
            for unit, verdict in plan.found
            if verdict.verdict != "known"
            for problem in unit.reading.problems
        }
        for some in bulk.chunks(list(problems), queries.AT_ONCE):
            for kept in Reject.objects.filter(id__in=some).values_list("id", flat=True):
                del problems[kept]
        for identity, (unit, problem) in problems.items():
            plan.rows.append(self._reject(identity, unit, problem))
            about = (
                f"{self.intake.mapping.name}: {held.JOIN.join(problem.columns)}"
                if problem.held == "field"
                else ""
            )
            plan.rows.append(
                self._question(identity, f"held_{problem.held}", about or self.intake.mapping.name)
            )

    def reject_id(self, unit: Unit, problem: Problem) -> UUID:
        return held.reject_id(self.intake.record_ids, unit.record, unit.content, problem)

    def _reject(self, identity: UUID, unit: Unit, problem: Problem) -> Reject:
        return held.reject_row(
            unit.reading,
            problem,
            identity=identity,
            record=unit.record,
            content=unit.content,
            delivery=self.intake.delivery.id,
            mapping=self.intake.mapping.name,
            header=self.intake.header,
            keys=self.intake.keys,
        )

    def count(self, plan: Plan, tally: Tally) -> None:
        """Add the chunk, once written, to the delivery's counts."""
        intake = self.intake
        tally.facts += plan.facts
        tally.created += len(plan.people.created - intake.foreseen)
        if intake.dry_run:
            intake.foreseen |= plan.people.created
        intake.delivery_kept = intake.delivery_kept or (bool(plan.rows) and not intake.dry_run)
        for unit, verdict in plan.found:
            tally.count(verdict.verdict)
            if unit.record in intake.repeated:
                intake.taken.add((unit.record, unit.content))
            reading = unit.reading
            tally.people.update([hash((person.scheme, person.identifier)) for person in reading.persons])
            for problem in reading.problems:
                tally.rejects.append(held.line_of(reading, problem, self.reject_id(unit, problem)))
            if reading.warnings:
                tally.rows["warned"] += 1
                tally.warnings += [
                    WarningLine(reading.number, held.JOIN.join(w.columns), entry_value(w), w.code, w.reason)
                    for w in reading.warnings
                ]


def _names(values: object, facility: str) -> bool:
    return not values or facility in values.values()  # type: ignore[attr-defined]


def persons_of(unit: Unit, resolved: people.Resolved) -> dict[str, UUID]:
    """The persons of a row by their roles."""
    return {
        person.role: resolved.persons[Identity(person.scheme, person.identifier)]
        for person in unit.reading.persons
    }


class Revision:
    """Rows whose content changed: slot by slot a new version, where that slot's content changed."""

    def __init__(
        self, chunk: Chunk, revised: list[tuple[Unit, Verdict]], plan: Plan, writing: Writing
    ) -> None:
        self.chunk = chunk
        self.revised = revised
        self.plan = plan
        self.writing = writing

    def add(self) -> None:
        """Add the changed slots, and answer what the new content has settled."""
        last = self._last()
        for unit, verdict in self.revised:
            persons = persons_of(unit, self.plan.people)
            drafts = {draft.slot: draft for draft in unit.reading.drafts}
            for spec in self.chunk.intake.mapping.facts:
                root = root_of(self.writing.ids, unit.record, verdict.place_no, spec.slot)
                self._slot(root, drafts.get(spec.slot), last.get(root), persons)
        self._answer()

    def _last(self) -> dict[UUID, Fact]:
        """The last version in every slot of the revised rows."""
        roots: dict[str, list[UUID]] = {}
        for unit, verdict in self.revised:
            for spec in self.chunk.intake.mapping.facts:
                root = root_of(self.writing.ids, unit.record, verdict.place_no, spec.slot)
                roots.setdefault(spec.fact, []).append(root)
        found: dict[UUID, Fact] = {}
        for fact, some in roots.items():
            for part in bulk.chunks(some, queries.AT_ONCE):
                for row in STORES[fact].model.objects.filter(root__in=part).order_by("version"):
                    found[row.root] = row
        return found

    def _slot(self, root: UUID, draft: Draft | None, last: Fact | None, persons: dict[str, UUID]) -> None:
        rows, writing = self.plan.rows, self.writing
        if last is None:
            if draft is not None:
                rows.append(first_version(draft, root, persons, writing))
            return
        if draft is None:
            if last.retracted:
                return
            rows.append(retraction(last, writing))
        else:
            if not last.retracted and last.id == version_id(writing.ids, root, draft.content, last.version):
                return
            rows.append(later_version(draft, root, last.version + 1, persons, writing))
        # Whom the fact was about before is judged again too.
        self.plan.touch |= {Subject(kind, getattr(last, column)) for column, kind in last.touches}

    def _answer(self) -> None:
        """Questions about the content that these rows supersede are answered by it."""
        intake = self.chunk.intake
        standing_now = {
            self.chunk.reject_id(unit, p) for unit, _v in self.revised for p in unit.reading.problems
        }
        places = self._places()
        earlier = queries.contents_before(places)
        roots = [
            reject.id
            for some in bulk.chunks(list(places), queries.AT_ONCE)
            for reject in Reject.objects.filter(record__in=some).only("id", "record", "content")
            if (reject.record, reject.content) in earlier and reject.id not in standing_now
        ]
        self.plan.rows += held.answers(intake.record_ids, held.open_questions(roots), at=intake.at)

    def _places(self) -> dict[UUID, set[int]]:
        places: dict[UUID, set[int]] = {}
        for unit, verdict in self.revised:
            places.setdefault(unit.record, set()).add(verdict.place_no)
        return places
