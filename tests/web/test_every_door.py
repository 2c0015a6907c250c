"""Every address of the product, tried by everybody: what a door asks for is what it lets in by.

The addresses come from the routes. One that has no line below fails here, so none is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from mainstay.accounts import services
from mainstay.accounts.rules import PERMISSIONS, WHOLE_CITY, Permission, Role
from mainstay.intake.models import Delivery
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.web.doors import Door
from tests.intake.desk import CLINIC
from tests.world import World

PERSON = "0196f000-0000-7000-8000-000000000001"

# name of the route -> what it needs in its address
ADDRESSES: dict[str, dict[str, str]] = {
    "home": {},
    "kept": {},
    "set_language": {},
    "first": {},
    "join": {"secret": "x"},
    "account_login": {},
    "mfa_authenticate": {},
    "account_inactive": {},
    "account_logout": {},
    "me": {},
    "account_change_password": {},
    "account_reauthenticate": {},
    "mfa_reauthenticate": {},
    "mfa_index": {},
    "mfa_activate_totp": {},
    "mfa_deactivate_totp": {},
    "mfa_view_recovery_codes": {},
    "mfa_generate_recovery_codes": {},
    "mfa_download_recovery_codes": {},
    "accounts": {},
    "account": {"username": "somebody"},
    "audit": {},
    "line-list": {},
    "add-person": {},
    "person": {"person": PERSON},
    "who-to-call": {},
    "call": {"person": PERSON},
    "report": {},
    "report_rows": {},
    "reconciliation": {},
    "coverage": {},
    "coverage_rows": {},
    "report-file": {"form": "json"},
    "report-close": {},
    "tonight": {},
    "files": {},
    "files-new": {},
    "files-check": {"digest": "x"},
    "delivery": {"identity": "00000000-0000-0000-0000-000000000000"},
    "delivery-back": {"identity": "00000000-0000-0000-0000-000000000000"},
}


def routes() -> Iterator[tuple[str, URLPattern]]:
    """(name, route) of every address of the product itself, not of the tests."""

    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield pattern

    for route in walk(get_resolver("mainstay.web.urls").url_patterns):
        yield route.name or str(route.pattern), route


ROUTES = dict(routes())


def address(name: str) -> str:
    from django.urls import reverse

    return reverse(name, kwargs=ADDRESSES[name], urlconf="mainstay.web.urls")


def test_every_route_is_in_the_table_and_every_line_is_a_route() -> None:
    assert set(ROUTES) == set(ADDRESSES)
    assert len(ROUTES) == len(list(routes()))  # no two of one name


def test_every_route_has_a_door() -> None:
    assert [name for name, route in ROUTES.items() if not isinstance(getattr(route.callback, "door", None), Door)] == []


def door(name: str) -> Door:
    return ROUTES[name].callback.door


def answer(client: Client, name: str, verb: str) -> int:
    return getattr(client, verb)(address(name)).status_code


@pytest.fixture
def city(world: World) -> World:
    services.open_account(username="somebody", name="Somebody", by=world.by, at=now())
    world.person("An", id=UUID(PERSON))
    received = Delivery(id=UUID(ADDRESSES["delivery"]["identity"]), mapping="clinic", received_at=now())
    received.mapping_text = CLINIC
    ledger.append([received], by=world.by, at=now(), verb="intake")
    return world


def as_role(world: World, role: Role | None) -> Client:
    account = services.open_account(username="trier", name="Trier", by=world.by, at=now())
    if role is not None:
        services.give_role(account=account, role=role, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if not door(name).is_open))
def test_nobody_comes_in_unseen(city: World, name: str) -> None:
    for verb in ("get", "post"):
        reply = getattr(Client(), verb)(address(name))
        assert (reply.status_code, reply.headers.get("Location", "").startswith("/sign-in/")) == (302, True)


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_opens_what_its_permissions_say_and_nothing_else(city: World, role: Role | None) -> None:
    client = as_role(city, role)
    allowed: frozenset[Permission] = PERMISSIONS[role] if role else frozenset()
    asked = {name: door(name).permission for name in ROUTES if door(name).permission is not None}
    assert asked
    for name, permission in asked.items():
        # An empty form is told what it lacks, and one that asks for nothing that there is reads as not found.
        for verb in ("get",) if permission in allowed else ("get", "post"):
            status = answer(client, name, verb)
            assert (status != 404) is (permission in allowed), (role, name, verb, status)


def test_what_may_not_be_opened_reads_as_what_is_not_there(city: World) -> None:
    client = as_role(city, Role.TRACER)
    refused, missing = client.get("/accounts/"), client.get("/no/such/page/")
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert refused.content.count(b"<h1") == missing.content.count(b"<h1")


def test_every_page_forbids_what_is_not_ours(city: World) -> None:
    client = as_role(city, Role.ADMINISTRATOR)
    for name in ("accounts", "me", "mfa_index"):
        policy = client.get(address(name)).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy
