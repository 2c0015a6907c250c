"""What facts say of each other: versions without a gap, and nothing that points to what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mainstay.cycle.check import sql
from mainstay.cycle.check.arrow import appended, our_models
from mainstay.cycle.check.findings import Finding
from mainstay.platform.errors import code
from mainstay.platform.models import Fact

if TYPE_CHECKING:
    import duckdb

VERSIONS = code("fact.versions_broken", "A fact's versions do not run from 1 without a gap.")
DANGLING = code("fact.reference_broken", "A row points to another that is not there.")

# Links that are no foreign keys: (table, column, what it points to, by which column, only where).
ROOTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("tracing_exposure", "contact_root", "tracing_contact", "root", "TRUE"),
    ("cases_result", "specimen_root", "cases_specimen", "root", "TRUE"),
    ("isolation_objection", "order_root", "isolation_order", "root", "TRUE"),
    ("isolation_grounds", "order_root", "isolation_order", "root", "TRUE"),
    ("duties_duty", "subject_id", "people_person", "id", "subject_type = 'person'"),
    ("duties_duty", "subject_id", "organisations_post", "id", "subject_type = 'post'"),
    ("duties_duty", "subject_id", "intake_question", "root", "subject_type = 'question'"),
    ("reports_difference", "id", "intake_question", "root", "TRUE"),
    ("duties_dutyevent", "post_id", "organisations_post", "id", "TRUE"),
    ("duties_dutyevent", "answering_id", "organisations_post", "id", "TRUE"),
)


def prove(duck: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Every gap in versions and every link into nothing."""
    for model in sql.filled(duck, appended()):
        if issubclass(model, Fact):
            yield from _versions(duck, model._meta.db_table)
    for table, column, target, key in _foreign_keys(duck):
        yield from _dangling(duck, table, column, target, key, "TRUE")
    sizes = sql.sizes(duck)
    for table, column, target, key, where in ROOTS:
        # A fact lawfully ended leaves its hash, not its root: what pointed to it cannot be told from a fault.
        if sizes[table] and not _ended(duck, target):
            yield from _dangling(duck, table, column, target, key, where)


def _versions(duck: duckdb.DuckDBPyConnection, table: str) -> list[Finding]:
    """Roots whose versions are not 1 to n; holes that lawful removals can account for are no fault."""

    def tell(root: str, last: int, count: int) -> Finding:
        return Finding(
            VERSIONS,
            table,
            root,
            f"versions 1 to {last}",
            f"{count} of them",
            f"The record {root} in {table} has a version {last} but only {count} versions: one is missing.",
        )

    broken = (
        f'SELECT root, max(version) AS last, count(*) AS there FROM "{table}" '
        "GROUP BY root HAVING min(version) <> 1 OR max(version) <> count(*)"
    )
    holes = sql.rows(duck, f"SELECT COALESCE(sum(last - there), 0) FROM ({broken})")[0][0]
    if 0 < holes <= _ended(duck, table):
        return []
    return sql.found(duck, f"{broken} ORDER BY root", tell)


def _ended(duck: duckdb.DuckDBPyConnection, table: str) -> int:
    return sql.rows(duck, "SELECT count(*) FROM platform_expired WHERE fact_table = ?", [table])[0][0]


def _foreign_keys(duck: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str, str]]:
    """(table, column, target, key) of every foreign key but those that ledger and state prove more plainly."""
    for model in sql.filled(duck, our_models()):
        for field in model._meta.concrete_fields:
            if field.remote_field is not None and field.attname not in ("entry_id", "duty_id"):
                target = field.target_field
                yield model._meta.db_table, field.column, target.model._meta.db_table, target.column


def _dangling(
    duck: duckdb.DuckDBPyConnection, table: str, column: str, target: str, key: str, where: str
) -> list[Finding]:
    def tell(row: str, missing: str) -> Finding:
        return Finding(
            DANGLING,
            table,
            row,
            f"{target} {missing}",
            "absent",
            f"The row {row} of {table} names {missing} as its {column}, which {target} does not hold.",
        )

    own = _key(table)
    return sql.found(
        duck,
        f'SELECT CAST("{own}" AS VARCHAR), CAST("{column}" AS VARCHAR) FROM "{table}" t '
        f'WHERE "{column}" IS NOT NULL AND {where} AND NOT EXISTS '
        f'(SELECT 1 FROM "{target}" o WHERE o."{key}" = t."{column}") ORDER BY 1',
        tell,
    )


def _key(table: str) -> str:
    """The column that names a row of a table."""
    model = next(model for model in our_models() if model._meta.db_table == table)
    return getattr(model._meta.pk, "column", None) or model._meta.pk.columns[0]
