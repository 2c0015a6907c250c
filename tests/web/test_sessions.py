"""A session ends two hours after its last page, and that it was used is written at most once a minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.rules import Role
from mainstay.platform import clock
from mainstay.web import sessions
from tests.web.signing_in import signed_in
from tests.world import World

PAGE = "/me/"


@pytest.fixture
def reader(world: World) -> Client:
    return signed_in(world, "Lu", Role.TRACER)


def opened(reader: Client) -> list[str]:
    """A page is opened; what is said to the sessions' table."""
    with CaptureQueriesContext(connection) as said:
        assert reader.get(PAGE).status_code == 200
    return [one["sql"].split()[0] for one in said.captured_queries if "django_session" in one["sql"]]


def later(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    at = clock.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(sessions, "now", lambda: at)


def ends() -> datetime:
    return Session.objects.get().expire_date


def test_of_two_pages_within_a_minute_the_first_is_written(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(reader) == ["SELECT", "UPDATE"]
    assert opened(reader) == ["SELECT"]
    later(monkeypatch, 59)
    assert opened(reader) == ["SELECT"]
    later(monkeypatch, 61)
    assert opened(reader) == ["SELECT", "UPDATE"]


def test_each_page_puts_off_the_end(reader: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    reader.get(PAGE)
    assert ends() - clock.now() > timedelta(seconds=settings.SESSION_COOKIE_AGE - 60)
    # As if an hour had gone: half of the time is left, and the next page gives it back.
    Session.objects.update(expire_date=clock.now() + timedelta(hours=1))
    later(monkeypatch, 3600)
    reader.get(PAGE)
    assert ends() - clock.now() > timedelta(seconds=settings.SESSION_COOKIE_AGE - 60)


def test_who_was_away_for_too_long_signs_in_again(reader: Client) -> None:
    reader.get(PAGE)
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    answer = reader.get(PAGE)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")


def test_a_key_that_belongs_to_nobody_begins_no_session(db: None) -> None:
    stranger = Client()
    stranger.cookies["sessionid"] = "x" * 32
    for address in (PAGE, "/"):
        stranger.get(address)
    assert Session.objects.count() == 0
