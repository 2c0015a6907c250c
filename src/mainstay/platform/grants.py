"""PostgreSQL: the application's own role, which reads and adds, and can neither change nor remove a fact.

Whoever owns the tables can switch their triggers off; this role cannot, whatever hole somebody finds. What it
needs beyond reading and adding it does through two functions of the owner's (migration 0002).
"""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction

from mainstay.platform.errors import MainstayError, code
from mainstay.platform.models import Actor, Door, Instance, NeverFilled
from mainstay.platform.triggers import appended_models

ROLE_REFUSED = code("role.refused", "A database role cannot be the application's.")

READ, ADD, KEEP = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"
FUNCTIONS = ("mainstay_hold_ledger()", "mainstay_expire(bigint)")
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def rights() -> dict[str, str]:
    """{table: what the role may do there}: facts, ledger and actors it adds to, state it keeps."""
    found = {"django_migrations": READ}
    for model in apps.get_models(include_auto_created=True):
        found[model._meta.db_table] = _rights(model)
    return dict(sorted(found.items()))


def _rights(model: type[models.Model]) -> str:
    if model in (Instance, Door, NeverFilled):
        return READ
    return ADD if model is Actor or model in appended_models() else KEEP


def granted() -> list[str]:
    """The roles that have been given these rights, asked of the database; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    return _column(
        "SELECT r.rolname FROM pg_proc p, aclexplode(p.proacl) a, pg_roles r "
        "WHERE p.oid = to_regprocedure('mainstay_hold_ledger()') AND r.oid = a.grantee "
        "AND a.grantee <> p.proowner ORDER BY 1"
    )


def grant(role: str) -> None:
    """Give the role these rights and no others, making it (without a password) where there is none.

    Raises `role.refused`, with no right changed, where the role could get round them.
    """
    check_role(role)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not _column("SELECT rolname FROM pg_roles WHERE rolname = %s", role):
                cursor.execute(f'CREATE ROLE "{role}" LOGIN')
                check_role(role)  # what everybody may do, it may now too
            [schema] = _column("SELECT quote_ident(current_schema())")
            cursor.execute(f'GRANT USAGE ON SCHEMA {schema} TO "{role}"')
            cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM "{role}"')
            for table, allowed in rights().items():
                cursor.execute(f'GRANT {allowed} ON "{table}" TO "{role}"')
            for function in FUNCTIONS:
                cursor.execute(f'GRANT EXECUTE ON FUNCTION {function} TO "{role}"')
            _hold_to_rights(role)
    except ProgrammingError as error:
        if not is_denied(error):
            raise
        why = f"{first_line(error)}; run this as the owner of the tables, who may make roles or finds it made"
        raise _refused(role, why) from error


def is_denied(error: ProgrammingError) -> bool:
    """Whether the database refused because the user has not the right."""
    return getattr(error.__cause__, "sqlstate", None) == "42501"


def first_line(error: Exception) -> str:
    """What the database says, without its hints."""
    return str(error).splitlines()[0]


def check_role(role: str) -> None:
    """Raise `role.refused` where a role can be seen to be no use before anything is made."""
    if connection.vendor != "postgresql":
        raise _refused(role, "SQLite knows no roles; leave --role out, or name a PostgreSQL database")
    if not NAME.fullmatch(role) or role.startswith("pg_"):
        raise _refused(role, "write its name in small letters, digits and _")
    for sql, why in TOO_STRONG:
        found = _column(sql.replace(":role", f"'{role}'"))
        if found:
            raise _refused(role, why.format(found[0]))


# Whoever is more than this role alone could do away with triggers and rights. (what to ask, what is wrong then)
TOO_STRONG: tuple[tuple[str, str], ...] = (
    (
        "SELECT rolname FROM pg_roles WHERE rolname = :role AND (rolsuper OR rolcreaterole)",
        "it is a superuser or may make roles; take that from it, or name another",
    ),
    (
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid "
        "JOIN pg_roles mine ON mine.oid = m.member AND mine.rolname = :role",
        "it is a member of {} and has that role's rights too; name one that is a member of none",
    ),
    (
        "SELECT o.rolname FROM pg_roles o WHERE o.rolname = :role AND (o.rolname = current_user OR o.oid IN "
        "(SELECT datdba FROM pg_database WHERE datname = current_database() "
        "UNION SELECT relowner FROM pg_class WHERE oid = to_regclass('platform_entry')))",
        "it owns the tables or the database; name one that owns neither",
    ),
    (
        "SELECT current_schema() FROM pg_roles WHERE rolname = :role "
        "AND has_schema_privilege(oid, current_schema(), 'CREATE')",
        "it may make tables beside ours; REVOKE CREATE ON SCHEMA {} FROM PUBLIC first",
    ),
)


def _hold_to_rights(role: str) -> None:
    """What it can do in the end, asked of the database: rights may also come from PUBLIC."""
    for model in appended_models():
        table = model._meta.db_table
        too_much = _column(
            "SELECT verb FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) verb WHERE "
            "has_table_privilege(%s, to_regclass(%s), verb) OR (verb = 'UPDATE' "
            "AND has_any_column_privilege(%s, to_regclass(%s), verb))",
            *(role, table) * 2,
        )
        if too_much:
            raise _refused(role, f"everybody has {too_much[0]} on {table}; REVOKE that from PUBLIC first")


def _refused(role: str, why: str) -> MainstayError:
    return MainstayError(ROLE_REFUSED, f"Role '{role}' cannot be the application's: {why}.", {"role": role})


def _column(sql: str, *params: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [value for (value,) in cursor.fetchall()]
