"""What was delivered, which rows were taken, and what is held until somebody mends it."""

from __future__ import annotations

from django.db import models

from mainstay.platform.models import Appended, Fact


class Delivery(Appended):
    """One file as received: who sent it, how it was read, what became of its rows."""

    mapping = models.CharField(max_length=100)
    source = models.CharField(max_length=100)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=40)
    separator = models.CharField(max_length=4)
    received_at = models.DateTimeField()


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

    touches = (("id", "question"),)

    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=200)
    answered = models.BooleanField(default=False)


class Reject(Appended):
    """A held field or row, with its place, its reason and the way to mend it; the values are encrypted."""

    delivery_id = models.UUIDField()
    mapping = models.CharField(max_length=100)
    record = models.UUIDField(null=True)
    row_no = models.PositiveIntegerField()
    column = models.CharField(max_length=200)
    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=400)
    remedy = models.CharField(max_length=400)
    held = models.CharField(max_length=6)
    sealed_row = models.BinaryField()


class Mended(Appended):
    """A reject that was mended and sent again."""

    reject_id = models.UUIDField(unique=True)
    delivery_id = models.UUIDField()
