"""The command as a user starts it, in this process: its arguments, its exit code, what it prints."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mainstay.cli.main import main
from tests.instances import Answer


class CommandLine:
    """Runs `mainstay …` and gives back what it said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.folder = folder

    def run(self, *arguments: str | Path) -> Answer:
        self._monkeypatch.setattr(sys, "argv", ["mainstay", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
            raise SystemExit(0)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Answer(int(ended.value.code or 0), said.out, said.err)

    def data(self, *arguments: str | Path) -> Any:
        """The data of a command that is done, after looking at its envelope."""
        answer = self.run(*arguments, "--json")
        assert answer.code == 0, answer.err
        envelope = json.loads(answer.out)
        assert set(envelope) == {"schema", "as_of", "known_at", "data"}
        return envelope["data"]

    def file(self, text: str | bytes, name: str = "table.csv") -> Path:
        """A file with this in it."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def refused(self, *arguments: str | Path) -> str:
        """What is said of a mistake: exit code 2, nothing on standard output."""
        answer = self.run(*arguments)
        assert (answer.code, answer.out) == (2, ""), answer.out + answer.err
        return answer.err
