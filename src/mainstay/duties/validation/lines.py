"""On which line of a TOML file a key stands. Python's reader keeps no positions, so the text is walked again.

Only for text that the reader has accepted: nothing here checks syntax.
"""

from __future__ import annotations

import re
from bisect import bisect_right

KeyPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


class Lines:
    """The line of every key, table and list member of a file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks = [place for place, char in enumerate(text) if char == "\n"]
        self._at: dict[KeyPath, int] = {(): 1}
        self._counts: dict[KeyPath, int] = {}
        self._walk()

    def of(self, path: KeyPath) -> int:
        """The line of a path; where nothing of that name is written, of what it would stand in."""
        while path not in self._at:
            path = path[:-1]
        return self._at[path]

    def _mark(self, path: KeyPath, place: int) -> None:
        self._at.setdefault(path, bisect_right(self._breaks, place - 1) + 1)

    def _skip(self, pattern: re.Pattern[str], place: int) -> int:
        found = pattern.match(self._text, place)
        return found.end() if found else place

    def _starts(self, place: int, text: str) -> bool:
        return self._text.startswith(text, place)

    def _walk(self) -> None:
        table: KeyPath = ()
        place = self._skip(_BLANK, 0)
        while place < len(self._text):
            if self._starts(place, "["):
                table, place = self._header(place)
            else:
                place = self._pair(table, place)
            place = self._skip(_BLANK, place)

    def _header(self, place: int) -> tuple[KeyPath, int]:
        """`[a.b]` or `[[a.b]]`: the table whose keys follow; a list of tables along the way means its last."""
        many = self._starts(place, "[[")
        keys, after = self._keys(place + (2 if many else 1))
        path: KeyPath = ()
        for key in keys[:-1]:
            path = self._last((*path, key))
        path = (*path, keys[-1])
        if many:
            self._mark(path, place)
            self._counts[path] = self._counts.get(path, 0) + 1
        path = self._last(path)
        self._mark(path, place)
        return path, self._text.index("]]" if many else "]", after) + (2 if many else 1)

    def _last(self, path: KeyPath) -> KeyPath:
        return (*path, self._counts[path] - 1) if path in self._counts else path

    def _pair(self, table: KeyPath, place: int) -> int:
        keys, after = self._keys(place)
        path = table
        for key in keys:
            path = (*path, key)
            self._mark(path, place)
        return self._value(path, self._skip(_SPACES, after + 1))

    def _keys(self, place: int) -> tuple[list[str], int]:
        """A dotted key and the place after it, which is `=` or `]`."""
        keys = []
        while True:
            place = self._skip(_SPACES, place)
            end = self._string_end(place) or self._skip(_BARE, place)
            keys.append(self._text[place:end].strip("\"'"))
            place = self._skip(_SPACES, end)
            if not self._starts(place, "."):
                return keys, place
            place += 1

    def _string_end(self, place: int) -> int | None:
        for pattern in _STRINGS:
            found = pattern.match(self._text, place)
            if found:
                return found.end()
        return None

    def _value(self, path: KeyPath, place: int) -> int:
        if self._starts(place, "["):
            return self._list(path, place)
        if self._starts(place, "{"):
            return self._inline(path, place)
        return self._string_end(place) or self._skip(_SCALAR, place)

    def _list(self, path: KeyPath, place: int) -> int:
        index, place = 0, self._skip(_BLANK, place + 1)
        while not self._starts(place, "]"):
            self._mark((*path, index), place)
            place = self._skip(_BLANK, self._value((*path, index), place))
            if self._starts(place, ","):
                place = self._skip(_BLANK, place + 1)
            index += 1
        return place + 1

    def _inline(self, path: KeyPath, place: int) -> int:
        place = self._skip(_BLANK, place + 1)
        while not self._starts(place, "}"):
            place = self._skip(_BLANK, self._pair(path, place))
            if self._starts(place, ","):
                place = self._skip(_BLANK, place + 1)
        return place + 1
