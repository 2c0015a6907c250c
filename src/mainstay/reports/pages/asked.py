"""What the addresses of the report's pages ask for: a day, a seal, a disease, and from which row on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Seal
from mainstay.reports.outputs.printed import Given
from mainstay.reports.pages import presenters
from mainstay.reports.queries.frozen import given
from mainstay.web.city_time import stands_at

# Records of an epidemic lie within these years; beyond them a day is a slip of the hand.
YEARS = range(1900, 2200)
LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, and what in it cannot be read: a sentence by field."""

    on: date
    known_at: int | None
    disease: str | None
    start: int
    today: date
    zone: str
    given: dict[str, str]
    errors: dict[str, str]

    @property
    def options(self) -> dict[str, Any]:
        return {"on": self.on, "known_at": self.known_at, "disease": self.disease}


def asked_of(request: Any) -> Asked:
    """What the address of a page beneath `city_time` asks for."""
    typed = {name: request.GET.get(name, "").strip() for name in ("on", "known_at", "disease", "figure", "start")}
    errors: dict[str, str] = {}
    on, known_at, start = request.own.report_day, None, 0
    if typed["on"]:
        try:
            on = date.fromisoformat(typed["on"])
        except ValueError:
            errors["on"] = _("This is no day; write it like 2020-02-14.")
        if on.year not in YEARS:
            errors["on"] = _("Give a day of the years 1900 to 2199.")
    if typed["known_at"]:
        known_at = _number(typed["known_at"])
        if known_at is None:
            errors["known_at"] = _("Give the number of a seal, or nothing for the last one.")
    if typed["start"]:
        start = _number(typed["start"]) or 0
    return Asked(on, known_at, typed["disease"] or None, start, request.own.report_day, request.zone, typed, errors)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER else None


def made(request: Any, asked: Asked, language: str = "") -> Given | None:
    """The report that is asked for, its moment on the shell; None where something cannot be read, with the reason."""
    if asked.errors:
        return None
    try:
        found = given(language=language or request.LANGUAGE_CODE, **asked.options)
    except MainstayError as error:
        asked.errors[presenters.FIELDS[error.code]] = presenters.sentence(error)
        return None
    show_moment(request, asked, found.report.known_at)
    return found


def show_moment(request: Any, asked: Asked, known_at: int | None) -> None:
    """Day and seal at the head of the page; without a number the last seal."""
    last = Seal.objects.order_by("-no").first()
    seal = last if known_at is None else Seal.objects.filter(no=known_at).first()
    live = asked.on == asked.today and seal == last
    moment = presenters.moment(asked.on, seal, asked.today, live)
    if live and not request.own.live:
        moment = stands_at(request.own)
    request.shell = replace(request.shell, moment=moment)
