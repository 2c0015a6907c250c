"""Where in a TOML text each key stands, so that a fault can be named by file, line and key.

`tomllib` keeps no positions. This scanner reads the same text once more and notes a line for every
path of keys and list indices; it takes the text as valid TOML, so parse it with `tomllib` first.
"""

from __future__ import annotations

from collections.abc import Sequence

Path = tuple[str | int, ...]
Lines = dict[Path, int]


def locate(text: str) -> Lines:
    """A line number (from 1) for every key, every table header and every list item."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: Lines, path: Sequence[str | int]) -> int:
    """The line of a path, or of the nearest thing around it that stands in the text; 1 at the last."""
    some = tuple(path)
    while some and some not in lines:
        some = some[:-1]
    return lines.get(some, 1)


def key_name(path: Sequence[str | int]) -> str:
    """A path as people write it: `fact[2].known`."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            name += f".{part}" if name else part
    return name or "the file"


class _Scanner:
    """One pass over the text, which ends early and quietly where it is no TOML after all."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: Lines = {}
        self.counts: dict[Path, int] = {}  # how many [[tables]] a list has had so far

    def document(self) -> None:
        table: Path = ()
        while self._to_content():
            if self._peek() == "[":
                table = self._header()
            else:
                before = self.at
                self._pair(table)
                if self.at == before:
                    return

    def _peek(self, width: int = 1) -> str:
        return self.text[self.at : self.at + width]

    def _move(self, width: int = 1) -> None:
        self.line += self.text.count("\n", self.at, self.at + width)
        self.at += width

    def _to_content(self) -> bool:
        """Past blanks, line ends and comments; False at the end of the text."""
        while self.at < len(self.text):
            char = self._peek()
            if char == "#":
                self._move(self._until("\n"))
            elif char in " \t\r\n,":
                self._move()
            else:
                return True
        return False

    def _until(self, stops: str) -> int:
        end = self.at
        while end < len(self.text) and self.text[end] not in stops:
            end += 1
        return end - self.at

    def _header(self) -> Path:
        many = self._peek(2) == "[["
        line = self.line
        self._move(2 if many else 1)
        keys = self._keys()
        self._move(self._until("\n"))
        path = self._last(keys[:-1]) + keys[-1:]
        if many:
            index = self.counts.get(path, 0)
            self.counts[path] = index + 1
            self.lines.setdefault(path, line)
            path = (*path, index)
        else:
            path = self._last(keys)
        self._note(path, line)
        return path

    def _last(self, keys: Path) -> Path:
        """The path in which a table header's keys lead to the last member of each list of tables."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def _note(self, path: Path, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _keys(self) -> Path:
        keys: list[str] = []
        while self.at < len(self.text):
            self._move(len(self.text[self.at :]) - len(self.text[self.at :].lstrip(" \t")))
            char = self._peek()
            if char and char in "\"'":
                keys.append(self._string())
            else:
                width = self._until(".=]} \t\r\n\"'")
                if not width:
                    break
                keys.append(self._peek(width))
                self._move(width)
            self._move(self._blanks())
            if self._peek() != ".":
                break
            self._move()
        return tuple(keys)

    def _blanks(self) -> int:
        end = self.at
        while end < len(self.text) and self.text[end] in " \t":
            end += 1
        return end - self.at

    def _pair(self, table: Path) -> None:
        line = self.line
        keys = self._keys()
        if not keys or self._peek() != "=":
            return
        self._note(table + keys, line)
        self._move()
        self._value(table + keys)

    def _value(self, path: Path) -> None:
        self._move(self._blanks())
        char = self._peek()
        if char and char in "\"'":
            self._string()
        elif char == "[":
            self._list(path)
        elif char == "{":
            self._table(path)
        else:
            self._move(self._until(",]}#\r\n"))

    def _list(self, path: Path) -> None:
        self._move()
        index = 0
        while self._to_content() and self._peek() != "]":
            before = self.at
            self._note((*path, index), self.line)
            self._value((*path, index))
            index += 1
            if self.at == before:
                return
        self._move()

    def _table(self, path: Path) -> None:
        self._move()
        while self._to_content() and self._peek() != "}":
            before = self.at
            self._pair(path)
            if self.at == before:
                return
        self._move()

    def _string(self) -> str:
        quote = self._peek()
        mark = quote * 3 if self._peek(3) == quote * 3 else quote
        start = self.at + len(mark)
        end = start
        while end < len(self.text) and not self.text.startswith(mark, end):
            end += 2 if quote == '"' and self.text[end] == "\\" else 1
        # A multi-line string may end in up to two quotes of its own.
        while len(mark) == 3 and self.text.startswith(quote, end + 3):
            end += 1
        value = self.text[start:end]
        self._move(end + len(mark) - self.at)
        return value
