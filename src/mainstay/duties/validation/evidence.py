"""Whether a duty can be closed at all by what is named as its evidence."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.duties.rules.judge import EVIDENCE
from mainstay.duties.validation.fault import Fault
from mainstay.duties.validation.schema import schema
from mainstay.duties.validation.walk import COMBINING, Draft, Draftsheet, Table, listed
from mainstay.platform.toml_lines import Path as KeyPath

# Posts and questions carry no list of facts: one answer closes what is asked of them.
CLOSES = {"post": "holding", "question": "answer"}
# Facts whose values form a closed list; the words stand in the schema, at the predicate named here.
VALUES = {"classification": "classification", "severity": "severity", "stay": "staying"}


def faults_of_evidence(sheet: Draftsheet) -> Iterator[Fault]:
    """Every clause's evidence, looked at once."""
    for draft in sheet.clauses:
        wanted, path = draft.table["evidence"], (*draft.path, "evidence")
        if draft.subject in CLOSES:
            yield from _answer(draft, wanted, path)
        elif "fact" not in wanted:
            yield from _condition(draft, path)
        else:
            yield from _fact(draft, wanted, path)


def _answer(draft: Draft, wanted: Table, path: KeyPath) -> Iterator[Fault]:
    word = CLOSES[draft.subject]
    if wanted != {"fact": "evidence", "of": word}:
        only = f'{{ fact = "evidence", of = "{word}" }}'
        yield Fault(path, "evidence", f"only {only} closes what is asked of a {draft.subject}; write that.")


def _condition(draft: Draft, path: KeyPath) -> Iterator[Fault]:
    if "every" in draft.table["demand"]:
        sentence = "a condition cannot tell one day from another; a daily duty closes with a fact of its day."
        yield Fault(path, "evidence", sentence)
    asked = [word for word in draft.words if word.part == "evidence" and word.name not in COMBINING]
    if all(word.denied for word in asked):
        sentence = "nothing but absence closes no duty, for no fact shows it; add what must be there."
        yield Fault(path, "evidence", sentence)


def _fact(draft: Draft, wanted: Table, path: KeyPath) -> Iterator[Fault]:
    if "every" in draft.table["demand"] and "after" in wanted:
        yield Fault((*path, "after"), "evidence", "a daily duty closes with a fact of its own day; take `after` out.")
    if "of" not in wanted:
        return
    fact, of = wanted["fact"], listed(wanted["of"])
    if EVIDENCE[fact][1] is None:
        sentence = f"a fact '{fact}' has no kinds to choose from; take `of` out."
        yield Fault((*path, "of"), "evidence", sentence)
        return
    for word in of:
        if not _possible(fact, word, of):
            sentence = f"no fact '{fact}' is ever '{word}', so nothing could close this"
            yield Fault((*path, "of"), "evidence", f"{sentence}; known: {', '.join(_known(fact))}.")


def _possible(fact: str, word: str, of: tuple[str, ...]) -> bool:
    known = _known(fact)
    if fact == "outcome" and word == "dated":
        return of == ("dated",)
    return not known or word in known


def _known(fact: str) -> tuple[str, ...]:
    """The closed list of a fact's values; empty where the list is open."""
    if fact in OWN_VALUES:
        return OWN_VALUES[fact]
    if fact not in VALUES:
        return ()
    return _words(VALUES[fact])


def _words(predicate: str) -> tuple[str, ...]:
    words: list[str] = schema()["$defs"]["condition"]["properties"][predicate]["then"]["enum"]
    return tuple(words)


OWN_VALUES: dict[str, tuple[str, ...]] = {
    "outcome": ("died", "recovered", "discharged", "dated"),
    "result": ("positive", "negative", "inconclusive"),
    "order": ("isolation", "quarantine"),
    "offer": ("isolation", "quarantine"),
    "objection": ("upheld", "rejected"),
    "trait": ("immune", "risk_group", "role", "sex", "age", "birth_date"),
}
