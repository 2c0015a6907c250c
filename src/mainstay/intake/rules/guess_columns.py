"""What the columns of a line list probably hold, with the reason for each guess and what is in doubt.

A guess writes nothing: it fills in a mapping that a person reads, mends and sends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mainstay.intake.rules.days import VALUE_AMBIGUOUS, Dating, narrow, reading_of
from mainstay.intake.rules.guess_words import NAMES, NOTHING, SYMPTOMS, UNKNOWN, WORDS, YES_NO
from mainstay.intake.rules.sentences import Fault
from mainstay.intake.rules.table_shape import JOINT

DAYS = ("birth_date", "onset", "report_date", "test_date", "outcome_date")
MOST = 0.8  # of the cells that say anything
# Who somebody is, the surest first: a serial number only says which row of this list it is.
IDENTIFIERS = ("id_number", "case_number", "phone", "name", "serial")


@dataclass(frozen=True, slots=True)
class Guess:
    """One column: its slot (empty where none fits; `symptom:NAME` for one symptom), why, and what is in doubt."""

    column: str
    slot: str
    reason: str
    doubt: str = ""


def guess_columns(header: Sequence[str], first_rows: Sequence[Sequence[str]]) -> list[Guess]:
    """A guess for each column that has a name, in the header's order; no slot but symptoms is given twice."""
    columns = [_filled(at, first_rows) for at in range(len(header))]
    guesses = [_guess(name, cells) for name, cells in zip(header, columns, strict=True) if name]
    return _once_each(guesses)


def _filled(at: int, rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [narrow(row[at]).strip() for row in rows if at < len(row)]
    return [cell for cell in cells if cell and plain(cell) not in UNKNOWN]


def plain(text: str) -> str:
    """A word as it is compared: in small letters."""
    return text.strip().casefold()


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", plain(narrow(name)))


def _guess(name: str, cells: Sequence[str]) -> Guess:
    named = _by_name(name)
    looks = _by_looks(cells)
    if named.startswith("symptom:"):
        doubt = "" if _share(cells, lambda cell: plain(cell) in YES_NO) >= MOST else "its cells are not yes and no"
        return Guess(name, named, "a symptom's name heads it", doubt)
    if named:
        return Guess(name, named, f"its name says {_words(named)}", _contradiction(named, looks, cells))
    if looks:
        return Guess(name, looks, f"its cells look like {_words(looks)}", "its name says nothing of it")
    if cells and _share(cells, is_day) >= MOST:
        return Guess(name, "", "its cells are days", "nothing says which day")
    return Guess(name, "", "neither its name nor its cells say what it is")


def _by_name(name: str) -> str:
    """The slot that a column's name says; of "upper / lower" the lower first, since it says more."""
    for part in [*reversed(name.split(JOINT)), name]:
        bare = _bare(part)
        if bare in SYMPTOMS:
            return f"symptom:{SYMPTOMS[bare]}"
        exact = next((slot for slot, (names, _parts) in NAMES.items() if bare in names), "")
        if exact:
            return exact
    bare = _bare(name)
    return next((slot for slot, (_names, parts) in NAMES.items() if any(part in bare for part in parts)), "")


# --- what cells look like -----------------------------------------------------------------------------------


def is_day(cell: str) -> bool:
    """Whether a cell is written as a day, also where two readings fit or the year lacks."""
    day = re.sub(r"[T ]+[0-9]{1,2}:[0-9]{2}.*", "", cell)
    found = reading_of(day, Dating(year=2020))
    return found.code == VALUE_AMBIGUOUS if isinstance(found, Fault) else found is not None


def is_id_number(cell: str) -> bool:
    """A Chinese identity number whose last character proves the others (GB 11643: ISO 7064, MOD 11-2)."""
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", cell):
        return False
    weighted = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(cell[:17]))
    return "10X98765432"[weighted % 11] == cell[17].upper()


_LOOKS: dict[str, Callable[[str], bool]] = {
    "id_number": is_id_number,
    "phone": lambda cell: bool(re.fullmatch(r"(\+?86[- ]?)?1[3-9][0-9]{9}([ /、,;].*)?", cell)),
    "temperature": lambda cell: bool(re.fullmatch(r"(3[4-9]|4[0-3])\.[0-9] ?(℃|°C|度)?", cell)),
    "sex": lambda cell: plain(cell) in WORDS["sex"],
    "test_result": lambda cell: plain(cell) in WORDS["test_result"] and len(cell) > 1,
    "outcome": lambda cell: plain(cell) in WORDS["outcome"] or plain(cell) in NOTHING["outcome"],
    "classification": lambda cell: plain(cell) in WORDS["classification"],
    "address": lambda cell: (
        len(cell) > 5
        and bool(re.search(r"[路街村镇鎮乡鄉巷弄][^0-9]*[0-9]+[号號室]|(street|road|avenue)\b", plain(cell)))
    ),
}


def _by_looks(cells: Sequence[str]) -> str:
    if not cells:
        return ""
    return next((slot for slot, fits in _LOOKS.items() if _share(cells, fits) >= MOST), "")


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, cells)) / len(cells) if cells else 1.0


_FITS: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(DAYS, is_day),
    "age": lambda cell: bool(re.fullmatch(r"[0-9]{1,3} ?[岁歲]?", cell)),
    "phone": lambda cell: bool(re.match(r"\+?[0-9][0-9 -]{5,}", cell)),
    "temperature": lambda cell: bool(re.fullmatch(r"[0-9]{2}(\.[0-9])? ?(℃|°C|度)?", cell)),
    "id_number": lambda cell: bool(re.fullmatch(r"[0-9A-Za-z]{6,18}", cell)),
    "sex": _LOOKS["sex"],
    "test_result": lambda cell: plain(cell) in WORDS["test_result"] or plain(cell) in NOTHING["test_result"],
    "outcome": _LOOKS["outcome"],
    "classification": _LOOKS["classification"],
}


def _contradiction(slot: str, looks: str, cells: Sequence[str]) -> str:
    """What the cells say against the name."""
    fits = _FITS.get(slot)
    if fits is None or _share(cells, fits) >= MOST:
        return ""
    odd = next(cell for cell in cells if not fits(cell))
    return f"its cells look like {_words(looks)}" if looks else f"'{odd[:30]}' is none"


def _words(slot: str) -> str:
    return {"id_number": "an identity number", "contact_of": "whom the person met"}.get(slot, slot.replace("_", " "))


def _once_each(guesses: Sequence[Guess]) -> list[Guess]:
    """Of two columns for one slot the surer and then the first has it; the other is left with its doubt."""
    best: dict[str, Guess] = {}
    for guess in guesses:
        held = best.get(guess.slot)
        if held is None or (held.doubt and not guess.doubt):
            best[guess.slot] = guess
    return [
        guess
        if not guess.slot or best[guess.slot] is guess
        else replace(guess, slot="", doubt=f"'{best[guess.slot].column}' is taken for {_words(guess.slot)}")
        for guess in guesses
    ]
