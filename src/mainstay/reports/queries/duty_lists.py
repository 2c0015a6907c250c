"""The duties of a day as scripts read them: totals and rows, alike from the command line and from the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mainstay.accounts.rules import Scope
from mainstay.duties.queries import DutyRow, Wanted, duty_totals, ownership
from mainstay.isolation.queries import within
from mainstay.organisations.models import Post
from mainstay.organisations.queries import HolderNames, holder_names
from mainstay.people.queries import ReadAs
from mainstay.places.models import Place
from mainstay.places.services import SCOPES
from mainstay.platform.errors import MainstayError, code
from mainstay.reports.queries.coverage import PLACE_UNKNOWN

NO_POST = code("post.unknown", "There is no post of that code.")
COUNTED = ("kind", "should", "done", "open", "overdue", "missed", "excused")


def totals_data(wanted: Wanted) -> dict[str, Any]:
    """Per kind what should have been and what became of it; what nobody answers for, what fell to headquarters."""
    headquarters = Post.objects.filter(is_headquarters=True).values_list("id", flat=True).first()
    unowned, at_headquarters = ownership(wanted, headquarters)
    totals = [{name: getattr(total, name) for name in COUNTED} for total in duty_totals(wanted)]
    return {"totals": totals, "unowned": unowned, "at_headquarters": at_headquarters}


def rows_data(rows: Sequence[DutyRow], moment: datetime, names: HolderNames | None = None) -> list[dict[str, Any]]:
    """Duties as the contract has them; `moment` is the day's end; three statements where names are not given."""
    named = names or holder_names(moment)
    return [_row(row, moment, named) for row in rows]


def _row(row: DutyRow, moment: datetime, names: HolderNames) -> dict[str, Any]:
    late = (moment - row.due_at).total_seconds() / 3600 if row.status == "overdue" else None
    return {
        "id": row.id,
        "subject": {"type": row.subject_type, "id": row.subject_id},
        "disease": row.disease,
        "edition": row.edition,
        "clause": row.clause,
        "occurrence": row.occurrence,
        "kind": row.kind,
        "status": row.status,
        "post": names.code(row.post),
        "holder": names.holder(row.answering),
        "starts_at": row.starts_at,
        "due_at": row.due_at,
        "overdue_hours": round(late, 2) if late is not None else None,
        "level": row.level,
        "evidence": row.evidence,
    }


def post_of(code: str | None) -> Any:
    """The id of the post of that code (None: none asked for); raises `post.unknown`."""
    if code is None:
        return None
    post = Post.objects.filter(code=code).first()
    if post is None:
        raise MainstayError(NO_POST, f"There is no post '{code}' here.", {"post": code, "field": "post"})
    return post.id


def place_of(code: str | None) -> tuple[str, Any] | None:
    """(scope column, id) of the place of that code (None: none asked for); raises `place.unknown`."""
    if code is None:
        return None
    place = Place.objects.filter(code=code).first()
    if place is None or place.kind not in SCOPES:
        raise MainstayError(
            PLACE_UNKNOWN, f"There is no unit, community or district '{code}' here.", {"place": code, "field": "place"}
        )
    return f"{place.kind}_id", place.id


def people_within(scope: Scope, at: datetime) -> tuple[str, list[Any]] | None:
    """A scope as `Wanted.people` has it; None for the whole city, whose posts and questions are seen too."""
    return None if scope.everywhere else within(scope, at, ReadAs())
