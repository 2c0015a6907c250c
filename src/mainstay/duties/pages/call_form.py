"""The form of one call: what was typed, read strictly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.people.pages.typed import cleaned
from mainstay.platform.errors import MainstayError, code
from mainstay.reports.queries.owed import CALL_BACK, NO_ANSWER, REACHED, REFUSED
from mainstay.screening.rules import SYMPTOMS, Call, Met

CALL_UNREADABLE = code("call.unreadable", "Something on the sheet of a call cannot be read.")

OUTCOMES = {
    REACHED: gettext_lazy("Reached"),
    NO_ANSWER: gettext_lazy("No answer"),
    REFUSED: gettext_lazy("Refused"),
    CALL_BACK: gettext_lazy("Call back at"),
}
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


def read_call(given: QueryDict, diseases: Sequence[str]) -> Call:
    """The sheet as it was sent; raises `call.unreadable` naming the field."""
    present = tuple(one for one in SYMPTOMS if one in given.getlist("symptom"))
    none = given.get("none") == "1"
    met, outcome = _met(given.get("contacts", "")), given.get("outcome", "")
    call = Call(
        outcome=outcome,
        back_at=_clock(cleaned(given.get("back_at", ""))) if outcome == CALL_BACK else "",
        tenths=_tenths(cleaned(given.get("temperature", ""))),
        present=present,
        asked_of_symptoms=bool(present) or none,
        met=met,
        nobody=given.get("nobody") == "1",
        how=given.get("how", ""),
        last_met=_day(cleaned(given.get("last_met", ""))) if met else None,
        disease=given.get("disease", ""),
    )
    hold_together(call, none=none, diseases=diseases)
    return call


def hold_together(call: Call, *, none: bool, diseases: Sequence[str]) -> None:
    """Refuse what contradicts itself, with `call.unreadable` at the field; `none`: no symptom was said."""
    if call.outcome not in OUTCOMES:
        raise _unreadable("outcome", _("Choose what came of the call."))
    if call.present and none:
        raise _unreadable("none", _("Either none of these or some: take one of the two off."))
    if call.met and call.nobody:
        raise _unreadable("contacts", _("Either there was nobody or somebody is named: take one of the two off."))
    said = call.asked_of_symptoms or call.met or call.nobody or call.tenths is not None
    if call.outcome != REACHED and said:
        raise _unreadable("outcome", _("Something was filled in that only they can have said: choose Reached."))
    if call.met and call.how not in HOW:
        raise _unreadable("how", _("Choose how they met."))
    if (call.met or call.nobody) and call.disease not in diseases:
        raise _unreadable("disease", _("Choose the disease that contacts are traced for."))


def _unreadable(field: str, sentence: str) -> MainstayError:
    return MainstayError(CALL_UNREADABLE, sentence, {"field": field})


def tenths_of(text: str) -> int | None:
    """A temperature in °C as typed, in tenths; None where nothing was; raises ValueError for what is none."""
    if not text:
        return None
    try:
        tenths = Decimal(text.replace(",", ".").replace("，", ".")) * 10
        if not COLDEST <= tenths <= HOTTEST or tenths != int(tenths):
            raise ValueError(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    return int(tenths)


def not_a_temperature() -> str:
    """What is said of it."""
    return _("Give the temperature in °C with one decimal, 25.0 to 45.0, like 38.4.")


def _tenths(text: str) -> int | None:
    try:
        return tenths_of(text)
    except ValueError as error:
        raise _unreadable("temperature", not_a_temperature()) from error


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
