"""What went wrong, as a code, its facts and a sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class MainstayError(Exception):
    """An error a person can act on.

    `code` is stable and documented in docs/guide/errors.md; `sentence` names the place and
    the remedy; `facts` carries the same for machines. `exit_code` follows the contract:
    2 the caller's mistake, 3 the machine's.
    """

    code: str
    sentence: str
    facts: dict[str, object] = field(default_factory=dict)
    exit_code: int = 2

    def __str__(self) -> str:
        return f"{self.sentence} [{self.code}]"


# Every code the product can answer with; a test holds this list against docs/guide/errors.md.
CODES: dict[str, str] = {}


def code(name: str, meaning: str) -> str:
    """Register an error code beside the place that raises it."""
    CODES[name] = meaning
    return name
