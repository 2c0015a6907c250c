"""What the schema cannot see in a mapping: names that lead nowhere, words that no fact may say."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

from mainstay.intake.vocabulary import FACTS, LENGTHS, TRUTHS

Fault = tuple[tuple[str | int, ...], str]
Tables = dict[str, Any]
DAYS = ("date", "datetime")
NUMBERS = ("integer", "tenths")
# Keys that only columns of these types have.
_ONLY_OF = {
    **dict.fromkeys(("at_least", "at_most"), NUMBERS),
    **dict.fromkeys(("date_order", "year", "serials"), DAYS),
    "longest": ("text",),
    **dict.fromkeys(("create", "part_of"), ("facility",)),
}


def faults_in(tables: Tables) -> list[Fault]:
    """Every fault of a mapping that fits the schema: (path of keys, sentence)."""
    from mainstay.intake.count_validation import faults_of_counts

    return [
        *_top(tables),
        *faults_of_counts(tables),
        *(fault for name, column in tables["columns"].items() for fault in _column(name, column)),
        *_persons(tables),
        *_facts(tables),
        *(fault for number, check in enumerate(tables.get("check", ())) for fault in _check(number, check, tables)),
    ]


def _top(tables: Tables) -> Iterator[Fault]:
    if "encoding" in tables:
        try:
            codecs.lookup(tables["encoding"])
        except LookupError:
            yield (
                ("encoding",),
                f"there is no encoding '{tables['encoding']}'; write for example utf-8 or gb18030",
            )
    types = ("text", "integer", "date", "choice") if "place" in tables else ("text", "integer")
    for number, name in enumerate(tables["key"]):
        yield from column_named(("key", number), name, tables, types)
        if tables["columns"].get(name, {}).get("optional"):
            yield ("key", number), f"'{name}' is part of the key and cannot be optional"
    for number, name in enumerate(tables.get("known", ())):
        yield from column_named(("known", number), name, tables, DAYS)


def column_named(
    path: tuple[str | int, ...], name: str, tables: Tables, types: tuple[str, ...] = ()
) -> Iterator[Fault]:
    column = tables["columns"].get(name)
    if column is None or "ignore" in column:
        yield path, f"'{name}' is no column that is read; list it under [columns]"
    elif types and column["type"] not in types:
        yield path, f"'{name}' is of type {column['type']}, but {' or '.join(types)} is needed here"


def _column(name: str, column: Tables) -> Iterator[Fault]:
    if "ignore" in column:
        return
    path = ("columns", name)
    kind = column["type"]
    if kind == "choice" and "values" not in column:
        yield path, "a choice needs `values`: the cells known and what each means"
    if "values" in column and kind not in ("choice", "facility"):
        yield (*path, "values"), f"only a choice or a facility has values, not a column of type {kind}"
    if kind == "facility":
        yield from _facility(path, column)
    for key, types in _ONLY_OF.items():
        if key in column and kind not in types:
            yield (*path, key), f"only a column of type {' or '.join(types)} has this key"


def _facility(path: tuple[str | int, ...], column: Tables) -> Iterator[Fault]:
    codes = set(column.get("values", {}).values())
    for spelling, code in column.get("values", {}).items():
        if not isinstance(code, str) or not 0 < len(code) <= 60:
            yield (*path, "values", spelling), "a facility's code is a text of at most 60 characters"
    for ward, hospital in column.get("part_of", {}).items():
        if ward not in codes:
            yield (*path, "part_of", ward), f"no value leads to the facility '{ward}'"
        if hospital == ward:
            yield (*path, "part_of", ward), "a facility cannot be part of itself"


def _persons(tables: Tables) -> Iterator[Fault]:
    if ("person" in tables) == ("place" in tables):
        yield (), "a mapping has either [[person]] (rows about persons) or [place] (rows that are counts of places)"
    roles = set()
    for number, person in enumerate(tables.get("person", ())):
        path = ("person", number)
        if person["role"] in roles:
            yield (*path, "role"), f"the role '{person['role']}' is taken already"
        roles.add(person["role"])
        types = ("text",) if "split" in person else ("text", "integer")
        yield from column_named((*path, "column"), person["column"], tables, types)
        if tables["columns"].get(person["column"], {}).get("optional"):
            yield (*path, "column"), f"'{person['column']}' says who it is and cannot be optional"
        for what, column in person.get("shows", {}).items():
            yield from column_named((*path, "shows", what), column, tables, ("text",))


def _facts(tables: Tables) -> Iterator[Fault]:
    roles = {person["role"] for person in tables.get("person", ())}
    slots = set()
    for number, fact in enumerate(tables.get("fact", ())):
        path = ("fact", number)
        if fact["slot"] in slots:
            yield (*path, "slot"), f"the slot '{fact['slot']}' is taken already"
        slots.add(fact["slot"])
        yield from _fact_roles(path, fact, roles, tables)
        yield from _fact_keys(path, fact)
        yield from _fact_days(path, fact, tables)
        if "if" in fact:
            yield from condition((*path, "if"), fact["if"], tables)
        for key in (*FACTS[fact["fact"]].needs, *FACTS[fact["fact"]].may):
            if key in fact:
                yield from _take((*path, key), key, fact, tables)


def _fact_roles(path: tuple[str | int, ...], fact: Tables, roles: set[str], tables: Tables) -> Iterator[Fault]:
    if (fact["fact"] == "count") != ("place" in tables):
        yield (*path, "fact"), "a count goes with [place], and only a count does"
    elif ("person" in fact) == ("place" in tables):
        yield path, "a fact needs `person`, the role of whom it is about; a count has none"
    for key in ("person", "index"):
        if key in fact and fact[key] not in roles:
            yield (*path, key), f"no [[person]] has the role '{fact[key]}'"
    contact = fact["fact"] == "contact"
    if contact and "index" not in fact:
        yield path, "a contact needs `index`: the role of whom the person met"
    if contact and fact.get("index") == fact.get("person"):
        yield (*path, "index"), "nobody is their own contact: name another role"
    for key in ("index", "known_with_index"):
        if not contact and key in fact:
            yield (*path, key), f"only a contact has this key, not the fact {fact['fact']}"


def _fact_keys(path: tuple[str | int, ...], fact: Tables) -> Iterator[Fault]:
    kind = FACTS[fact["fact"]]
    for key in kind.needs:
        if key not in fact:
            yield path, f"the fact {fact['fact']} needs `{key}`"
    allowed = {*kind.needs, *kind.may}
    for key in LENGTHS.keys() | {*TRUTHS, "tenths", "facility"}:
        if key in fact and key not in allowed:
            yield (
                (*path, key),
                f"the fact {fact['fact']} has no such key; it takes {', '.join(sorted(allowed)) or 'none'}",
            )


def _fact_days(path: tuple[str | int, ...], fact: Tables, tables: Tables) -> Iterator[Fault]:
    dated = FACTS[fact["fact"]].dated
    if dated == "must" and "date" not in fact:
        yield path, f"the fact {fact['fact']} needs `date`: the column with its day"
    if dated == "must" and fact.get("undated"):
        yield (*path, "undated"), f"the fact {fact['fact']} says nothing without its day"
    wrong = ("date",) if dated == "span" else ("first", "last")
    for key in wrong:
        if key in fact:
            yield (
                (*path, key),
                f"the fact {fact['fact']} takes {'first and last' if dated == 'span' else 'date'} instead",
            )
    for key in ("date", "first", "last"):
        if key in fact:
            yield from column_named((*path, key), fact[key], tables, DAYS)
    for number, name in enumerate(fact.get("known", ())):
        yield from column_named((*path, "known", number), name, tables, DAYS)


def _take(path: tuple[str | int, ...], key: str, fact: Tables, tables: Tables) -> Iterator[Fault]:
    value = fact[key]
    if isinstance(value, dict):
        yield from column_named((*path, "column"), value["column"], tables)
        column = tables["columns"].get(value["column"], {})
        if "type" not in column:
            return
        if (key == "facility") != (column["type"] == "facility"):
            yield (*path, "column"), "`facility` goes with a column of type facility, and only that key does"
        for spelling, word in column.get("values", {}).items() if column["type"] == "choice" else ():
            for fault in _word(key, word, fact):
                yield ("columns", value["column"], "values", spelling), fault
    else:
        for fault in _word(key, value, fact):
            yield path, fault


def _word(key: str, value: Any, fact: Tables) -> Iterator[str]:
    words = dict(FACTS[fact["fact"]].words).get(key)
    if words and value not in words:
        yield f"'{value}' is no {key} of {fact['fact']}; it may be {', '.join(words)}"
    elif key in TRUTHS and not isinstance(value, bool):
        yield f"`{key}` is true or false, not '{value}'"
    elif fact["fact"] == "count" and key == "value":
        yield "`value` is the number of a row: { column = … }, of type integer"
    elif key == "tenths" and (isinstance(value, bool) or not isinstance(value, int)):
        yield f"`tenths` is a whole number, not '{value}'"
    elif key in LENGTHS and not (isinstance(value, str) and 0 < len(value) <= LENGTHS[key]):
        yield f"`{key}` is a text of 1 to {LENGTHS[key]} characters"


def condition(path: tuple[str | int, ...], condition: Tables, tables: Tables) -> Iterator[Fault]:
    other = next((key for key in ("earlier_than", "not_later_than") if key in condition), None)
    yield from column_named((*path, "column"), condition["column"], tables, DAYS if other else ())
    if other:
        yield from column_named((*path, other), condition[other], tables, DAYS)


def _check(number: int, check: Tables, tables: Tables) -> Iterator[Fault]:
    path = ("check", number)
    yield from condition((*path, "if"), check["if"], tables)
    if ("hold" in check) == bool(check.get("warn")):
        yield path, "a check either holds columns or warns: give `hold` or `warn = true`"
    if "hold" in check and "remedy" not in check:
        yield path, "what is held needs a `remedy`: what whoever mends it should do"
    for column, name in enumerate(check.get("hold", ())):
        yield from column_named((*path, "hold", column), name, tables)
        if name in tables["key"]:
            yield (*path, "hold", column), f"'{name}' is part of the key and cannot be held"
