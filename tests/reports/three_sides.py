"""Short verbs for stories about register, hospital and laboratory."""

from __future__ import annotations

from datetime import date
from typing import Any

from mainstay.cases import services as cases
from mainstay.cases.models import Classification, Outcome
from mainstay.platform import ledger
from mainstay.platform.clock import known_on
from mainstay.platform.facts import new_fact
from mainstay.reports.queries.reconciliation import Reconciliation, reconciliation
from tests.world import World, day


def told(world: World, model: Any, name: str, value: str, on: str, source: str) -> Any:
    """A class or an outcome as one source has it."""
    fact = new_fact(
        model,
        known_at=known_on(day(on), world.zone),
        observed_date=day(on),
        source=source,
        person_id=world.person(name),
        disease=world.disease,
        value=value,
    )
    ledger.append([fact], by=world.by, at=world.at, verb="told")
    return fact.root


def class_by(world: World, name: str, value: str, on: str, source: str) -> Any:
    return told(world, Classification, name, value, on, source)


def outcome_by(world: World, name: str, value: str, on: str, source: str) -> Any:
    return told(world, Outcome, name, value, on, source)


def tube(world: World, name: str, on: str) -> Any:
    return cases.take_specimen(kind="swab", observed=day(on), disease=world.disease, **world._common(name, on, None))


def result_of(world: World, name: str, value: str, on: str, specimen: Any = None) -> Any:
    return cases.record_result(
        value=value, test="pcr", observed=day(on), specimen=specimen, disease=world.disease,
        **world._common(name, on, None),
    )  # fmt: skip


def compared(world: World, on: str | date, known_at: int | None = None) -> Reconciliation:
    """The reconciliation of a day, after a seal."""
    ledger.seal(at=world.at)
    return reconciliation(on=day(on), known_at=known_at)


def kinds(world: World, on: str) -> dict[str, list[str]]:
    """{person: the kinds of differences about them}."""
    names = {identity: name for name, identity in world.people.items()}
    found: dict[str, list[str]] = {}
    for row in compared(world, on).rows:
        found.setdefault(names[row.difference.person], []).append(row.difference.kind)
    return found
