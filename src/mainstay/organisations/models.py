"""Organisations and facilities; posts with superiors, and who holds them from when to when."""

from __future__ import annotations

from django.db import models

from mainstay.places.models import Place, Scoped
from mainstay.platform.identity import new_id
from mainstay.platform.models import Actor, Fact


class Organisation(models.Model):
    """A body with staff: a headquarters, a task group, a hospital's owner, a community committee."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)


class Facility(Scoped):
    """Where people lie or are housed: a hospital, a ward of it, a quarantine site."""

    class Kind(models.TextChoices):
        HOSPITAL = "hospital"
        WARD = "ward"
        SITE = "site"

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    part_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="wards")
    place = models.ForeignKey(Place, models.PROTECT, null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(part_of=models.F("id")), name="facility_not_part_of_itself")
        ]


class Post(Scoped):
    """Somebody answers for something: for a facility, a grid unit, a task group, the headquarters."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    superior = models.ForeignKey("self", models.PROTECT, null=True, related_name="subordinates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    facility = models.OneToOneField(Facility, models.PROTECT, null=True, related_name="post")
    place = models.OneToOneField(Place, models.PROTECT, null=True, related_name="post")
    is_headquarters = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(superior=models.F("id")), name="post_not_its_own_superior"),
            models.UniqueConstraint(
                fields=["is_headquarters"],
                condition=models.Q(is_headquarters=True),
                name="post_one_headquarters",
            ),
        ]


class Holding(Fact):
    """Who holds a post: from `starts_at` until `ends_at`, or until further notice."""

    touches = (("post_id", "post"),)

    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings")
    holder = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
