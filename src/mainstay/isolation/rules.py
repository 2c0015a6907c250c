"""The rules of fairness for confining somebody, as short checks."""

from __future__ import annotations

from datetime import datetime


def order_fault(
    basis: str, reason: str, official: str, starts: datetime, ends: datetime, review: datetime
) -> str | None:
    """What is missing from an order that would confine somebody; None where it is complete."""
    for name, value in (("legal basis", basis), ("reason", reason), ("named official", official)):
        if not value.strip():
            return f"it has no {name}"
    if ends <= starts:
        return "it ends before it begins"
    if not starts < review <= ends:
        return "its review does not lie between its start and its end"
    return None


def early_end_fault(starts: datetime, ends: datetime, earlier: datetime, reason: str) -> str | None:
    """Why an order cannot end before its time like that; None where it can. Ending it asks less than giving it."""
    if not reason.strip():
        return "nobody says why"
    if earlier <= starts:
        return "it would end before it begins"
    if earlier >= ends:
        return "by itself it ends no later"
    return None


def decider_fault(official: str, decided_by: str) -> str | None:
    """An objection is decided by somebody other than who gave the order."""
    return "whoever gave the order cannot decide on the objection to it" if official == decided_by else None
