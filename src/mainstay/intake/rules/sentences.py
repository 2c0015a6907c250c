"""What is said of held cells, by key: the sentences of the command line, and what they name, for other languages.

A page says the same in its reader's language: it has a translation of every key (a test holds it to that).
"""

from __future__ import annotations

from typing import NamedTuple

# (name, what stands there): a text, or several of them.
Named = tuple[tuple[str, str | tuple[str, ...]], ...]


class Said(NamedTuple):
    """Which sentences tell the reason and the remedy, and what they name. Empty keys: only the English is there."""

    reason: str = ""
    remedy: str = ""
    names: Named = ()


class Fault(NamedTuple):
    """What is wrong with one cell."""

    code: str
    reason: str
    remedy: str
    said: Said = Said()


REASONS: dict[str, str] = {
    "no_day": "'{text}' is no day.",
    "no_such_day": "There is no day '{text}'.",
    "no_time": "There is no time '{text}'.",
    "day_untrue": "{day} cannot be true here.",
    "day_to_come": "{day} lies after {received}, when it was received.",
    "two_ways": "'{text}' can be read in two ways: {ways}.",
    "several_ways": "'{text}' can be read in several ways: {ways}.",
    "no_year": "'{text}' has no year.",
    "ditto": "The cell says '{text}', as above, but nothing stands above it.",
    "holds_nul": "The cell holds a NUL.",
    "holds_break": "The cell holds a line break.",
    "holds_tab": "The cell holds a tab.",
    "holds_broken": "The cell holds a broken character.",
    "holds_control": "The cell holds a control character.",
    "uncalculated": "The cell holds a formula that was never calculated.",
    "error": "The cell holds the error {text}.",
    "digits_lost": "The spreadsheet turned a long number into {text}: its last digits are lost.",
    "too_long": "The text has {length} characters.",
    "no_number": "'{text}' is no whole number.",
    "no_tenths": "'{text}' is no number with one decimal.",
    "number_untrue": "{number} cannot be true here.",
    "unlisted": "'{text}' is not among the values known in this column.",
    "no_facility_spelling": "'{text}' is no spelling of a facility that the mapping knows.",
    "no_facility": "This instance has no facility '{text}'.",
    "no_identifier": "There is no identifier.",
    "nobody": "The row names nobody.",
    "own_contact": "The row names one person as their own contact.",
    "width": "The row has {cells} cells, the header {width}.",
    "says_nothing": "The row says nothing in '{column}'.",
}
REMEDIES: dict[str, str] = {
    "write_day": "Write it as 2015-05-20.",
    "write_real_day": "Write a day that exists, as 2015-05-20.",
    "write_time": "Write it as 2015-05-20 14:30.",
    "write_full_year": "Write the year in full, as 2015-05-20.",
    "write_right_day": "Write the day it really was.",
    "choose_day_or_order": "Write {ways}, whichever it was, or state `date_order` in the mapping.",
    "choose_day_or_serials": "Write {ways}, whichever it was, or state `serials = true` in the mapping.",
    "write_day_or_year": "Write it as 2015-05-20, or state `year` in the mapping.",
    "write_meant": "Write what is meant.",
    "write_without": "Write the value without it.",
    "save_again": "Open the workbook in a spreadsheet program, save it and send it again, or write the value.",
    "write_or_empty": "Write the value, or leave the cell empty.",
    "write_all_digits": "Write all digits again, in a cell formatted as text, and send that.",
    "shorten": "Shorten it to {longest}.",
    "write_digits": "Write it in digits.",
    "write_tenths": "Write it in digits, as 38.5.",
    "write_between": "Write a number from {low} to {high}.",
    "write_one_of": "Write one of {words}, or add it to the mapping.",
    "write_spelling": "Write one of {words}, or add the spelling to the mapping.",
    "add_facility": "Add it to the city's profile, or let the mapping create it (`create = true`).",
    "write_whom": "Write whom the row is about.",
    "write_identifier": "Write the identifier, or leave the row out.",
    "write_met": "Write whom the person met.",
    "look_for_mark": "Look for a separator, quotation mark or line break too many or too few.",
    "write_place_and_day": "Write the place and the day of the counts, or leave the row out.",
}
SHOWN_WORDS = 6
OR, AND_MORE = " or ", " and {more} more"


def fault(code: str, reason: str, remedy: str, /, **names: str | int | tuple[str, ...]) -> Fault:
    """A fault told by the keys of its two sentences, with what they name."""
    named = {name: value if isinstance(value, tuple) else str(value) for name, value in names.items()}
    words = {name: _english(name, value) for name, value in named.items()}
    said = Said(reason, remedy, tuple(named.items()))
    return Fault(code, REASONS[reason].format(**words), REMEDIES[remedy].format(**words), said)


def _english(name: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    if name != "words":
        return OR.join(value)
    text = ", ".join(f"'{word}'" for word in value[:SHOWN_WORDS])
    return text + (AND_MORE.format(more=len(value) - SHOWN_WORDS) if len(value) > SHOWN_WORDS else "")
