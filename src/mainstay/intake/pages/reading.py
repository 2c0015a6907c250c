"""A file tried before it is taken in: what its columns are guessed to be, what somebody said, what would follow."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from mainstay.cycle.delivered import Delivered
from mainstay.cycle.sense import take_in
from mainstay.duties.queries import editions_put_into_force
from mainstay.duties.rules.in_force import HOUSE
from mainstay.intake import kept
from mainstay.intake import mapping as mappings
from mainstay.intake.formats.contents import Row
from mainstay.intake.guessing import AnyLayout, first_rows, name_from
from mainstay.intake.mapping import Mapping
from mainstay.intake.reader import Source, examine, records
from mainstay.intake.rules.days import Dating, reading_of
from mainstay.intake.rules.guess_columns import DAYS, Guess, guess_columns
from mainstay.intake.rules.guess_words import DISEASES, NAMES, SYMPTOMS, WORDS
from mainstay.intake.rules.proposal import Answers, propose
from mainstay.intake.rules.sentences import Fault
from mainstay.platform.models import Actor

# Rows that are taken in while somebody waits for the page.
AT_ONCE = 5_000
ROWS_SHOWN = 8
MOST_VALUES = 12
GUESS = "guess"  # chosen instead of a mapping: guess, although one that is kept would fit
NOT_KNOWN = "unknown"
SYMPTOM = "symptom:"
SLOTS = (*NAMES, *(f"{SYMPTOM}{name}" for name in dict.fromkeys(SYMPTOMS.values())))
ORDERS = ("day-month-year", "month-day-year")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page's form says; everything may be empty."""

    mapping: str = ""
    sheet: str = ""
    name: str = ""
    keep: bool = True
    slots: Table[int, str] = field(default_factory=dict)  # by the column's place
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True, slots=True)
class Trial:
    """One file as it would be taken in. `mapping` is None while no column says who somebody is.

    `guesses` are empty where a mapping was named or found. `done` is None where the file is too long for a page.
    """

    source: Source
    choices: Choices
    rows: tuple[Row, ...]
    mapping: Mapping | None
    guesses: tuple[Guess, ...] = ()
    twice: tuple[str, ...] = ()  # columns given what another has
    done: Delivered | None = None
    too_long: bool = False
    similar: tuple[str, ...] = ()  # kept mappings of these columns, where more than one is

    @property
    def guessed(self) -> bool:
        return bool(self.guesses)


def choices_of(given: Table[str, str]) -> Choices:
    """What was typed and chosen; whatever no page offers is taken for nothing."""
    slots = {}
    for key, slot in given.items():
        found = re.fullmatch(r"slot-([0-9]{1,4})", key)
        if found and slot in ("", *SLOTS):
            slots[int(found[1])] = slot
    order, year = given.get("date_order", ""), given.get("year", "").strip()
    answers = Answers(
        disease=given.get("disease", "").strip()[:40] if _plain(given.get("disease", "")) else "",
        date_order=order if order in ORDERS else "",
        year=int(year) if re.fullmatch(r"(19|20)[0-9]{2}", year) and year.isascii() else None,
        sheet=given.get("sheet", ""),
    )
    return Choices(
        mapping=given.get("mapping", ""),
        sheet=given.get("sheet", ""),
        name=given.get("name", "").strip(),
        keep="keep" in given or "seen" not in given,
        slots=slots,
        answers=answers,
    )


def _plain(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9-]*", text.strip()))


def values_of(given: Table[str, str], header: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """By column what cells mean, as far as somebody chose it."""
    found: dict[str, dict[str, str]] = {}
    for number in range(MOST_VALUES * 2):
        column, cell, means = (given.get(f"{key}-{number}", "") for key in ("in", "cell", "means"))
        if means and column.isascii() and column.isdigit() and len(column) < 5 and int(column) < len(header):
            found.setdefault(header[int(column)], {})[cell] = "" if means == NOT_KNOWN else means
    return found


def known_mapping(name: str) -> Mapping | None:
    """A mapping that a page may name: shipped or kept, no file of the machine."""
    if name in mappings.shipped() or any(one.name == name for one in kept.kept()):
        return mappings.load(name)
    return None


def try_out(path: Path, choices: Choices, given: Table[str, str], *, by: Actor, at: datetime) -> Trial:
    """Read the file as the choices say, and write nothing; raises `file.*` and `mapping.*`."""
    named = known_mapping(choices.mapping)
    if named is not None:
        return _tried(_opened(path, named, choices), by, at)
    source = examine(path, AnyLayout(), choices.sheet)
    fitting = kept.fitting(source.header) if choices.mapping != GUESS else ()
    if len(fitting) == 1:
        return _tried(_opened(path, fitting[0], choices), by, at)
    numbered, title = first_rows(source)
    rows = [cells for _number, cells in numbered]
    guesses, twice = _said(guess_columns(source.header, rows), source.header, choices.slots)
    values = _allowed(values_of(given, source.header), guesses)
    answers = replace(choices.answers, disease=_disease(choices, title, path), values=values)
    name = choices.name if mappings.KEPT_NAME.fullmatch(choices.name) else free_name(path)
    found = None if twice else propose(name, title, source.header, rows, guesses, answers)
    trial = Trial(
        source=source,
        choices=replace(choices, name=choices.name or name, answers=answers),
        rows=tuple(numbered),
        mapping=mappings.parse(found.toml.encode(), f"{name}.toml") if found else None,
        guesses=tuple(guesses),
        twice=twice,
        similar=tuple(one.name for one in fitting),
    )
    return _tried(trial, by, at)


def _disease(choices: Choices, title: str, path: Path) -> str:
    """What was chosen; else, where neither title nor name says it, the only disease that an edition is in force for."""
    said = f"{title} {path.name}".casefold()
    if choices.answers.disease or any(name in said for names in DISEASES.values() for name in names):
        return choices.answers.disease
    found = {one.edition.disease for one in editions_put_into_force()} - {HOUSE}
    return found.pop() if len(found) == 1 else ""


def _opened(path: Path, mapping: Mapping, choices: Choices) -> Trial:
    source = examine(path, mapping, choices.sheet)
    return Trial(source, choices, tuple(islice(records(source), ROWS_SHOWN)), mapping)


def _tried(trial: Trial, by: Actor, at: datetime) -> Trial:
    if sum(1 for _row in islice(records(trial.source), AT_ONCE + 1)) > AT_ONCE:
        return replace(trial, too_long=True)
    if trial.mapping is None:
        return trial
    done = take_in(trial.source.path, trial.mapping, by=by, at=at, dry_run=True, sheet=trial.choices.sheet)
    return replace(trial, done=done)


def _said(guesses: list[Guess], header: tuple[str, ...], slots: Table[int, str]) -> tuple[list[Guess], tuple[str, ...]]:
    """The guesses as somebody corrected them, and the columns that were given what another has."""
    found, taken, twice = [], set(), []
    for guess in guesses:
        chosen = slots.get(header.index(guess.column), guess.slot)
        if chosen != guess.slot:
            guess = Guess(guess.column, chosen, "you said so")
        if guess.slot and guess.slot in taken:
            twice.append(guess.column)
        taken.add(guess.slot)
        found.append(guess)
    return found, tuple(twice)


def meanings(slot: str) -> tuple[str, ...]:
    """What a cell of such a column can mean; nothing where it holds no words."""
    if slot.startswith(SYMPTOM):
        return ("yes", "no")
    return tuple(dict.fromkeys(WORDS.get(slot, {}).values()))


def _allowed(values: dict[str, dict[str, str]], guesses: list[Guess]) -> dict[str, dict[str, str]]:
    slots = {guess.column: guess.slot for guess in guesses}
    return {
        column: {cell: means for cell, means in said.items() if means in ("", *meanings(slots.get(column, "")))}
        for column, said in values.items()
        if meanings(slots.get(column, ""))
    }


def readings(trial: Trial) -> tuple[str, dict[str, str]]:
    """A day of the file that two readings fit, with the two as days written year first; ("", {}) without one."""
    slots = {guess.slot: guess.column for guess in trial.guesses if guess.slot in DAYS}
    for _number, cells in trial.rows:
        for column in slots.values():
            cell = cells[trial.source.header.index(column)].strip() if len(cells) == len(trial.source.header) else ""
            both = (
                {order: reading_of(cell, Dating(order, trial.choices.answers.year)) for order in ORDERS} if cell else {}
            )
            days = {order: day.isoformat() for order, day in both.items() if day and not isinstance(day, Fault)}
            if len(set(days.values())) == len(ORDERS):
                return cell, days
    return "", {}


def free_name(path: Path) -> str:
    """A name for tomorrow: the file's, without its day; with a number where another list has that."""
    plain = re.sub(r"[-0-9]+$", "", name_from(path))[:46]
    plain = plain if mappings.KEPT_NAME.fullmatch(plain) else "line-list"
    taken = {*mappings.shipped(), *(one.name for one in kept.kept())}
    names = (plain, *(f"{plain}-{number}" for number in range(2, 1000)))
    return next(name for name in names if name not in taken)
