"""Accounts; roles given and withdrawn; invitations and tokens; the record of who looked at whom."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from mainstay.platform.identity import new_id
from mainstay.platform.models import Actor, Appended


class Accounts(BaseUserManager["Account"]):
    """Look-up by user name; accounts are made by the services alone."""

    def get_by_natural_key(self, username: str | None) -> Account:
        from mainstay.accounts.rules import normal_username

        return self.get(username=normal_username(username or ""))


class Account(AbstractBaseUser):
    """Somebody who signs in. What they write stands under their actor's name."""

    id = models.UUIDField(primary_key=True, default=new_id)
    username = models.CharField(max_length=60, unique=True)
    actor = models.OneToOneField(Actor, models.PROTECT, related_name="account")
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []
    objects = Accounts()


class Grant(Appended):
    """A role given to an account, for where and from when to when; a later row may withdraw it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30)
    # A jurisdiction is a kind and an id: what it points to lies in the areas above.
    jurisdiction_kind = models.CharField(max_length=12)
    jurisdiction_id = models.UUIDField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    deputy_for = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    withdraws = models.OneToOneField("self", models.PROTECT, null=True, related_name="withdrawal")


class Invitation(models.Model):
    """A link by which somebody sets their own password, once and for some days; only its digest is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    expires_at = models.DateTimeField()


class Token(models.Model):
    """What a program signs in with; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    read_only = models.BooleanField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class KeptAnswer(models.Model):
    """What the API answered to a write, for a day, under the key its sender gave it; encrypted."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=64)  # digest of what was asked
    status = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="kept_answer_one_key")]


class Look(Appended):
    """Somebody looked at people's data: one row for a page or an export, under its ledger entry.

    Who looked at one person is found by `subject_id`; a list names all it showed in `listed`, 16 bytes each.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    page = models.CharField(max_length=60)
    purpose = models.CharField(max_length=20)
    duty_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    listed = models.BinaryField(default=b"")
    count = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject_id"], name="look_subject")]
