"""The form of one visit: several people's duties at one door, read strictly and written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.care.services import record_treatment
from mainstay.cases.services import record_symptom, report_case
from mainstay.duties.pages.call_form import SYMPTOMS, not_a_temperature, tenths_of
from mainstay.duties.rules.edition import FactEvidence
from mainstay.duties.services import record_evidence
from mainstay.isolation.services import offer_place
from mainstay.people.pages import words
from mainstay.people.pages.typed import cleaned
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id
from mainstay.platform.models import Actor
from mainstay.reports.queries.cards import DutyRow
from mainstay.screening.services import record_check

VISIT_UNREADABLE = code("visit.unreadable", "Something on the form of a visit or of daily checks cannot be read.")

# Why nobody was met, as a kind of evidence (docs/guide/vocabulary.md).
NO_ANSWER, REFUSED = "visit_no_answer", "visit_refused"
NOT_REACHED = {NO_ANSWER: gettext_lazy("Nobody there"), REFUSED: gettext_lazy("Would not open")}
# What is ticked as done; an offer is answered and a treatment chosen. Checks have fields of their own for each person,
# and all else has a page of its own (a test result, a class, an order).
DONE, TAKEN, NOT_TAKEN = "done", "taken", "not_taken"


@dataclass(frozen=True)
class Daily:
    """How one person is today: a temperature in tenths (None: not taken), symptoms present, whether they were asked."""

    person: UUID
    tenths: int | None
    present: tuple[str, ...]
    asked: bool

    @property
    def is_empty(self) -> bool:
        return self.tenths is None and not self.asked


@dataclass(frozen=True)
class Deed:
    """What came of one duty: done, a place taken or not, or which treatment was given."""

    duty: DutyRow
    closing: FactEvidence
    answer: str


def choices(closing: FactEvidence | None) -> list[tuple[str, str]]:
    """What may be answered at a door about a duty that is closed so; nothing where another page is for it."""
    if closing is None:
        return []
    if closing.fact in ("evidence", "report") or (closing.fact == "check" and "clinical" in closing.of):
        return [(DONE, _("done"))]
    if closing.fact == "offer":
        return [(TAKEN, _("offered, taken")), (NOT_TAKEN, _("offered, not taken"))]
    if closing.fact == "treatment":
        return [(kind, _("Given: %(what)s") % {"what": words.word(kind)}) for kind in closing.of]
    return []


def read_daily(given: QueryDict, people: Sequence[UUID]) -> list[Daily]:
    """How these people are, as it was sent; who was left empty is left out; raises `visit.unreadable`."""
    return [one for one in (_daily(given, person) for person in people) if not one.is_empty]


def _daily(given: QueryDict, person: UUID) -> Daily:
    mark = person.hex
    present = tuple(one for one in SYMPTOMS if one in given.getlist(f"symptom-{mark}"))
    none = given.get(f"none-{mark}") == "1"
    if present and none:
        raise unreadable(f"none-{mark}", _("Either none of these or some: take one of the two off."))
    field = f"temperature-{mark}"
    try:
        tenths = tenths_of(cleaned(given.get(field, "")))
    except ValueError as error:
        raise unreadable(field, not_a_temperature()) from error
    return Daily(person, tenths, present, bool(present) or none)


def read_deeds(
    given: QueryDict, rows: Sequence[DutyRow], closings: Mapping[tuple[str, str], FactEvidence | None]
) -> list[Deed]:
    """What was ticked of these duties; what cannot be answered at a door is not looked at."""
    found = []
    for row in rows:
        closing = closings.get((row.edition, row.clause))
        answer = given.get(f"duty-{row.id.hex}", "")
        if closing is not None and answer in dict(choices(closing)):
            found.append(Deed(row, closing, answer))
    return found


def unreadable(field: str, sentence: str) -> MainstayError:
    """A field of the form that cannot be read, with what to do."""
    return MainstayError(VISIT_UNREADABLE, sentence, {"field": field})


# --- writing it -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """By whom and when a form was sent; `key` tells a second sending of the same one.

    `day` and `moment` are the instance's own, for which it is said; `at` is the clock's.
    """

    key: str
    day: date
    moment: datetime
    by: Actor
    at: datetime

    def common(self, person: UUID) -> dict[str, Any]:
        return {"person": person, "known_at": self.moment, "by": self.by, "at": self.at}

    def made(self, person: UUID, *parts: str) -> UUID:
        return derived_id("visit", person.hex, self.key, *parts)


def record_visit(*, daily: Sequence[Daily], deeds: Sequence[Deed], sent: Sent) -> None:
    """Write all that was done at a door at once; with the same key once more nothing is written again."""
    with transaction.atomic():
        for one in daily:
            _record_daily(one, sent)
        for deed in deeds:
            _record_deed(deed, sent)


def record_not_reached(*, people: Sequence[UUID], why: str, sent: Sent) -> None:
    """Nobody was met: of each who should have been, why; closes nothing."""
    with transaction.atomic():
        for person in people:
            record_evidence(
                kind=why, observed_date=sent.day, observed_at=sent.moment, disease="",
                fact_id=sent.made(person, "not reached"), **sent.common(person),
            )  # fmt: skip


def _record_daily(one: Daily, sent: Sent) -> None:
    common = sent.common(one.person)
    if one.tenths is not None:
        record_check(
            of="temperature", tenths=one.tenths, observed=sent.day, observed_at=sent.moment,
            fact_id=sent.made(one.person, "temperature"), **common,
        )  # fmt: skip
    if not one.asked:
        return
    record_check(
        of="symptoms", observed=sent.day, observed_at=sent.moment, fact_id=sent.made(one.person, "symptoms"), **common
    )
    for name in SYMPTOMS:
        record_symptom(
            name=name, present=name in one.present, observed=sent.day,
            fact_id=sent.made(one.person, "symptom", name), **common,
        )  # fmt: skip


def _record_deed(deed: Deed, sent: Sent) -> None:
    row, closing = deed.duty, deed.closing
    common = sent.common(row.person) | {"fact_id": sent.made(row.person, "duty", row.id.hex)}
    if closing.fact == "report":
        report_case(disease=row.disease, observed=sent.day, **common)
    elif closing.fact == "check":
        record_check(of="clinical", observed=sent.day, observed_at=sent.moment, **common)
    elif closing.fact == "offer":
        kind = closing.of[0] if closing.of else "isolation"
        offer_place(disease=row.disease, kind=kind, observed=sent.day, accepted=deed.answer == TAKEN, **common)
    elif closing.fact == "treatment":
        record_treatment(disease=row.disease, kind=deed.answer, observed=sent.day, **common)
    else:
        record_evidence(
            kind=closing.of[0], disease=row.disease, observed_date=sent.day, observed_at=sent.moment, **common
        )
