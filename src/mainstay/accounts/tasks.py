"""Each night what has ended and serves nobody any more is removed: sessions, links, old records of signing in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from mainstay.accounts.models import Invitation
from mainstay.platform import jobs
from mainstay.platform.clock import now
from mainstay.platform.jobs import Planned, Tell
from mainstay.platform.nights import last_night

# With them go the addresses people signed in from; who did what stands in the ledger for good.
SIGN_INS_KEPT = timedelta(days=180)


@jobs.scheduled
def plan(at: datetime) -> Iterator[Planned]:
    night = last_night(at)
    if night is not None:
        yield Planned("accounts.tidy", f"accounts.tidy@{night.date}", night.due_at)


@jobs.task("accounts.tidy")
def tidy(_payload: dict[str, Any], _tell: Tell) -> jobs.Apply:
    return lambda: remove_ended(at=now())


def remove_ended(*, at: datetime) -> None:
    """Sessions and invitations whose time is over, and records of signing in older than half a year."""
    Session.objects.filter(expire_date__lt=at).delete()
    Invitation.objects.filter(expires_at__lt=at).delete()
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=at - SIGN_INS_KEPT).delete()
