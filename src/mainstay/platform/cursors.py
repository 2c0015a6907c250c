"""Cursors of lists: opaque to whoever holds one, signed, and of use for one list only."""

from __future__ import annotations

from typing import Any

from django.core import signing

from mainstay.platform.errors import MainstayError, code

BAD_CURSOR = code("cursor.bad", "A cursor is not one that a list gave.")
LONGEST = 1000


def sealed(of: str, value: Any) -> str:
    """The cursor of a list (`of`, its name) that stands for a JSON value."""
    return signing.dumps(value, salt=f"cursor {of}")


def opened(of: str, cursor: str) -> Any:
    """What a cursor of this list stands for; raises `cursor.bad` for anything this instance did not make for it."""
    try:
        if len(cursor) > LONGEST:
            raise signing.BadSignature
        return signing.loads(cursor, salt=f"cursor {of}")
    except (signing.BadSignature, ValueError) as error:
        raise MainstayError(
            BAD_CURSOR, "This is no cursor of this list; use the next_cursor of the page before, or none.",
            {"field": "cursor"},
        ) from error  # fmt: skip
