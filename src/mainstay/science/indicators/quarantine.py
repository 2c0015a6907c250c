"""The share of new cases that were already in quarantine: whether tracing runs ahead of the disease or behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.shares import Share, share
from mainstay.science.inputs import InputError


@dataclass(frozen=True, slots=True)
class Stay:
    """A quarantine from `start_date` to `end_date`, both included; `end_date` None while it lasts.

    Raises InputError `stay` where it ends before it starts.
    """

    start_date: date
    end_date: date | None = None

    def __post_init__(self) -> None:
        if self.end_date is not None and self.end_date < self.start_date:
            raise InputError(
                "stay",
                (self.start_date.isoformat(),),
                f"A quarantine from {self.start_date} to {self.end_date} ends before it starts: correct one of both.",
            )


@dataclass(frozen=True, slots=True)
class NewCase:
    """One new case: the day it was found, and its quarantines; `stays` None where they are not known."""

    found_date: date | None
    stays: tuple[Stay, ...] | None


@dataclass(frozen=True, slots=True)
class InQuarantine:
    """Of the new cases of a period, the share found in quarantine, among those of whom it is known.

    `not_known` cases are in no share; `lowest` and `highest` are what it would be if none or all of them had been in
    quarantine, None without cases. `without_date` cases belong to no period and are not among `cases`.
    """

    cases: int
    not_known: int
    without_date: int
    share: Share
    lowest: float | None
    highest: float | None

    def as_data(self) -> dict[str, Any]:
        """Dicts, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


def was_in_quarantine(found_date: date, stays: Iterable[Stay]) -> bool:
    """Whether a case was found in quarantine: one that began before the day it was found, and had not ended.

    A quarantine that begins on the very day does not count: it was ordered because the case was found, as a rule.
    """
    return any(
        stay.start_date < found_date and (stay.end_date is None or stay.end_date >= found_date) for stay in stays
    )


def share_in_quarantine(new_cases: Iterable[NewCase], start: date, end: date) -> InQuarantine:
    """The share of the cases found from `start` to `end` (both included) that were already in quarantine.

    Raises InputError `period` where `start` lies after `end`.
    """
    if start > end:
        raise InputError("period", (), f"The period would begin on {start} and end on {end}: turn them round.")
    rows = list(new_cases)
    cases = [
        None if row.stays is None else was_in_quarantine(row.found_date, row.stays)
        for row in rows
        if row.found_date is not None and start <= row.found_date <= end
    ]
    unknown, inside = cases.count(None), cases.count(True)
    return InQuarantine(
        cases=len(cases),
        not_known=unknown,
        without_date=sum(1 for row in rows if row.found_date is None),
        share=share(inside, len(cases) - unknown),
        lowest=inside / len(cases) if cases else None,
        highest=(inside + unknown) / len(cases) if cases else None,
    )
