"""One hash over what is known and owed: the same wherever the same files were taken in and replayed.

It covers the content of every fact, duty and event, and which version corrects which. Ids, ledger
numbers, order of arrival and times of recording are left out; what a row points to is named by
content (a person by identifiers, a post by its code).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from mainstay.cycle.check import labels, links, sql
from mainstay.cycle.check.arrow import appended
from mainstay.duties.models import Duty, DutyEvent
from mainstay.platform.models import Fact

if TYPE_CHECKING:
    import duckdb

_PLACE = frozenset({"id", "entry_id", "root", "version"})
# Facts whose record other facts name.
_POINTED_TO = frozenset(target for _, column, target, _, _ in links.ROOTS if column.endswith("_root"))
# By which table a root is named: which of several facts of one day began or closed a duty hangs on their ids,
# and those are this instance's own.
_KIND_OF_ROOT = "COALESCE((SELECT name FROM root_kind k WHERE k.root = {c}), {otherwise})"
# An exposure written by the link step is known as its sources are, which the twin proves.
_KNOWN = {
    "tracing_exposure": "known_on_receipt = 1 OR source = 'link'",
}


def digest(duck: duckdb.DuckDBPyConnection) -> str:
    """The digest of everything in DuckDB; needs all tables and `labels.label_persons`."""
    facts = [model for model in sql.filled(duck, appended()) if issubclass(model, Fact)]
    labels.label_the_nameless(duck, [_own_facts(model) for model in facts if _has_person(model)])
    duck.execute("CREATE OR REPLACE TABLE root_label (root VARCHAR, label VARCHAR)")
    duck.execute("CREATE OR REPLACE TABLE line (hash VARCHAR)")
    # What is pointed to comes first.
    for model in sorted(facts, key=lambda model: model._meta.db_table not in _POINTED_TO):
        _digest_facts(duck, model)
    _kinds_of_roots(duck, facts)
    _digest_duties(duck)
    return _of_lines(duck)


# --- facts ------------------------------------------------------------------------------------------


def _has_person(model: type[models.Model]) -> bool:
    return any(column.attname == "person_id" for column in model._meta.concrete_fields)


def _own_facts(model: type[models.Model]) -> str:
    """(person_id, hash) of what is said of people who have no identifier, themselves left unnamed."""
    return (
        f'SELECT person_id, sha256({_content(model, roots=False)}) AS hash FROM "{model._meta.db_table}" t '
        "WHERE person_id IN (SELECT id FROM person_label WHERE label = '')"
    )


def _content(model: type[models.Model], roots: bool = True) -> str:
    """SQL of a fact's content, its links named."""
    parts = [sql.quoted(model._meta.db_table)]
    for column in model._meta.concrete_fields:
        if column.attname in _PLACE or (not roots and column.attname.endswith("_root")):
            continue
        parts.append(_named(column, model._meta.db_table))
    return sql.joined(parts)


def _named(column: models.Field, table: str) -> str:
    if column.remote_field is not None:
        target = column.target_field.model._meta.db_table
        return f"COALESCE({labels.name_of(column.column, target)}, '')"
    if column.attname.endswith("_root"):
        return f"COALESCE((SELECT label FROM root_label n WHERE n.root = t.{column.column}), '')"
    if column.attname == "became_known_at":
        unsaid = _KNOWN.get(table, "known_on_receipt = 1")
        return f"CASE WHEN {unsaid} THEN '' ELSE {sql.text_of(column)} END"
    return sql.text_of(column)


def _digest_facts(duck: duckdb.DuckDBPyConnection, model: type[models.Model]) -> None:
    """A line per version: its content, its number, and the content of the version it corrects."""
    duck.execute(
        f"CREATE OR REPLACE TABLE said AS SELECT root, version, sha256({_content(model)}) AS hash "
        f'FROM "{model._meta.db_table}" t'
    )
    duck.execute(
        "INSERT INTO line SELECT CASE WHEN s.version = 1 THEN s.hash "
        "ELSE sha256(s.hash || chr(31) || s.version || chr(31) || COALESCE(p.hash, '')) END "
        "FROM said s LEFT JOIN (SELECT root, version, hash FROM said "
        "WHERE root IN (SELECT root FROM said WHERE version > 1)) p "
        "ON p.root = s.root AND p.version = s.version - 1"
    )
    if model._meta.db_table in _POINTED_TO:
        duck.execute("INSERT INTO root_label SELECT root, hash FROM said WHERE version = 1")
    duck.execute("DROP TABLE said")


# --- duties -----------------------------------------------------------------------------------------


def _kinds_of_roots(duck: duckdb.DuckDBPyConnection, facts: list[type[Fact]]) -> None:
    """root_kind(root, name): the table of every fact that a duty or event names."""
    duck.execute(
        "CREATE OR REPLACE TABLE pointed AS SELECT DISTINCT root FROM ("
        "SELECT episode AS root FROM duties_duty UNION ALL SELECT evidence FROM duties_dutyevent "
        "UNION ALL SELECT split_part(cause, ':', 2) FROM duties_dutyevent WHERE contains(cause, ':'))"
    )
    tables = [model._meta.db_table for model in facts]
    every = " UNION ALL ".join(f'SELECT root, {sql.quoted(table)} AS name FROM "{table}"' for table in tables)
    nothing = "SELECT '' AS root, '' AS name WHERE FALSE"
    duck.execute(
        f"CREATE OR REPLACE TABLE root_kind AS SELECT root, min(name) AS name FROM ({every or nothing}) "
        "WHERE root IN (SELECT root FROM pointed) GROUP BY root"
    )
    duck.execute("DROP TABLE pointed")


_SUBJECT = """CASE subject_type
    WHEN 'person' THEN (SELECT label FROM person_label n WHERE n.id = t.subject_id)
    WHEN 'post' THEN (SELECT code FROM organisations_post n WHERE n.id = t.subject_id)
    ELSE (SELECT name FROM root_kind n WHERE n.root = t.subject_id) END"""
_SPECIAL: dict[str, dict[str, str]] = {
    "duties_duty": {
        "subject_id": f"COALESCE({_SUBJECT}, '')",
        "episode": _KIND_OF_ROOT.format(c="t.episode", otherwise="t.episode"),
    },
    "duties_dutyevent": {
        "duty_id": "COALESCE((SELECT hash FROM duty_label n WHERE n.id = t.duty_id), '')",
        "post_id": "COALESCE((SELECT code FROM organisations_post n WHERE n.id = t.post_id), '')",
        "answering_id": "COALESCE((SELECT code FROM organisations_post n WHERE n.id = t.answering_id), '')",
        "evidence": _KIND_OF_ROOT.format(c="t.evidence", otherwise="''"),
        "cause": "split_part(t.cause, ':', 1) || "
        + _KIND_OF_ROOT.format(c="split_part(t.cause, ':', 2)", otherwise="''"),
    },
}


def _digest_duties(duck: duckdb.DuckDBPyConnection) -> None:
    """A line per duty, and one per event that names its duty by content."""
    for model, table in ((Duty, "duty_label"), (DutyEvent, "event_label")):
        special = _SPECIAL[model._meta.db_table]
        parts = [
            special.get(column.column, sql.text_of(column))
            for column in model._meta.concrete_fields
            if column.attname not in ("id", "entry_id")
        ]
        content = sql.joined([sql.quoted(model._meta.db_table), *parts])
        duck.execute(
            f'CREATE OR REPLACE TABLE {table} AS SELECT id, sha256({content}) AS hash FROM "{model._meta.db_table}" t'
        )
        duck.execute(f"INSERT INTO line SELECT hash FROM {table}")
    duck.execute("DROP TABLE duty_label")
    duck.execute("DROP TABLE event_label")


def _of_lines(duck: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over the lines in sorted order, in 4,096 parts so that no text grows without bound."""
    found = sql.rows(
        duck,
        "SELECT COALESCE(sha256(string_agg(part, '' ORDER BY head)), sha256('')) FROM ("
        "SELECT left(hash, 3) AS head, sha256(string_agg(hash, '' ORDER BY hash)) AS part "
        "FROM line GROUP BY head)",
    )
    duck.execute("DROP TABLE line")
    duck.execute("DROP TABLE root_label")
    return found[0][0]
