"""What the tests of every address share: the routes, what their addresses name, and somebody of a role."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from mainstay.accounts import services
from mainstay.accounts.rules import WHOLE_CITY, Role
from mainstay.platform.clock import now
from tests.world import World

PERSON = "0196f000-0000-7000-8000-000000000001"
ORDER = "0196f000-0000-7000-8000-000000000002"
OBJECTION = "0196f000-0000-7000-8000-000000000003"
POST = "0196f000-0000-7000-8000-000000000004"
DELIVERY = "00000000-0000-0000-0000-000000000000"


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


EVERY = dict(routes())


def as_role(world: World, role: Role | None) -> Client:
    account = services.open_account(username="trier", name="Trier", by=world.by, at=now())
    if role is not None:
        services.give_role(account=account, role=role, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
