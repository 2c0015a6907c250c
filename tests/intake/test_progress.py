"""A long intake shows how far it is, on a terminal and nowhere else."""

from __future__ import annotations

import io
import sys

from mainstay.cli.common import progress
from tests.intake.desk import Desk, row


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _shares(screen: Terminal) -> list[int]:
    """The per cent drawn, one after another."""
    return [int(part.rpartition(" ")[2]) for part in screen.getvalue().split("%")[:-1]]


def test_the_bar_moves_with_every_chunk_of_a_file(desk: Desk, monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("mainstay.cycle.sense.CHUNK", 2)
    rows = [row(str(no), reported="2020-02-05") for no in range(1, 9)]
    with progress("list.csv", quiet=False) as show:
        desk.send(*rows, progress=lambda done, of: show("rows", done, of))

    # Eight rows, two at a time.
    assert _shares(terminal) == [0, 25, 50, 75, 100]
    assert "list.csv rows" in terminal.getvalue()


def test_nothing_is_drawn_for_a_script(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("list.csv", quiet=True) as show:
        show("rows", 1, 2)
    assert terminal.getvalue() == ""


def test_nothing_is_drawn_into_a_pipe(monkeypatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with progress("list.csv", quiet=False) as show:
        show("rows", 1, 2)
    assert pipe.getvalue() == ""
