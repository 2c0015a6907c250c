"""A program at the API: a token, what it sends, and what a refusal is held to."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.test import Client

from mainstay.accounts import services
from mainstay.accounts.rules import WHOLE_CITY, Role
from mainstay.platform.clock import now
from tests.world import World

JSON = "application/json"
ROLES = (Role.EPIDEMIOLOGIST, Role.CLINICIAN, Role.ADMINISTRATOR)


def program(world: World, *roles: Role, read_only: bool = False, name: str = "program") -> Client:
    """A program with a token that may write."""
    account = services.open_account(username=name, name=name.title(), by=world.by, at=now())
    for role in roles or ROLES:
        services.give_role(account=account, role=role, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    holds = {"holds": timedelta(days=1), "by": world.by, "at": now()}
    secret = services.make_token(account=account, name="t", read_only=read_only, **holds)
    return Client(headers={"authorization": f"Bearer {secret}"}, enforce_csrf_checks=True)


def send(client: Client, path: str, body: Any, key: str = "") -> Any:
    headers = {"idempotency-key": key} if key else {}
    return client.post(f"/api/v1{path}", json.dumps(body), content_type=JSON, headers=headers)


def refusal(reply: Any) -> tuple[int, str]:
    """(status, code) of a problem, whose shape is held to."""
    assert reply.headers["Content-Type"] == "application/problem+json", reply.content
    told = reply.json()
    assert set(told) == {"type", "title", "status", "detail", "code", "errors"}
    assert told["type"] == f"urn:mainstay:error:{told['code']}" and told["status"] == reply.status_code
    assert told["title"] and told["detail"]
    return reply.status_code, told["code"]
