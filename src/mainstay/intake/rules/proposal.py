"""From guesses to a mapping as a TOML file, with the questions that a person should answer before it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mainstay.intake.rules.days import VALUE_AMBIGUOUS, VALUE_YEAR, Dating, reading_of
from mainstay.intake.rules.guess_columns import DAYS, IDENTIFIERS, Guess, plain
from mainstay.intake.rules.guess_words import DISEASES, NOTHING, UNKNOWN, WORDS, YES_NO
from mainstay.intake.rules.sentences import Fault

MOST_QUESTIONS = 3
NO_DISEASE = "unnamed"
# What to do about days that cannot be read as they stand: one question, whichever columns they are in.
_ASKED = {
    VALUE_AMBIGUOUS: 'Which is it? Put `date_order = "day-month-year"` or `"month-day-year"` in the mapping.',
    VALUE_YEAR: "Which year is it? Put `year = 2020`, or whichever it is, in the mapping.",
}
_MEANS: dict[str, bool] = {"yes": True, "no": False}  # of a symptom
SCHEMES = {"id_number": "identity-number", "phone": "phone", "name": "name"}
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody said to the questions: nothing, as long as all is empty.

    `values`: by column what a cell means, in our words; "" where it says that nothing is known.
    """

    disease: str = ""
    date_order: str = ""
    year: int | None = None
    sheet: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to be read and mended: its text, the questions on it, the guesses it rests on."""

    toml: str
    questions: tuple[str, ...]
    guesses: tuple[Guess, ...]


def propose(
    name: str,
    title: str,
    header: Sequence[str],
    rows: Rows,
    guesses: Sequence[Guess],
    answers: Answers | None = None,
) -> Proposal | None:
    """A mapping for the columns guessed; None where no column says who somebody is.

    `title` is what stands above the table, or the file's name: it may say the disease. `answers` are what
    somebody has said to the questions meanwhile.
    """
    slots = {guess.slot: guess.column for guess in guesses if guess.slot}
    who = next((slots[slot] for slot in IDENTIFIERS if slot in slots), None)
    if who is None:
        return None
    draft = _Draft(name, title, header, rows, tuple(guesses), slots, who, answers or Answers())
    questions = tuple(draft.questions())[:MOST_QUESTIONS]
    return Proposal(draft.toml(questions), questions, draft.guesses)


@dataclass(frozen=True, slots=True)
class _Draft:
    name: str
    title: str
    header: Sequence[str]
    rows: Rows
    guesses: tuple[Guess, ...]
    slots: dict[str, str]
    who: str
    answers: Answers

    @property
    def disease(self) -> str:
        if self.answers.disease:
            return self.answers.disease
        said = plain(f"{self.title} {self.name}")
        return next((word for word, names in DISEASES.items() if any(name in said for name in names)), NO_DISEASE)

    @property
    def who_slot(self) -> str:
        return next(slot for slot, column in self.slots.items() if column == self.who)

    def cells(self, column: str) -> list[str]:
        """What stands in a column, where it says anything."""
        at = self.header.index(column)
        some = [row[at].strip() for row in self.rows if at < len(row)]
        return [cell for cell in some if cell and plain(cell) not in UNKNOWN]

    # --- questions ----------------------------------------------------------------------------------------

    def questions(self) -> Iterable[str]:
        """What to ask, the gravest first: who somebody is, which day is meant, which disease it is."""
        yield from self._on_who()
        yield from self._on_days()
        if self.disease == NO_DISEASE:
            yield f"Which disease is this list about? Put its name in place of '{NO_DISEASE}'."
        for guess in self.guesses:
            if guess.doubt:
                yield f"What is in '{guess.column}'? {guess.reason.capitalize()}, but {guess.doubt}."

    def _on_who(self) -> Iterable[str]:
        cells = self.cells(self.who)
        lacking, twice = len(self.rows) - len(cells), len(cells) - len(set(cells))
        if self.who_slot in ("name", "serial"):
            yield (
                f"Is there a number by which people are told apart? Now '{self.who}' says who somebody is, and two "
                f"people may share {'a name' if self.who_slot == 'name' else 'a number in another list'}."
            )
        elif lacking or twice:
            wrong = [f"{lacking} lack it"] * bool(lacking) + [f"{twice} repeat it"] * bool(twice)
            yield (
                f"'{self.who}' is taken for who somebody is, but of the first {len(self.rows)} rows "
                f"{' and '.join(wrong)}: is that right?"
            )

    def _on_days(self) -> Iterable[str]:
        asked = set()
        for column in filter(None, map(self.slots.get, DAYS)):
            for cell in self.cells(column):
                found = reading_of(cell, Dating(self.answers.date_order, self.answers.year))
                if isinstance(found, Fault) and found.code in _ASKED and found.code not in asked:
                    asked.add(found.code)
                    yield f"In '{column}', {found.reason} {_ASKED[found.code]}"

    # --- the file -----------------------------------------------------------------------------------------

    def toml(self, questions: Sequence[str]) -> str:
        lines = [
            "# A guess, to be read, mended and then used with --mapping. Lines that begin with # say why.",
            *(f"# Question {number}: {_flat(question)}" for number, question in enumerate(questions, 1)),
            f"name = {_quoted(self.name)}",
            f"title = {_quoted((self.title or self.name)[:200])}",
            f"source = {_quoted(self.name)}",
            f"disease = {_quoted(self.disease)}",
            *self._said(),
            f"null = {_quoted_list(_spelt(UNKNOWN))}",
            f"key = [{_quoted(self.who)}]",
            *([f"known = [{_quoted(self.slots['report_date'])}]"] if "report_date" in self.slots else []),
            "",
            "[columns]",
            *(line for guess in self._columns() for line in self._column(guess)),
            *self._persons(),
            *(line for guess in self.guesses for line in self._fact(guess)),
        ]
        return "\n".join(lines) + "\n"

    def _said(self) -> Iterable[str]:
        """What was answered, as keys of the whole mapping."""
        if self.answers.date_order:
            yield f"date_order = {_quoted(self.answers.date_order)}"
        if self.answers.year is not None:
            yield f"year = {self.answers.year}"
        if self.answers.sheet:
            yield f"sheet = {_quoted(self.answers.sheet)}"

    def _columns(self) -> Iterable[Guess]:
        return {guess.column: guess for guess in self.guesses}.values()

    def _column(self, guess: Guess) -> Iterable[str]:
        yield f"# {_flat(guess.reason)}{f'; but {_flat(guess.doubt)}' if guess.doubt else ''}"
        yield f"{_quoted(guess.column)} = {self._holds(guess)}"

    def _holds(self, guess: Guess) -> str:
        """What the column's cells are read as."""
        slot, said = guess.slot, self.answers.values.get(guess.column, {})
        if guess.column == self.who or slot == "contact_of":
            return '{ type = "text" }'
        unknown = [*_spelt(NOTHING.get(slot, ())), *(cell for cell, means in said.items() if not means)]
        nothing = f", nothing = {_quoted_list(dict.fromkeys(unknown))}" if unknown else ""
        if slot.startswith("symptom:"):
            return f'{{ type = "choice", values = {_table(self._seen(guess.column, YES_NO))}{nothing} }}'
        if slot in WORDS:
            return f'{{ type = "choice", values = {_table(self._seen(guess.column, WORDS[slot]))}{nothing} }}'
        if slot in DAYS:
            return '{ type = "date" }'
        if slot == "age":
            return '{ type = "integer", at_least = 0, at_most = 120 }'
        if slot == "temperature" and self._checked:
            return '{ type = "tenths", at_least = 300, at_most = 450 }'
        if slot in SHOWN:
            return f'{{ type = "text", longest = 200{nothing} }}'
        return f"{{ ignore = {_quoted(_LEFT_OUT.get(slot, 'what it holds is not known yet'))} }}"

    def _seen(self, column: str, words: dict[str, str] | dict[str, bool]) -> dict[str, str | bool]:
        """The known words with their meaning, as they are usually spelt and as in the file."""
        forms = {form: means for word, means in words.items() for form in _spelt([word])}
        said = self.answers.values.get(column, {})
        as_said = {cell: _MEANS.get(means, means) for cell, means in said.items() if means}
        nothing = {cell for cell, means in said.items() if not means}
        seen = {cell: words[plain(cell)] for cell in self.cells(column) if plain(cell) in words}
        return {word: means for word, means in (forms | seen | as_said).items() if word not in nothing}

    @property
    def _checked(self) -> str:
        """The day on which a temperature was taken, as far as the list says it."""
        return self.slots.get("report_date") or self.slots.get("test_date") or ""

    def _persons(self) -> Iterable[str]:
        scheme = SCHEMES.get(self.who_slot, self.name)
        yield from _block("person", role="self", scheme=scheme, column=self.who)
        if self.who_slot == "phone":
            yield 'split = ["/", "、", ";", "；"]'
        columns = {slot: self.slots.get(slot) for slot in SHOWN}
        shows: dict[str, str | bool] = {
            slot: column for slot, column in columns.items() if column not in (None, self.who)
        }
        if shows:
            yield f"shows = {_table(shows)}"
        if "contact_of" in self.slots:
            yield from _block("person", role="met", scheme=scheme, column=self.slots["contact_of"])
            yield "known = false"

    def _fact(self, guess: Guess) -> Iterable[str]:
        slot, column = guess.slot, guess.column
        taken = {"column": column}
        if slot.startswith("symptom:"):
            word = slot.removeprefix("symptom:")
            yield from _block("fact", slot=word, fact="symptom", person="self", name=word, present=taken)
        elif slot in ("onset", "report_date"):
            word = slot.removesuffix("_date")
            yield from _block("fact", slot=word, fact=word, person="self", date=column)
        elif slot in ("sex", "age", "birth_date"):
            yield from _block("fact", slot=slot, fact="trait", person="self", name=slot, value=taken)
        elif slot == "test_result":
            day = {"date": self.slots["test_date"], "undated": True} if "test_date" in self.slots else {}
            yield from _block("fact", slot="result", fact="result", person="self", test="pcr", value=taken, **day)
        elif slot == "outcome":
            day = {"date": self.slots["outcome_date"], "undated": True} if "outcome_date" in self.slots else {}
            yield from _block("fact", slot="outcome", fact="outcome", person="self", value=taken, **day)
        elif slot == "classification":
            yield from _block("fact", slot="class", fact="classification", person="self", value=taken)
        elif slot == "temperature" and self._checked:
            check = {"of": "temperature", "tenths": taken, "date": self._checked}
            yield from _block("fact", slot="temperature", fact="check", person="self", **check)
        elif slot == "contact_of":
            yield from _block("fact", slot="contact", fact="contact", person="self", index="met", kind="other")


# What somebody is called and how they are reached: kept and shown, and nobody is told apart by it.
SHOWN = ("name", "phone", "address")
_LEFT_OUT = {
    "id_number": "people are told apart by another column",
    "case_number": "people are told apart by another column",
    "serial": "the number of the row in this list, not of a person",
    "symptoms": "several symptoms in one cell; one column for each, with yes and no, can be read",
    "exposure": "told in free words; one column for each kind of exposure can be read",
    "temperature": "no column says on which day it was taken",
}


def _flat(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quoted_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _table(words: dict[str, str | bool]) -> str:
    return "{ " + ", ".join(f"{_key(word)} = {_value(means)}" for word, means in words.items()) + " }"


def _key(word: str) -> str:
    return word if re.fullmatch(r"[A-Za-z0-9_-]+", word) else _quoted(word)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return _table(value)
    return _quoted(str(value))


def _spelt(words: Iterable[str]) -> list[str]:
    """Words as they are written: small, with a capital, in capitals."""
    return list(dict.fromkeys(form for word in words for form in (word, word.capitalize(), word.upper())))


def _block(table: str, **keys: object) -> list[str]:
    return ["", f"[[{table}]]", *(f"{key} = {_value(value)}" for key, value in keys.items())]
