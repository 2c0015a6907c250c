"""Facts in batches: each is answered for, nothing is lost or half done, a bad one aborts none of the others; runs."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field, SkipValidation, TypeAdapter, ValidationError

from mainstay.accounts.rules import Permission
from mainstay.cycle.now import work_out
from mainstay.cycle.recorded import REFUSED, Answer, Sent, record_all
from mainstay.duties.pages.call_form import COLDEST, HOTTEST
from mainstay.organisations.models import Facility
from mainstay.platform.errors import code
from mainstay.web.api.doors import operation
from mainstay.web.api.problems import INVALID, said_of
from mainstay.web.api.words import Asked, Day, Instant, Line, Text, Told, Whole, Yes

router = Router(tags=["facts"])
runs = Router(tags=["runs"])
MOST_FACTS = 500
NO_FACILITY = code("facility.unknown", "There is no facility of that code.")

Disease = Annotated[Line, Field(min_length=1, max_length=40)]


class FactSent(Asked):
    """A fact: who, and the id that whoever recorded it gave it, best a UUIDv7; sent again it is known."""

    id: UUID
    person: UUID
    corrects: UUID | None = Field(default=None, description="The root of the record that this is to stand for.")
    if_version: Annotated[Whole, Field(ge=1, le=32_000)] | None = Field(
        default=None, description="Of a correction: only while this version stands."
    )


class OfDay(FactSent):
    observed: Day


class OfDisease(OfDay):
    disease: Disease


class CheckSent(OfDay):
    fact: Literal["check"]
    of: Literal["temperature", "clinical", "symptoms"]
    tenths: Annotated[Whole, Field(ge=COLDEST, le=HOTTEST)] | None = Field(
        default=None, description="Of a temperature: tenths of a degree Celsius."
    )
    observed_at: Instant | None = None


class SymptomSent(OfDay):
    fact: Literal["symptom"]
    name: Annotated[Line, Field(min_length=1, max_length=40)]
    present: Yes


class ClassificationSent(OfDisease):
    fact: Literal["classification"]
    value: Literal["suspected", "clinical", "probable", "confirmed", "asymptomatic", "discarded"]
    basis: Annotated[Line, Field(max_length=60)] = ""


class OnsetSent(OfDisease):
    fact: Literal["onset"]


class SeveritySent(OfDisease):
    fact: Literal["severity"]
    value: Literal["mild", "ordinary", "severe", "critical"]


class SpecimenSent(OfDisease):
    fact: Literal["specimen"]
    kind: Annotated[Line, Field(max_length=40)] = ""
    observed_at: Instant | None = None


class ResultSent(OfDisease):
    fact: Literal["result"]
    test: Annotated[Line, Field(min_length=1, max_length=20)]
    value: Literal["positive", "negative", "inconclusive"]
    observed_at: Instant | None = None
    specimen: UUID | None = None


class OutcomeSent(FactSent):
    fact: Literal["outcome"]
    disease: Disease
    value: Literal["died", "recovered", "discharged"]
    observed: Day | None = None


class ReportSent(OfDisease):
    fact: Literal["report"]


class ContactSent(FactSent):
    """`person` was met by `index`."""

    fact: Literal["contact"]
    index: UUID
    disease: Disease
    kind: Annotated[Line, Field(min_length=1, max_length=20)]
    setting: Annotated[Line, Field(max_length=60)] = ""
    first: Day | None = None
    last: Day | None = None


class PresenceSent(FactSent):
    fact: Literal["presence"]
    area: Annotated[Line, Field(min_length=1, max_length=60)]
    first: Day | None = None
    last: Day | None = None


class EvidenceSent(OfDay):
    """Something owed was done."""

    fact: Literal["evidence"]
    disease: Annotated[Line, Field(max_length=40)] = ""
    kind: Annotated[Line, Field(min_length=1, max_length=60)]
    note: Annotated[Text, Field(max_length=400)] = ""


class TreatmentSent(OfDisease):
    fact: Literal["treatment"]
    kind: Annotated[Line, Field(min_length=1, max_length=40)]


class OfferSent(OfDisease):
    fact: Literal["offer"]
    kind: Literal["isolation", "quarantine"]
    accepted: Yes | None = None


class StaySent(FactSent):
    fact: Literal["stay"]
    kind: Literal["home", "site", "ward"]
    facility: Annotated[Line, Field(min_length=1, max_length=60)] | None = Field(default=None, description="Its code.")
    starts: Day | None = None
    ends: Day | None = None
    certain: Yes = True


class RetractionSent(Asked):
    """A record does not hold; it stays readable as it was known."""

    fact: Literal["retraction"]
    id: UUID
    of: Literal[
        "check", "classification", "contact", "evidence", "offer", "onset", "outcome", "presence", "report", "result",
        "severity", "specimen", "stay", "symptom", "treatment",
    ]  # fmt: skip
    root: UUID
    if_version: Annotated[Whole, Field(ge=1, le=32_000)] | None = None


AnyFact = Annotated[
    CheckSent | SymptomSent | ClassificationSent | OnsetSent | SeveritySent | SpecimenSent | ResultSent | OutcomeSent
    | ReportSent | ContactSent | PresenceSent | EvidenceSent | TreatmentSent | OfferSent | StaySent | RetractionSent,
    Field(discriminator="fact"),
]  # fmt: skip


class Batch(Asked):
    # Each is read by itself: one that is no fact is answered for, and the others are recorded.
    facts: Annotated[list[SkipValidation[AnyFact]], Field(min_length=1, max_length=MOST_FACTS)]


class FactAnswer(Told):
    """What became of one fact."""

    item: int = Field(description="Its place in the batch, from 0 on.")
    id: UUID | None
    answer: Literal["done", "known", "refused"]
    code: str | None
    sentence: str | None


class BatchTold(Told):
    """received = done + known + refused."""

    received: int
    done: int
    known: int
    refused: int
    facts: list[FactAnswer]


@operation(
    router, "POST", "/facts", Permission.SEE_PEOPLE, answer=BatchTold, takes="application/json", once=True
)  # fmt: skip
def record_facts(request: Any, asked: Batch) -> Any:
    """Record facts, up to 500 together; each is answered for, in their order.

    `done`: recorded now; `known`: recorded before, the same; `refused`: nothing of it is recorded, and why. Each asks
    for the permission of its kind: `classify` for classes and severity, `record_results` for specimens and results,
    `record_facts` for the others.
    """
    facilities = dict(Facility.objects.values_list("code", "id"))
    sent = [_read(one, facilities) for one in asked.facts]
    answers = record_all(sent, rights=request.rights, by=request.by, at=request.at)
    became = [one.answer for one in answers]
    return {
        "received": len(answers),
        **{word: became.count(word) for word in ("done", "known", "refused")},
        "facts": [_told(item, one) for item, one in enumerate(answers)],
    }


def _told(item: int, one: Answer) -> dict[str, Any]:
    told = {"id": one.id, "answer": one.answer, "code": one.code or None, "sentence": one.sentence or None}
    return {"item": item, **told}


@lru_cache(maxsize=1)
def _reader() -> TypeAdapter[Any]:
    return TypeAdapter(AnyFact)


def _read(given: Any, facilities: dict[str, UUID]) -> Sent | Answer:
    """A fact as it was sent; an answer already where it is none."""
    try:
        read = _reader().validate_python(given)
    except ValidationError as error:
        return Answer(_id_of(given), REFUSED, INVALID, " ".join(said_of(one) for one in error.errors()))
    if isinstance(read, RetractionSent):
        return Sent(read.of, read.id, corrects=read.root, taken_back=True, if_version=read.if_version)
    says = read.model_dump(exclude={"fact", "id", "person", "corrects", "if_version"})
    if says.get("facility") is not None:
        facility = facilities.get(says["facility"])
        if facility is None:
            sentence = _("There is no facility of the code %(code)s here.") % {"code": says["facility"]}
            return Answer(read.id, REFUSED, NO_FACILITY, sentence)
        says["facility"] = facility
    if read.fact == "evidence":
        says["observed_date"] = says.pop("observed")
    return Sent(read.fact, read.id, read.person, says, read.corrects, if_version=read.if_version)


def _id_of(given: Any) -> UUID | None:
    """By which the sender knows it, as far as that can be read."""
    try:
        return UUID(given["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


class Ran(Told):
    worked_out: bool = Field(
        description="False: somebody is at it already, or too many wait for one request; `mainstay cycle` does it then."
    )


@operation(runs, "POST", "/runs", Permission.CLOSE_PERIOD, answer=Ran)
def work_out_what_is_owed(request: Any) -> Any:
    """Run today's period up to what is known now; sent again it changes nothing."""
    return {"worked_out": work_out(by=request.by, at=request.at)}
