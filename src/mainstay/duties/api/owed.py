"""Operations on duties: what is owed on a day and by whom, and that it was done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from mainstay.accounts.rules import Permission, Purpose
from mainstay.cycle.explain import last_run
from mainstay.duties.by_hand import NOT_OPEN
from mainstay.duties.evidence import closing
from mainstay.duties.queries import DutyRow, Wanted, list_duties
from mainstay.duties.services import record_evidence
from mainstay.platform import cursors
from mainstay.platform.errors import code
from mainstay.platform.identity import derived_id
from mainstay.reports.queries.duty_lists import people_within, place_of, post_of, rows_data, totals_data
from mainstay.web.api.doors import operation, sent_under, today
from mainstay.web.api.problems import INVALID, Problem, not_found, refused
from mainstay.web.api.words import Asked, Day, Line, Page, Text, Told

router = Router(tags=["duties"])
ROWS = 200
OTHER_EVIDENCE = code("duty.evidence", "A duty closes with another fact than that something was done.")


class SubjectTold(Told):
    type: Literal["person", "post", "question"]
    id: UUID


class DutyTold(Told):
    """One duty as it stood at a day's end, as the contract has it."""

    id: UUID
    subject: SubjectTold
    disease: str
    edition: str
    clause: str
    occurrence: date | None
    kind: str
    status: Literal["open", "done", "overdue", "missed", "withdrawn", "excused"]
    post: str | None
    holder: str | None
    starts_at: datetime
    due_at: datetime
    overdue_hours: float | None
    level: int
    evidence: UUID | None


class KindTotal(Told):
    """`should` is the sum of the others, each duty in one; withdrawn ones stand outside."""

    kind: str
    should: int
    done: int
    open: int
    overdue: int
    missed: int
    excused: int


class Duties(Page[DutyTold]):
    totals: list[KindTotal]
    unowned: int
    at_headquarters: int


class DutiesAsked(Asked):
    on: Day | None = Field(default=None, description="The day at whose end they are shown; today where left out.")
    kind: Annotated[Line, Field(max_length=60)] | None = None
    post: Annotated[Line, Field(max_length=60)] | None = Field(default=None, description="A post's code.")
    place: Annotated[Line, Field(max_length=60)] | None = Field(
        default=None, description="The code of a unit, community or district."
    )
    status: Literal["open", "done", "overdue", "missed", "withdrawn", "excused"] | None = None
    cursor: str | None = None


@operation(router, "GET", "/duties", Permission.SEE_DUTIES, answer=Duties)
def list_of_duties(request: Any, asked: Query[DutiesAsked]) -> Any:
    """Duties as they stood at a day's end, and what became of them; needs a cycle run of that day.

    Of people within one's bounds; duties of posts and questions only for the whole city.
    """
    day = asked.on or today(request)
    wanted = Wanted(
        day=day,
        moment=last_run(day).moment_at,
        kind=asked.kind,
        post=post_of(asked.post),
        place=place_of(asked.place),
        status=asked.status,
        people=people_within(request.scope, request.moment),
    )
    after = UUID(cursors.opened("duties", asked.cursor)) if asked.cursor else None
    rows = list_duties(wanted, after=after, limit=ROWS + 1)
    shown = rows[:ROWS]
    _looked(request, shown)
    following = cursors.sealed("duties", shown[-1].id.hex) if len(rows) > ROWS else None
    return {"items": rows_data(shown, wanted.moment), "next_cursor": following, **totals_data(wanted)}


@operation(router, "GET", "/duties/{duty}", Permission.SEE_DUTIES, answer=DutyTold)
def read_duty(request: Any, duty: UUID) -> Any:
    """One duty as it stands now."""
    row = _one(request, duty)
    _looked(request, [row])
    return rows_data([row], request.moment)[0]


class Done(Asked):
    note: Annotated[Text, Field(max_length=400)] = ""
    observed: Day | None = Field(default=None, description="The day on which it was done; today where left out.")


class Recorded(Told):
    fact: UUID


@operation(
    router, "POST", "/duties/{duty}/evidence", Permission.RECORD_FACTS, answer=Recorded, status=201,
    takes="application/json", once=True,
)  # fmt: skip
def report_done(request: Any, duty: UUID, asked: Done) -> Any:
    """Say that what is owed was done; the next run of the cycle closes the duty with it.

    Only where the protocol takes that for its evidence; what asks for a check, a result or an order is closed by it.
    """
    row = _one(request, duty)
    kind = _kind_of_evidence(row)
    if row.status not in ("open", "overdue"):
        raise Problem(409, NOT_OPEN, _("This duty is not open any more; read it again."))
    day = asked.observed or today(request)
    if day > today(request):
        raise refused(INVALID, "observed", _("This day is still to come; give the day on which it was done."))
    fact = record_evidence(
        person=row.subject_id,
        kind=kind,
        observed_date=day,
        known_at=request.moment,
        disease="" if row.disease == "house" else row.disease,
        note=asked.note,
        fact_id=derived_id("evidence", str(request.account.id), duty.hex, sent_under(request)),
        by=request.by,
        at=request.at,
    )
    return {"fact": fact.root}


def _one(request: Any, duty: UUID) -> DutyRow:
    """A duty within the door's bounds as it stands now."""
    people = people_within(request.scope, request.moment)
    rows = list_duties(Wanted(day=date.max, moment=request.moment, duty=duty, people=people), limit=1)
    if not rows:
        raise not_found()
    return rows[0]


def _kind_of_evidence(row: DutyRow) -> str:
    """What the protocol calls the doing of this duty; raises `duty.evidence` where another fact closes it."""
    wanted = closing([row.edition]).get((row.edition, row.clause))
    if row.subject_type == "person" and wanted is not None and wanted.fact == "evidence" and wanted.of:
        return wanted.of[0]
    raise Problem(409, OTHER_EVIDENCE, _("This duty closes with another fact: record it under /facts."))


def _looked(request: Any, rows: list[DutyRow]) -> None:
    people = dict.fromkeys(row.subject_id for row in rows if row.subject_type == "person")
    if people:
        request.look("duties", Purpose.SUPERVISION, listed=list(people))
