"""By night what has ended is removed: sessions, links that ran out, old records of signing in."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessLog
from django.contrib.sessions.models import Session

from mainstay.accounts import services, tasks
from mainstay.accounts.models import Invitation
from mainstay.platform.clock import now
from tests.world import World


def test_what_has_ended_goes_and_what_holds_stays(world: World) -> None:
    at = now()
    for key, ends_in in (("over", -1), ("holds", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=at + timedelta(hours=ends_in))
    for name, asked in (("wen", at - timedelta(days=30)), ("ai", at)):
        account = services.open_account(username=name, name=name.title(), by=world.by, at=asked)
        services.invite(account=account, by=world.by, at=asked)
    for days in (181, 179):
        log = AccessLog.objects.create(username="wen", path_info="/")
        AccessLog.objects.filter(pk=log.pk).update(attempt_time=at - timedelta(days=days))

    tasks.remove_ended(at=at)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["holds"]
    assert list(Invitation.objects.values_list("account__username", flat=True)) == ["ai"]
    assert AccessLog.objects.count() == 1
