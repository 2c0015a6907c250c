"""Reads of what was delivered: what stands of each record, what is held and still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mainstay.intake.models import Delivery, Mended, Question, Receipt, Reject, Row
from mainstay.intake.rules.verdicts import Standing
from mainstay.platform import bulk

AT_ONCE = 5000


def standing(records: Iterable[UUID]) -> dict[UUID, list[Standing]]:
    """For each record the content that holds at each of its places; records never seen are left out."""
    last: dict[tuple[UUID, int], Standing] = {}
    with connection.cursor() as cursor:
        for some in bulk.chunks(records, AT_ONCE):
            where, params = bulk.in_list("record", some)
            cursor.execute(f"SELECT record, place_no, version, content FROM intake_row WHERE {where}", params)
            for record, place_no, version, content in cursor.fetchall():
                key = (_uuid(record), place_no)
                if key not in last or last[key].version < version:
                    last[key] = Standing(place_no, version, _uuid(content))
    found: dict[UUID, list[Standing]] = {}
    for (record, _place_no), place in last.items():
        found.setdefault(record, []).append(place)
    return found


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def contents_before(records: Iterable[UUID]) -> set[tuple[UUID, int, UUID]]:
    """(record, place, content) of every version so far of these records."""
    found: set[tuple[UUID, int, UUID]] = set()
    for some in bulk.chunks(records, AT_ONCE):
        found.update(Row.objects.filter(record__in=some).values_list("record", "place_no", "content"))
    return found


@dataclass(frozen=True, slots=True)
class Sum:
    """received = new + known + revised + conflict + rejected; the rest stands beside it."""

    received: int
    new: int
    known: int
    revised: int
    conflict: int
    rejected: int
    out_of_scope: int
    left_out: int
    persons: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A file as received. `sum` is None where it was never taken in to its end; `open`: how many fields are held."""

    id: UUID
    entry: int
    received_at: datetime
    who: str
    actor: UUID
    file_name: str
    mapping: str
    encoding: str
    format: str
    sum: Sum | None
    open: int


def deliveries(*, before: int | None = None, limit: int = 50) -> list[DeliveryRow]:
    """The files received, the newest first, those under a lower number of the ledger than `before`; 3 statements."""
    found = Delivery.objects.select_related("entry__actor").order_by("-entry_id", "-id")
    if before is not None:
        found = found.filter(entry_id__lt=before)
    return _delivery_rows(list(found.defer("mapping_text")[:limit]))


def delivery(identity: UUID) -> DeliveryRow | None:
    """One file received; None where there is none of this id."""
    return next(iter(_delivery_rows(list(Delivery.objects.select_related("entry__actor").filter(id=identity)))), None)


def delivery_of(file_sha256: str) -> UUID | None:
    """The newest delivery of a file with these bytes."""
    found = Delivery.objects.filter(file_sha256=file_sha256).order_by("-entry_id").values_list("id", flat=True)
    return found.first()


def _delivery_rows(found: list[Delivery]) -> list[DeliveryRow]:
    ids = [one.id for one in found]
    receipts = {one.delivery_id: one for one in Receipt.objects.filter(delivery_id__in=ids)}
    held = dict(open_of(ids).values_list("delivery_id").annotate(Count("id")))
    return [
        DeliveryRow(
            one.id,
            one.entry_id,
            one.received_at,
            one.entry.actor.name,
            one.entry.actor_id,
            one.file_name,
            one.mapping,
            one.encoding,
            receipts[one.id].format if one.id in receipts else "",
            _sum(receipts.get(one.id)),
            held.get(one.id, 0),
        )
        for one in found
    ]


def _sum(receipt: Receipt | None) -> Sum | None:
    if receipt is None:
        return None
    return Sum(
        receipt.received,
        receipt.new,
        receipt.known,
        receipt.revised,
        receipt.conflict,
        receipt.rejected,
        receipt.out_of_scope,
        receipt.left_out,
        receipt.persons_known + receipt.persons_new,
    )


def open_of(deliveries: Iterable[UUID]) -> QuerySet[Reject]:
    """What is held of these deliveries and that nobody has answered, mended or taken back."""
    asked = Question.objects.filter(root=OuterRef("id"))
    answered = asked.filter(Q(answered=True) | Q(retracted=True))
    mended = Mended.objects.filter(reject_id=OuterRef("id"))
    return Reject.objects.filter(Exists(asked), ~Exists(answered), ~Exists(mended), delivery_id__in=list(deliveries))
