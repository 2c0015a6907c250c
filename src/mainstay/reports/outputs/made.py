"""Every form that a report is given out in, for the command and for the page alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mainstay.platform.envelope import envelope
from mainstay.platform.sheets import XLSX
from mainstay.reports.outputs.form import form
from mainstay.reports.outputs.html_page import html_page
from mainstay.reports.outputs.pdf import pdf
from mainstay.reports.outputs.printed import Given
from mainstay.reports.outputs.workbook import workbook
from mainstay.reports.rules.situation import text


@dataclass(frozen=True, slots=True)
class Output:
    """One form: how its file ends, what it is, and how it is made; `is_text` for what can stand on a screen."""

    ending: str
    content_type: str
    make: Callable[[Given], bytes]
    is_text: bool = False


def as_json(given: Given) -> bytes:
    """`mainstay.report/1`; a frozen report that could not be computed again says so before its data."""
    report = given.report
    more = {"archived": given.archived} if given.archived else {}
    said = envelope("report", report.as_data(), as_of=report.period_date, known_at=report.known_at, **more)
    return f"{said}\n".encode()


def as_text(given: Given) -> bytes:
    """To paste into a chat."""
    archived = f"\n{given.archived}" if given.archived else ""
    return f"{text(given.report)}{archived}\n".encode()


OUTPUTS: dict[str, Output] = {
    "json": Output(".json", "application/json", as_json, is_text=True),
    "html": Output(".html", "text/html; charset=utf-8", html_page, is_text=True),
    "pdf": Output(".pdf", "application/pdf", pdf),
    "xlsx": Output(".xlsx", XLSX, workbook),
    "text": Output(".txt", "text/plain; charset=utf-8", as_text, is_text=True),
    "form": Output("-form.xlsx", XLSX, form),
}
