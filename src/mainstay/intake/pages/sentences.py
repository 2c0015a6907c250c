"""Why a cell is held and what to do, in the reader's language: a translation for every key of `rules.sentences`."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.intake.rules.sentences import SHOWN_WORDS, Said

REASONS: dict[str, Promise] = {
    "no_day": gettext_lazy("“%(text)s” is no day."),
    "no_such_day": gettext_lazy("There is no day “%(text)s”."),
    "no_time": gettext_lazy("There is no time “%(text)s”."),
    "day_untrue": gettext_lazy("%(day)s cannot be true here."),
    "day_to_come": gettext_lazy("%(day)s lies after %(received)s, when it was received."),
    "two_ways": gettext_lazy("“%(text)s” can be read in two ways: %(ways)s."),
    "several_ways": gettext_lazy("“%(text)s” can be read in several ways: %(ways)s."),
    "no_year": gettext_lazy("“%(text)s” has no year."),
    "ditto": gettext_lazy("The cell says “%(text)s”, as above, but nothing stands above it."),
    "holds_nul": gettext_lazy("The cell holds a NUL."),
    "holds_break": gettext_lazy("The cell holds a line break."),
    "holds_tab": gettext_lazy("The cell holds a tab."),
    "holds_broken": gettext_lazy("The cell holds a broken character."),
    "holds_control": gettext_lazy("The cell holds a control character."),
    "uncalculated": gettext_lazy("The cell holds a formula that was never calculated."),
    "error": gettext_lazy("The cell holds the error %(text)s."),
    "digits_lost": gettext_lazy("The spreadsheet turned a long number into %(text)s: its last digits are lost."),
    "too_long": gettext_lazy("The text has %(length)s characters."),
    "no_number": gettext_lazy("“%(text)s” is no whole number."),
    "no_tenths": gettext_lazy("“%(text)s” is no number with one decimal."),
    "number_untrue": gettext_lazy("%(number)s cannot be true here."),
    "unlisted": gettext_lazy("“%(text)s” is not among the values known in this column."),
    "no_facility_spelling": gettext_lazy("“%(text)s” is no spelling of a facility that the mapping knows."),
    "no_facility": gettext_lazy("This instance has no facility “%(text)s”."),
    "no_identifier": gettext_lazy("There is no identifier."),
    "nobody": gettext_lazy("The row names nobody."),
    "own_contact": gettext_lazy("The row names one person as their own contact."),
    "width": gettext_lazy("The row has %(cells)s cells, the header %(width)s."),
    "says_nothing": gettext_lazy("The row says nothing in “%(column)s”."),
}
REMEDIES: dict[str, Promise] = {
    "write_day": gettext_lazy("Write it as 2015-05-20."),
    "write_real_day": gettext_lazy("Write a day that exists, as 2015-05-20."),
    "write_time": gettext_lazy("Write it as 2015-05-20 14:30."),
    "write_full_year": gettext_lazy("Write the year in full, as 2015-05-20."),
    "write_right_day": gettext_lazy("Write the day it really was."),
    "choose_day_or_order": gettext_lazy("Write %(ways)s, whichever it was, or state `date_order` in the mapping."),
    "choose_day_or_serials": gettext_lazy(
        "Write %(ways)s, whichever it was, or state `serials = true` in the mapping."
    ),
    "write_day_or_year": gettext_lazy("Write it as 2015-05-20, or state `year` in the mapping."),
    "write_meant": gettext_lazy("Write what is meant."),
    "write_without": gettext_lazy("Write the value without it."),
    "save_again": gettext_lazy(
        "Open the workbook in a spreadsheet program, save it and send it again, or write the value."
    ),
    "write_or_empty": gettext_lazy("Write the value, or leave the cell empty."),
    "write_all_digits": gettext_lazy("Write all digits again, in a cell formatted as text, and send that."),
    "shorten": gettext_lazy("Shorten it to %(longest)s."),
    "write_digits": gettext_lazy("Write it in digits."),
    "write_tenths": gettext_lazy("Write it in digits, as 38.5."),
    "write_between": gettext_lazy("Write a number from %(low)s to %(high)s."),
    "write_one_of": gettext_lazy("Write one of %(words)s, or add it to the mapping."),
    "write_spelling": gettext_lazy("Write one of %(words)s, or add the spelling to the mapping."),
    "add_facility": gettext_lazy("Add it to the city's profile, or let the mapping create it (`create = true`)."),
    "write_whom": gettext_lazy("Write whom the row is about."),
    "write_identifier": gettext_lazy("Write the identifier, or leave the row out."),
    "write_met": gettext_lazy("Write whom the person met."),
    "look_for_mark": gettext_lazy("Look for a separator, quotation mark or line break too many or too few."),
    "write_place_and_day": gettext_lazy("Write the place and the day of the counts, or leave the row out."),
}


def reason(said: Said) -> str:
    """Why it is held; nothing where that was kept without its key."""
    return _filled(REASONS, said.reason, said)


def remedy(said: Said) -> str:
    """What to do."""
    return _filled(REMEDIES, said.remedy, said)


def _filled(sentences: Mapping[str, Promise], key: str, said: Said) -> str:
    if key not in sentences:
        return ""
    return str(sentences[key]) % {name: _named(value) for name, value in said.names}


def _named(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    some = _(", ").join(value[:SHOWN_WORDS])
    if len(value) > SHOWN_WORDS:
        return _("%(some)s and %(number)s more") % {"some": some, "number": len(value) - SHOWN_WORDS}
    return some
