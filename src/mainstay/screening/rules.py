"""What a call to somebody tells: the outcome, the daily check, and whom they met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# What is asked of by telephone.
SYMPTOMS = ("fever", "cough", "shortness_of_breath", "chest_pain")


@dataclass(frozen=True)
class Met:
    """Somebody whom they met: a name, and what else was said."""

    name: str
    phone: str
    setting: str


@dataclass(frozen=True)
class Call:
    """What was told in one call; None and () where nothing was. `tenths` of a degree Celsius."""

    outcome: str
    back_at: str
    tenths: int | None
    present: tuple[str, ...]
    asked_of_symptoms: bool
    met: tuple[Met, ...]
    nobody: bool
    how: str
    last_met: date | None
    disease: str
