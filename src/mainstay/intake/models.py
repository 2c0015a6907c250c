"""What was delivered, which rows were taken, and what is held until somebody mends it."""

from __future__ import annotations

from django.db import models

from mainstay.platform.models import Appended, Fact


class Delivery(Appended):
    """One file as received: who sent it, how it was read, what became of its rows.

    Encoding and separator are empty where its format has none; of a workbook the sheet stands behind the name.
    """

    mapping = models.CharField(max_length=100)
    # The mapping as it was then: what a row meant can be asked years later, and a held row read again.
    mapping_text = models.TextField()
    source = models.CharField(max_length=100)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=40)
    separator = models.CharField(max_length=4)
    received_at = models.DateTimeField()


class Receipt(Appended):
    """What became of a delivery's rows when it had first been taken in to its end.

    One for a delivery: sent again, it is the same delivery. received = new + known + revised + conflict + rejected.
    """

    delivery_id = models.UUIDField(unique=True)
    format = models.CharField(max_length=20)
    received = models.PositiveIntegerField()
    new = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    revised = models.PositiveIntegerField()
    conflict = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    warned = models.PositiveIntegerField()
    out_of_scope = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    persons_known = models.PositiveIntegerField()
    persons_new = models.PositiveIntegerField()


class Row(Appended):
    """One row's content as it stood in a delivery: what tells new, known, revised and conflicting apart.

    `record` is the keyed digest of the row's key, `content` that of its content. `place_no` numbers the
    contents of one record: 0 the record itself, from 1 those that conflict with it.
    """

    mapping = models.CharField(max_length=100)
    record = models.UUIDField()
    content = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    place_no = models.PositiveSmallIntegerField(default=0)
    delivery_id = models.UUIDField()
    row_no = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "place_no", "version"], name="row_one_version"),
        ]


class Question(Fact):
    """Something a row left open that a person must answer: a conflict, a field or row that is held."""

    touches = (("root", "question"),)

    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=200)
    answered = models.BooleanField(default=False)


class Reject(Appended):
    """A held field or row, with its place, its reason and the way to mend it; the values are encrypted."""

    delivery_id = models.UUIDField()
    mapping = models.CharField(max_length=100)
    record = models.UUIDField()
    content = models.UUIDField()
    row_no = models.PositiveIntegerField()
    column = models.CharField(max_length=200)
    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=400)
    remedy = models.CharField(max_length=400)
    held = models.CharField(max_length=6)
    sealed_row = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["record"], name="reject_record")]


class Mended(Appended):
    """A reject's cells as they should read: what was there and what stands for it, encrypted.

    It holds for the record as long as the feed goes on sending the same bad cell.
    """

    reject_id = models.UUIDField(unique=True)
    mapping = models.CharField(max_length=100)
    record = models.UUIDField()
    sealed_cells = models.BinaryField()
