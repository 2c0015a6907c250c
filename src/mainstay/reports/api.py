"""Operations on figures: the situation report, the rows behind each figure, the indicators, the seal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from mainstay.accounts.rules import Permission, Purpose
from mainstay.platform import cursors, ledger
from mainstay.platform.envelope import envelope
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Seal
from mainstay.reports.closing import PERIOD_EMPTY, PERIOD_NOT_BEGUN, close_period
from mainstay.reports.outputs.made import as_json
from mainstay.reports.outputs.printed import Given
from mainstay.reports.pages.files import close_refused
from mainstay.reports.pages.presenters import FIELDS, sentence
from mainstay.reports.queries.frozen import given
from mainstay.reports.queries.indicators import disease_meant, follow_up_of, read_facts, seal_to_read
from mainstay.reports.queries.serial_intervals import assumed_interval
from mainstay.reports.queries.situation import FIGURE_ROWS, counted_rows
from mainstay.reports.rules.course import Settings
from mainstay.reports.rules.indicators import indicators
from mainstay.reports.rules.situation import REGISTER
from mainstay.science.inputs import InputError
from mainstay.web.api.doors import operation, today
from mainstay.web.api.problems import INVALID, refused
from mainstay.web.api.words import Asked, Day, Line, Page, Told

router = Router(tags=["figures"])
ROWS = 100
MOST = 999_999_999
Number = int | float | None


class Envelope(Told):
    """What scripts rely on: the same from the command line and from here."""

    schema_: str = Field(alias="schema")
    as_of: date
    known_at: int | None = Field(description="The number of a seal.")


class Figure(Told):
    id: str
    value: Number
    unit: str
    definition: str
    rows_url: str
    change_1d: Number
    counted_date: date | None
    source: str


class Coverage(Told):
    kind: str
    place: str | None
    should: int
    done: int
    overdue: int
    missed: int
    excused: int


class CurveDay(Told):
    date: date
    onset: int
    reported: int
    confirmed: int


class RtRow(Told):
    start_date: date
    end_date: date
    cases: Number
    status: Literal["estimate", "prior_only", "unknown"]
    mean: Number
    sd: Number
    q025: Number
    median: Number
    q975: Number
    small: bool
    incomplete: bool | None


class SeriesNote(Told):
    date: date
    place: str
    place_name: str
    kind: str
    measure: str | None
    delta: Number
    before: Number
    after: Number
    days: int
    explanation: str
    explained: bool


class Missing(Told):
    id: str
    sentence: str
    facts: dict[str, Any]


class ReportData(Told):
    number: int | None
    period_date: date
    disease: str | None
    place: str | None
    place_name: str | None
    figures: list[Figure]
    coverage: list[Coverage]
    cases: int
    case_classes: list[str]
    curve: list[CurveDay]
    off_curve: dict[str, Any]
    rt: list[RtRow] | None
    rt_basis: dict[str, Any]
    series_notes: list[SeriesNote]
    unknowns: list[Missing]


class Report(Envelope):
    """`mainstay.report/1`"""

    data: ReportData


class NowcastRow(Told):
    date: date
    reported: int
    status: str
    small: bool
    share_reported: Number
    point: Number
    low: Number
    high: Number


class AttackRate(Told):
    by: str
    name: str
    cases: int
    population: int | None
    outcome_unknown: int | None
    status: str
    small: bool
    value: Number
    low: Number
    high: Number
    lowest: Number
    highest: Number


class Unknown(Told):
    indicator: str
    reason: str


class IndicatorsData(Told):
    disease: str
    cases: int
    case_classes: list[str]
    curve: list[CurveDay]
    off_curve: dict[str, Any]
    rt: list[RtRow] | None
    rt_basis: dict[str, Any]
    nowcast: list[NowcastRow]
    nowcast_basis: dict[str, Any]
    delays: dict[str, Any]
    in_quarantine_share: Number
    in_quarantine: dict[str, Any]
    attack_rates: list[AttackRate]
    clusters: dict[str, Any]
    follow_up: dict[str, Any]
    unknowns: list[Unknown]


class IndicatorsTold(Envelope):
    """`mainstay.indicators/1`"""

    data: IndicatorsData


class ReportAsked(Asked):
    on: Day | None = Field(default=None, description="The day of the report; today where left out.")
    known_at: Annotated[int, Field(ge=1, le=MOST)] | None = Field(
        default=None, description="The number of a seal: as it was known then. The last one where left out."
    )
    disease: Annotated[Line, Field(max_length=40)] | None = None


@operation(router, "GET", "/report", Permission.SEE_FIGURES, answer=Report)
def situation_report(request: Any, asked: Query[ReportAsked]) -> HttpResponse:
    """The situation report of any day, as known at any seal.

    The same object as `mainstay report --json` prints, to the byte, in the reader's language.
    """
    return HttpResponse(as_json(_report(request, asked)).rstrip(b"\n"), content_type="application/json")


def _report(request: Any, asked: ReportAsked) -> Given:
    """As every door gives it: frozen where the facts it rests on were lawfully removed since."""
    try:
        return given(
            on=asked.on or today(request),
            known_at=asked.known_at,
            disease=asked.disease or None,
            language=request.LANGUAGE_CODE,
        )
    except MainstayError as error:
        raise refused(error.code, FIELDS[error.code], sentence(error)) from error


def _enveloped(name: str, data: Any, on: date, known_at: int | None) -> HttpResponse:
    return HttpResponse(envelope(name, data, as_of=on, known_at=known_at), content_type="application/json")


class CountedTold(Told):
    """One row that a figure counts: a published count, or a case by the fact that makes it one."""

    fact: UUID
    subject: str = Field(description="A place's code, or a person's id.")
    measure: str
    date: date | None
    stamped_date: date | None
    value: int


class CountedRows(Page[CountedTold]):
    count: int
    hidden: bool = Field(description="The rows are people, whom only those see who may see the whole city's.")
    known_at: int | None
    disease: str | None


class RowsAsked(ReportAsked):
    figure: Literal[tuple(FIGURE_ROWS)]  # type: ignore[valid-type]
    cursor: str | None = Field(default=None, description="It keeps to the seal of its first page.")


@operation(router, "GET", "/report/rows", Permission.SEE_FIGURES, answer=CountedRows)
def rows_of_a_figure(request: Any, asked: Query[RowsAsked]) -> Any:
    """The rows behind a figure of the report. Counts are open; people only to who may see those of the whole city."""
    start, known_at = cursors.opened("report rows", asked.cursor) if asked.cursor else (0, asked.known_at)
    found = _report(request, asked.model_copy(update={"known_at": known_at})).report
    rows = counted_rows(figure=asked.figure, on=found.period_date, known_at=found.known_at, disease=found.disease)
    shown = rows[start : start + ROWS]
    of_people = bool(found.figures) and found.figures[0].source == REGISTER
    people = {UUID(row.subject) for row in shown} if of_people else set()
    hidden = bool(people) and not request.rights.scope(Permission.SEE_PEOPLE).everywhere
    if people and not hidden:
        request.look("report_rows", Purpose.SUPERVISION, listed=sorted(people))
    following = start + ROWS if start + ROWS < len(rows) and not hidden else None
    return {
        "items": [] if hidden else shown,
        "next_cursor": cursors.sealed("report rows", [following, found.known_at]) if following else None,
        "count": len(rows),
        "hidden": hidden,
        "known_at": found.known_at,
        "disease": found.disease,
    }


@operation(router, "GET", "/indicators", Permission.SEE_FIGURES, answer=IndicatorsTold)
def epidemic_indicators(request: Any, asked: Query[ReportAsked]) -> HttpResponse:
    """The epidemic indicators of a day: curve, Rt, nowcast, delays, share in quarantine, attack rates, clusters.

    The same object as `mainstay indicators --json` prints without further options.
    """
    on = asked.on or today(request)
    try:
        seal = seal_to_read(asked.known_at)
    except MainstayError as error:
        raise refused(error.code, "known_at", sentence(error)) from error
    disease = _disease(asked.disease, seal)
    interval, source = assumed_interval(disease)
    days, clause = follow_up_of(disease, on, seal)
    settings = Settings(
        serial_interval=interval,
        serial_interval_source=source,
        follow_up_days=days,
        follow_up_source=clause,
    )
    try:
        found = indicators(read_facts(disease=disease, on=on, seal=seal), settings)
    except InputError as error:
        raise refused(INVALID, "on", str(error)) from error
    return _enveloped("indicators", {"disease": disease, **found.as_data()}, on, seal.no if seal else None)


def _disease(named: str | None, seal: Seal | None) -> str:
    try:
        return disease_meant(named or None, seal)
    except MainstayError as error:
        known = ", ".join(error.facts["known"]) or "–"  # type: ignore[arg-type]
        raise refused(error.code, "disease", _("Name a disease of these: %(known)s.") % {"known": known}) from error


# --- the seal ---------------------------------------------------------------------------------------------


class SealTold(Told):
    """Closes the ledger up to an entry: what `known_at` counts by, and what a backup is compared with."""

    no: int
    to_entry: int
    hash: str
    sealed_at: datetime


class LastSeal(Told):
    seal: SealTold | None = Field(description="Null while nothing was ever written.")


@operation(router, "GET", "/seals/last", Permission.SEE_FIGURES, answer=LastSeal)
def last_seal(request: Any) -> Any:
    """The last seal of the ledger."""
    return {"seal": Seal.objects.order_by("-no").first()}


@operation(router, "POST", "/seals", Permission.SEE_FIGURES, answer=LastSeal, status=201)
def take_seal(request: Any) -> Any:
    """Close the entries so far, so that a report counts them; the last seal again where nothing was written since."""
    return {"seal": ledger.seal(at=request.at)}


# --- closing a period -----------------------------------------------------------------------------------


class Closing(Asked):
    on: Day


class Frozen(Told):
    disease: str
    sha256: str = Field(description="Of the JSON as it was frozen.")
    closed_at: datetime
    by: str


class Closed(Told):
    """What stands for that day, whoever closed it."""

    on: date
    seal: int
    reports: list[Frozen]


@operation(
    router, "POST", "/report/closing", Permission.CLOSE_PERIOD, answer=Closed, takes="application/json"
)  # fmt: skip
def close_a_period(request: Any, asked: Closing) -> Any:
    """Freeze the report of a day as it stands; closed again, it stays as it was frozen first."""
    try:
        frozen = close_period(on=asked.on, by=request.by, at=request.at)
    except MainstayError as error:
        if error.code not in (PERIOD_NOT_BEGUN, PERIOD_EMPTY):
            raise
        raise refused(error.code, "on", close_refused(error)) from error
    return {"on": asked.on, "seal": frozen[0].seal_no, "reports": frozen}
