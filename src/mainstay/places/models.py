"""The tree of places, with one ancestor column per level: what scopes every list."""

from __future__ import annotations

from django.db import models

from mainstay.platform.identity import new_id


class Place(models.Model):
    """A district, community, grid unit, compound, building or household of the city."""

    class Kind(models.TextChoices):
        CITY = "city"
        DISTRICT = "district"
        COMMUNITY = "community"
        UNIT = "unit"
        COMPOUND = "compound"
        BUILDING = "building"
        HOUSEHOLD = "household"

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    # The place's own ancestors (itself included), so that a jurisdiction is one indexed comparison.
    district_id = models.UUIDField(null=True)
    community_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="place_not_its_own_parent")
        ]
        indexes = [
            models.Index(fields=["district_id", "sort_key"], name="place_district"),
            models.Index(fields=["community_id", "sort_key"], name="place_community"),
            models.Index(fields=["unit_id", "sort_key"], name="place_unit"),
        ]


class Scoped(models.Model):
    """The ancestor columns that every listed table carries."""

    district_id = models.UUIDField(null=True)
    community_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)

    class Meta:
        abstract = True
