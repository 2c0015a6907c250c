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
# An exposure written by the link step is known as its sources are, which the twin proves.
_KNOWN = {
    "tracing_exposure": "t.known_on_receipt = 1 OR t.source = 'link'",
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


class _Content:
    """SQL of rows' content as texts, with the joins by which what a row `t` points to is named."""

    def __init__(self, model: type[models.Model]) -> None:
        self.table = model._meta.db_table
        self.parts = [sql.quoted(self.table)]
        self._joins: list[str] = []

    def named(self, column: str, table: str, name: str, key: str = "id") -> str:
        """What `table` calls the row that a column points to; NULL where it knows none."""
        alias = f"n{len(self._joins)}"
        self._joins.append(f" LEFT JOIN {table} {alias} ON {alias}.{key} = {column}")
        return f"{alias}.{name}"

    def hashes(self, columns: str, where: str = "TRUE") -> str:
        """SELECT of columns of `t` and `hash`, the hash of the row's content."""
        return (
            f"SELECT {columns}, sha256({sql.joined(self.parts)}) AS hash "
            f'FROM "{self.table}" t{"".join(self._joins)} WHERE {where}'
        )


def _own_facts(model: type[models.Model]) -> str:
    """(person_id, hash) of what is said of people who have no identifier, themselves left unnamed."""
    nameless = "t.person_id IN (SELECT id FROM person_label WHERE label = '')"
    return _content(model, roots=False).hashes("t.person_id", nameless)


def _content(model: type[models.Model], roots: bool = True) -> _Content:
    """A fact's content, its links named; `roots`: also the records that it names."""
    content = _Content(model)
    for column in model._meta.concrete_fields:
        if column.attname not in _PLACE and (roots or not column.attname.endswith("_root")):
            content.parts.append(_part(column, content))
    return content


def _part(column: models.Field, content: _Content) -> str:
    name = f't."{column.column}"'
    if column.remote_field is not None:
        table = column.target_field.model._meta.db_table
        target = ("person_label", "label") if table == "people_person" else (table, labels.NAMES[table])
        return f"COALESCE({content.named(name, *target)}, '')"
    if column.attname.endswith("_root"):
        return f"COALESCE({content.named(name, 'root_label', 'label', 'root')}, '')"
    if column.attname == "became_known_at":
        unsaid = _KNOWN.get(content.table, "t.known_on_receipt = 1")
        return f"CASE WHEN {unsaid} THEN '' ELSE {sql.text_of(column, 't.')} END"
    return sql.text_of(column, "t.")


def _digest_facts(duck: duckdb.DuckDBPyConnection, model: type[models.Model]) -> None:
    """A line per version: its content, its number, and the content of the version it corrects."""
    duck.execute(f"CREATE OR REPLACE TABLE said AS {_content(model).hashes('t.root, t.version')}")
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


def _digest_duties(duck: duckdb.DuckDBPyConnection) -> None:
    """A line per duty, and one per event that names its duty by content."""
    for model, specials in ((Duty, _of_duty), (DutyEvent, _of_event)):
        content = _Content(model)
        special = specials(content)
        content.parts += [
            special.get(column.column) or sql.text_of(column, "t.")
            for column in model._meta.concrete_fields
            if column.attname not in ("id", "entry_id")
        ]
        duck.execute(f"CREATE OR REPLACE TABLE label_of_{model._meta.db_table} AS {content.hashes('t.id')}")
        duck.execute(f"INSERT INTO line SELECT hash FROM label_of_{model._meta.db_table}")
    duck.execute("DROP TABLE label_of_duties_duty")
    duck.execute("DROP TABLE label_of_duties_dutyevent")


# A fact is named by its table only: which of several facts of one day began or closed a duty hangs on their
# ids, and those are this instance's own.


def _of_duty(content: _Content) -> dict[str, str]:
    person = content.named("t.subject_id", "person_label", "label")
    post = content.named("t.subject_id", "organisations_post", "code")
    record = content.named("t.subject_id", "root_kind", "name", "root")
    began = content.named("t.episode", "root_kind", "name", "root")
    return {
        "subject_id": f"COALESCE({person}, {post}, {record}, '')",
        "episode": f"COALESCE({began}, t.episode)",
    }


def _of_event(content: _Content) -> dict[str, str]:
    evidence = content.named("t.evidence", "root_kind", "name", "root")
    cause = content.named("split_part(t.cause, ':', 2)", "root_kind", "name", "root")
    return {
        "duty_id": f"COALESCE({content.named('t.duty_id', 'label_of_duties_duty', 'hash')}, '')",
        "post_id": f"COALESCE({content.named('t.post_id', 'organisations_post', 'code')}, '')",
        "answering_id": f"COALESCE({content.named('t.answering_id', 'organisations_post', 'code')}, '')",
        "evidence": f"COALESCE({evidence}, '')",
        "cause": f"split_part(t.cause, ':', 1) || COALESCE({cause}, '')",
    }


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
