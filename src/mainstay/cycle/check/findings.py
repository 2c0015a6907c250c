"""What a check answers: the contract's data, and one finding for each thing that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: its code, where it is, what ought to be and what is, and a sentence for a person.

    `id` is the row's id as 32 hex digits, the number of an entry or seal, or empty where only the
    table can be told.
    """

    code: str
    table: str
    id: str
    expected: str
    found: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The data of `mainstay check --json`; findings stand in order of code, table, id, expected, found."""

    ok: bool
    digest: str
    last_seal: dict[str, Any] | None
    counts: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {"findings": [asdict(finding) for finding in self.findings]}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The stated order; a fault that two proofs find in the same words is one finding."""
    return tuple(sorted(set(findings), key=lambda f: (f.code, f.table, f.id, f.expected, f.found)))
