"""What the schema cannot see in a mapping of counts: its place, its scope, its shifts, its notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from mainstay.intake.mapping import LONGEST_TEXT
from mainstay.intake.validation import Fault, Tables, column_named, condition


def faults_of_counts(tables: Tables) -> list[Fault]:
    """Every fault in `place`, `scope`, `shift`, `note` and the facts that are counts."""
    found = [*_scope(tables)] if "scope" in tables else []
    if "place" not in tables:
        return [*found, *_without_place(tables)]
    return [*found, *_place(tables), *_counts(tables), *_shifts(tables), *_notes(tables)]


def _scope(tables: Tables) -> Iterator[Fault]:
    name = tables["scope"]["column"]
    if tables["columns"].get(name, {"optional": True}).get("optional"):
        yield ("scope", "column"), f"'{name}' is no column that every file has; list it under [columns]"


def _without_place(tables: Tables) -> Iterator[Fault]:
    for key in ("shift", "note"):
        if key in tables:
            yield (key,), f"`{key}` goes with [place]: it is about counts"


def _place(tables: Tables) -> Iterator[Fault]:
    levels, columns = tables["place"]["levels"], tables["columns"]
    for number, name in enumerate(levels):
        path = ("place", "levels", number)
        yield from column_named(path, name, tables, ("text", "choice"))
        if name not in tables["key"]:
            yield path, f"'{name}' says which place it is and has to be part of the key"
        if columns.get(name, {}).get("longest", LONGEST_TEXT) > LONGEST_TEXT:
            yield ("columns", name, "longest"), f"a place's name is a text of at most {LONGEST_TEXT} characters"
        for spelling, word in columns.get(name, {}).get("values", {}).items():
            if not isinstance(word, str) or not 0 < len(word) <= 60:
                yield ("columns", name, "values", spelling), "a place's code is a text of at most 60 characters"
    listed = [columns.get(name, {}).get("values") for name in levels]
    codes = {word for values in listed if values for word in values.values()}
    if all(listed) and tables["place"]["city"] not in codes:
        yield ("place", "city"), f"no value leads to the place '{tables['place']['city']}'"


def _counts(tables: Tables) -> Iterator[Fault]:
    """A count's day and number: the row is recognised by the one, the other is a whole number of people."""
    said: dict[Any, str] = {}
    if not tables.get("fact"):
        yield (), "a mapping of counts needs a [[fact]] for each number of a row"
    for number, fact in enumerate(tables.get("fact", ())):
        path = ("fact", number)
        if "date" in fact:
            yield from column_named((*path, "date"), fact["date"], tables, ("date",))
            if fact["date"] not in tables["key"]:
                yield (*path, "date"), f"'{fact['date']}' says for which day it is and has to be part of the key"
            if fact["date"] != tables["fact"][0].get("date"):
                yield (*path, "date"), "all counts of a row are of one day: take the same column as the first"
        value = fact.get("value")
        if isinstance(value, dict):
            yield from _number((*path, "value", "column"), value["column"], tables)
        measure = fact.get("measure")
        if isinstance(measure, str) and measure in said:
            yield (*path, "measure"), f"the slot '{said[measure]}' counts {measure} already"
        elif isinstance(measure, str):
            said[measure] = fact["slot"]


def _number(path: tuple[str | int, ...], name: str, tables: Tables) -> Iterator[Fault]:
    yield from column_named(path, name, tables, ("integer",))
    column = tables["columns"].get(name, {})
    if column.get("type") == "integer" and column.get("at_least", -1) < 0:
        yield ("columns", name), "a column of counts needs `at_least = 0`: no place has fewer than no cases"


def _shifts(tables: Tables) -> Iterator[Fault]:
    for number, shift in enumerate(tables.get("shift", ())):
        path = ("shift", number)
        yield from _day((*path, "from"), shift["from"])
        if "until" in shift:
            yield from _day((*path, "until"), shift["until"])
            if _is_day(shift["from"]) and _is_day(shift["until"]) and shift["until"] < shift["from"]:
                yield (*path, "until"), "the last stamp comes before the first"
        if "where" in shift:
            yield from condition((*path, "where"), shift["where"], tables)


def _notes(tables: Tables) -> Iterator[Fault]:
    there = set()
    for number, note in enumerate(tables.get("note", ())):
        yield from _day(("note", number, "date"), note["date"])
        mark = (str(note["date"]), note.get("place"), note["kind"], note.get("measure"))
        if mark in there:
            yield ("note", number), "there is a note of that day, place, kind and measure already"
        there.add(mark)


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _day(path: tuple[str | int, ...], value: Any) -> Iterator[Fault]:
    if not _is_day(value):
        yield path, f"'{value}' is no day; write it without quotation marks, as 2020-02-07"
