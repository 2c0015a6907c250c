"""Who met whom as named, what that meant once the other turned out infected, and who was where."""

from __future__ import annotations

from django.db import models

from mainstay.people.models import Person
from mainstay.platform.models import Fact


class Contact(Fact):
    """`person` met `index`; the days are null where nobody said.

    Known with the report of the index (`known_with_index`) where the file itself gives no date. Only a first
    version can be so: its correction or retraction is known when it comes.
    """

    touches = (("person_id", "person"), ("index_id", "person"))

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    index = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    setting = models.CharField(max_length=60, blank=True)
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    known_with_index = models.BooleanField(default=False)


class Exposure(Fact):
    """What a contact means for `person` now: written and corrected as the index's facts change.

    A judge of one person reads no other person's facts, so the index's class and anchors stand here.
    An exposure as stated in a record, without a named index, has no index.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    index = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    contact_root = models.UUIDField(null=True)
    disease = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    index_class = models.CharField(max_length=20, blank=True)
    index_onset_date = models.DateField(null=True)
    index_positive_date = models.DateField(null=True)
    index_report_date = models.DateField(null=True)
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    # The latest the meeting can have been, where its own last day is unknown.
    latest_date = models.DateField(null=True)


class Presence(Fact):
    """Somebody was in an area (a place's code or a region's name) between two days."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    area = models.CharField(max_length=60)
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
