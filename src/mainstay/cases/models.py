"""Facts of a case: how it is classified, since when ill, how badly, tested how, ended how, reported when."""

from __future__ import annotations

from django.db import models

from mainstay.people.models import Person
from mainstay.platform.models import Fact


class CaseFact(Fact):
    """A fact about one person under one disease."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)

    class Meta(Fact.Meta):
        abstract = True


class Classification(CaseFact):
    """A clinician's class: suspected, clinical, probable, confirmed, asymptomatic or discarded."""

    value = models.CharField(max_length=20)
    basis = models.CharField(max_length=60, blank=True)


class Onset(CaseFact):
    """First day of symptoms (observed_date)."""


class Severity(CaseFact):
    """Mild, ordinary, severe or critical, as assessed on a day."""

    value = models.CharField(max_length=12)


class Symptom(Fact):
    """A symptom or finding, present or expressly absent, on a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    present = models.BooleanField()


class Specimen(CaseFact):
    """Material taken from a person for a test; one person has many tubes."""

    kind = models.CharField(max_length=40, blank=True)


class Result(CaseFact):
    """A test's answer; observed_* is when its specimen was taken, the day that counts."""

    test = models.CharField(max_length=20)
    value = models.CharField(max_length=16)
    specimen_root = models.UUIDField(null=True)


class Outcome(CaseFact):
    """Died, recovered or discharged, on a day that may be unknown."""

    value = models.CharField(max_length=12)


class Report(CaseFact):
    """The statutory report of a case to the health authority."""
