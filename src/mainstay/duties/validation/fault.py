"""What the looks at an edition report to each other."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.platform.toml_lines import Path as KeyPath


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at a path of keys and indices; the sentence says the remedy too."""

    path: KeyPath
    code: str
    sentence: str
