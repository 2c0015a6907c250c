"""How reliably the invented staff work: mostly in time, some of it late, some of it never."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habit:
    """How a piece of work is usually done: hours after it is due to begin, and how often late or never."""

    soon: tuple[float, float]
    late: tuple[float, float] = (26, 60)
    in_time: float = 0.9
    never: float = 0.04


REPORTING = Habit((0.2, 1.8), (4, 30), 0.88, 0.03)
SAMPLING = Habit((0.5, 3), (18, 30), 0.9, 0.0)
CLASSING = Habit((0.5, 4), (26, 50), 0.9, 0.04)
GRADING = Habit((1, 6), (25, 50), 0.88, 0.06)
ADMITTING = Habit((1, 9), (25, 60), 0.86, 0.05)
OFFERING = Habit((0.3, 3.6), (6, 20), 0.88, 0.05)
INVESTIGATING = Habit((4, 21), (26, 60), 0.85, 0.06)
OFFERING_QUARANTINE = Habit((2, 18), (26, 50), 0.9, 0.05)
ORDERING = Habit((2, 20), (26, 60), 0.86, 0.07)
SERVING = Habit((1, 10), (26, 50), 0.88, 0.05)
REVIEWING = Habit((1, 20), (26, 50), 0.8, 0.12)
RELEASING = Habit((8, 11.5), (20, 50), 0.82, 0.1)
REVISITING = Habit((20, 120), (170, 200), 0.75, 0.2)
