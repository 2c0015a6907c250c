"""The report as a workbook: numbers as numbers, days as days, an empty cell for what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from mainstay.platform.sheets import Book
from mainstay.reports.outputs.printed import COVERAGE, Given, coverage_numbers, head, kind_in, title, where
from mainstay.reports.rules import headings as say
from mainstay.reports.rules import words
from mainstay.reports.rules.situation import Situation, note_words

# To each figure its machine's name stands beside it, so that a program finds it in any language.
STYLES = {"value": {"bold": True, "num_format": "#,##0.##", "valign": "top"}, "top": {"valign": "top"}}


def workbook(given: Given) -> bytes:
    """Sheets figures, coverage, curve, Rt, series notes, unknowns. The same report gives the same cells."""
    report, language = given.report, given.report.language
    book = Book(STYLES, made_at=given.seal.sealed_at if given.seal else None)
    names = {key: said[language] for key, said in say.SHEETS.items()}
    _figures(book, given, names["figures"])
    _coverage(book, report, names["coverage"])
    _listed(book, names["curve"], _curve(report))
    _listed(book, names["rt"], _rt(report))
    _notes(book, report, names["notes"])
    book.sheet(names["unknowns"], (26, 90))
    book.row([say.MARK[language], say.SENTENCE[language]], "head")
    for missing in report.unknowns:
        book.row([missing.id, missing.sentence], "note")
    return book.content()


def _figures(book: Book, given: Given, name: str) -> None:
    report, language = given.report, given.report.language
    book.sheet(name, (30, 14, 14, 10, 16, 16, 60, 30), landscape=True)
    book.row([title(report)], "title")
    book.row([where(report)])
    for label, said in head(given):
        book.row([label, said])
    if given.seal:
        book.row([say.HASH[language], given.seal.hash])
    if given.archived:
        book.row([given.archived])
    book.skip()
    columns = (say.FIGURE, say.NUMBER, say.CHANGE, say.UNIT, say.COUNTED_DATE, say.SOURCE, say.DEFINITION, say.MARK)
    book.row([one[language] for one in columns], "head")
    for figure in report.figures:
        book.row(
            [
                words.FIGURES[figure.id][language],
                figure.value,
                figure.change_1d,
                say.UNITS[figure.unit][language],
                figure.counted_date,
                say.SOURCES[figure.source][language],
                figure.definition,
                figure.id,
            ],
            "top",
        )


def _coverage(book: Book, report: Situation, name: str) -> None:
    language = report.language
    book.sheet(name, (34, 16, *([11] * len(COVERAGE)), 24), landscape=True)
    columns = [say.DUTY, say.WHICH_PLACE, *(say.COVERAGE_COLUMNS[one] for one in COVERAGE), say.MARK]
    book.row([one[language] for one in columns], "head")
    for line in report.coverage:
        place = line.place or say.WHOLE_CITY[language]
        book.row([kind_in(language, line.kind), place, *coverage_numbers(line), line.kind])


def _curve(report: Situation) -> Iterator[list[Any]]:
    language = report.language
    names = ("onset", "expected", "reported", "confirmed")
    yield [say.DAY[language], *(say.CURVE_COLUMNS[name][language] for name in names)]
    expected = {row["date"]: row["point"] for row in report.course.nowcast_rows()}
    for row in report.course.curve_rows():
        # Of a day on which all is taken to be reported nothing more is expected.
        seen = expected.get(row["date"], row["onset"])
        yield [
            date.fromisoformat(row["date"]),
            row["onset"],
            None if seen is None else round(seen, 1),
            row["reported"],
            row["confirmed"],
        ]


def _rt(report: Situation) -> Iterator[list[Any]]:
    language = report.language
    yield [said[language] for said in say.RT_COLUMNS.values()]
    for row in report.course.rt_rows() or []:
        days = [date.fromisoformat(row[name]) for name in ("start_date", "end_date")]
        numbers = [row[name] for name in ("cases", "mean", "q025", "median", "q975")]
        yield [*days, *numbers, say.STATUS[row["status"]][language]]


def _listed(book: Book, name: str, rows: Iterator[list[Any]]) -> None:
    book.sheet(name, (13,) * 8)
    book.row(next(rows), "head")
    for row in rows:
        book.row(row)


def _notes(book: Book, report: Situation, name: str) -> None:
    language = report.language
    book.sheet(name, (13, 16, 12, 14, 11, 40, 60), landscape=True)
    columns = (say.DAY, say.WHICH_PLACE, say.COUNT, say.KIND, say.DELTA, say.FOUND, say.KNOWN_OF_IT)
    book.row([one[language] for one in columns], "head")
    for finding in report.series_notes:
        book.row(
            [
                finding.date,
                report.place_names.get(finding.place, finding.place),
                words.MEASURES[finding.measure][language],
                finding.kind,
                finding.delta,
                note_words(finding, language),
                finding.explanation or words.NOT_EXPLAINED[language],
            ],
            "note",
        )
