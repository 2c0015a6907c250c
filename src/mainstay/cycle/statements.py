"""From a draft in a mapping's words to a row of the area whose fact it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from mainstay.care.models import Treatment
from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Severity, Specimen, Symptom
from mainstay.duties.models import Evidence
from mainstay.intake.rules.cells import REMEMBERED
from mainstay.intake.rules.slots import SEP, Draft, Statement
from mainstay.isolation.models import Stay
from mainstay.people.models import Trait
from mainstay.platform import bulk
from mainstay.platform.forms import Filled, Form
from mainstay.platform.keys import Digester
from mainstay.platform.models import Appended, Fact
from mainstay.reports.models import AggregateCount
from mainstay.screening.models import Check
from mainstay.tracing.models import Contact, Exposure, Presence


@dataclass(frozen=True, slots=True)
class Store:
    """Where one kind of fact is kept: its model, and what its span's two days are called there."""

    model: type[Fact]
    of_disease: bool = True
    first: str = ""
    last: str = ""
    observed: str = ""  # which end of the span the fact's own day is


STORES: dict[str, Store] = {
    "classification": Store(Classification),
    "onset": Store(Onset),
    "severity": Store(Severity),
    "symptom": Store(Symptom, of_disease=False),
    "specimen": Store(Specimen),
    "result": Store(Result),
    "outcome": Store(Outcome),
    "report": Store(Report),
    "contact": Store(Contact, first="first_date", last="last_date", observed="last"),
    "exposure": Store(Exposure, first="first_date", last="last_date", observed="last"),
    "presence": Store(Presence, of_disease=False, first="first_date", last="last_date", observed="last"),
    "check": Store(Check, of_disease=False),
    "treatment": Store(Treatment),
    "stay": Store(Stay, of_disease=False, first="starts_date", last="ends_date", observed="first"),
    "trait": Store(Trait, of_disease=False),
    "evidence": Store(Evidence),
    "count": Store(AggregateCount),
}


class RecordIds:
    """`platform.identity.keyed_id` under the key of records, which is worked in once.

    A delivery makes some twenty ids a row.
    """

    __slots__ = ("_digest",)

    def __init__(self, key: bytes) -> None:
        self._digest = Digester(key)

    def __call__(self, *parts: str) -> UUID:
        return UUID(self.hex(SEP.join(parts)))

    def hex(self, text: str) -> str:
        """The id of parts joined by `SEP`, as 32 hex digits."""
        return self._digest(text)[:32]


@dataclass(frozen=True, slots=True)
class Writing:
    """What all facts of one delivery share; `forms` remembers each statement as a first version."""

    ids: RecordIds
    source: str
    disease: str
    at: datetime
    facilities: Mapping[str, UUID]
    forms: dict[Statement, Form] = field(default_factory=dict)


def root_of(ids: RecordIds, record: UUID, place_no: int, slot: str) -> UUID:
    """The root of the fact in one slot of a record; contents that conflict have roots of their own."""
    return ids("fact", record.hex, str(place_no), slot)


def version_id(ids: RecordIds, root: UUID, content: str, version: int) -> UUID:
    """The id of one version: the same for the same content sent again, so that nothing is written twice."""
    return ids(root.hex, content, str(version))


def first_version(draft: Draft, root: UUID, persons: Mapping[str, UUID], writing: Writing) -> Fact:
    """The fact as first stated: known when the mapping says, else on receipt."""
    says = draft.says
    return _fact(draft, root, 1, persons, writing, says.known_at, says.with_index)


def later_version(draft: Draft, root: UUID, version: int, persons: Mapping[str, UUID], writing: Writing) -> Fact:
    """The fact as corrected: a correction becomes known when it comes, whatever day it speaks of."""
    return _fact(draft, root, version, persons, writing, None, False)


def first_versions(
    drafts: Iterable[Draft],
    record: str,
    place_no: int,
    persons: Mapping[str, str],
    writing: Writing,
    tables: Mapping[type[Appended], Filled],
) -> None:
    """`first_version` of all that a row states, filled into `tables`: by forms, which is far quicker.

    The record and the persons are given by the digits of their ids.
    """
    digits = writing.ids.hex
    of_record = f"fact{SEP}{record}{SEP}{place_no}{SEP}"
    for says, content in drafts:
        form = writing.forms.get(says) or _form(says, writing)
        root = digits(of_record + says.slot)
        identity = digits(f"{root}{SEP}{content}{SEP}1")
        if says.index_role:
            tables[form.model].add(form, identity, root, persons[says.role], persons[says.index_role])
        elif says.role:
            tables[form.model].add(form, identity, root, persons[says.role])
        else:
            tables[form.model].add(form, identity, root)


# What is open in a count, in a fact about one person, and in a contact, which is about two.
OF_NONE = ("id", "root")
OF_ONE = ("id", "root", "person_id")
OF_TWO = ("id", "root", "person_id", "index_id")


def _form(says: Statement, writing: Writing) -> Form:
    """The statement as a form, remembered from now on."""
    if len(writing.forms) >= 5 * REMEMBERED:
        writing.forms.clear()
    model, values = _columns(says, 1, writing, says.known_at, says.with_index)
    opened = OF_TWO if says.index_role else OF_ONE if says.role else OF_NONE
    form = writing.forms[says] = Form(model, values, opened)
    return form


def retraction(last: Fact, writing: Writing) -> Fact:
    """The fact as no longer stated: the last version's words, and that they do not hold."""
    values = {field.attname: getattr(last, field.attname) for field in last._meta.concrete_fields}
    version = last.version + 1
    values.update(
        id=version_id(writing.ids, last.root, RETRACTED, version),
        entry_id=None,
        version=version,
        retracted=True,
        became_known_at=writing.at,
        known_on_receipt=True,
    )
    if "known_with_index" in values:
        values["known_with_index"] = False
    return bulk.build(type(last), values)


RETRACTED = "retracted"


def _fact(
    draft: Draft,
    root: UUID,
    version: int,
    persons: Mapping[str, UUID],
    writing: Writing,
    known_at: datetime | None,
    with_index: bool,
) -> Fact:
    says = draft.says
    model, values = _columns(says, version, writing, known_at, with_index)
    values.update(id=version_id(writing.ids, root, draft.content, version), root=root)
    if says.role:
        values["person_id"] = persons[says.role]
    if says.index_role:
        values["index_id"] = persons[says.index_role]
    return bulk.build(model, values)


def _columns(
    says: Statement, version: int, writing: Writing, known_at: datetime | None, with_index: bool
) -> tuple[type[Fact], dict[str, Any]]:
    """(the table, what its columns hold): all but the ids and whom it is about."""
    store = STORES[says.fact]
    on_receipt = known_at is None and not with_index
    values: dict[str, Any] = {
        "version": version,
        "source": writing.source,
        "observed_date": says.day,
        "observed_at": says.at,
        "became_known_at": writing.at if on_receipt else known_at,
        "known_on_receipt": on_receipt,
    }
    if store.of_disease:
        values["disease"] = writing.disease
    if store.first:
        values[store.first] = says.first
        values[store.last] = says.last
        values["observed_date"] = says.first if store.observed == "first" else says.last
    for name, value in says.values:
        convert = _CONVERT.get(name)
        if convert is not None:
            name, value = convert(value, writing)
        values[name] = value
    if says.fact == "trait":
        values["value"] = str(values["value"])
    elif says.fact == "contact":
        values["known_with_index"] = with_index
    return store.model, values


_CONVERT: dict[str, Callable[[Any, Writing], tuple[str, Any]]] = {
    "facility": lambda value, writing: ("facility_id", writing.facilities[value]),
}
