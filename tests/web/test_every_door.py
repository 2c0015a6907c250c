"""Every address of the product, tried by everybody: what a door asks for is what it lets in by.

The addresses come from the routes. One that has no line below fails here, so none is forgotten.
"""

from __future__ import annotations

import pytest
from django.test import Client

from mainstay.accounts.rules import PERMISSIONS, Permission, Role
from mainstay.web.doors import Door
from tests.web.every import DELIVERY, EVERY, OBJECTION, ORDER, PERSON, POST, as_role, routes
from tests.world import World

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
    "find": {},
    "jobs": {},
    "line-list": {},
    "add-person": {},
    "list-export": {},
    "person": {"person": PERSON},
    "stays": {"person": PERSON},
    "case": {"person": PERSON},
    "tracing": {},
    "contacts": {"person": PERSON},
    "today": {},
    "duties": {},
    "duty-rows": {},
    "posts": {},
    "post": {"post": POST},
    "take-back": {"duty": PERSON},
    "visit": {"at": "p" + PERSON.replace("-", "")},
    "explained": {"person": PERSON},
    "isolation-orders": {},
    "isolation-order": {"order": ORDER},
    "isolation-order-sheet": {"order": ORDER},
    "give-order": {"person": PERSON},
    "objection": {"objection": OBJECTION},
    "protocol": {},
    "protocol-changes": {},
    "protocol-cards": {},
    "edition": {"edition": "mers.who"},
    "clause": {"edition": "mers.who", "clause": "contact.offer_place"},
    "sheet": {},
    "sheet-row": {"person": PERSON},
    "who-to-call": {},
    "call": {"person": PERSON},
    "split": {},
    "hand-over": {"person": PERSON},
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
    "delivery": {"identity": DELIVERY},
    "delivery-back": {"identity": DELIVERY},
}


# The API's addresses have a door for each method; they stand further below.
ROUTES = {name: route for name, route in EVERY.items() if not hasattr(route.callback, "operations")}


def address(name: str) -> str:
    from django.urls import reverse

    return reverse(name, kwargs=ADDRESSES[name], urlconf="mainstay.web.urls")


def test_every_route_is_in_the_table_and_every_line_is_a_route() -> None:
    assert set(ROUTES) == set(ADDRESSES)
    assert len(EVERY) == len(list(routes()))  # no two of one name


def test_every_route_has_a_door() -> None:
    assert [name for name, route in ROUTES.items() if not isinstance(getattr(route.callback, "door", None), Door)] == []


def door(name: str) -> Door:
    return ROUTES[name].callback.door


def answer(client: Client, name: str, verb: str) -> int:
    return getattr(client, verb)(address(name)).status_code


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
