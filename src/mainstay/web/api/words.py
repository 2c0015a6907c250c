"""The words of requests and answers: what a line, a day, an instant may be."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Records of an epidemic lie within these years; beyond them a day is a slip of the hand.
YEARS = range(1900, 2200)


class Asked(BaseModel):
    """A body: what it does not name is refused, so that a slip of the pen is told."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """An answer, read from a dict or a row's attributes."""

    model_config = ConfigDict(from_attributes=True)


Item = TypeVar("Item")


class Page(Told, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="For the page after this one; null on the last.")


def _printable(given: str) -> str:
    """One line without control characters, which no database keeps, and without blanks at its ends."""
    if any(not letter.isprintable() for letter in given):
        raise ValueError(_("Leave out line breaks and control characters."))
    return given.strip()


def _text(given: str) -> str:
    if "\0" in given:
        raise ValueError(_("Leave out control characters."))
    return given.strip()


def _day(given: Any) -> Any:
    if isinstance(given, datetime) or not isinstance(given, date | str):
        raise ValueError(_("Write the day like 2020-02-14."))
    if isinstance(given, str):
        if not A_DAY.fullmatch(given):
            raise ValueError(_("Write the day like 2020-02-14."))
        try:
            given = date.fromisoformat(given)
        except ValueError as error:
            raise ValueError(_("There is no such day; write it like 2020-02-14.")) from error
    if given.year not in YEARS:
        raise ValueError(_("Give a day of the years 1900 to 2199."))
    return given


def _instant(given: Any) -> Any:
    if not isinstance(given, str | datetime):
        raise ValueError(_("Write the instant with its offset, like 2020-02-14T08:30:00Z."))
    return given


def _years(given: datetime) -> datetime:
    if given.year not in YEARS:
        raise ValueError(_("Give an instant of the years 1900 to 2199."))
    return given


Line = Annotated[str, AfterValidator(_printable)]
Text = Annotated[str, AfterValidator(_text)]
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_years)]
Yes = StrictBool
Whole = StrictInt
