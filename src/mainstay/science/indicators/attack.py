"""Attack rates: the share of a population, or of the contacts of cases, that became infected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from mainstay.science.indicators.plain import as_data
from mainstay.science.indicators.shares import Share, share
from mainstay.science.inputs import InputError, shown

# A rate from fewer cases has a standard error of more than a fifth of itself (1 / sqrt(20) = 0.22). The United States
# Cancer Statistics show none below 16, where it is a quarter.
SMALL_CASES = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Cases and people of one place, age group or workplace; `population` None where nobody has counted it."""

    name: str
    cases: int
    population: int | None


@dataclass(frozen=True, slots=True)
class AttackRate:
    """The share of a group's people who became cases, over the whole outbreak.

    `status` `unknown`, with None for the rate, where the population is unknown or 0. `small`: fewer than 20 cases, so
    the rate says little beyond the count.
    """

    name: str
    cases: int
    population: int | None
    status: Literal["estimate", "unknown"]
    small: bool
    rate: Share | None
    per_100_000: float | None

    def as_data(self) -> dict[str, Any]:
        """Dicts, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


@dataclass(frozen=True, slots=True)
class SecondaryAttackRate:
    """The share of contacts who became infected, among those of whom it is known.

    `outcome_unknown` contacts are in no share; `lowest` and `highest` are what it would be if none or all of them
    were infected, None without contacts.
    """

    contacts: int
    outcome_unknown: int
    rate: Share
    lowest: float | None
    highest: float | None

    def as_data(self) -> dict[str, Any]:
        """Dicts, numbers, and None for what is unknown."""
        data: dict[str, Any] = as_data(self)
        return data


def attack_rates(groups: Iterable[Group]) -> tuple[AttackRate, ...]:
    """The attack rate of each group, in the order given.

    Raises InputError `attack_group` where a group has fewer than 0 cases, or more cases than people: then cases are
    counted by another border than people are.
    """
    rows = list(groups)
    wrong = [row.name for row in rows if row.cases < 0 or (row.population is not None and row.cases > row.population)]
    if wrong:
        raise InputError(
            "attack_group",
            wrong,
            f"More cases than people, or fewer than none: {shown(wrong)}. Count both by the same border, or give the "
            "population as unknown.",
        )
    return tuple(_attack_rate(row) for row in rows)


def secondary_attack_rate(infected: Iterable[bool | None]) -> SecondaryAttackRate:
    """The secondary attack rate over contacts: True became infected, False did not, None is not known (yet)."""
    outcomes = list(infected)
    unknown = outcomes.count(None)
    ill = outcomes.count(True)
    return SecondaryAttackRate(
        contacts=len(outcomes),
        outcome_unknown=unknown,
        rate=share(ill, len(outcomes) - unknown),
        lowest=ill / len(outcomes) if outcomes else None,
        highest=(ill + unknown) / len(outcomes) if outcomes else None,
    )


def _attack_rate(group: Group) -> AttackRate:
    small = group.cases < SMALL_CASES
    if not group.population:
        return AttackRate(group.name, group.cases, group.population, "unknown", small, None, None)
    return AttackRate(
        name=group.name,
        cases=group.cases,
        population=group.population,
        status="estimate",
        small=small,
        rate=share(group.cases, group.population),
        per_100_000=group.cases * 100_000 / group.population,
    )
