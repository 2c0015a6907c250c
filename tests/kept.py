"""The rows of the tests' city, kept after it was first made: laying them again takes a tenth of making them.

Hundreds of tests begin with the same city in an empty database. The first of a process makes it by the product's own
services; what these wrote is read back as the database has it and written as it was for the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from mainstay.platform.models import Actor, Entry

# table -> (its columns, its rows)
_rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {}
# Filled by migrations, not by the city.
_BEFORE = {"django_content_type", "auth_permission", "django_migrations", "platform_door"}


def lay(make: Callable[[], None]) -> None:
    """The city in an empty database: as `make` made it before, else by `make`. Where anything stands, by `make`."""
    if not _is_empty():
        make()
    elif _rows:
        _write()
    else:
        make()
        _keep()


def _is_empty() -> bool:
    """Whatever is written leaves an entry of the ledger, or at least an actor."""
    return not (Entry.objects.exists() or Actor.objects.exists())


def _keep() -> None:
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = cursor.fetchall()
            if rows:
                _rows[table] = ([column[0] for column in cursor.description], rows)


def _write() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (columns, rows) in _rows.items():
            names = ", ".join(f'"{name}"' for name in columns)
            blanks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({blanks})', rows)


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models} - _BEFORE)
