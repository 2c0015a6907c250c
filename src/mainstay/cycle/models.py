"""Runs of the cycle: what was seen at which seal, so that every later run knows what was told when."""

from __future__ import annotations

from django.db import models

from mainstay.platform.identity import new_id


class Run(models.Model):
    """One run of one period. `moment_at` is the instant it judged at, `to_entry` the ledger it read."""

    id = models.UUIDField(primary_key=True, default=new_id)
    period_date = models.DateField()
    moment_at = models.DateTimeField()
    to_entry = models.BigIntegerField(null=True)
    seal_no = models.BigIntegerField(null=True)
    status = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["period_date"], name="run_period")]


class Step(models.Model):
    """One step of a run, with what it counted; written again when a run is resumed."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="step_once_a_run")]
