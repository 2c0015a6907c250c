"""Facts handed in one by one or many together, each written by its area's own service, each answered for.

Every one has the id that whoever recorded it gave it: sent again it is known; the same id with other content is
refused, never written over. A bad one takes nothing with it. What one service makes of a batch is written together, so
that three hundred take as many statements as one; where the database refuses it, each half is tried by itself, down to
the one that is bad.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError

from mainstay.accounts.rules import Permission, Rights
from mainstay.care.models import Treatment
from mainstay.care.services import record_treatment
from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Severity, Specimen, Symptom
from mainstay.duties.models import Evidence
from mainstay.duties.services import record_evidence
from mainstay.isolation.models import Offer, Stay
from mainstay.isolation.queries import covered
from mainstay.isolation.services import offer_place, record_stay
from mainstay.people.queries import ReadAs
from mainstay.platform import ledger
from mainstay.platform.clock import local_date
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.ledger import FACT_OVERTAKEN
from mainstay.platform.models import Actor, Fact, Instance
from mainstay.screening.models import Check
from mainstay.screening.services import record_check
from mainstay.tracing.models import Contact, Presence
from mainstay.tracing.services import name_contact, record_presence

DONE, KNOWN, REFUSED = "done", "known", "refused"
TAKEN = code("fact.id_taken", "A fact was sent under an id that another has.")
FUTURE = code("fact.future", "A fact was sent for a day that is still to come.")
NOT_ALLOWED = code("fact.not_allowed", "Somebody would record a kind of fact that their roles do not allow.")
UNFIT = code("fact.unfit", "A fact contradicts what the database holds to.")
UNKNOWN_PERSON = "person.unknown"
P = Permission


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact: its table, who may record it, and the service that does."""

    model: type[Fact]
    permission: Permission
    record: Callable[..., Any]
    observed: str = "observed"  # which of its words says when it was so


KINDS: dict[str, Kind] = {
    "check": Kind(Check, P.RECORD_FACTS, record_check),
    "classification": Kind(Classification, P.CLASSIFY, cases.classify),
    "contact": Kind(Contact, P.RECORD_FACTS, name_contact, "last"),
    "evidence": Kind(Evidence, P.RECORD_FACTS, record_evidence, "observed_date"),
    "offer": Kind(Offer, P.RECORD_FACTS, offer_place),
    "onset": Kind(Onset, P.RECORD_FACTS, cases.record_onset),
    "outcome": Kind(Outcome, P.RECORD_FACTS, cases.record_outcome),
    "presence": Kind(Presence, P.RECORD_FACTS, record_presence, "last"),
    "report": Kind(Report, P.RECORD_FACTS, cases.report_case),
    "result": Kind(Result, P.RECORD_RESULTS, cases.record_result),
    "severity": Kind(Severity, P.CLASSIFY, cases.assess_severity),
    "specimen": Kind(Specimen, P.RECORD_RESULTS, cases.take_specimen),
    "stay": Kind(Stay, P.RECORD_FACTS, record_stay, "starts"),
    "symptom": Kind(Symptom, P.RECORD_FACTS, cases.record_symptom),
    "treatment": Kind(Treatment, P.RECORD_FACTS, record_treatment),
}
# What the services call something, where the tables call it otherwise.
COLUMNS = {
    "facility": "facility_id",
    "first": "first_date",
    "last": "last_date",
    "starts": "starts_date",
    "ends": "ends_date",
    "index": "index_id",
    "specimen": "specimen_root",
    "observed": "observed_date",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A fact as it was sent: `says` in the words of its service. `corrects` is the record that it is to stand for.

    `taken_back`: the record does not hold, whatever it says. `if_version`: only while that version stands.
    """

    kind: str
    id: UUID
    person: UUID | None = None
    says: Mapping[str, Any] = field(default_factory=dict)
    corrects: UUID | None = None
    taken_back: bool = False
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a fact; `code` and `sentence` only where it was refused."""

    id: UUID | None
    answer: str
    code: str = ""
    sentence: str = ""


def record_all(sent: Sequence[Sent | Answer], *, rights: Rights, by: Actor, at: datetime) -> list[Answer]:
    """Record facts within the rights of whoever sends them; an answer for each, in their order.

    What cannot even be read comes as its answer already. Whom a right does not cover reads as not there.
    """
    desk = _Desk(rights, by, at)
    desk.reach_for([one for one in sent if isinstance(one, Sent)])
    return [answer for some in _stretches(sent) for answer in desk.take(some)]


def _stretches(sent: Sequence[Sent | Answer]) -> Iterator[list[Sent | Answer]]:
    """The batch in pieces that can be written in any order: in each a record is named once."""
    some: list[Sent | Answer] = []
    named: set[UUID | None] = set()
    for one in sent:
        record = one.corrects or one.id if isinstance(one, Sent) else None
        if record in named and record is not None:
            yield some
            some, named = [], set()
        some.append(one)
        named.add(record)
    yield some


class _Desk:
    """One batch, with what is looked up once for all of it."""

    def __init__(self, rights: Rights, by: Actor, at: datetime) -> None:
        self.rights, self.by, self.at = rights, by, at
        self.today = local_date(at, Instance.objects.values_list("zone", flat=True).get(id=1))
        self.read_as = ReadAs()
        self.reach: dict[tuple[Permission, UUID], bool] = {}

    def reach_for(self, sent: Sequence[Sent]) -> None:
        """Look up together whom the batch names, and whom the records name that it corrects."""
        named: dict[Permission, set[UUID]] = {}
        for one in sent:
            named.setdefault(KINDS[one.kind].permission, set()).update(self._concerned(one, None))
        for kind in {one.kind for one in sent if one.corrects is not None}:
            roots = [one.corrects for one in sent if one.kind == kind]
            for fact in KINDS[kind].model.objects.filter(root__in=roots):
                named[KINDS[kind].permission].update(self._of(fact))
        for permission, people in named.items():
            self._look_up(permission, people)

    def _look_up(self, permission: Permission, people: set[UUID]) -> None:
        found = covered(people, self.rights.scope(permission), self.at, self.read_as)
        self.reach |= {(permission, person): person in found for person in people}

    def _concerned(self, one: Sent, last: Fact | None) -> set[UUID]:
        """Everybody whom a fact is about, as they are read: those it names, and those its record names so far."""
        named = [person for person in (one.person, one.says.get("index")) if person is not None]
        return {self.read_as.survivor(person) for person in named} | self._of(last)

    def _of(self, fact: Fact | None) -> set[UUID]:
        """Everybody whom a fact names, as they are read."""
        named = [getattr(fact, "person_id", None), getattr(fact, "index_id", None)]
        return {self.read_as.survivor(person) for person in named if person is not None}

    def _reaches(self, permission: Permission, people: set[UUID]) -> bool:
        unknown = {person for person in people if (permission, person) not in self.reach}
        if unknown:
            self._look_up(permission, unknown)
        return bool(people) and all(self.reach[permission, person] for person in people)

    def take(self, some: Sequence[Sent | Answer]) -> list[Answer]:
        """Record facts of which each is about a record of its own; an answer for each, in their order."""
        answers = {place: one for place, one in enumerate(some) if isinstance(one, Answer)}
        groups: dict[tuple[str, bool, bool], dict[int, Sent]] = {}
        for place, one in enumerate(some):
            if isinstance(one, Sent):
                groups.setdefault((one.kind, one.corrects is not None, one.taken_back), {})[place] = one
        for (kind, _corrects, _taken_back), placed in groups.items():
            answers |= self._write(KINDS[kind], placed)
        return [answers[place] for place in range(len(some))]

    def _write(self, kind: Kind, placed: dict[int, Sent]) -> dict[int, Answer]:
        """Write what one service makes of some facts; where the database will not have it, each half by itself."""
        stands = _standing(kind, placed)
        answers: dict[int, Answer] = {}
        try:
            with ledger.gathered(by=self.by, at=self.at):
                for place, one in placed.items():
                    answers[place] = self._taken(one, stands.get(one.corrects or one.id))
        except (MainstayError, IntegrityError, DataError) as error:
            if len(placed) == 1:
                return {place: _refused(one, error) for place, one in placed.items()}
            found = list(placed.items())
            half = len(found) // 2
            return self._write(kind, dict(found[:half])) | self._write(kind, dict(found[half:]))
        new = {place: one for place, one in placed.items() if one.corrects is None and answers[place].answer == DONE}
        return answers | self._overtaken(kind, new)

    def _taken(self, one: Sent, last: Fact | None) -> Answer:
        """What becomes of a fact, beside what stands under its id or is the last version of its record."""
        try:
            self._hold(one, last if one.corrects else None)
            return Answer(one.id, self._corrected(one, last) if one.corrects else self._new(one, last))
        except MainstayError as error:
            return _refused(one, error)

    def _new(self, one: Sent, before: Fact | None) -> str:
        assert one.person is not None
        if before is not None:
            self._same_as_sent(before, one)
            return KNOWN
        who = {"person": self.read_as.survivor(one.person), "known_at": self.at, "by": self.by, "at": self.at}
        KINDS[one.kind].record(**one.says, **who, fact_id=one.id)
        return DONE

    def _overtaken(self, kind: Kind, placed: dict[int, Sent]) -> dict[int, Answer]:
        """Of two at once under one id the second finds the first's, and is held to what it says."""
        there = _standing(kind, placed)
        found = {}
        for place, one in placed.items():
            try:
                self._same_as_sent(there[one.id], one)
            except MainstayError as error:
                found[place] = _refused(one, error)
        return found

    def _same_as_sent(self, fact: Fact, one: Sent) -> None:
        if not self._says(fact, one):
            raise MainstayError(TAKEN, "Under this id something else is recorded; give every fact an id of its own.")

    def _hold(self, one: Sent, last: Fact | None) -> None:
        kind = KINDS[one.kind]
        if not self.rights.may(kind.permission):
            raise MainstayError(NOT_ALLOWED, f"Your roles do not allow to record a {one.kind}.")
        reaches = self._reaches(kind.permission, self._concerned(one, last))
        if not reaches or (one.corrects is not None and last is None):
            raise MainstayError(UNKNOWN_PERSON, "There is no such person or record here; look the id up again.")
        observed = one.says.get(kind.observed)
        if isinstance(observed, date) and observed > self.today:
            raise MainstayError(FUTURE, f"{observed} is still to come; give the day on which it was so.")

    def _corrected(self, one: Sent, last: Fact | None) -> str:
        kind = KINDS[one.kind]
        assert one.corrects is not None
        if last is None or (one.taken_back and last.retracted) or (not one.taken_back and self._says(last, one)):
            return KNOWN
        if one.if_version is not None and one.if_version != last.version:
            raise MainstayError(FACT_OVERTAKEN, "Somebody else has corrected this record; read it again, then decide.")
        if one.person is not None and not self._same(last, one.person):
            # Whoever it was wrongly said of would not be judged again.
            raise MainstayError(UNFIT, "A correction keeps its person; take the record back and record it anew.")
        stands: dict[str, Any] = {"model": kind.model, "root": one.corrects, "known_at": self.at, "last": last}
        if one.taken_back:
            cases.retract(**stands, by=self.by, at=self.at)
        else:
            cases.correct(**stands, by=self.by, at=self.at, **self._columns(one))
        return DONE

    def _says(self, fact: Fact, one: Sent) -> bool:
        """Whether a fact says what was sent, of the same person."""
        alike = all(getattr(fact, name) == says for name, says in self._columns(one).items())
        return alike and not fact.retracted and (one.person is None or self._same(fact, one.person))

    def _same(self, fact: Fact, person: UUID) -> bool:
        """Whether a fact is about somebody, by whomever they are read as."""
        theirs: UUID = fact.person_id  # type: ignore[attr-defined]
        return self.read_as.survivor(theirs) == self.read_as.survivor(person)

    def _columns(self, one: Sent) -> dict[str, Any]:
        columns = {COLUMNS.get(name, name): says for name, says in one.says.items()}
        return columns | {"observed_date": one.says.get(KINDS[one.kind].observed)}


def _refused(one: Sent, error: MainstayError | IntegrityError | DataError) -> Answer:
    if isinstance(error, MainstayError):
        return Answer(one.id, REFUSED, error.code, error.sentence)
    return Answer(one.id, REFUSED, UNFIT, "What it says cannot be so; compare it with the guide.")


def _standing(kind: Kind, placed: dict[int, Sent]) -> dict[UUID, Fact]:
    """{id: the fact under it}, and {record: the version of it that stands}; a statement each."""
    ids = [one.id for one in placed.values() if one.corrects is None]
    roots = [one.corrects for one in placed.values() if one.corrects is not None]
    found: dict[UUID, Fact] = kind.model.objects.in_bulk(ids) if ids else {}
    if roots:
        found |= {fact.root: fact for fact in kind.model.objects.filter(root__in=roots).order_by("root", "version")}
    return found
