"""Whether the words of an edition make sense together: what a schema cannot say.

Each look is one function from the whole edition to faults; `LOOKS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import Any

from mainstay.duties.rules.anchors import ELEMENTS
from mainstay.duties.rules.edition import Edition
from mainstay.duties.rules.predicates import TRAITS
from mainstay.duties.validation.evidence import faults_of_evidence
from mainstay.duties.validation.fault import Fault
from mainstay.duties.validation.loops import circles
from mainstay.duties.validation.schema import schema
from mainstay.duties.validation.walk import COMBINING, Draft, Draftsheet, Word, draftsheet, listed
from mainstay.platform.toml_lines import Path as KeyPath

# What an exposure carries of the other person: a window there can begin with nothing else.
AT_THE_INDEX = ("onset", "first_positive", "report")
ASKED = (*ELEMENTS, "severity", "death_date", "travel", "age", *TRAITS)
NOT_OF_PERSONS = {"vacant": "post", "question": "question"}


def faults_of_meaning(data: dict[str, Any], also: tuple[Edition, ...]) -> Iterator[Fault]:
    """All that the looks find, in their order."""
    sheet = draftsheet(data, also)
    for look in LOOKS:
        yield from look(sheet)


def _words(sheet: Draftsheet, name: str) -> Iterator[Word]:
    return (word for draft in sheet.everything for word in draft.words if word.name == name)


def _near(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(set(known)))}."


# --- the edition itself ----------------------------------------------------------------------------


def heads(sheet: Draftsheet) -> Iterator[Fault]:
    """Its id belongs to its series; a house edition has the house for a disease."""
    data = sheet.data
    if data["id"] != data["series"] and not data["id"].startswith(f"{data['series']}."):
        yield Fault(("id",), "series", f"'{data['id']}' must begin with its series, '{data['series']}.'.")
    if (data["level"] == "house") != (data["disease"] == "house"):
        yield Fault(("disease",), "level", "the level 'house' and the disease 'house' go together; mend one of them.")


def real_days(sheet: Draftsheet) -> Iterator[Fault]:
    """The day of effect is a day of the calendar."""
    text = sheet.data["effective_from"]
    try:
        date.fromisoformat(text)
    except ValueError:
        yield Fault(("effective_from",), "form", f"'{text}' is no day of the calendar; write a day like 2020-02-21.")


def duplicates(sheet: Draftsheet) -> Iterator[Fault]:
    """A clause, category or class stands once in an edition."""
    for name, key in (("clause", "id"), ("category", "id"), ("class", "value")):
        seen: set[str] = set()
        for index, table in enumerate(sheet.data.get(name, ())):
            if table[key] in seen:
                yield Fault((name, index, key), "duplicate", f"'{table[key]}' stands twice; rename or remove one.")
            seen.add(table[key])


# --- anchors ---------------------------------------------------------------------------------------


def element_known(name: str) -> bool:
    """One of the days that facts give."""
    return name in ELEMENTS or name.startswith("symptom:")


def _chain(reference: str, sheet: Draftsheet) -> tuple[str, tuple[str, ...]]:
    """The name within a reference like `onset-2d`, and what it is looked up as."""
    name = reference.partition("+")[0]
    if name[-1] == "d" and "-" in name:
        name = name.rpartition("-")[0]
    return name, tuple(sheet.chains.get(name, (name,)))


def _anchors(sheet: Draftsheet) -> Iterator[tuple[str, KeyPath]]:
    """Every reference to an anchor and its place."""
    for draft in sheet.everything:
        if "episode" in draft.table:
            yield draft.table["episode"], (*draft.path, "episode")
        for word in draft.words:
            key = {"exposed_to": "from", "been_in": "before", "days_since": "anchor"}.get(word.name)
            if key is not None and key in word.value:
                yield word.value[key], (*word.path, key)


def anchors(sheet: Draftsheet) -> Iterator[Fault]:
    """Fallbacks are days that facts give; what is referred to is one of these or an anchor of the edition."""
    known = (*ELEMENTS, "symptom:NAME")
    for name, chain in sheet.chains.items():
        for index, element in enumerate(chain):
            if not element_known(element):
                sentence = f"'{element}' is no day that facts give; {_near(element, known)}"
                yield Fault(("anchors", name, index), "anchor", sentence)
    for reference, path in _anchors(sheet):
        name, _chained = _chain(reference, sheet)
        if name not in sheet.chains and not element_known(name):
            sentence = f"there is no anchor '{name}'; {_near(name, (*known, *sheet.chains))}"
            yield Fault(path, "anchor", sentence)


def windows(sheet: Draftsheet) -> Iterator[Fault]:
    """A window at the index begins with something an exposure carries."""
    for word in _words(sheet, "exposed_to"):
        if "from" in word.value:
            _name, chain = _chain(word.value["from"], sheet)
            if not set(chain) & set(AT_THE_INDEX):
                sentence = f"of the other person only {', '.join(AT_THE_INDEX)} are known; use one of them here."
                yield Fault((*word.path, "from"), "anchor", sentence)


def onset_asked(sheet: Draftsheet) -> Iterator[Fault]:
    """Where `onset` falls back on another day, somebody still has to ask for the onset itself."""
    uses = [path for reference, path in _anchors(sheet) if "onset" in _chain(reference, sheet)[1]]
    if uses and not _asks_onset(sheet) and not any(_edition_asks(edition) for edition in sheet.also):
        sentence = (
            "this counts from the onset, but no clause asks for an onset that is missing; add one with "
            '`unknown = "onset"` in its `when`, or with `fact = "onset"` for its evidence.'
        )
        yield Fault(uses[0], "onset", sentence)


def _asks_onset(sheet: Draftsheet) -> bool:
    return any(
        draft.table["evidence"].get("fact") == "onset"
        or any(word.name == "unknown" and word.value == "onset" and not word.denied for word in draft.words)
        for draft in sheet.clauses
    )


def _edition_asks(edition: Edition) -> bool:
    return any(getattr(clause.evidence, "fact", "") == "onset" for clause in edition.clauses)


# --- words -----------------------------------------------------------------------------------------


def contact_kinds(sheet: Draftsheet) -> Iterator[Fault]:
    """`kinds` names a group of the edition or the ways of meeting themselves."""
    ways = tuple(schema()["properties"]["kinds"]["additionalProperties"]["items"]["enum"])
    groups = tuple(sheet.data.get("kinds", {}))
    for word in _words(sheet, "exposed_to"):
        kinds = word.value.get("kinds", ())
        known = ways + groups if isinstance(kinds, str) else ways
        for kind in listed(kinds):
            if kind not in known:
                yield Fault((*word.path, "kinds"), "kinds", f"'{kind}' is no way of meeting; {_near(kind, known)}")


def one_exposure(sheet: Draftsheet) -> Iterator[Fault]:
    """A clause asks for one exposure: its `last_exposure` could not mean two."""
    for draft in sheet.everything:
        asked = [word for word in draft.words if word.name == "exposed_to" and word.part == "when"]
        for word in asked[1:]:
            if word.value != asked[0].value:
                sentence = "this asks for another exposure than the same `when` did before; make two clauses of it."
                yield Fault(word.path, "exposure", sentence)


def questions_asked(sheet: Draftsheet) -> Iterator[Fault]:
    """`unknown` names something that can be established."""
    for word in _words(sheet, "unknown"):
        if word.value not in ASKED and not word.value.startswith("symptom:"):
            yield Fault(word.path, "unknown", f"'{word.value}' cannot be asked for; {_near(word.value, ASKED)}")


def limits(sheet: Draftsheet) -> Iterator[Fault]:
    """Numbers that leave nothing between them."""
    for draft in sheet.everything:
        for word in draft.words:
            yield from _limits(word)


def _limits(word: Word) -> Iterator[Fault]:
    value = word.value
    if word.name in ("age", "days_since") and value.get("at_least", 0) >= value.get("below", float("inf")):
        yield Fault((*word.path, "below"), "limits", "nothing lies between these limits; `below` must be the greater.")
    if word.name == "at_least" and value["count"] > len(value["of"]):
        yield Fault(
            (*word.path, "count"),
            "limits",
            f"only {len(value['of'])} conditions are listed; ask for no more.",
        )
    if word.name == "test" and "apart" in value and value.get("consecutive", 1) < 2:
        yield Fault((*word.path, "apart"), "limits", "one result is not apart from another; add `consecutive = 2`.")
    if word.name == "sustained" and value["for"] == "0d":
        yield Fault((*word.path, "for"), "limits", "over no day nothing lasts; write at least 1d.")


def subjects(sheet: Draftsheet) -> Iterator[Fault]:
    """Persons have illnesses, posts are vacant, questions have kinds."""
    for draft in sheet.everything:
        for word in draft.words:
            meant = NOT_OF_PERSONS.get(word.name, "person")
            if word.name not in COMBINING and meant != draft.subject:
                sentence = f"'{word.name}' is said of a {meant}, but this is judged of a {draft.subject}"
                yield Fault(word.path, "subject", f"{sentence}; use another word.")


# --- clauses among each other ------------------------------------------------------------------------


def done_known(sheet: Draftsheet) -> Iterator[Fault]:
    """`done` names a clause of this edition or of those it stands beside."""
    own = {draft.id: draft.subject for draft in sheet.clauses}
    beside = {clause.id: clause.subject for edition in sheet.also for clause in edition.clauses}
    known = beside | own
    for draft in sheet.everything:
        for word in draft.words:
            if word.name == "done":
                yield from _done(word, draft, known)


def _done(word: Word, draft: Draft, known: dict[str, str]) -> Iterator[Fault]:
    if word.value not in known:
        yield Fault(word.path, "done", f"there is no clause '{word.value}'; {_near(word.value, tuple(known))}")
    elif known[word.value] != draft.subject:
        sentence = f"'{word.value}' is a clause of a {known[word.value]}, this one of a {draft.subject}."
        yield Fault(word.path, "done", f"{sentence} Name a clause of the same subject.")


LOOKS: tuple[Callable[[Draftsheet], Iterator[Fault]], ...] = (
    heads,
    real_days,
    duplicates,
    anchors,
    windows,
    contact_kinds,
    one_exposure,
    questions_asked,
    limits,
    subjects,
    faults_of_evidence,
    done_known,
    circles,
    onset_asked,
)
