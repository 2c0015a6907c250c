"""Duties: what was opened and what became of it are appended; the state beside them can be rebuilt."""

from __future__ import annotations

from django.db import models

from mainstay.organisations.models import Post
from mainstay.people.models import Person
from mainstay.places.models import Scoped
from mainstay.platform.models import Actor, Appended, Fact


class Edition(Appended):
    """The text of a protocol edition as it was when put into force, and from which day it rules.

    `from_date` is the city's day; a later row for the same edition supersedes an earlier one, and a
    row with `withdrawn` ends it.
    """

    name = models.CharField(max_length=100)
    from_date = models.DateField()
    withdrawn = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    origin = models.CharField(max_length=200)


class Evidence(Fact):
    """That something owed to a person was done: an investigation, a list of contacts, a report."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=60)
    note = models.CharField(max_length=400, blank=True)


class Excuse(Fact):
    """That a duty need not be done, and why; taken back by a retraction. One record a duty."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    duty_id = models.UUIDField()
    reason = models.CharField(max_length=200)


class HandOver(Fact):
    """That another post is accountable for a duty than the protocol names, until the duty ends. One record a duty."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    duty_id = models.UUIDField()
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)


class Duty(Appended):
    """A duty as it was opened; its id is derived from subject, disease, clause, episode and occurrence."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    disease = models.CharField(max_length=40)
    edition = models.CharField(max_length=100)
    clause = models.CharField(max_length=100)
    episode = models.CharField(max_length=64)
    occurrence = models.DateField(null=True)
    kind = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    opened_on = models.DateField()


class DutyEvent(Appended):
    """What became of a duty: the whole state after the event, so that any past day can be read back."""

    # Its place in order, below, is the index.
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)
    period_date = models.DateField()
    status = models.CharField(max_length=12)
    level = models.PositiveSmallIntegerField()
    post_id = models.UUIDField(null=True)
    answering_id = models.UUIDField(null=True)
    evidence = models.UUIDField(null=True)
    required = models.BooleanField(default=True)
    cause = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "seq"], name="duty_event_in_order")]
        # What became of duties in a period, out of all that ever did; new rows come at its end.
        indexes = [models.Index(fields=["period_date"], name="duty_event_period")]


class DutyState(Scoped):
    """Where a duty stands now, kept by the transaction that wrote its last event.

    What the duty was opened with and every page asks by (whose it is, its deadline, its day) stands here as well.
    """

    duty = models.OneToOneField(Duty, models.PROTECT, primary_key=True, related_name="state")
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    status = models.CharField(max_length=12)
    seq = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    answering = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    evidence = models.UUIDField(null=True)
    required = models.BooleanField(default=True)
    due_at = models.DateTimeField()
    occurrence = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id"], name="duty_state_subject"),
            models.Index(fields=["unit_id", "due_at"], name="duty_state_unit"),
            # Few are open of all that ever were, and every page asks for those.
            models.Index(fields=["due_at"], condition=models.Q(status="open"), name="duty_state_open"),
        ]


class SubjectState(models.Model):
    """What a subject is under one disease's protocol, and when to look at it again."""

    pk = models.CompositePrimaryKey("subject_id", "disease")
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    disease = models.CharField(max_length=40)
    category = models.CharField(max_length=30, blank=True)
    next_look_at = models.DateTimeField(null=True)
    period_date = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["next_look_at"], name="subject_state_next_look")]


class PersonOfConcern(models.Model):
    """One row a person of concern: what lists and counts go by, so that no page adds up what is owed to a whole city.

    Kept by the transaction that wrote what it follows from, proved by `check`, and can be rebuilt. `urgency` is 0 for
    the worst (reports/rules/worst.py), `category` ranked so that the gravest sorts first; `due_at` the earliest
    deadline of what is open. `waits_since` and `place_due_at` are of the duties by which somebody gets a place.
    """

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="+")
    urgency = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=31)
    due_at = models.DateTimeField()
    open = models.PositiveIntegerField()
    waits_since = models.DateTimeField(null=True)
    place_due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The three orders of the list.
            models.Index(fields=["urgency", "due_at", "category", "person"], name="concern_urgent"),
            models.Index(fields=["due_at", "category", "person"], name="concern_due"),
            models.Index(fields=["category", "due_at", "person"], name="concern_category"),
        ]


class Assignment(Appended):
    """Who of the colleagues looks after what is owed to somebody; the last one counts (`to` None: nobody any more).

    Beside the duties and not in them: the post answers for a duty whoever of its people does it.
    """

    # Their place in order, below, is the index.
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()
    to = models.ForeignKey(Actor, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "seq"], name="assignment_in_order")]


class Split(Appended):
    """That a list was shared out, among whom: whoever is new on that list goes to one of them.

    `terms` is canonical JSON: the bounds, the posts (or none), the colleagues. The last of the same bounds and
    posts counts.
    """

    about = models.CharField(max_length=64)
    terms = models.TextField()
