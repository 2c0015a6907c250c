"""What somebody is called and how they are reached, written anew."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from mainstay.accounts.rules import Permission
from mainstay.cycle.now import judge_now
from mainstay.people import services
from mainstay.people.api.people import within_reach
from mainstay.people.queries import ReadAs
from mainstay.reports.queries.sheet import PARTICULARS
from mainstay.web.api.doors import operation
from mainstay.web.api.problems import INVALID, Problem
from mainstay.web.api.words import Asked, Line, Told

router = Router(tags=["people"])
Particular = Annotated[Line, Field(min_length=1, max_length=services.LONGEST_PARTICULAR)]


class ParticularsAsked(Asked):
    """What is named is written; what is left out, or null, stays as it is."""

    name: Particular | None = None
    phone: Particular | None = None
    address: Particular | None = Field(default=None, description="In free words, as it was told.")


class ParticularsTold(Told):
    id: UUID = Field(description="Whom this person is read as.")
    written: list[str] = Field(description="What was new; the rest stood so already.")


@operation(
    router, "POST", "/people/{person}/particulars", Permission.RECORD_FACTS, answer=ParticularsTold,
    takes="application/json", once=True,
)  # fmt: skip
def write_particulars_anew(request: Any, person: UUID, asked: ParticularsAsked) -> Any:
    """Write somebody's name, telephone or address; what was written before is kept, and no longer shown first."""
    read = within_reach(request, person, ReadAs())
    values = {name: value for name in PARTICULARS if (value := getattr(asked, name)) is not None}
    if not values:
        raise Problem(422, INVALID, _("Name at least one of: name, phone, address."))
    with transaction.atomic():
        written = [
            name
            for name, value in values.items()
            if services.call_anew(person=read, scheme=name, value=value, by=request.by, at=request.at)
        ]
    if written:
        judge_now(people=[read], by=request.by, at=request.at)
    return {"id": read, "written": written}
