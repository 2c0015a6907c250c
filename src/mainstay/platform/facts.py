"""Making facts by hand: a new record, a corrected version of one, a retraction."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import new_id
from mainstay.platform.models import Fact

NO_FACT = code("fact.unknown", "There is no standing record by that id to correct or retract.")

DESK = "desk"
SomeFact = TypeVar("SomeFact", bound=Fact)


def new_fact(
    model: type[SomeFact],
    *,
    known_at: datetime,
    observed_date: date | None = None,
    observed_at: datetime | None = None,
    source: str = DESK,
    **columns: Any,
) -> SomeFact:
    """A first version; `id` may be given where a device made it, so that a second sending is known."""
    identity = columns.pop("id", None) or new_id()
    return model(
        id=identity,
        root=identity,
        source=source,
        observed_date=observed_date,
        observed_at=observed_at,
        became_known_at=known_at,
        **columns,
    )


def corrected(
    model: type[SomeFact], root: UUID, *, known_at: datetime, last: SomeFact | None = None, **changes: Any
) -> SomeFact:
    """The next version of a record with some columns changed; raises `fact.unknown` where there is none.

    `last`: its last version, where the caller has just read it; one written since makes the writing fail as overtaken.
    """
    last = last or model.objects.filter(root=root).order_by("-version").first()
    if last is None:
        raise MainstayError(
            NO_FACT, f"There is no {model._meta.model_name} {root} to correct; look it up again.", {"id": str(root)}
        )
    columns = {field.attname: getattr(last, field.attname) for field in model._meta.concrete_fields}
    columns.update(changes)
    del columns["entry_id"]
    columns.update(id=new_id(), version=last.version + 1, became_known_at=known_at)
    columns["retracted"] = changes.get("retracted", False)
    return model(**columns)


def retraction(model: type[SomeFact], root: UUID, *, known_at: datetime, last: SomeFact | None = None) -> SomeFact:
    """The version that says the record holds no longer."""
    return corrected(model, root, known_at=known_at, last=last, retracted=True)
