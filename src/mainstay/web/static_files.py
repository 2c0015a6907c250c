"""Addresses of static files that change with their content: after an update no browser shows yesterday's look."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class Stamped(StaticFilesStorage):
    """Adds the beginning of the content's hash to a file's address; needs no step of building."""

    def url(self, name: str | None) -> str:
        plain = super().url(name)
        stamp = _stamp(name or "")
        return f"{plain}?{stamp}" if stamp else plain


@cache
def _stamp(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12] if found else ""
