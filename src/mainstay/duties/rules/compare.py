"""What changes from one edition to another, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mainstay.duties.rules.edition import Clause, Edition

COMPARED = ("when", "until", "episode", "demand", "evidence", "owner", "escalate", "title", "text", "recalled")


@dataclass(frozen=True, slots=True)
class Changed:
    """One clause: `removed`, `added`, or `changed` in these of its fields; `old` or `new` is None where it is not."""

    clause: str
    change: str
    fields: tuple[str, ...]
    old: Clause | None
    new: Clause | None


def compare(old: Edition, new: Edition) -> tuple[Changed, ...]:
    """Every clause that is not the same in both, in order of its id."""
    before = {clause.id: clause for clause in old.clauses}
    after = {clause.id: clause for clause in new.clauses}
    found = []
    for name in sorted(before | after):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            found.append(Changed(name, "removed" if other is None else "added", (), one, other))
        elif fields := _changed(one, other):
            found.append(Changed(name, "changed", fields, one, other))
    return tuple(found)


def _changed(old: Any, new: Any) -> tuple[str, ...]:
    return tuple(name for name in COMPARED if getattr(old, name) != getattr(new, name))
