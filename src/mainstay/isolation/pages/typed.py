"""What is typed into the forms of orders and objections, read strictly."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from mainstay.isolation.rules import KINDS
from mainstay.people.pages.typed import cleaned, read_instant
from mainstay.platform.errors import MainstayError, code

UNREADABLE = code("order.unreadable", "Something on the form of an order or objection cannot be read.")
LONGEST_BASIS, LONGEST_TEXT, LONGEST_REASONS = 200, 400, 2000


def unreadable(field: str, sentence: str) -> MainstayError:
    return MainstayError(UNREADABLE, sentence, {"field": field})


def text(given: QueryDict, field: str, longest: int, lacks: str) -> str:
    """What was written, on one line; refused where it is nothing or too long."""
    said = cleaned(given.get(field, "").replace("\n", " ").replace("\t", " "))
    if not said:
        raise unreadable(field, lacks)
    if len(said) > longest:
        raise unreadable(field, _("At most %(longest)s characters; shorten it.") % {"longest": longest})
    return said


def instant(given: QueryDict, field: str, zone: str) -> datetime:
    """A day and time as typed, in the city's time."""
    return read_instant(given.get(field, ""), zone, lambda sentence: unreadable(field, sentence))


def choice(given: QueryDict, field: str, among: Container[str], lacks: str) -> str:
    """One of some words."""
    chosen = given.get(field, "")
    if chosen not in among:
        raise unreadable(field, lacks)
    return chosen


@dataclass(frozen=True)
class Draft:
    """An order as it was typed."""

    kind: str
    disease: str
    basis: str
    reason: str
    starts: datetime
    ends: datetime
    review: datetime
    oral: bool


def draft(given: QueryDict, diseases: list[str], zone: str) -> Draft:
    """The form of an order; raises `order.unreadable` naming the field. What lacks its end or its review is none."""
    kind = choice(given, "kind", KINDS, _("Choose quarantine or isolation."))
    disease = given.get("disease", "")
    basis = text(given, "basis", LONGEST_BASIS, _("Name the law and article it rests on."))
    reason = text(given, "reason", LONGEST_TEXT, _("Say why this person, in words they understand."))
    starts, ends, review = (instant(given, name, zone) for name in ("starts", "ends", "review"))
    asked = Draft(kind, disease, basis, reason, starts, ends, review, given.get("oral") == "1")
    return hold_together(asked, diseases)


def hold_together(asked: Draft, diseases: Collection[str]) -> Draft:
    """The same order; raises `order.unreadable` naming the field that does not fit the others."""
    if asked.disease not in diseases:
        raise unreadable("disease", _("Choose the disease."))
    if asked.ends <= asked.starts:
        raise unreadable("ends", _("It ends before it begins."))
    if not asked.starts < asked.review <= asked.ends:
        raise unreadable("review", _("The review lies between its start and its end."))
    return asked
