"""Reports as they are given: computed from the facts, or as frozen where these no longer give the same."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Expired
from mainstay.reports.models import FrozenReport
from mainstay.reports.outputs.made import as_json
from mainstay.reports.outputs.printed import Given
from mainstay.reports.queries.indicators import seal_to_read
from mainstay.reports.queries.situation import situation
from mainstay.reports.rules.headings import ARCHIVED, DIFFERS
from mainstay.reports.rules.situation import Situation
from mainstay.reports.rules.thawed import thawed


def given(*, on: date, known_at: int | None = None, disease: str | None = None, language: str = "en") -> Given:
    """The report of a day as known at a seal, as every door gives it; raises as `situation` does.

    Where the period was closed at that very seal and the facts no longer give the same report, it is the frozen one,
    with a sentence that says why.
    """
    frozen = _frozen(on, known_at, disease, language)
    try:
        report = situation(on=on, known_at=known_at, disease=disease, language=language)
    except MainstayError:
        if frozen is None:  # else what it was about has been removed altogether
            raise
        return _archived(frozen, language)
    computed = Given.of(report)
    if frozen is not None and as_json(computed) != zlib.decompress(frozen.packed):
        return _archived(frozen, language)
    return computed


def _frozen(on: date, known_at: int | None, disease: str | None, language: str) -> FrozenReport | None:
    seal = seal_to_read(known_at)
    rows = FrozenReport.objects.filter(period_date=on, seal_no=seal.no if seal else 0, language=language)
    return (rows.filter(chosen=True) if disease is None else rows.filter(disease=disease)).first()


def _archived(frozen: FrozenReport, language: str) -> Given:
    removed = Expired.objects.filter(entry_id__gt=frozen.entry_id).exists()
    return Given.of(_thawed(frozen), (ARCHIVED if removed else DIFFERS)[language])


def _thawed(frozen: FrozenReport) -> Situation:
    whole = json.loads(zlib.decompress(frozen.packed))
    return thawed(whole["data"], known_at=whole["known_at"], language=frozen.language)


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """A frozen report for the list: which period, known at which seal, by whom and when it was closed."""

    id: UUID
    period_date: date
    disease: str
    seal_no: int
    seal_hash: str
    sha256: str
    by: str
    closed_at: datetime


def frozen_reports(
    *, language: str = "en", on: date | None = None, disease: str | None = None, limit: int = 30
) -> tuple[FrozenRow, ...]:
    """The frozen reports in one language, the last period first; of one day or one disease only. One statement."""
    rows = FrozenReport.objects.filter(language=language)
    if on is not None:
        rows = rows.filter(period_date=on)
    if disease is not None:
        rows = rows.filter(disease=disease)
    rows = rows.select_related("entry__actor").defer("packed").order_by("-period_date", "-chosen", "disease")
    return tuple(
        FrozenRow(
            row.id,
            row.period_date,
            row.disease,
            row.seal_no,
            row.seal_hash,
            row.sha256,
            row.entry.actor.name,
            row.entry.at,
        )
        for row in rows[:limit]
    )
