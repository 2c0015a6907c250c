"""Signing in: the first account, links, wrong passwords, the second factor, sessions that end."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.test import Client

from mainstay.accounts import queries, services
from mainstay.accounts.models import Account
from mainstay.accounts.rules import FIRST_ROLES
from mainstay.platform.clock import now
from tests.world import World

PASSWORD = "a lantern by the river"
ELSEWHERE = "192.0.2.44"


def member(world: World, username: str = "wen") -> Account:
    account = services.open_account(username=username, name=username.title(), by=world.by, at=now())
    services.set_password(account=account, password=PASSWORD, by=world.by, at=now())
    return account


def sign_in(client: Client, username: str = "wen", password: str = PASSWORD, **more):
    return client.post("/sign-in/", {"login": username, "password": password}, **more)


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


# --- the first account --------------------------------------------------------------------------------


def test_nobody_has_an_account_so_the_front_leads_to_the_first(world: World, client: Client) -> None:
    assert client.get("/").headers["Location"] == "/first/"
    given = {"username": "ai", "name": "Officer Ai", "password": PASSWORD}
    assert client.post("/first/", given).status_code == 302
    assert queries.rights_of(Account.objects.get().id, now()).roles == frozenset(FIRST_ROLES)
    assert is_in(client)


def test_a_weak_password_opens_nothing_and_loses_nothing(world: World, client: Client) -> None:
    answer = client.post("/first/", {"username": "ai", "name": "Officer Ai", "password": "abc"})
    assert answer.status_code == 422
    assert b"too short" in answer.content and b"Officer Ai" in answer.content
    assert Account.objects.count() == 0


def test_the_first_account_is_opened_from_this_machine_alone_and_once(world: World, client: Client) -> None:
    assert client.get("/first/", REMOTE_ADDR=ELSEWHERE).status_code == 404
    assert client.get("/first/").status_code == 200
    member(world)
    assert client.get("/first/").status_code == 404
    assert client.post("/first/", {"username": "x", "name": "X", "password": PASSWORD}).status_code == 404


# --- links --------------------------------------------------------------------------------------------


def test_whoever_holds_the_link_sets_the_password_and_is_in(world: World, client: Client) -> None:
    account = services.open_account(username="wen", name="Wen", by=world.by, at=now())
    link = f"/join/{services.invite(account=account, by=world.by, at=now())}"
    assert client.post(link, {"password": "abc"}).status_code == 422
    assert client.post(link, {"password": PASSWORD}).headers["Location"] == "/me/"
    assert is_in(client)
    assert Client().get(link).status_code == 404
    assert is_in(signed_in()) and not is_in(Client())


def signed_in(username: str = "wen") -> Client:
    client = Client()
    assert sign_in(client, username).status_code == 302
    return client


def test_a_link_that_is_none(client: Client, world: World) -> None:
    assert client.get("/join/nonsense").status_code == 404
    assert client.post("/join/%00%ff", {"password": PASSWORD}).status_code == 404


# --- passwords ----------------------------------------------------------------------------------------


def test_the_name_may_be_typed_as_on_any_keyboard(world: World, client: Client) -> None:
    member(world)
    assert sign_in(client, "ＷEN").status_code == 302
    assert is_in(client)


def test_a_wrong_name_reads_as_a_wrong_password(world: World, client: Client) -> None:
    member(world)
    answers = [sign_in(client, "wen", "wrong"), sign_in(client, "nobody", "wrong")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all(b"User name or password is not right" in answer.content for answer in answers)


def test_after_five_wrong_passwords_the_right_one_is_not_let_in(world: World, client: Client) -> None:
    """Not from there, by whatever writing of the name; from elsewhere the account's holder still comes in."""
    member(world)
    for _ in range(4):
        assert sign_in(client, "wen", "wrong").status_code == 200
    assert sign_in(client, "wen", "wrong").status_code == 429
    assert sign_in(client).status_code == 429
    assert sign_in(client, "WEN").status_code == 429
    assert not is_in(client)
    assert sign_in(Client(), REMOTE_ADDR=ELSEWHERE).status_code == 302


def test_a_right_password_ends_the_counting(world: World, client: Client) -> None:
    member(world)
    for _ in range(2):
        for _ in range(4):
            sign_in(client, "wen", "wrong")
        assert sign_in(Client()).status_code == 302


def test_a_closed_account_is_out_at_once(world: World) -> None:
    account = member(world)
    client = signed_in()
    services.close_account(account=account, reason="left", by=world.by, at=now())
    assert not is_in(client)
    again = Client()
    assert sign_in(again).headers["Location"] == "/sign-in/closed/"
    assert b"closed" in again.get("/sign-in/closed/").content
    assert not is_in(again)


def test_a_new_password_ends_the_other_sessions(world: World) -> None:
    account = member(world)
    other = signed_in()
    services.set_password(account=account, password="another lantern", by=world.by, at=now())
    assert not is_in(other)


def test_an_answer_without_a_form_of_ours_is_refused(world: World) -> None:
    member(world)
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_nobody_is_led_to_a_foreign_page(world: World, client: Client) -> None:
    member(world)
    answer = client.post("/sign-in/?next=https://evil.example/", {"login": "wen", "password": PASSWORD})
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]


# --- the second factor --------------------------------------------------------------------------------


def code_of(secret: str) -> str:
    """The code that a telephone would show now."""
    counter = int(now().timestamp()) // 30
    return f"{hotp_value(secret, counter):06d}"


def test_with_a_second_factor_the_password_is_not_enough(world: World, client: Client) -> None:
    account = member(world)
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    answer = sign_in(client)
    assert answer.headers["Location"].startswith("/sign-in/second/")
    assert not is_in(client)
    assert client.post("/sign-in/second/", {"code": "000000"}).status_code == 200
    assert not is_in(client)
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).status_code == 302
    assert is_in(client)


def test_a_second_factor_is_set_up_on_one_s_own_page(world: World, client: Client) -> None:
    account = member(world)
    sign_in(client)
    again = client.get("/me/second/on/").headers["Location"]  # who just left the desk unlocked is asked once more
    assert client.post(again, {"password": PASSWORD}).headers["Location"] == "/me/second/on/"
    page = client.get("/me/second/on/")
    assert page.status_code == 200 and b"<svg" in page.content  # drawn in the page, to be scanned
    secret = client.session["mfa.totp.secret"]
    assert client.post("/me/second/on/", {"code": code_of(secret)}).status_code == 302
    assert Authenticator.objects.filter(user=account).exists()


# --- sessions -----------------------------------------------------------------------------------------


def test_a_session_ends_after_two_hours_away(world: World) -> None:
    member(world)
    client = signed_in()
    assert client.session.get_expiry_age() <= timedelta(hours=2).total_seconds()
    assert client.cookies["sessionid"]["httponly"]


def test_signed_out_is_out(world: World) -> None:
    member(world)
    client = signed_in()
    assert client.post("/sign-out/").status_code == 302
    assert not is_in(client)
