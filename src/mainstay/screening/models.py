"""Checks of temperature and symptoms, at a door, a bed or by telephone."""

from __future__ import annotations

from django.db import models

from mainstay.people.models import Person
from mainstay.platform.models import Fact


class Check(Fact):
    """One look at one person; a temperature in tenths of a degree Celsius."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    of = models.CharField(max_length=30)
    tenths = models.SmallIntegerField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(tenths=None) | models.Q(tenths__range=(250, 450)), name="check_of_a_living_person"
            ),
        ]
