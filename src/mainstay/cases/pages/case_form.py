"""The forms on a case's page: what was typed, read strictly, and written by the area's services."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from mainstay.accounts.rules import Permission
from mainstay.cases import services
from mainstay.intake.vocabulary import CLASSES
from mainstay.people.pages.typed import cleaned, read_day
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id
from mainstay.platform.models import Actor

CASE_UNREADABLE = code("case.unreadable", "Something on a form of a case cannot be read.")

# As docs/guide/vocabulary.md lists them.
SEVERITIES = ("mild", "ordinary", "severe", "critical")
OUTCOMES = ("died", "recovered", "discharged")
RESULTS = ("positive", "negative", "inconclusive")
TESTS = ("pcr", "antigen", "sequencing", "igm", "igg", "igg_rise")
NEW_TUBE = "new"
# Which form asks for which right.
FORMS = {
    "classify": Permission.CLASSIFY,
    "severity": Permission.CLASSIFY,
    "outcome": Permission.CLASSIFY,
    "onset": Permission.RECORD_FACTS,
    "tube": Permission.RECORD_RESULTS,
}


@dataclass(frozen=True)
class About:
    """Of whom a form speaks, what may be chosen on it, by whom and when it was sent."""

    person: UUID
    diseases: Collection[str]
    tubes: Mapping[str, tuple[UUID, str, date | None, datetime | None]]  # hex: (root, disease, day, time)
    key: str
    today: date
    moment: datetime
    zone: str
    by: Actor
    at: datetime

    def made(self, *parts: str) -> UUID:
        return derived_id("case-form", self.person.hex, self.key, *parts)


def record(form: str, given: QueryDict, about: About) -> None:
    """Write what one of the forms says; with the same key once more nothing; raises `case.unreadable`."""
    if form == "tube":
        _tube(given, about)
        return
    disease, day = _disease(given, about), _day(given, about.today, needed=form != "outcome")
    common: dict[str, Any] = {"person": about.person, "disease": disease, "observed": day, "known_at": about.moment}
    common |= {"by": about.by, "at": about.at, "fact_id": about.made(form)}
    if form == "classify":
        basis = cleaned(given.get("basis", ""))[:60]
        services.classify(value=_one_of(given, "value", CLASSES, _("Choose a class.")), basis=basis, **common)
    elif form == "severity":
        services.assess_severity(value=_one_of(given, "value", SEVERITIES, _("Choose how ill they are.")), **common)
    elif form == "outcome":
        services.record_outcome(value=_one_of(given, "value", OUTCOMES, _("Choose how it ended.")), **common)
    else:
        services.record_onset(**common)


def _tube(given: QueryDict, about: About) -> None:
    """A tube, or what was found in one; a result counts for the day on which its tube was taken."""
    chosen, test = given.get("tube", ""), given.get("test", "")
    value = given.get("result", "")
    if chosen != NEW_TUBE and chosen not in about.tubes:
        raise unreadable("tube", _("Choose the tube, or a new one."))
    if value and value not in RESULTS:
        raise unreadable("result", _("Choose what the test says."))
    if value and test not in TESTS:
        raise unreadable("test", _("Choose the test."))
    if chosen != NEW_TUBE and not value:
        raise unreadable("result", _("Choose what the test says."))
    common: dict[str, Any] = {"person": about.person, "known_at": about.moment, "by": about.by, "at": about.at}
    with transaction.atomic():
        if chosen == NEW_TUBE:
            day = _day(given, about.today)
            disease, at = _disease(given, about), _time(given, day, about.zone)
            kind = cleaned(given.get("kind", ""))[:40]
            root = services.take_specimen(
                disease=disease, kind=kind, observed=day, observed_at=at, fact_id=about.made("tube"), **common
            )
        else:
            root, disease, taken, at = about.tubes[chosen]
            day = taken or about.today
        if value:
            services.record_result(
                disease=disease, test=test, value=value, observed=day, observed_at=at, specimen=root,
                fact_id=about.made("result"), **common,
            )  # fmt: skip


# --- reading --------------------------------------------------------------------------------------------


def unreadable(field: str, sentence: str) -> MainstayError:
    """A field of a form that cannot be read, with what to do."""
    return MainstayError(CASE_UNREADABLE, sentence, {"field": field})


def _one_of(given: QueryDict, field: str, allowed: Collection[str], sentence: str) -> str:
    value = given.get(field, "")
    if value not in allowed:
        raise unreadable(field, sentence)
    return value


def _disease(given: QueryDict, about: About) -> str:
    return _one_of(given, "disease", about.diseases, _("Choose the disease."))


def _day(given: QueryDict, today: date, *, needed: bool = True) -> Any:
    day = read_day(given.get("day", ""), today, partial(unreadable, "day"), _("Give the day, like 2020-02-14."))
    if day is None and needed:
        raise unreadable("day", _("Give the day, like 2020-02-14."))
    return day


def _time(given: QueryDict, day: date, zone: str) -> datetime | None:
    text = cleaned(given.get("time", ""))
    if not text:
        return None
    try:
        clock = datetime.strptime(text, "%H:%M").time()
    except ValueError as error:
        raise unreadable("time", _("Give the time, like 20:20, or leave it empty.")) from error
    return datetime.combine(day, clock, ZoneInfo(zone))
