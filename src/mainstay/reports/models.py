"""Counts as others publish them, what is known about them, and reports as they were frozen."""

from __future__ import annotations

from django.db import models

from mainstay.people.models import Person
from mainstay.platform.models import Appended, Fact


class AggregateCount(Fact):
    """How many, in one place, by one day (`observed_date`), as a series gives it. About nobody in particular.

    `stamped_date` is the day the source wrote beside it, which may be another. `place` and `within` (the
    whole it is part of, empty for the whole itself) are codes of the series and need not be places of ours.
    """

    touches = ()

    series = models.CharField(max_length=100)
    disease = models.CharField(max_length=40)
    place = models.CharField(max_length=100)
    place_name = models.CharField(max_length=100)
    within = models.CharField(max_length=100, blank=True)
    stamped_date = models.DateField()
    measure = models.CharField(max_length=20)
    value = models.PositiveIntegerField()
    cumulative = models.BooleanField(default=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(condition=models.Q(observed_date__isnull=False), name="aggregatecount_has_its_day"),
            models.CheckConstraint(condition=~models.Q(place=models.F("within")), name="aggregatecount_not_in_itself"),
        ]
        indexes = [
            *Fact.Meta.indexes,
            models.Index(fields=["disease", "measure", "place", "observed_date"], name="aggregatecount_by_place"),
        ]


class Series(Fact):
    """A series of counts: what it is called, which disease it is of, and which of its places is the city."""

    touches = ()

    name = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    disease = models.CharField(max_length=40)
    city = models.CharField(max_length=100)


class Explanation(Fact):
    """What somebody found out about one day of a series (`observed_date`), in three languages.

    An empty `place` or `measure` stands for every one.
    """

    touches = ()

    series = models.CharField(max_length=100)
    place = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=20)
    measure = models.CharField(max_length=20, blank=True)
    text_en = models.CharField(max_length=400)
    text_zh_hans = models.CharField(max_length=400)
    text_zh_hant = models.CharField(max_length=400)


class Difference(Appended):
    """What a question of the kind `difference` is about: its id is the question's root.

    Which way register, hospital and laboratory differ about whom; what each of them says is read from their facts.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    disease = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)


class FrozenReport(Appended):
    """The report of a period as it was when the period was closed: its JSON to the byte, in one language.

    `chosen`: it is what is given to whoever names no disease. `packed` is the JSON by zlib, `sha256` that of the JSON
    itself.
    """

    period_date = models.DateField()
    disease = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10)
    chosen = models.BooleanField()
    seal_no = models.BigIntegerField()
    seal_hash = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    packed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period_date", "disease", "language"], name="frozenreport_once_a_period")
        ]
