"""The database itself refuses to change or remove what was appended.

Installed after every migrate, for every table found by introspection of the models, so that a
new fact table cannot be forgotten; `missing_triggers` asks the database what is really there.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, models

from mainstay.platform.models import Appended, Entry, Seal

REFUSAL = "mainstay: this table is append-only"


def appended_models() -> list[type[models.Model]]:
    """Every table that may only grow: facts, ledger, seals; in a stated order."""
    found = [model for model in apps.get_models() if issubclass(model, Appended)]
    return sorted([*found, Entry, Seal], key=lambda model: model._meta.db_table)


def install_after_migrate(sender: Any, using: str = "default", **_kwargs: Any) -> None:
    """Once all tables stand (the platform app is migrated first), give each its triggers."""
    install(using)


def install(using: str = "default") -> None:
    """Put the triggers on every appended table that exists and lacks them."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    statements = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and "platform_door" in present:
            cursor.execute(_FUNCTION)
        for model in appended_models():
            if model._meta.db_table in present and "platform_door" in present:
                for statement in statements(model._meta.db_table):
                    cursor.execute(statement)


def _sqlite(table: str) -> list[str]:
    closed = "(SELECT COUNT(*) FROM platform_door) = 0"
    return [
        f'CREATE TRIGGER IF NOT EXISTS "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
        f"WHEN {closed} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


# The door is looked at by row count, not by a setting: a setting could be left on, an open door cannot be
# committed.
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION mainstay_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM platform_door) OR TG_OP <> 'DELETE' THEN
    RAISE EXCEPTION '{REFUSAL} (%)', TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$
"""


def _postgresql(table: str) -> list[str]:
    return [
        f'CREATE OR REPLACE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION mainstay_append_only()"
    ]


def missing_triggers(using: str = "default") -> list[str]:
    """Appended tables that lack a trigger or have it switched off, asked of the database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            # tgenabled 'D' is a disabled trigger: there, and doing nothing.
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        there = {name for (name,) in cursor.fetchall()}
    endings = ("_no_update", "_no_delete") if connection.vendor == "sqlite" else ("_append_only",)
    tables = [model._meta.db_table for model in appended_models()]
    return [table for table in tables if any(f"{table}{ending}" not in there for ending in endings)]
