"""A mapping: what the columns of a feed's files mean, as a TOML file with a published schema.

`shipped` and `load` read one and hold it against the schema and against itself; every fault is named
by file, line and key. docs/guide/mappings.md explains the format.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from mainstay.intake import vocabulary
from mainstay.intake.rules.days import Dating
from mainstay.intake.rules.table_shape import DITTO
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.toml_lines import key_name, line_of, locate

MAPPING_MISSING = code("mapping.missing", "There is no such mapping.")
MAPPING_BAD = code("mapping.bad", "A mapping cannot be used; file, line and key are named.")

SCHEMA = "mapping.schema.json"
LONGEST_TEXT = 100
KEPT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
FIELD_KEYS = frozenset(key for kind in vocabulary.FACTS.values() for key in (*kind.needs, *kind.may))


@dataclass(frozen=True, slots=True)
class Column:
    """What one column's cells hold."""

    name: str
    type: str
    optional: bool
    nothing: frozenset[str]
    values: Table[str, str | bool]
    dating: Dating
    at_least: int | None
    at_most: int | None
    longest: int
    create: bool
    part_of: Table[str, str]


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """Somebody a row speaks of."""

    role: str
    scheme: str
    column: str
    known: bool
    split: tuple[str, ...] = ()  # marks between several identifiers in one cell
    shows: tuple[tuple[str, str], ...] = ()  # (name, phone or address; its column): shown, and told apart by none


@dataclass(frozen=True, slots=True)
class Condition:
    """What one column says, alone or beside another."""

    column: str
    test: str  # equals, one_of, earlier_than, not_later_than, given
    operand: Any


@dataclass(frozen=True, slots=True)
class Take:
    """A value: taken from a column, or the same for every row."""

    name: str
    column: str | None
    constant: str | bool | int | None


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One slot of a record: which fact stands there, about whom, from which columns."""

    slot: str
    fact: str
    person: str
    index: str
    date: str
    first: str
    last: str
    undated: bool
    known: tuple[str, ...]
    known_with_index: bool
    condition: Condition | None
    takes: tuple[Take, ...]

    @property
    def day_columns(self) -> tuple[str, ...]:
        """The columns that say when it was so."""
        return tuple(name for name in (self.date, self.first, self.last) if name)


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """What two columns of one row must not say together, and what then happens."""

    condition: Condition
    hold: tuple[str, ...]
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """Where the counts of a row belong: the columns from the whole to the part, and which place is ours."""

    levels: tuple[str, ...]
    city: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows of the files are the feed's: those with one of these words in a column."""

    column: str
    words: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many days the stamp of some rows is off the day their counts are for."""

    first: date
    last: date | None
    days: int
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class NoteSpec:
    """What somebody found out about one day of a series; without a place it holds for every one."""

    date: date
    place: str
    kind: str
    measure: str
    text: Table[str, str]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping, checked: of rows about persons, or, where it has a `place`, of counts."""

    name: str
    title: str
    source: str
    disease: str
    encoding: str
    separator: str
    sheet: str
    ditto: frozenset[str]
    null: frozenset[str]
    key: tuple[str, ...]
    columns: tuple[Column, ...]  # those that are read, in the file's order
    ignored: Table[str, str]
    optional: frozenset[str]
    persons: tuple[PersonSpec, ...]
    facts: tuple[FactSpec, ...]
    checks: tuple[CheckSpec, ...]
    text: str
    place: PlaceSpec | None = None
    scope: Scope | None = None
    shifts: tuple[Shift, ...] = ()
    notes: tuple[NoteSpec, ...] = ()

    @property
    def expected(self) -> tuple[str, ...]:
        """The columns a file must have."""
        names = [*(column.name for column in self.columns), *self.ignored]
        return tuple(name for name in names if name not in self.optional)

    @property
    def columns_remedy(self) -> str:
        """What to do about a file that lacks some of them."""
        return f"send the whole table, or use another mapping than '{self.name}'"


def shipped() -> tuple[str, ...]:
    """The names of the mappings that come with the project."""
    folder = resources.files("mainstay.mappings")
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml")))


def kept_at(name: str) -> Path:
    """Where a mapping that was made on screen is kept in the home, whether or not it is there."""
    return read_environment().home / "mappings" / f"{name}.toml"


def load(name_or_file: str | Path) -> Mapping:
    """A shipped mapping or one kept in the home by name, or one in a file.

    Raises `mapping.missing` or `mapping.bad`.
    """
    name = str(name_or_file)
    if name in shipped():
        return parse(resources.files("mainstay.mappings").joinpath(f"{name}.toml").read_bytes(), f"{name}.toml")
    path = kept_at(name) if KEPT_NAME.fullmatch(name) and kept_at(name).is_file() else Path(name)
    if not path.is_file():
        raise MainstayError(
            MAPPING_MISSING,
            f"There is no mapping '{name}': name a file, or one of {', '.join(shipped())}.",
            {"mapping": name},
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MainstayError(MAPPING_MISSING, f"{path} cannot be read: {error.strerror}.", {"mapping": name}) from error
    return parse(data, name)


def parse(data: bytes, file: str) -> Mapping:
    """A mapping from the bytes of its file; raises `mapping.bad` naming every fault."""
    try:
        text = data.decode()
        tables = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MainstayError(MAPPING_BAD, f"{file}: this is no TOML file in UTF-8: {error}.", {"file": file}) from error
    faults = _schema_faults(tables)
    if not faults:
        from mainstay.intake.validation import faults_in

        faults = faults_in(tables)
    if faults:
        lines = locate(text)
        named = [f"{file}:{line_of(lines, path)}: {key_name(path)}: {fault}" for path, fault in faults]
        raise MainstayError(MAPPING_BAD, "\n".join(named), {"file": file, "faults": named})
    return _mapping(tables, text)


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The published schema."""
    return json.loads(resources.files("mainstay.mappings").joinpath(SCHEMA).read_text())


def _schema_faults(tables: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    from jsonschema import Draft202012Validator

    found = Draft202012Validator(schema()).iter_errors(tables)
    faults = []
    for error in map(_told, sorted(found, key=lambda error: list(map(str, error.absolute_path)))):
        path = tuple(error.absolute_path)
        extra = _extra_key(error)
        fault = ((*path, extra), "this key is not known here") if extra else (path, error.message[:300])
        faults.append(fault)
    return faults


def _told(error: Any) -> Any:
    """Of a choice between forms the fault in the form that is meant: the one whose needed keys are there."""
    if not error.context:
        return error
    lacking = {inner.schema_path[0] for inner in error.context if inner.validator == "required"}
    meant = [inner for inner in error.context if inner.schema_path[0] not in lacking]
    return _told((meant or error.context)[0])


def _extra_key(error: Any) -> str:
    """The first key that the schema does not know, where that is the fault."""
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return ""
    known = error.schema.get("properties", {})
    return next((key for key in error.instance if key not in known), "")


def _mapping(tables: dict[str, Any], text: str) -> Mapping:
    columns = tables["columns"]
    null = frozenset(["", *tables.get("null", ())])
    return Mapping(
        name=tables["name"],
        title=tables["title"],
        source=tables["source"],
        disease=tables["disease"],
        encoding=tables.get("encoding", ""),
        separator=tables.get("separator", ""),
        sheet=tables.get("sheet", ""),
        ditto=frozenset(tables.get("ditto", DITTO)) - null,
        null=null,
        key=tuple(tables["key"]),
        columns=tuple(_column(name, table, tables) for name, table in columns.items() if "type" in table),
        ignored={name: table["ignore"] for name, table in columns.items() if "ignore" in table},
        optional=frozenset(name for name, table in columns.items() if table.get("optional")),
        persons=tuple(
            PersonSpec(
                table["role"],
                table["scheme"],
                table["column"],
                table.get("known", True),
                tuple(table.get("split", ())),
                tuple(sorted(table.get("shows", {}).items())),
            )
            for table in tables.get("person", ())
        ),
        facts=tuple(_fact(table, tables.get("known", [])) for table in tables.get("fact", ())),
        checks=tuple(
            CheckSpec(
                _condition(table["if"]),
                tuple(table.get("hold", ())),
                table["reason"],
                table.get("remedy", ""),
            )
            for table in tables.get("check", ())
        ),
        text=text,
        place=PlaceSpec(tuple(tables["place"]["levels"]), tables["place"]["city"]) if "place" in tables else None,
        scope=_scope(tables["scope"]) if "scope" in tables else None,
        shifts=tuple(_shift(table) for table in tables.get("shift", ())),
        notes=tuple(_note(table) for table in tables.get("note", ())),
    )


def _scope(table: dict[str, Any]) -> Scope:
    return Scope(table["column"], frozenset(word.strip() for word in table["one_of"]), table["reason"])


def _shift(table: dict[str, Any]) -> Shift:
    where = _condition(table["where"]) if "where" in table else None
    return Shift(table["from"], table.get("until"), table["days"], where)


def _note(table: dict[str, Any]) -> NoteSpec:
    return NoteSpec(table["date"], table.get("place", ""), table["kind"], table.get("measure", ""), table["text"])


def _column(name: str, table: dict[str, Any], whole: dict[str, Any]) -> Column:
    return Column(
        name=name,
        type=table["type"],
        optional=table.get("optional", False),
        nothing=frozenset(table.get("nothing", ())),
        values=table.get("values", {}),
        dating=Dating(
            table.get("date_order", whole.get("date_order", "")),
            table.get("year", whole.get("year")),
            table.get("serials", whole.get("serials", False)),
        ),
        at_least=table.get("at_least"),
        at_most=table.get("at_most"),
        longest=table.get("longest", LONGEST_TEXT),
        create=table.get("create", False),
        part_of=table.get("part_of", {}),
    )


def _fact(table: dict[str, Any], known: list[str]) -> FactSpec:
    return FactSpec(
        slot=table["slot"],
        fact=table["fact"],
        person=table.get("person", ""),
        index=table.get("index", ""),
        date=table.get("date", ""),
        first=table.get("first", ""),
        last=table.get("last", ""),
        undated=table.get("undated", False),
        known=tuple(table.get("known", known)),
        known_with_index=table.get("known_with_index", False),
        condition=_condition(table["if"]) if "if" in table else None,
        takes=tuple(_take(key, value) for key, value in table.items() if key in FIELD_KEYS),
    )


def _condition(table: dict[str, Any]) -> Condition:
    test = next(key for key in table if key != "column")
    return Condition(table["column"], test, table[test])


def _take(name: str, value: Any) -> Take:
    return Take(name, value["column"], None) if isinstance(value, dict) else Take(name, None, value)
