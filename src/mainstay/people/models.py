"""Persons; their identifiers outside the facts; what is known of them; merges that can be undone."""

from __future__ import annotations

from django.db import models

from mainstay.places.models import Place, Scoped
from mainstay.platform.identity import new_id
from mainstay.platform.models import Fact

# Under which schemes an identifier is something to show, by what it is.
NAME, PHONE, ADDRESS = "name", "phone", "address"


class Person(Scoped):
    """Somebody the response is concerned with, known by name or only as somebody's contact."""

    id = models.UUIDField(primary_key=True, default=new_id)
    # False while nobody but a contact's naming vouches for this person.
    known = models.BooleanField(default=True)
    # Kept by the same transaction as the merge fact; reading follows it.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    home = models.ForeignKey(Place, models.PROTECT, null=True, related_name="residents")
    # A keyed digest of the address as it was written last: whoever has the same lives at one door. Goes with the
    # identifiers it is made of, and can be made anew.
    address_blind = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="person_not_merged_into_itself"
            )
        ]
        indexes = [
            models.Index(fields=["unit_id", "id"], name="person_unit"),
            # Few are read as another, and every page asks who.
            models.Index(fields=["id"], condition=models.Q(merged_into__isnull=False), name="person_merged"),
            models.Index(fields=["address_blind"], name="person_of_one_address"),
        ]


class Identifier(models.Model):
    """A number or name somebody is known by: encrypted, with a keyed index for exact look-up.

    Erasing a row forgets the identifier and leaves every fact as it was.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.PROTECT, related_name="identifiers")
    scheme = models.CharField(max_length=60)
    blind = models.CharField(max_length=32)
    sealed = models.BinaryField()
    key_version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "blind"], name="identifier_one_person")]


class SearchTerm(models.Model):
    """Somebody can be found by this: a keyed digest of a part of their name or telephone, how it is written or sounds.

    Made of the identifiers by `rules/search.py`, goes with them, and can be made anew; proves nothing.
    """

    pk = models.CompositePrimaryKey("term", "person_id")
    term = models.BigIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")


class Trait(Fact):
    """Something lasting about a person: age, birth date, sex, immunity, risk group, role."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=100)


class Merge(Fact):
    """Two records are one person: `person` is read as `into` until this is retracted."""

    touches = (("person_id", "person"), ("into_id", "person"))

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    into = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
