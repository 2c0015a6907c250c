"""Where somebody stays, what was offered, and the order and objection without which nobody is confined."""

from __future__ import annotations

from django.db import models

from mainstay.organisations.models import Facility
from mainstay.people.models import Person
from mainstay.platform.models import Fact


class Stay(Fact):
    """Somebody stays at home, in a quarantine site or in a ward; uncertain where a record only suggests it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="+")
    starts_date = models.DateField(null=True)
    ends_date = models.DateField(null=True)
    certain = models.BooleanField(default=True)


class Offer(Fact):
    """A place was offered; whether it was taken is unknown until said. A refusal is no offence."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    accepted = models.BooleanField(null=True)


class Order(Fact):
    """An order that confines: basis, reason, official, start, end, review, how and when served."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    basis = models.CharField(max_length=200)
    reason = models.CharField(max_length=400)
    official = models.CharField(max_length=100)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    review_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True)
    served_how = models.CharField(max_length=40, blank=True)
    oral = models.BooleanField(default=False)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at"))
                & models.Q(review_at__lte=models.F("ends_at"))
                & models.Q(review_at__gt=models.F("starts_at")),
                name="order_ends_and_is_reviewed",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis="") & ~models.Q(reason="") & ~models.Q(official=""),
                name="order_has_basis_reason_official",
            ),
        ]


class Objection(Fact):
    """Against an order: decided by somebody else within 48 hours; upheld, it releases."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    order_root = models.UUIDField()
    ground = models.CharField(max_length=400)
    decision = models.CharField(max_length=10, blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)


class Grounds(Fact):
    """Why something was decided about an order, in the words of who decided: its review, its end, an objection to it.

    Apart from the papers themselves, which keep the grounds they were given on as they were.
    """

    class Of(models.TextChoices):
        REVIEW = "review"
        END = "end"
        DECISION = "decision"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    order_root = models.UUIDField()
    # The paper that was decided on: the order itself, or an objection to it.
    about = models.UUIDField()
    of = models.CharField(max_length=10, choices=Of.choices)
    text = models.CharField(max_length=2000)
