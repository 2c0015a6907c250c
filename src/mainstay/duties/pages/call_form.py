"""The form of one call: what was typed, read strictly, and written by the areas' services in one transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.cases.services import record_symptom
from mainstay.duties.services import record_evidence
from mainstay.people.models import Person
from mainstay.people.pages.typed import cleaned
from mainstay.people.services import add_person, set_home
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id
from mainstay.platform.models import Actor
from mainstay.reports.queries.owed import CALL_BACK, NO_ANSWER, REACHED, REFUSED
from mainstay.screening.services import record_check
from mainstay.tracing.services import name_contact

CALL_UNREADABLE = code("call.unreadable", "Something on the sheet of a call cannot be read.")

OUTCOMES = {
    REACHED: gettext_lazy("Reached"),
    NO_ANSWER: gettext_lazy("No answer"),
    REFUSED: gettext_lazy("Refused"),
    CALL_BACK: gettext_lazy("Call back at"),
}
SYMPTOMS = ("fever", "cough", "shortness_of_breath", "chest_pain")
# Ways of meeting that are asked by telephone; the whole list is the vocabulary's.
HOW = ("household", "work", "school", "care", "vehicle", "room", "visit", "general")
COLDEST, HOTTEST = 250, 450
MOST_CONTACTS = 50
LONGEST_SETTING = 60
BETWEEN = re.compile(r"[,，、;；\t]")
TELEPHONE = re.compile(r"[+\d][\d \-]{4,}")


def outcome_word(outcome: str) -> str:
    """Reached, no answer, refused, call back at."""
    return str(OUTCOMES[outcome])


@dataclass(frozen=True)
class Met:
    """One line of contacts: a name, and what else stood on it."""

    name: str
    phone: str
    setting: str


@dataclass(frozen=True)
class Call:
    """What was typed on the sheet, read; None and () where nothing was."""

    outcome: str
    back_at: str
    tenths: int | None
    present: tuple[str, ...]
    asked_of_symptoms: bool
    met: tuple[Met, ...]
    nobody: bool
    how: str
    last_met: date | None
    disease: str


def read_call(given: QueryDict, diseases: Sequence[str]) -> Call:
    """The sheet as it was sent; raises `call.unreadable` naming the field."""
    outcome = given.get("outcome", "")
    if outcome not in OUTCOMES:
        raise _unreadable("outcome", _("Choose what came of the call."))
    present = tuple(one for one in SYMPTOMS if one in given.getlist("symptom"))
    none = given.get("none") == "1"
    if present and none:
        raise _unreadable("none", _("Either none of these or some: take one of the two off."))
    met, nobody = _met(given.get("contacts", "")), given.get("nobody") == "1"
    if met and nobody:
        raise _unreadable("contacts", _("Either there was nobody or somebody is named: take one of the two off."))
    tenths = _tenths(cleaned(given.get("temperature", "")))
    if outcome != REACHED and (present or none or met or nobody or tenths is not None):
        raise _unreadable("outcome", _("Something was filled in that only they can have said: choose Reached."))
    how, disease = given.get("how", ""), given.get("disease", "")
    if met and how not in HOW:
        raise _unreadable("how", _("Choose how they met."))
    if (met or nobody) and disease not in diseases:
        raise _unreadable("disease", _("Choose the disease that contacts are traced for."))
    back_at = _clock(cleaned(given.get("back_at", ""))) if outcome == CALL_BACK else ""
    last = _day(cleaned(given.get("last_met", ""))) if met else None
    return Call(outcome, back_at, tenths, present, bool(present) or none, met, nobody, how, last, disease)


def _unreadable(field: str, sentence: str) -> MainstayError:
    return MainstayError(CALL_UNREADABLE, sentence, {"field": field})


def _tenths(text: str) -> int | None:
    if not text:
        return None
    try:
        tenths = Decimal(text.replace(",", ".").replace("，", ".")) * 10
        if not COLDEST <= tenths <= HOTTEST or tenths != int(tenths):
            raise ValueError
    except (InvalidOperation, ValueError) as error:
        raise _unreadable(
            "temperature", _("Give the temperature in °C with one decimal, 25.0 to 45.0, like 38.4.")
        ) from error
    return int(tenths)


def _clock(text: str) -> str:
    try:
        return f"{datetime.strptime(text, '%H:%M'):%H:%M}"
    except ValueError as error:
        raise _unreadable("back_at", _("Give the time to call back, like 20:20.")) from error


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable("last_met", _("Give the day, like 2020-02-14, or leave it empty.")) from error


def _met(text: str) -> tuple[Met, ...]:
    lines = [line for line in (cleaned(line.replace("\t", ",")) for line in text.splitlines()) if line]
    if len(lines) > MOST_CONTACTS:
        raise _unreadable(
            "contacts", _("At most %(most)s contacts at once; save, then go on.") % {"most": MOST_CONTACTS}
        )
    return tuple(_line(number, line) for number, line in enumerate(lines, 1))


def _line(number: int, line: str) -> Met:
    name, *others = [part.strip() for part in BETWEEN.split(line)]
    if not name or len(name) > 100:
        raise _unreadable(
            "contacts", _("Line %(number)s begins with no name: write name, where, telephone.") % {"number": number}
        )
    phone = next((part for part in others if TELEPHONE.fullmatch(part)), "")
    setting = ", ".join(part for part in others if part and part != phone)
    return Met(name, phone[:40], setting[:LONGEST_SETTING])


# --- writing it -----------------------------------------------------------------------------------------


def record_call(*, person: UUID, call: Call, key: str, day: date, by: Actor, at: datetime) -> None:
    """Write all of a call at once; with the same key once more nothing is written again."""

    def made(*parts: str) -> UUID:
        return derived_id("call", person.hex, key, *parts)

    common: dict[str, Any] = {"person": person, "known_at": at, "by": by, "at": at}
    with transaction.atomic():
        record_evidence(
            kind=call.outcome, observed_date=day, observed_at=at, disease="", note=call.back_at,
            fact_id=made("outcome"), **common,
        )  # fmt: skip
        if call.tenths is not None:
            record_check(
                of="temperature",
                tenths=call.tenths,
                observed=day,
                observed_at=at,
                fact_id=made("temperature"),
                **common,
            )
        if call.asked_of_symptoms:
            record_check(of="symptoms", observed=day, observed_at=at, fact_id=made("symptoms"), **common)
            for name in SYMPTOMS:
                record_symptom(
                    name=name, present=name in call.present, observed=day, fact_id=made("symptom", name), **common
                )
        if call.nobody:
            record_evidence(
                kind="contact_list", observed_date=day, disease=call.disease, fact_id=made("nobody"), **common
            )
        for number, one in enumerate(call.met):
            _record_contact(person, call, one, made("contact", str(number), one.name), by, at)


def _record_contact(index: UUID, call: Call, one: Met, contact: UUID, by: Actor, at: datetime) -> None:
    """Somebody named in a call becomes a person known only as a contact; one of the household lives where they do."""
    added = add_person(person=contact, name=one.name, phone=one.phone, known=False, by=by, at=at)
    home = Person.objects.select_related("home").get(id=index).home
    if added and call.how == "household" and home is not None:
        set_home(person=contact, home=home, by=by, at=at)
    name_contact(
        person=contact, index=index, disease=call.disease, kind=call.how, setting=one.setting, last=call.last_met,
        known_at=at, by=by, at=at, fact_id=derived_id("call-contact", contact.hex),
    )  # fmt: skip
