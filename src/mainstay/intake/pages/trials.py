"""Words and plain values for the pages of a file on its way in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mainstay.intake import kept
from mainstay.intake import mapping as mappings
from mainstay.intake.pages import reading, said
from mainstay.intake.pages.reading import Trial
from mainstay.intake.rules.cells import VALUE_DIGITS, VALUE_ERROR, VALUE_UNLISTED
from mainstay.intake.rules.days import VALUE_AMBIGUOUS, VALUE_YEAR
from mainstay.intake.rules.guess_words import DISEASES
from mainstay.people.pages import words
from mainstay.web import wording

LEFT_OUT_SHOWN = 6
DAMAGED_SHOWN = 6


def new_page(errors: dict[str, str], exact: str, given: Mapping[str, str]) -> dict[str, Any]:
    return {
        "errors": errors,
        "exact": exact,
        "given": given,
        "mappings": mapping_options(),
        "trail": _trail(_("A new file")),
    }


def unread_page(name: str, errors: dict[str, str], exact: str, given: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "errors": errors,
        "exact": exact,
        "given": given,
        "mappings": mapping_options(),
        "trail": _trail(name),
    }


def _trail(last: str) -> list[dict[str, str]]:
    from django.urls import reverse

    return [{"name": _("Files received"), "href": reverse("files")}, {"name": last, "href": ""}]


def mapping_options() -> list[tuple[str, str]]:
    """How a file may be read: found by its columns, guessed, or by a mapping of this name."""
    mine = [one.name for one in kept.kept()]
    return [
        ("", _("The one kept for these columns, else guess")),
        (reading.GUESS, _("Guess the columns anew")),
        *((name, _("Kept here: %(name)s") % {"name": name}) for name in mine),
        *((name, _("Shipped: %(name)s") % {"name": name}) for name in mappings.shipped()),
    ]


def check_page(trial: Trial, errors: dict[str, str], given: Mapping[str, str], at: datetime) -> dict[str, Any]:
    done = trial.done
    errors = dict(errors)
    if trial.guessed and trial.mapping is None:
        errors |= _nobody_or_twice(trial)
    columns = [one | {"error": errors.get(f"slot-{one['key']}", "")} for one in _columns(trial)]
    doubtful = sum(column["doubtful"] for column in columns)
    return {
        "file": trial.source.path.name,
        "form": form_of(trial.source.format, trial.source.encoding, trial.source.sheet),
        "trail": _trail(trial.source.path.name),
        "errors": errors,
        "guessed": trial.guessed,
        "mapping": trial.mapping.name if trial.mapping else "",
        "similar": trial.similar,
        "columns": columns,
        "sure": len(columns) - doubtful,
        "doubtful": doubtful,
        "rows": _rows(trial),
        "count": done.rows["received"] if done else 0,
        "sum": sum_of(done.rows) if done else None,
        "persons": done.persons["known"] + done.persons["new"] if done else 0,
        "held": len(done.rejects) if done else 0,
        "questions": _questions(trial, given, at) if trial.guessed else [],
        "left_out": [
            {"row": row, "kind": str(said.KINDS.get(kind, kind)), "text": text}
            for row, kind, text, _reason in (done.skipped[:LEFT_OUT_SHOWN] if done else ())
        ],
        "notes": [said.note(one) for one in done.notes] if done else [],
        "too_long": trial.too_long,
        "at_once": reading.AT_ONCE,
        "diseases": _diseases(trial),
        "disease": trial.mapping.disease if trial.mapping else trial.choices.answers.disease,
        "name": trial.choices.name,
        "keep": trial.choices.keep,
        "sheet": trial.choices.sheet,
        "asked": trial.choices.mapping,
    }


def _nobody_or_twice(trial: Trial) -> dict[str, str]:
    header = trial.source.header
    if trial.twice:
        sentence = _("Another column is taken for this already; leave one of them out.")
        return {f"slot-{header.index(column)}": sentence for column in trial.twice}
    first = next((at for at, name in enumerate(header) if name), 0)
    return {f"slot-{first}": _("No column says who somebody is. Choose one: a number, a telephone or a name.")}


def _diseases(trial: Trial) -> list[tuple[str, str]]:
    names = list(DISEASES)
    current = trial.choices.answers.disease
    if current and current not in names:
        names.append(current)
    return [("", _("Choose")), *((name, words.word(name)) for name in names)]


def form_of(kind: str, encoding: str, sheet: str = "") -> str:
    """Format, encoding and sheet, as far as the file has them."""
    return _(", ").join(filter(None, [kind, encoding, sheet]))


def sum_of(rows: Mapping[str, int]) -> dict[str, Any]:
    """received = new + known + revised + conflict + rejected, each with its word."""
    words = [
        ("new", ngettext("new", "new", rows["new"]), "done"),
        ("known", _("known already"), "done"),
        ("revised", _("changed"), ""),
        ("conflict", _("disagree"), "decide" if rows["conflict"] else ""),
        ("rejected", _("held whole"), "decide" if rows["rejected"] else ""),
    ]
    return {
        "total": {"number": rows["received"], "word": _("rows in the file"), "href": ""},
        "terms": [{"number": rows[key], "word": word, "state": state, "href": ""} for key, word, state in words],
    }


def _columns(trial: Trial) -> list[dict[str, Any]]:
    """Each column that has a name: what it becomes, why, and whether that is in doubt."""
    header = trial.source.header
    held = Counter(column for line in (trial.done.rejects if trial.done else ()) for column, _value in line.cells)
    if not trial.guessed:
        assert trial.mapping is not None
        read = {column.name: column.type for column in trial.mapping.columns}
        return [
            {
                "key": str(at),
                "name": name,
                "becomes": str(said.TYPES.get(read[name], read[name])) if name in read else _("left out"),
                "why": trial.mapping.ignored.get(name, "") if name not in read else "",
                "doubtful": bool(held[name]),
                "held": held[name],
            }
            for at, name in enumerate(header)
            if name
        ]
    options = [(key, str(word)) for key, word in said.SLOTS.items()]
    return [
        {
            "key": str(header.index(guess.column)),
            "name": guess.column,
            "slot": guess.slot,
            "options": options,
            "why": said.guess(guess.reason),
            "doubt": said.guess(guess.doubt) if guess.doubt else "",
            "doubtful": bool(guess.doubt or held[guess.column] or guess.column in trial.twice),
            "held": held[guess.column],
        }
        for guess in trial.guesses
    ]


def _rows(trial: Trial) -> list[dict[str, Any]]:
    """The first rows as they stand in the file, cells that are held marked."""
    held = {(line.row, column) for line in (trial.done.rejects if trial.done else ()) for column, _value in line.cells}
    header = trial.source.header
    return [
        {
            "number": number,
            "whole": (number, "") in held or len(cells) != len(header),
            "cells": [
                {"text": cells[at] if at < len(cells) else "", "held": (number, name) in held}
                for at, name in enumerate(header)
                if name
            ],
        }
        for number, cells in trial.rows[: reading.ROWS_SHOWN]
    ]


# --- at most three questions --------------------------------------------------------------------------


def _questions(trial: Trial, given: Mapping[str, str], at: datetime) -> list[dict[str, Any]]:
    found = [_on_days(trial, given, at), _on_damage(trial), _on_values(trial)]
    return [{"number": number} | one for number, one in enumerate(filter(None, found), 1)]


def _lines(trial: Trial, *codes: str) -> list[Any]:
    return [line for line in (trial.done.rejects if trial.done else ()) if line.code in codes]


def _on_days(trial: Trial, given: Mapping[str, str], at: datetime) -> dict[str, Any] | None:
    answers = trial.choices.answers
    cell, days = reading.readings(trial)
    ambiguous, yearless = _lines(trial, VALUE_AMBIGUOUS), _lines(trial, VALUE_YEAR)
    year = given.get("year", "")
    if not (ambiguous or yearless or answers.date_order or year):
        return None
    return {
        "kind": "days",
        "cell": cell,
        "orders": [
            {
                "value": order,
                "day": wording.day(date.fromisoformat(day), at.date()),
                "chosen": answers.date_order == order,
            }
            for order, day in days.items()
        ]
        if ambiguous or answers.date_order
        else [],
        "ask": not answers.date_order and given.get("date_order") == "row",
        "year": year,
        "year_asked": bool(yearless or year),
        "year_error": _("Write the year with four digits, like 2031.") if year and answers.year is None else "",
        "count": len(ambiguous) + len(yearless),
    }


def _on_damage(trial: Trial) -> dict[str, Any] | None:
    lines = _lines(trial, VALUE_DIGITS, VALUE_ERROR)
    if not lines:
        return None
    return {
        "kind": "damage",
        "count": len(lines),
        "cells": [{"row": line.row, "column": line.column, "value": line.value} for line in lines[:DAMAGED_SHOWN]],
        "more": max(0, len(lines) - DAMAGED_SHOWN),
    }


def _on_values(trial: Trial) -> dict[str, Any] | None:
    slots = {guess.column: guess.slot for guess in trial.guesses}
    header = trial.source.header
    answered = {
        (column, cell): means or reading.NOT_KNOWN
        for column, cells in trial.choices.answers.values.items()
        for cell, means in cells.items()
    }
    open_ones = Counter((line.column, line.value) for line in _lines(trial, VALUE_UNLISTED))
    cells = _counted(trial, answered) | open_ones
    if not cells:
        return None
    lines = [
        {
            "number": number,
            "at": header.index(column),
            "column": column,
            "cell": cell,
            "count": count,
            "means": answered.get((column, cell), ""),
            "options": [
                ("", _("Choose")),
                *((word, str(said.MEANINGS[word])) for word in reading.meanings(slots.get(column, ""))),
                (reading.NOT_KNOWN, _("not known")),
            ],
        }
        for number, ((column, cell), count) in enumerate(cells.most_common(reading.MOST_VALUES))
    ]
    return {"kind": "values", "lines": lines, "more": max(0, len(cells) - reading.MOST_VALUES)}


def _counted(trial: Trial, answered: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How often cells stand among the rows looked at of which somebody said what they mean."""
    header = trial.source.header
    return Counter(
        {
            (column, cell): max(1, sum(row[header.index(column)].strip() == cell for _no, row in trial.rows))
            for column, cell in answered
        }
    )
