"""What files and their columns are called on the pages, in the reader's language."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from mainstay.cycle.held import RejectLine
from mainstay.intake.pages import sentences
from mainstay.intake.pages.reading import SYMPTOM
from mainstay.platform.errors import MainstayError

SLOTS = {
    "": gettext_lazy("Leave out"),
    "id_number": gettext_lazy("Identity number"),
    "case_number": gettext_lazy("Number of the case"),
    "serial": gettext_lazy("Number in this list"),
    "name": pgettext_lazy("of a person", "Name"),
    "phone": gettext_lazy("Telephone"),
    "sex": gettext_lazy("Sex"),
    "birth_date": gettext_lazy("Day of birth"),
    "age": gettext_lazy("Age"),
    "onset": gettext_lazy("Onset"),
    "report_date": gettext_lazy("Day of report"),
    "test_date": gettext_lazy("Day of the test"),
    "test_result": gettext_lazy("Test result"),
    "outcome_date": gettext_lazy("Day of the outcome"),
    "outcome": gettext_lazy("Outcome"),
    "classification": gettext_lazy("Classification"),
    "temperature": gettext_lazy("Temperature"),
    "contact_of": gettext_lazy("Whom they met"),
    "symptoms": gettext_lazy("Symptoms in words"),
    "exposure": gettext_lazy("Exposure in words"),
    "address": gettext_lazy("Address"),
    "symptom:fever": gettext_lazy("Symptom: fever"),
    "symptom:cough": gettext_lazy("Symptom: cough"),
    "symptom:shortness_of_breath": gettext_lazy("Symptom: shortness of breath"),
    "symptom:rash": gettext_lazy("Symptom: rash"),
    "symptom:headache": gettext_lazy("Symptom: headache"),
    "symptom:diarrhoea": gettext_lazy("Symptom: diarrhoea"),
    "symptom:vomiting": gettext_lazy("Symptom: vomiting"),
    "symptom:weakness": gettext_lazy("Symptom: weakness"),
    "symptom:muscle_pain": gettext_lazy("Symptom: muscle pain"),
    "symptom:abdominal_pain": gettext_lazy("Symptom: abdominal pain"),
}

MEANINGS = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "male": gettext_lazy("male"),
    "female": gettext_lazy("female"),
    "positive": gettext_lazy("positive"),
    "negative": gettext_lazy("negative"),
    "inconclusive": gettext_lazy("inconclusive"),
    "died": gettext_lazy("died"),
    "recovered": gettext_lazy("recovered"),
    "discharged": gettext_lazy("discharged"),
    "confirmed": gettext_lazy("confirmed"),
    "suspected": gettext_lazy("suspected"),
    "probable": gettext_lazy("probable"),
    "clinical": gettext_lazy("clinically diagnosed"),
    "asymptomatic": gettext_lazy("infected without symptoms"),
    "discarded": gettext_lazy("ruled out"),
}

# What the rows left out are.
KINDS = {
    "title": gettext_lazy("title"),
    "header": gettext_lazy("header again"),
    "section": gettext_lazy("heading"),
    "total": gettext_lazy("sum"),
    "remark": gettext_lazy("remark"),
}
# What a mapping reads a column as.
TYPES = {
    "text": gettext_lazy("text"),
    "choice": gettext_lazy("one of some words"),
    "integer": gettext_lazy("a number"),
    "tenths": gettext_lazy("a number"),
    "count": gettext_lazy("a count"),
    "date": gettext_lazy("a day"),
    "time": gettext_lazy("a time"),
    "facility": gettext_lazy("a facility"),
}

# What the guesses say of a column (`guess_columns`), with what they name.
_GUESSES = (
    (r"a symptom's name heads it", gettext_lazy("a symptom's name heads it")),
    (r"its name says (?P<slot>.+)", gettext_lazy("its name says: %(slot)s")),
    (r"its cells look like (?P<slot>.+)", gettext_lazy("its cells look like: %(slot)s")),
    (r"its cells are days", gettext_lazy("its cells are days")),
    (r"neither its name nor its cells say what it is", gettext_lazy("neither its name nor its cells say what it is")),
    (r"you said so", gettext_lazy("you said so")),
    (r"its cells are not yes and no", gettext_lazy("its cells are not yes and no")),
    (r"its name says nothing of it", gettext_lazy("its name says nothing of it")),
    (r"nothing says which day", gettext_lazy("nothing says which day")),
    (r"'(?P<cell>.+)' is none", gettext_lazy("“%(cell)s” is none")),
    (r"'(?P<cell>.+)' is taken for (?P<slot>.+)", gettext_lazy("“%(cell)s” is taken for: %(slot)s")),
)
_WRITTEN = {"an identity number": "id_number", "whom the person met": "contact_of"}

# What a reading notes of the table (`Source.notes`), with what it names; of other sheets it says so in English.
_NOTES = (
    (
        r"The header has two rows; a column is called by both, as 'upper / lower'\.",
        gettext_lazy("The header has two rows; a column is called by both, as “upper / lower”."),
    ),
    (
        r"Merged cells count for every row and column they cover: (?P<number>\d+), from rows (?P<rows>.+)\.",
        gettext_lazy("Merged cells count for every row and column they cover: %(number)s, from rows %(rows)s."),
    ),
    (
        r"(?P<number>\d+) cells? saying 'as above' took what the row above says, in rows (?P<rows>.+)\.",
        gettext_lazy("Cells saying “as above” that took what the row above says: %(number)s, in rows %(rows)s."),
    ),
    (
        r"Left out, because they state nothing of anybody: (?P<number>\d+) rows?, listed one by one\.",
        gettext_lazy("Rows left out because they state nothing of anybody: %(number)s."),
    ),
)

# What is held, as a question, by its code; the reason beneath names the cell.
HELD = {
    "value.date": gettext_lazy("Which day?"),
    "value.ambiguous": gettext_lazy("Which of two days?"),
    "value.year": gettext_lazy("Which year?"),
    "value.future": gettext_lazy("A day still to come"),
    "value.digits": gettext_lazy("Digits lost"),
    "value.error": gettext_lazy("A spreadsheet's error"),
    "value.ditto": gettext_lazy("As above, but what?"),
    "value.unlisted": gettext_lazy("What does it mean?"),
    "value.number": gettext_lazy("Which number?"),
    "value.control": gettext_lazy("A broken character"),
    "value.long": gettext_lazy("Too long"),
    "value.facility": gettext_lazy("Which facility?"),
    "row.width": gettext_lazy("Cells too many or too few"),
    "row.nobody": gettext_lazy("Who is it?"),
    "row.nowhere": gettext_lazy("Which place and day?"),
    "person.missing": gettext_lazy("Number missing"),
    "person.same": gettext_lazy("Their own contact?"),
    "check.failed": gettext_lazy("Two that contradict each other"),
}
# What to do about what is held, for readers of another language than that of the exact reason.
REMEDIES = {
    "value.date": gettext_lazy("This is no day. Write it like 2020-02-14."),
    "value.ambiguous": gettext_lazy("The day can be read in two ways. Write it like 2020-02-14."),
    "value.year": gettext_lazy("The day has no year. Write it like 2020-02-14."),
    "value.future": gettext_lazy("The day lies after the file was received. Write the right one."),
    "value.digits": gettext_lazy("The spreadsheet has cut off the last digits. Write all of them."),
    "value.error": gettext_lazy("The cell holds a spreadsheet's error. Write the value."),
    "value.ditto": gettext_lazy("The cell says as above, but nothing stands above it. Write what is meant."),
    "value.unlisted": gettext_lazy("This word is not known in this column. Write one that is."),
    "value.number": gettext_lazy("This is no number that can be true. Write it in digits."),
    "value.control": gettext_lazy("The cell holds a broken character. Write the value without it."),
    "value.long": gettext_lazy("The text is too long. Shorten it."),
    "value.facility": gettext_lazy("This facility is not known here. Write the code of one that is."),
    "row.width": gettext_lazy(
        "The row has more or fewer cells than the heading. Write it anew, parted as in the file."
    ),
    "row.nobody": gettext_lazy("Nobody in this row can be identified. Write the number, telephone or name."),
    "row.nowhere": gettext_lazy("The row names no place or no day. Write both."),
    "person.missing": gettext_lazy("The number that tells people apart is missing. Write it."),
    "person.same": gettext_lazy("The row names somebody as their own contact. Write whom they met."),
    "check.failed": gettext_lazy("Two cells cannot both be right. Write the right ones."),
}
# What to do about a file that cannot be used, by its code.
REFUSED = {
    "file.unreadable": gettext_lazy(
        "The file cannot be opened: it is damaged or cut off. Ask the sender for it again."
    ),
    "file.empty": gettext_lazy("The file holds nothing. Ask the sender for it again."),
    "file.binary": gettext_lazy("This is no table. Save the table as a workbook or as CSV and send that."),
    "file.encoding": gettext_lazy("Its letters cannot be read. Save it as UTF-8 and send that."),
    "file.line": gettext_lazy("A line never ends. Export the table again."),
    "file.columns": gettext_lazy(
        "Its columns are not those of this mapping. Choose another, or let the columns be guessed."
    ),
    "file.too_large": gettext_lazy("Unpacked, it is larger than is taken in at once. Send it in parts."),
    "file.password": gettext_lazy("It is locked by a password. Save it without one and send that."),
    "file.sheet": gettext_lazy("Several sheets could be meant, or none is called so. Name the one to read."),
    "mapping.bad": gettext_lazy("The columns cannot be read in this way. Change what they are taken for."),
    "mapping.name": gettext_lazy("Give the list another name: small letters, digits and hyphens, not yet in use."),
    "lease.busy": gettext_lazy(
        "Another file is being taken in. Wait a minute, then press again: nothing is taken twice."
    ),
}
FIELDS = {"file.sheet": "sheet", "file.columns": "mapping", "mapping.name": "name"}


def slot(key: str) -> str:
    return str(SLOTS.get(key, key.removeprefix(SYMPTOM)))


def guess(text: str) -> str:
    """A guess's reason or doubt, as `guess_columns` writes it."""
    for pattern, sentence in _GUESSES:
        found = re.fullmatch(pattern, text)
        if found:
            words = found.groupdict()
            if "slot" in words:
                said = words["slot"]
                words["slot"] = slot(_WRITTEN.get(said, said.replace(" ", "_")))
            return str(sentence) % words
    return text


def note(text: str) -> tuple[str, str]:
    """(a note on the table in the reader's language, "en" where it is only there in English)."""
    for pattern, sentence in _NOTES:
        if found := re.fullmatch(pattern, text):
            words = {name: said.replace(" and more", "…") for name, said in found.groupdict().items()}
            return str(sentence) % words, ""
    return text, "en"


def refused(error: MainstayError) -> tuple[str, str]:
    """What to do, and what exactly was found: without the folder in which the file lies for the moment."""
    path = error.facts.get("file")
    exact = error.sentence.replace(str(path), Path(str(path)).name) if path else error.sentence
    sentence = REFUSED.get(error.code)
    return (str(sentence), exact) if sentence else (exact, "")


def held(code: str) -> str:
    """What is held, as a question."""
    return str(HELD.get(code, _("What should stand there?")))


def told(line: RejectLine) -> tuple[str, str]:
    """(why it is held and what to do, in the reader's language; the exact English beneath, where that is all there is).

    What a mapping's own check says is said as the mapping does, in whatever language it was written.
    """
    exact = f"{line.reason} {line.remedy}"
    if (get_language() or "en").startswith("en"):
        return exact, ""
    reason = sentences.reason(line.said) or str(HELD.get(line.code, ""))
    remedy = sentences.remedy(line.said) or str(REMEDIES.get(line.code, ""))
    if line.said.reason:
        return f"{reason}{remedy}", ""
    return (remedy, exact) if remedy else (exact, "")
