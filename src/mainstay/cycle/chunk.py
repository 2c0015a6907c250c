"""One chunk of rows: planned whole in Python, so that its transaction only writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

from django.db import IntegrityError

from mainstay.cycle import held
from mainstay.cycle.delivered import Tally, WarningLine
from mainstay.cycle.delivery import Intake, Unit
from mainstay.cycle.revision import revise
from mainstay.cycle.statements import Writing, first_versions
from mainstay.intake import queries
from mainstay.intake.models import Question, Reject, Row
from mainstay.intake.rules.rows import PERSON_SHARED, RowKey, Warned, entry_value
from mainstay.intake.rules.slots import SEP, Named
from mainstay.intake.rules.verdicts import Standing, Verdict, verdicts
from mainstay.organisations import services as organisations
from mainstay.organisations.models import Facility
from mainstay.people import services as people
from mainstay.people.services import Identity
from mainstay.platform import bulk, failpoints, ledger
from mainstay.platform.bulk import Rows
from mainstay.platform.errors import CODES, MainstayError
from mainstay.platform.forms import Filled
from mainstay.platform.identity import new_id
from mainstay.platform.ledger import Subject
from mainstay.platform.models import Appended, Fact

BEFORE_CHUNK = failpoints.place("intake.before_chunk")
IN_CHUNK = failpoints.place("intake.in_chunk")
AFTER_CHUNK = failpoints.place("intake.after_chunk")
ATTEMPTS = 3
NEW = Verdict("new", 0, 1)
REJECTED = Verdict("rejected", 0, 0)


class Tables(dict[type[Appended], Filled]):
    """Rows to be written, by their tables."""

    def __missing__(self, model: type[Appended]) -> Filled:
        filled = self[model] = Filled(model)
        return filled


@dataclass
class Plan:
    """What a chunk will write, and each row's verdict."""

    found: list[tuple[Unit, Verdict]]
    people: people.Resolved
    tables: Tables = field(default_factory=Tables)  # the rows taken and what they state first
    others: dict[UUID, Appended] = field(default_factory=dict)  # few: what is revised, held, asked and answered
    touch: set[Subject] = field(default_factory=set)

    @property
    def facts(self) -> int:
        others = sum(isinstance(row, Fact) for row in self.others.values())
        return others + sum(len(filled.hashes) for model, filled in self.tables.items() if issubclass(model, Fact))

    @property
    def empty(self) -> bool:
        return not self.tables and not self.others

    def add(self, rows: Iterable[Appended]) -> None:
        """Single rows; the same row twice is one."""
        self.others.update((row.id, row) for row in rows)

    def all_rows(self) -> list[Rows | Filled]:
        """All that is written, as the ledger takes it."""
        return [*self.tables.values(), *ledger.tables_of(self.others.values())]


class Chunk:
    """Some rows of a delivery, taken in together; `extra` rows are written with them."""

    def __init__(self, intake: Intake, units: list[Unit], extra: Sequence[Appended] = ()) -> None:
        self.intake = intake
        self.units = units
        self.extra = extra
        self.seconds = 0.0  # how long the transaction took

    def take_in(self, tally: Tally) -> None:
        """Plan the chunk, write it in one transaction under one ledger entry, and count it."""
        for attempt in range(ATTEMPTS):
            plan = self.plan()
            if self.intake.dry_run or plan.empty:
                break
            try:
                self._write(plan)
            except (IntegrityError, MainstayError) as error:
                # Somebody at a desk entered one of these persons, or corrected a fact, meanwhile: look again.
                overtaken = getattr(error, "code", ledger.FACT_OVERTAKEN) == ledger.FACT_OVERTAKEN
                if not overtaken or attempt + 1 == ATTEMPTS:
                    raise
                continue
            break
        self._count(plan, tally)

    def _write(self, plan: Plan) -> None:
        def first() -> None:
            started.append(perf_counter())
            people.keep(plan.people)
            failpoints.reach(IN_CHUNK)

        failpoints.reach(BEFORE_CHUNK)
        started: list[float] = []
        ledger.append_values(
            plan.all_rows(),
            by=self.intake.by,
            at=self.intake.at,
            verb="intake",
            source=self.intake.mapping.source,
            touch=plan.touch,
            first=first,
            fresh=True,
        )
        self.seconds = perf_counter() - started[-1]
        failpoints.reach(AFTER_CHUNK)

    def plan(self) -> Plan:
        """Look up what stands, decide every row, and build all that has to be written."""
        found = self._verdicts()
        fresh = [(unit, verdict) for unit, verdict in found if verdict.verdict not in ("known", "rejected")]
        plan = Plan(found, self._people(unit for unit, _verdict in fresh))
        plan.add(self.extra)
        writing = self._writing(unit for unit, _verdict in fresh)
        revised = []
        for unit, verdict in fresh:
            persons = _persons(unit, plan.people)
            self._take_row(unit, verdict, plan)
            if verdict.version > 1:
                revised.append((unit, verdict, persons))
            else:
                digits = {role: person.hex for role, person in persons.items()}
                first_versions(unit.reading.drafts, unit.record.hex, verdict.place_no, digits, writing, plan.tables)
        if revised:
            facts, plan.touch = revise(revised, self.intake.mapping.facts, writing)
            plan.add(facts)
        self._ask(plan)
        self._hold(plan)
        self._answer(plan, fresh)
        if not plan.empty and not self.intake.delivery_kept:
            plan.add([self.intake.delivery])
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
                contents = self.intake.repeated[unit.record]
                decided = self.intake.decided[unit.record] = verdicts(contents, standing)
            verdict = decided[unit.content]
        elif standing:
            verdict = verdicts((unit.content,), standing)[unit.content]
        else:
            return NEW
        if unit.again and verdict.verdict == "known":
            return Verdict("revised", verdict.place_no, verdict.version + 1)
        return verdict

    def _people(self, units: Iterable[Unit]) -> people.Resolved:
        named = [person for unit in units for person in unit.reading.persons]
        return people.prepare(
            [Identity(person.scheme, person.identifier) for person in named],
            known={(person.scheme, person.identifier) for person in named if person.known},
            keys=self.intake.keys,
            further=_further(named),
            shown=_shown(named),
        )

    def _writing(self, units: Iterable[Unit]) -> Writing:
        """What the facts share; facilities that the mapping may create are there afterwards."""
        intake = self.intake
        statements = {draft.says for unit in units for draft in unit.reading.drafts}
        wanted = {str(value) for says in statements for name, value in says.values if name == "facility"}
        for facility in sorted(wanted - intake.facilities.keys()):
            intake.facilities[facility] = new_id() if intake.dry_run else self._create(facility).id
        return intake.writing

    def _create(self, facility: str) -> Facility:
        """A facility as the mapping knows it, after the one it is a ward of."""
        columns = [column for column in self.intake.mapping.columns if column.type == "facility"]
        column = next((c for c in columns if facility in c.values.values()), columns[0])
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

    def _take_row(self, unit: Unit, verdict: Verdict, plan: Plan) -> None:
        record, content = unit.record.hex, unit.content.hex
        place_no, version = verdict.place_no, verdict.version
        identity = self.intake.record_ids.hex(SEP.join(["row", record, str(place_no), str(version), content]))
        plan.tables[Row].add(self.intake.row_form, identity, record, content, version, place_no, unit.reading.number)

    def _ask(self, plan: Plan) -> None:
        """One question for each record that has rows in conflict, unless it was asked before."""
        records = {unit.record for unit, verdict in plan.found if verdict.verdict == "conflict"}
        roots = [self.intake.record_ids("conflict", record.hex) for record in records]
        questions = {one.id: one for one in (self._question(root, "conflict") for root in roots)}
        for some in bulk.chunks(list(questions), queries.AT_ONCE):
            for asked in Question.objects.filter(id__in=some).values_list("id", flat=True):
                del questions[asked]
        plan.add(question for name, question in questions.items() if name not in self.intake.asked)

    def _question(self, root: UUID, kind: str, columns: Sequence[str] = ()) -> Question:
        intake = self.intake
        about = f"{intake.mapping.name}: {held.JOIN.join(columns)}" if any(columns) else intake.mapping.name
        return held.question(
            intake.record_ids, root=root, kind=kind, about=about, source=intake.mapping.source, at=intake.at
        )

    def _hold(self, plan: Plan) -> None:
        """Rejects and their questions, for every row that is not known; those kept already are left out."""
        problems = {
            reject: (unit, problem)
            for unit, verdict in plan.found
            if verdict.verdict != "known" and unit.reading.problems
            for reject, problem in zip(self.intake.reject_ids(unit), unit.reading.problems, strict=True)
        }
        for some in bulk.chunks(list(problems), queries.AT_ONCE):
            for kept in Reject.objects.filter(id__in=some).values_list("id", flat=True):
                del problems[kept]
        for reject, (unit, problem) in problems.items():
            row = held.reject_row(
                unit.reading,
                problem,
                identity=reject,
                record=unit.record,
                content=unit.content,
                delivery=self.intake.delivery.id,
                mapping=self.intake.mapping.name,
                header=self.intake.header,
                keys=self.intake.keys,
                first_column=self.intake.first_column,
            )
            plan.add([row, self._question(reject, f"held_{problem.held}", problem.columns)])

    def _answer(self, plan: Plan, fresh: list[tuple[Unit, Verdict]]) -> None:
        """What was held of these rows before, and no longer is, is answered by them."""
        still = self.intake.open
        if not still:
            return
        before = queries.contents_before({unit.record for unit, _verdict in fresh if unit.record in still})
        answered = []
        for unit, verdict in fresh:
            now = set(self.intake.reject_ids(unit))
            whole = self.intake.ids(RowKey("", unit.reading.key.content, False))[0]
            for record in {unit.record, whole}:
                for reject, content in still.get(record, {}).items():
                    before_here = (record, verdict.place_no, content) in before
                    superseded = content == unit.content or before_here or record == whole
                    if superseded and reject not in now:
                        answered.append(reject)
        questions = held.open_questions(answered)
        plan.add(held.answers(self.intake.record_ids, questions, at=self.intake.at))

    def _count(self, plan: Plan, tally: Tally) -> None:
        """Add the chunk, once written, to the delivery's counts."""
        intake = self.intake
        tally.facts += plan.facts
        tally.created += len(plan.people.created - intake.foreseen)
        if intake.dry_run:
            intake.foreseen |= plan.people.created
            intake.asked |= plan.others.keys()
        intake.delivery_kept = intake.delivery_kept or (not plan.empty and not intake.dry_run)
        for unit, verdict in plan.found:
            tally.count(verdict.verdict)
            if unit.record in intake.repeated:
                intake.taken.add((unit.record, unit.content))
            reading = unit.reading
            tally.people.update([hash((person.scheme, person.identifier)) for person in reading.persons])
            if reading.problems:
                for reject, problem in zip(intake.reject_ids(unit), reading.problems, strict=True):
                    tally.rejects.append(
                        held.line_of(reading.number, problem, reject, intake.header, intake.first_column)
                    )
            warnings = [*reading.warnings, *self._shared(unit, plan)]
            tally.rows["warned"] += bool(warnings)
            tally.warnings += [
                WarningLine(reading.number, held.JOIN.join(w.columns), entry_value(w), w.code, w.reason)
                for w in warnings
            ]

    def _shared(self, unit: Unit, plan: Plan) -> list[Warned]:
        """A warning for each further identifier of the row's persons that stands for somebody else."""
        if not plan.people.shared:
            return []
        columns = {spec.role: spec.column for spec in self.intake.mapping.persons}
        return [
            Warned((columns[person.role],), further, PERSON_SHARED, CODES[PERSON_SHARED])
            for person in unit.reading.persons
            for further in person.further
            if Identity(person.scheme, further) in plan.people.shared
        ]


def _further(named: Iterable[Named]) -> dict[Identity, list[Identity]]:
    """By the identifier that names somebody, the further ones that rows give them."""
    found: dict[Identity, list[Identity]] = {}
    for person in named:
        if person.further:
            theirs = found.setdefault(Identity(person.scheme, person.identifier), [])
            theirs += [Identity(person.scheme, further) for further in person.further]
    return found


def _shown(named: Iterable[Named]) -> dict[Identity, list[Identity]]:
    """By the identifier that names somebody, what rows say they are called and how they are reached."""
    found: dict[Identity, list[Identity]] = {}
    for person in named:
        if person.shown:
            theirs = found.setdefault(Identity(person.scheme, person.identifier), [])
            theirs += [Identity(what, value) for what, value in person.shown]
    return found


def _persons(unit: Unit, resolved: people.Resolved) -> dict[str, UUID]:
    """The persons of a row by their roles."""
    return {
        person.role: resolved.persons[Identity(person.scheme, person.identifier)] for person in unit.reading.persons
    }
