"""One's own account, by the forms as they stand on the pages: the password, the second factor, the recovery codes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.accounts.test_signing_in import PASSWORD, code_of, is_in, member, sign_in
from tests.world import World

NEW = "three herons on a gate"


def fields(page: str) -> set[str]:
    """What can be typed into a page's form."""
    return set(re.findall(r'<input class="input" id="[^"]*" name="([^"]+)"', page))


def text(client: Client, address: str) -> str:
    reply = client.get(address)
    assert reply.status_code == 200, reply
    page = reply.content.decode()
    assert 'class="rail"' in page and page.count("<h1") == 1  # within the product's frame
    return page


@pytest.fixture
def own(world: World, client: Client) -> Any:
    """Wen, signed in a moment ago and having said the password once more."""
    account = member(world)
    sign_in(client)
    again = client.get("/me/second/on/").headers["Location"]
    assert fields(text(client, again)) == {"password"}
    assert client.post(again, {"password": PASSWORD}).status_code == 302
    return account


def test_the_password_is_changed_by_the_form_and_what_is_wrong_stands_at_its_field(own: Any, client: Client) -> None:
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert fields(text(client, "/me/password/")) == set(typed)
    for wrong in ({"oldpassword": "x"}, {"password1": "short", "password2": "short"}, {"password2": "another"}):
        reply = client.post("/me/password/", typed | wrong)
        assert reply.status_code == 200 and reply.content.decode().count('aria-invalid="true"') == 1, wrong
        assert PASSWORD not in reply.content.decode() and NEW not in reply.content.decode()
    assert client.post("/me/password/", typed).status_code == 302
    other = Client()
    sign_in(other)
    assert not is_in(other)
    sign_in(other, password=NEW)
    assert is_in(other)


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant")])
def test_a_second_factor_is_set_up_its_codes_are_shown_and_it_is_turned_off(
    own: Any, client: Client, language: str, tag: str
) -> None:
    assert client.post(reverse("set_language"), {"language": language}).status_code == 302
    page = text(client, "/me/second/")
    assert "/me/second/on/" in page and f'<html lang="{tag}"' in page
    assert ("Recovery codes" in page) is (language == "en")  # said in words of its own in each
    text(client, "/me/second/on/")
    code = code_of(client.session["mfa.totp.secret"])
    assert client.post("/me/second/on/", {"code": code}).status_code == 302
    shown = set(re.findall(r"<code>(\d{8})</code>", text(client, "/me/second/codes/")))
    assert len(shown) == 10
    assert "/me/second/off/" in text(client, "/me/second/") and "10" in text(client, "/me/second/")
    text(client, "/me/second/codes/new/")
    assert client.post("/me/second/codes/new/").status_code == 302
    assert not shown & set(re.findall(r"<code>(\d{8})</code>", text(client, "/me/second/codes/")))
    text(client, "/me/second/off/")
    assert client.post("/me/second/off/").status_code == 302
    assert not Authenticator.objects.filter(user=own, type=Authenticator.Type.TOTP).exists()


def test_signing_out_is_asked_once(own: Any, client: Client) -> None:
    text(client, "/sign-out/")
    assert is_in(client)
    client.post("/sign-out/")
    assert not is_in(client)
