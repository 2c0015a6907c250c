"""Whom facts concern that lay in the ledger already and become known only in this period."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db import connection

from mainstay.platform.models import Fact
from mainstay.platform.rows import as_uuid, parameter


def newly_known(start: datetime, moment: datetime) -> dict[str, set[UUID]]:
    """{subject type: subjects} of facts with start <= became_known_at <= moment; one statement.

    A contact without a time of its own becomes known with a report, which is such a fact of the
    index, or on receipt.
    """
    parts = [_known(model._meta.db_table, *touch) for model in _fact_models() for touch in model.touches]
    parts += [_received(column) for column in ("person_id", "index_id")]
    bounds = [parameter(start), parameter(moment)]
    found: dict[str, set[UUID]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), bounds * len(parts))
        for subject_type, identity in cursor.fetchall():
            subject = as_uuid(identity)
            if subject is not None:
                found[subject_type].add(subject)
    return found


def _fact_models() -> list[type[Fact]]:
    return [model for model in apps.get_models() if issubclass(model, Fact)]


def _known(table: str, column: str, subject_type: str) -> str:
    return (
        f"SELECT '{subject_type}' AS kind, {column} AS subject FROM \"{table}\" "
        "WHERE became_known_at >= %s AND became_known_at <= %s"
    )


def _received(column: str) -> str:
    return (
        f"SELECT 'person' AS kind, c.{column} AS subject FROM tracing_contact c JOIN platform_entry e "
        "ON e.no = c.entry_id WHERE c.became_known_at IS NULL AND e.at >= %s AND e.at <= %s"
    )
