"""A watch for a journey: how long somebody's hands, eyes and decisions take for it, added up deed by deed.

By the keystroke-level model (Card, Moran and Newell, 1980) with its published times, and reading at the pace measured
over 190 studies (Brysbaert, 2019: 238 words a minute). Nobody is quick here: a typist who looks at the keys, who
decides before each deed and reads a screenful of each page that opens. What the machine takes is not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

DECIDE, POINT, PRESS, TO_THE_KEYS = 1.35, 1.1, 0.2, 0.4  # seconds
KEY = 0.28  # an average typist who is no secretary
CHINESE_KEYS = 4  # of a character by its sound: three letters and the choice
CHOOSE_A_FILE = 10.0  # ours: a dialog of the system, a folder, a name
WORDS_A_SECOND = 238 / 60
WORDS_LOOKED_AT = 20  # ours: of a page that one knows what to do on, heading, first lines and the button's words

CLICK = DECIDE + POINT + PRESS
CHOICE = DECIDE + 2 * (POINT + PRESS)


@dataclass
class Watch:
    """Seconds by what they went to."""

    spent: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    runs: bool = True

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """While somebody else does something meanwhile, or the test looks at what nobody would."""
        self.runs = False
        yield
        self.runs = True

    def add(self, what: str, seconds: float) -> None:
        if not self.runs:
            return
        self.spent[what] += seconds  # type: ignore[assignment]
        self.deeds[what] += 1

    def read(self, guide: Path) -> None:
        self.add("reading the guide", len(guide.read_text(encoding="utf-8").split()) / WORDS_A_SECOND)

    def seconds(self) -> float:
        return sum(self.spent.values())

    def told(self) -> str:
        lines = [f"{what}: {self.deeds[what]} times, {seconds:.0f} s" for what, seconds in self.spent.most_common()]
        return "\n".join([*lines, f"in all {self.seconds() / 60:.1f} minutes"])


def typing(text: str) -> float:
    """How long a text takes to type; for Chinese characters the keys of their sounds."""
    return sum(KEY * (CHINESE_KEYS if ord(one) > 0x2E80 else 1) for one in text)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Begun with the test: whatever is done on any page counts."""
    running = Watch()

    def counted(cls: type, name: str, what: str, seconds: Any) -> None:
        plain = getattr(cls, name)

        @wraps(plain)
        def done(self: Any, *given: Any, **more: Any) -> Any:
            running.add(what, seconds(given))
            return plain(self, *given, **more)

        monkeypatch.setattr(cls, name, done)

    counted(Locator, "click", "pressing", lambda _given: CLICK)
    counted(Locator, "check", "ticking", lambda _given: CLICK)
    counted(Locator, "fill", "typing", lambda given: CLICK + TO_THE_KEYS + typing(given[-1]))
    counted(Page, "fill", "typing", lambda given: CLICK + TO_THE_KEYS + typing(given[-1]))
    counted(Locator, "select_option", "choosing", lambda _given: CHOICE)
    counted(Page, "select_option", "choosing", lambda _given: CHOICE)
    counted(Page, "set_input_files", "choosing a file", lambda _given: CHOOSE_A_FILE)
    for name in ("goto", "wait_for_url", "reload"):
        counted(Page, name, "looking at a page", lambda _given: WORDS_LOOKED_AT / WORDS_A_SECOND)
    return running
