"""Closing a period: its report is frozen, so that it can be given for ever as it was made."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from mainstay.platform import ledger
from mainstay.platform.clock import local_date
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import derived_id
from mainstay.platform.models import Actor, Instance, Seal
from mainstay.reports.models import FrozenReport
from mainstay.reports.outputs.made import as_json
from mainstay.reports.outputs.printed import Given
from mainstay.reports.queries.frozen import FrozenRow, frozen_reports
from mainstay.reports.queries.situation import diseases_on_file, situation
from mainstay.reports.rules.words import LANGUAGES

PERIOD_NOT_BEGUN = code("period.not_begun", "A period would be closed before its day has come.")
PERIOD_EMPTY = code("period.empty", "A period would be closed before anything was entered.")


def close_period(*, on: date, by: Actor, at: datetime) -> tuple[FrozenRow, ...]:
    """Seal what was entered and freeze the report of day `on` as known at that seal: of each disease, in each language.

    One ledger entry. A period is closed once: closed again, by whoever and whenever, it stays as it was frozen; what is
    given back is what stands. Raises `period.not_begun` for a day to come, `period.empty` on an empty ledger.
    """
    zone = Instance.objects.values_list("zone", flat=True).get(id=1)
    if on > local_date(at, zone):
        raise MainstayError(
            PERIOD_NOT_BEGUN, f"{on} has not come yet; close it in its evening or later.", {"on": str(on)}
        )
    if not FrozenReport.objects.filter(period_date=on).exists():
        seal = ledger.seal(at=at)
        if seal is None:
            raise MainstayError(PERIOD_EMPTY, "Nothing is entered yet, so there is nothing to freeze.")
        # Made before the lock is taken: reading a city's facts takes seconds.
        rows = list(_rows(on, seal))
        with transaction.atomic():
            # Whoever closes the same period at this instant waits here, and then finds it closed.
            Instance.objects.select_for_update().get(id=1)
            if not FrozenReport.objects.filter(period_date=on).exists():
                ledger.append(rows, by=by, at=at, verb="period.close", source="report", purpose=str(on))
    return frozen_reports(on=on)


def _rows(on: date, seal: Seal) -> Iterator[FrozenReport]:
    chosen, diseases = diseases_on_file(on=on, known_at=seal.no)
    for disease in diseases or (None,):
        for language in LANGUAGES:
            report = situation(on=on, known_at=seal.no, disease=disease, language=language)
            content = as_json(Given(report, seal, ""))
            yield FrozenReport(
                id=derived_id("frozen report", str(on), disease or "", language),
                period_date=on,
                disease=disease or "",
                language=language,
                chosen=disease == chosen,
                seal_no=seal.no,
                seal_hash=seal.hash,
                sha256=hashlib.sha256(content).hexdigest(),
                packed=zlib.compress(content, 9),
            )
