"""What a mapping of counts says of its series is handed to the reports, with every file that comes by it."""

from __future__ import annotations

from datetime import datetime

from mainstay.intake.mapping import Mapping, NoteSpec
from mainstay.platform.models import Actor
from mainstay.reports import services as reports
from mainstay.reports.services import Explained


def described(mapping: Mapping, *, by: Actor, at: datetime, dry_run: bool) -> int:
    """Have the series and its notes as the mapping has them now; the facts added."""
    assert mapping.place is not None
    return reports.describe_series(
        name=mapping.name,
        title=mapping.title,
        disease=mapping.disease,
        city=mapping.place.city,
        source=mapping.source,
        explanations=[_explained(note) for note in mapping.notes],
        by=by,
        at=at,
        dry_run=dry_run,
    )


def _explained(note: NoteSpec) -> Explained:
    return Explained(
        date=note.date,
        place=note.place,
        kind=note.kind,
        measure=note.measure,
        text_en=note.text["en"],
        text_zh_hans=note.text["zh-hans"],
        text_zh_hant=note.text["zh-hant"],
    )
