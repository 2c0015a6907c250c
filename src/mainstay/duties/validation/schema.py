"""Whether an edition has the form of the published JSON Schema; refusals in words for a health officer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, time
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from mainstay.duties.validation.fault import Fault
from mainstay.platform.toml_lines import Path as KeyPath

SCHEMA_FILE = "edition.schema.json"


@cache
def schema() -> dict[str, Any]:
    """The published schema, `mainstay.edition/1`."""
    text = files("mainstay").joinpath("protocols", SCHEMA_FILE).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    return Draft202012Validator(schema())


def plain(value: Any) -> Any:
    """TOML's own dates and times as text, as JSON and so the schema know them."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | time) else value


def faults_of_form(data: Any) -> Iterator[Fault]:
    """Each place where the schema refuses."""
    for error in _validator().iter_errors(data):
        yield from _faults(error)


def _faults(error: Any) -> Iterator[Fault]:
    path: KeyPath = tuple(error.absolute_path)
    say = SENTENCES.get(error.validator)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path)
    elif error.validator == "required":
        yield _missing(error, path)
    elif say is not None:
        yield Fault(path, CODES.get(error.validator, "value"), say(error))
    else:
        yield Fault(path, "value", f"{error.message}.")


def _unknown_keys(error: Any, path: KeyPath) -> Iterator[Fault]:
    known = sorted(error.schema["properties"])
    for key in error.instance:
        if key not in known:
            yield Fault(
                (*path, key),
                "unknown_key",
                f"'{key}' is not a word of the vocabulary here; {_instead(key, known)}",
            )


def _instead(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.7)
    return f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}."


def _missing(error: Any, path: KeyPath) -> Fault:
    name = next(key for key in error.validator_value if error.message.startswith(f"'{key}'"))
    if name in ("en", "zh-hans", "zh-hant"):
        return Fault(path, "translation", f"the text in {LANGUAGES[name]} ('{name}') is missing; add it.")
    return Fault(path, "missing_key", f"'{name}' is missing; add it.")


LANGUAGES = {"en": "English", "zh-hans": "simplified Chinese", "zh-hant": "traditional Chinese"}
CODES = {"pattern": "form", "enum": "word", "const": "word"}


def _choice(error: Any) -> str:
    words = [str(word) for word in error.validator_value]
    return f"'{error.instance}' is not a word of the vocabulary here; {_instead(str(error.instance), words)}"


def _pattern(error: Any) -> str:
    hint = HINTS.get(error.validator_value, f"it must match {error.validator_value}")
    return f"'{error.instance}' cannot be read here; {hint}."


HINTS = {
    "^[0-9]+(h|d)$": "write a span of time like 2h or 14d",
    "^[0-9]+d$": "write a number of days like 14d",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "write a day like 2020-02-21",
    "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$": "write a time of day like 20:00",
    "^[a-z_]+(:[a-z_]+)?([+-][0-9]+d)?$": "write an anchor like onset or onset-2d",
    "^[a-z_]+(:[a-z_]+)?$": "write a name like onset or symptom:rash",
    "^\\+[0-9]+(h|d) (superior|headquarters)$": "write a step like '+4h superior' or '+12h headquarters'",
    "^(ward|site|home_unit|headquarters|superior|group:[a-z][a-z0-9_-]*)$": (
        "an owner is ward, site, home_unit, group:NAME, superior or headquarters"
    ),
}
TYPES = {
    "string": "a text in quotes",
    "array": "a list in square brackets",
    "object": "a table in braces",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def _type(error: Any) -> str:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return f"this must be {' or '.join(TYPES[name] for name in wanted)}."


SENTENCES: dict[str | None, Callable[[Any], str]] = {
    "enum": _choice,
    "const": lambda error: f"only {json.dumps(error.validator_value)} can stand here.",
    "pattern": _pattern,
    "type": _type,
    "minItems": lambda _error: "the list is empty; name at least one, or take the key out.",
    "minLength": lambda _error: "the text is empty; write it, or take the key out.",
    "minProperties": lambda _error: "this says too little to be judged; add what is meant, or take it out.",
    "uniqueItems": lambda _error: "something stands twice in the list; leave one of them.",
    "minimum": lambda error: f"{error.instance} is too small; at least {error.validator_value}.",
    "maximum": lambda error: f"{error.instance} is too large; at most {error.validator_value}.",
    "maxLength": lambda error: f"this is too long; at most {error.validator_value} characters.",
}
