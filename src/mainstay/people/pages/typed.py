"""What is typed into pages and addresses, read without ever failing on junk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from mainstay.platform.errors import MainstayError
from mainstay.platform.identity import new_id
from mainstay.reports.queries.line_list import Cursor

LONGEST = 200


def cleaned(given: str) -> str:
    """One line without control characters, which no database keeps, and without blanks at its ends."""
    return "".join(letter for letter in given if letter.isprintable()).strip()


def form_key(given: str) -> str:
    """What tells a second sending of one form: the key it was shown with; what is none is a form of its own."""
    try:
        return UUID(given).hex
    except ValueError:
        return new_id().hex


def cursor_text(cursor: Cursor) -> str:
    """A cursor as it stands in an address."""
    return f"{cursor.urgency}~{cursor.due_at.isoformat()}~{cursor.category}~{cursor.id.hex}"


def cursor_from(text: str) -> Cursor | None:
    """The cursor of an address; None for anything that is none, which is the first page."""
    parts = cleaned(text).split("~")
    if len(parts) != 4 or not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) == 1):
        return None
    try:
        due_at, person = datetime.fromisoformat(parts[1]), UUID(parts[3])
        due_at = (due_at if due_at.tzinfo else due_at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Cursor(int(parts[0]), due_at, parts[2][:40], person)


EARLIEST = date(1900, 1, 1)
LATEST_YEAR = 2200


def read_day(text: str, latest: date | None, refused: Callable[[str], MainstayError], form: str) -> date | None:
    """A day as typed, not after `latest`; None where nothing was. Raises what `refused` makes of a sentence.

    `form` is said of what is no day.
    """
    text = cleaned(text)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise refused(form) from error
    if day < EARLIEST or (latest is not None and day > latest):
        raise refused(_("Give a day that has been, not one to come."))
    return day


def read_instant(text: str, zone: str, refused: Callable[[str], MainstayError]) -> datetime:
    """A day and time as typed, in the city's time. Raises what `refused` makes of a sentence."""
    try:
        local = datetime.fromisoformat(cleaned(text))
        if local.tzinfo is not None or not EARLIEST.year <= local.year <= LATEST_YEAR:
            raise ValueError
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refused(_("Give day and time, like 2020-02-14 12:00.")) from error


def start_from(text: str) -> int:
    """After how many rows a page begins; anything that is no number is the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
