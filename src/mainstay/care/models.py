"""What was given to a person: vaccine, immunoglobulin, other treatment by protocol."""

from __future__ import annotations

from django.db import models

from mainstay.people.models import Person
from mainstay.platform.models import Fact


class Treatment(Fact):
    """One treatment on one day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
