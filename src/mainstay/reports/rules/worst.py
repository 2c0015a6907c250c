"""Worst first: what makes somebody urgent, and the order that follows from it.

Worsening goes before not isolated, that before not tested; of equals the longest overdue goes first, then the graver
category. So nobody who is getting worse stands behind somebody who is not, however long the other waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mainstay.duties.rules.concern import NOT_URGENT
from mainstay.duties.rules.facts import Check, PersonFacts


class Sign(StrEnum):
    """One reason for being urgent."""

    SEVERITY_ROSE = "severity_rose"
    BREATH = "breath"
    FEVER_ROSE = "fever_rose"
    NOT_ISOLATED = "not_isolated"
    NOT_TESTED = "not_tested"


WORSENING = frozenset({Sign.SEVERITY_ROSE, Sign.BREATH, Sign.FEVER_ROSE})
SEVERITIES = ("mild", "ordinary", "severe", "critical")
INFECTED = ("confirmed", "clinical", "asymptomatic")
TO_ISOLATE = (*INFECTED, "suspected", "fever_patient")
TO_TEST = ("clinical", "suspected", "fever_patient")
# A fever (37.3 °C) that rose by half a degree since the check before, or any of 38.5 °C, is worsening.
FEVER, RISE, HIGH = 373, 5, 385


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody that bears on it; `severities` and `tenths` (of °C) of late, the latest last."""

    category: str = ""
    stay: str = ""  # ward, site, home, or nothing known
    is_tested: bool = False
    severities: tuple[str, ...] = ()
    tenths: tuple[int, ...] = ()
    breathless: bool = False  # short of breath or with chest pain when last asked


# Checks, symptoms and severity of the last days tell how somebody is now.
LATELY = timedelta(days=3)
BREATH_SYMPTOMS = ("shortness_of_breath", "chest_pain")


def known_of(facts: PersonFacts, category: str, stay: str, today: date) -> Known:
    """What bears on somebody's urgency, out of all that is known of them under one disease on a city's day."""
    since = today - LATELY
    severities = facts.severities
    checks: tuple[Check, ...] = tuple(one for one in facts.checks if one.tenths is not None)
    last = {
        one.name: one.present
        for one in facts.symptoms
        if one.name in BREATH_SYMPTOMS and one.date is not None and one.date >= since
    }
    return Known(
        category,
        stay,
        bool(facts.results),
        # Where the last was given in the last days: what rose long ago has run its course.
        tuple(one.value for one in severities) if severities and (severities[-1].date or date.min) >= since else (),
        tuple(one.tenths or 0 for one in checks if one.date is not None and one.date >= since),
        any(last.values()),
    )


def signs(known: Known) -> tuple[Sign, ...]:
    """Every reason that holds, the gravest first; none of somebody who is in no category (any more)."""
    if not known.category:
        return ()
    return tuple(sign for sign, holds in _HOLDS.items() if holds(known))


# Whoever is worsening stands here or before.
WORSENING_RANK = NOT_URGENT - 4


def urgency(found: tuple[Sign, ...]) -> int:
    """4 for worsening, 2 for not isolated, 1 for not tested: a number by which the graver always outweighs the rest."""
    return 4 * (not WORSENING.isdisjoint(found)) + 2 * (Sign.NOT_ISOLATED in found) + (Sign.NOT_TESTED in found)


def rank(found: tuple[Sign, ...]) -> int:
    """The same so that the most urgent sorts first: 0 to 7."""
    return NOT_URGENT - urgency(found)


def _severity_rose(known: Known) -> bool:
    ranks = [SEVERITIES.index(value) for value in known.severities if value in SEVERITIES]
    return len(ranks) > 1 and ranks[-1] > ranks[-2]


def _fever_rose(known: Known) -> bool:
    if not known.tenths or known.tenths[-1] < FEVER:
        return False
    return known.tenths[-1] >= HIGH or (len(known.tenths) > 1 and known.tenths[-1] - known.tenths[-2] >= RISE)


_HOLDS: dict[Sign, Callable[[Known], bool]] = {
    Sign.SEVERITY_ROSE: _severity_rose,
    Sign.BREATH: lambda known: known.breathless,
    Sign.FEVER_ROSE: _fever_rose,
    Sign.NOT_ISOLATED: lambda known: known.category in TO_ISOLATE and known.stay not in ("ward", "site"),
    Sign.NOT_TESTED: lambda known: known.category in TO_TEST and not known.is_tested,
}
