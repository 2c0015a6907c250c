"""A session ends in the middle of a form: nothing typed is lost, and nobody else sees it."""

from __future__ import annotations

import re

from django.contrib.sessions.models import Session
from django.test import Client

from mainstay.accounts import queries, services
from mainstay.accounts.models import Account
from mainstay.accounts.rules import WHOLE_CITY, Role
from mainstay.platform.clock import now
from tests.world import World

PASSWORD = "a lantern by the river"
TYPED = {"name": "Wen Li, from Lake Street", "username": "wen"}


def administrator(world: World, username: str) -> Account:
    account = services.open_account(username=username, name=username.title(), by=world.by, at=now())
    services.set_password(account=account, password=PASSWORD, by=world.by, at=now())
    services.give_role(account=account, role=Role.ADMINISTRATOR, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    return account


def signed_in(username: str) -> Client:
    client = Client()
    sign_in(client, username)
    return client


def sign_in(client: Client, username: str, then: str = ""):
    return client.post(f"/sign-in/{then}", {"login": username, "password": PASSWORD})


def interrupted(username: str = "ai") -> tuple[Client, str]:
    """A browser whose session ended before the form was sent; and the page it was shown."""
    client = signed_in(username)
    client.get("/accounts/")
    Session.objects.all().delete()
    answer = client.post("/accounts/", TYPED)
    return client, answer.content.decode()


def test_what_was_typed_is_kept_and_sent_after_signing_in_again(world: World) -> None:
    administrator(world, "ai")
    client, told = interrupted()
    assert "Kept for Ai" in told
    assert Account.objects.filter(username="wen").count() == 0  # nothing was written

    back = re.search(r'href="/sign-in/(\?next=[^"]+)"', told)[1]
    assert sign_in(client, "ai", back).headers["Location"] == "/kept/"
    page = client.get("/kept/").content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(name|username)" value="([^"]*)">', page))
    assert (fields, 'action="/accounts/"' in page) == (TYPED, True)
    client.post("/accounts/", fields)
    assert queries.account_by_name("wen").actor.name == TYPED["name"]


def test_nobody_else_is_shown_what_was_typed(world: World) -> None:
    administrator(world, "ai")
    administrator(world, "bo")
    client, _told = interrupted()
    sign_in(client, "bo")
    assert client.get("/kept/").status_code == 404
    sign_in(client, "ai")
    assert client.get("/kept/").status_code == 404  # thrown away at the first look


def test_it_lies_encrypted(world: World) -> None:
    administrator(world, "ai")
    client, _told = interrupted()
    kept = Session.objects.get(session_key=client.session.session_key).get_decoded()["kept"]
    assert "Wen" not in kept and "Lake" not in kept


def test_passwords_are_not_kept(world: World) -> None:
    administrator(world, "ai")
    client = signed_in("ai")
    client.get("/me/")
    Session.objects.all().delete()
    client.post("/me/password/", {"oldpassword": PASSWORD, "password1": "x", "password2": "x"})
    assert "kept" not in client.session


def test_a_browser_that_had_no_session_is_only_asked_to_sign_in(world: World) -> None:
    administrator(world, "ai")
    answer = Client().post("/accounts/", TYPED)
    assert (answer.status_code, answer.headers["Location"][:9]) == (302, "/sign-in/")
