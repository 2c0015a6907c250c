"""Tables below all areas: who writes, the ledger and its seals, and the shape every fact has."""

from __future__ import annotations

from django.db import models

from mainstay.platform.identity import new_id


class Instance(models.Model):
    """The one row that says what this instance is: its city's time zone and profile."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    zone = models.CharField(max_length=64)
    profile = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="platform_instance_single")]


class Actor(models.Model):
    """Whoever writes: a person at a desk, an import, or the system's own cycle."""

    class Kind(models.TextChoices):
        PERSON = "person"
        IMPORT = "import"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)


class Entry(models.Model):
    """One line of the ledger: one writing transaction, or one sensitive read."""

    no = models.BigAutoField(primary_key=True)
    actor = models.ForeignKey(Actor, models.PROTECT, db_index=False)
    verb = models.CharField(max_length=60)
    source = models.CharField(max_length=100, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    fact_count = models.PositiveIntegerField()
    facts_hash = models.CharField(max_length=64)


class Seal(models.Model):
    """Closes all entries so far: a hash over the previous seal and the lines since, signed."""

    no = models.BigAutoField(primary_key=True)
    to_entry = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    hmac = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()


class Dirty(models.Model):
    """Whom to judge again, written in the transaction of the fact that makes it necessary."""

    pk = models.CompositePrimaryKey("subject_type", "subject_id")
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    entry_no = models.BigIntegerField()


class NeverFilled(models.Model):
    """Always empty: the open door below points into it, so that no open door can be committed."""

    id = models.PositiveSmallIntegerField(primary_key=True)


class Door(models.Model):
    """While a row stands here, this transaction may remove facts; committing it is refused."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    held_by = models.ForeignKey(NeverFilled, models.DO_NOTHING)


class Lease(models.Model):
    """One reconciler, one intake at a time; a lease ends by itself when its holder was killed."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.UUIDField()
    # Where the holder runs: one that died on this machine need not be waited for.
    host = models.CharField(max_length=100)
    process = models.PositiveIntegerField()
    until_at = models.DateTimeField()


class Job(models.Model):
    """Work for later: asked for once under its key, done once, visible when it was given up.

    `lease` counts how often somebody took it up: whoever holds an older number has lost it.
    """

    class State(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    lease = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=400, blank=True)
    # How far it has come, for whoever watches.
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="job_due")]


class Appended(models.Model):
    """A row that is written once, under a ledger entry, and never changed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Fact(Appended):
    """What was observed, counted, decided or done.

    `root` names the record through all its versions; the highest version known is the one that
    holds, and a `retracted` version says that none does. `observed_*` is when it was so,
    `became_known_at` when it could first be acted on. Text is never null, only empty.
    """

    # Whom a new version of this fact concerns: (column, subject type).
    touches: tuple[tuple[str, str], ...] = (("person_id", "person"),)

    root = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    retracted = models.BooleanField(default=False)
    source = models.CharField(max_length=100, blank=True)
    observed_date = models.DateField(null=True)
    observed_at = models.DateTimeField(null=True)
    became_known_at = models.DateTimeField(null=True)
    # True where nothing but its arrival tells when it became known: then the digest leaves that time out.
    known_on_receipt = models.BooleanField(default=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["root", "version"], name="%(class)s_one_version"),
        ]
        indexes = [models.Index(fields=["became_known_at"], name="%(class)s_known")]


class Expired(Appended):
    """A fact lawfully removed: its hash stays, so that the ledger still proves the rest."""

    fact_table = models.CharField(max_length=63)
    fact_id = models.UUIDField()
    fact_entry_no = models.BigIntegerField()
    row_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
