"""Rows whose content changed: slot by slot a new version, where that slot's content changed."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from uuid import UUID

from mainstay.cycle.delivery import Unit
from mainstay.cycle.statements import (
    STORES,
    Writing,
    first_version,
    later_version,
    retraction,
    root_of,
    version_id,
)
from mainstay.intake import queries
from mainstay.intake.mapping import FactSpec
from mainstay.intake.rules.slots import Draft
from mainstay.intake.rules.verdicts import Verdict
from mainstay.platform import bulk
from mainstay.platform.ledger import Subject
from mainstay.platform.models import Fact

Taken = tuple[Unit, Verdict, Table[str, UUID]]  # with the row's persons by role


def revise(rows: Sequence[Taken], specs: Sequence[FactSpec], writing: Writing) -> tuple[list[Fact], set[Subject]]:
    """(the new versions, whom the versions before were about)."""
    last = _last(rows, specs, writing)
    facts: list[Fact] = []
    touch: set[Subject] = set()
    for unit, verdict, persons in rows:
        drafts = {draft.says.slot: draft for draft in unit.reading.drafts}
        for spec in specs:
            root = root_of(writing.ids, unit.record, verdict.place_no, spec.slot)
            before = last.get(root)
            fact = _version(root, drafts.get(spec.slot), before, persons, writing)
            if fact is not None:
                facts.append(fact)
                if before is not None:
                    touch |= {Subject(kind, getattr(before, column)) for column, kind in before.touches}
    return facts, touch


def _last(rows: Sequence[Taken], specs: Sequence[FactSpec], writing: Writing) -> dict[UUID, Fact]:
    """The last version in every slot of the revised rows."""
    roots: dict[str, list[UUID]] = {}
    for unit, verdict, _persons in rows:
        for spec in specs:
            root = root_of(writing.ids, unit.record, verdict.place_no, spec.slot)
            roots.setdefault(spec.fact, []).append(root)
    found: dict[UUID, Fact] = {}
    for fact, some in roots.items():
        for part in bulk.chunks(some, queries.AT_ONCE):
            for row in STORES[fact].model.objects.filter(root__in=part).order_by("version"):
                found[row.root] = row
    return found


def _version(
    root: UUID, draft: Draft | None, last: Fact | None, persons: Table[str, UUID], writing: Writing
) -> Fact | None:
    if last is None:
        return None if draft is None else first_version(draft, root, persons, writing)
    if draft is None:
        return None if last.retracted else retraction(last, writing)
    if not last.retracted and last.id == version_id(writing.ids, root, draft.content, last.version):
        return None
    return later_version(draft, root, last.version + 1, persons, writing)
