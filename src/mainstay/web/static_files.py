"""Addresses of static files that change with their content: after an update no browser shows yesterday's look."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class Stamped(StaticFilesStorage):
    """Adds the beginning of the content's hash to a file's address; needs no step of building."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._stamped: dict[str | None, str] = {}  # asked for a hundred times by a page; files change with the program

    def url(self, name: str | None) -> str:
        if name not in self._stamped:
            plain, stamp = super().url(name), _stamp(name or "")
            self._stamped[name] = f"{plain}?{stamp}" if stamp else plain
        return self._stamped[name]


def _stamp(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12] if found else ""
