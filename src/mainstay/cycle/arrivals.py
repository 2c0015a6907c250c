"""Whom facts concern that lay in the ledger already and become known only in this period."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db.models import F

from mainstay.platform.models import Fact
from mainstay.tracing.models import Contact


def newly_known(start: datetime, moment: datetime) -> dict[str, set[UUID]]:
    """{subject type: subjects} of facts with start <= became_known_at <= moment.

    A contact without a time of its own becomes known with a report, which is such a fact of the
    index, or on receipt.
    """
    found: dict[str, set[UUID]] = defaultdict(set)
    for model in apps.get_models():
        if not issubclass(model, Fact):
            continue
        rows = model.objects.filter(became_known_at__gte=start, became_known_at__lte=moment)
        for column, subject_type in model.touches:
            ids = rows.exclude(**{column: None}).values_list(column, flat=True).distinct()
            found[subject_type].update(ids)
    received = Contact.objects.filter(became_known_at=None, entry__at__gte=start, entry__at__lte=moment)
    for person, index in received.values_list(F("person_id"), F("index_id")):
        found["person"].update((person, index))
    return found
