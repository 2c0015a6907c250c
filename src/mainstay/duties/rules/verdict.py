"""Three-valued answers: true, false, or unknown, with what decided them and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

ALWAYS = datetime(1, 1, 2, tzinfo=UTC)


class Verdict(NamedTuple):
    """`value` None is unknown. `since` is when the deciding facts were known; `unknown` names what is missing."""

    value: bool | None
    since: datetime = ALWAYS
    facts: tuple[UUID, ...] = ()
    unknown: tuple[str, ...] = ()


TRUE = Verdict(True)
FALSE = Verdict(False)


def unknown(name: str) -> Verdict:
    return Verdict(None, unknown=(name,))


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """False as soon as one is false; else unknown as soon as one is; true since the last became true."""
    for verdict in verdicts:
        if verdict.value is False:
            return verdict
    missing = tuple(name for verdict in verdicts for name in verdict.unknown if verdict.value is None)
    since = max((verdict.since for verdict in verdicts), default=ALWAYS)
    return Verdict(None if missing else True, since, _facts(verdicts), missing)


def any_of(verdicts: Sequence[Verdict]) -> Verdict:
    """True as soon as one is true, since the first became true; else unknown as soon as one is."""
    true = [verdict for verdict in verdicts if verdict.value]
    if true:
        return min(true, key=lambda verdict: verdict.since)
    missing = tuple(name for verdict in verdicts for name in verdict.unknown if verdict.value is None)
    return Verdict(None if missing else False, facts=_facts(verdicts), unknown=missing)


def none_of(verdicts: Sequence[Verdict]) -> Verdict:
    """The contrary of any_of; it holds from the beginning, so `since` says nothing."""
    found = any_of(verdicts)
    if found.value is None:
        return found
    return Verdict(not found.value, facts=found.facts)


def at_least(count: int, verdicts: Sequence[Verdict]) -> Verdict:
    """True since the `count`th became true; false where even the unknown ones could not make it up."""
    true = sorted((verdict for verdict in verdicts if verdict.value), key=lambda verdict: verdict.since)
    if len(true) >= count:
        return Verdict(True, true[count - 1].since, _facts(true[:count]))
    open_ones = [verdict for verdict in verdicts if verdict.value is None]
    if len(true) + len(open_ones) >= count:
        return Verdict(None, facts=_facts(true), unknown=tuple(n for v in open_ones for n in v.unknown))
    return Verdict(False, facts=_facts(verdicts))


def _facts(verdicts: Sequence[Verdict]) -> tuple[UUID, ...]:
    return tuple(fact for verdict in verdicts for fact in verdict.facts)
