"""The command line for tests that start commands in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.at_the_command_line import CommandLine


@pytest.fixture
def mainstay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> CommandLine:
    return CommandLine(monkeypatch, capsys, tmp_path)
