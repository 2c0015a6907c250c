"""Every operation of the API, tried by everybody: what its door asks for is what it lets in by.

The operations come from the routes. One that has no line below fails here, so none is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from mainstay.accounts import services
from mainstay.accounts.models import Look
from mainstay.accounts.rules import PERMISSIONS, WHOLE_CITY, Area, Jurisdiction, Permission, Role
from mainstay.organisations.models import Holding
from mainstay.places.models import Place
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.web.api import limits
from mainstay.web.api.doors import Operation
from tests.web.every import DELIVERY, EVERY, OBJECTION, ORDER, PERSON, POST, as_role
from tests.world import World

THING = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Line:
    """What an operation needs to be tried: `asks` behind its address, a `body` that it can use.

    `look`: the page under which it leaves its look. `bounded`: what it names may lie outside somebody's bounds.
    `also`: of which one is needed beside the door's own permission, by whoever holds no post that answers for it.
    """

    asks: str = ""
    body: dict[str, Any] | None = None
    look: str = ""
    bounded: bool = False
    also: frozenset[Permission] = frozenset()


SERVES = frozenset({Permission.RECORD_FACTS, Permission.GIVE_ORDERS})
ORDERED = {"kind": "quarantine", "disease": "mers", "basis": "Invented Act, article 1", "reason": "ate at one table"}
ORDERED |= {"ends_at": "2199-01-02T00:00:00Z", "review_at": "2199-01-01T00:00:00Z"}
ASSIGNS = frozenset({Permission.ASSIGN_DUTIES})
CALL = {"outcome": "call_no_answer"}
CONTACT = {"name": "Ci San-03", "how": "household", "disease": "mers"}
FACT = {"fact": "check", "id": THING, "person": PERSON, "of": "temperature", "tenths": 365, "observed": "2020-02-06"}
CELL = {"reject": THING, "column": "ill", "value": "2020-02-01"}
OPERATIONS: dict[str, Line] = {
    "GET /me": Line(),
    "POST /me/deputies": Line(body={"deputy": "somebody", "until": "2020-02-06"}),
    "GET /me/tokens": Line(),
    "POST /me/tokens": Line(body={"name": "a program"}),
    "DELETE /me/tokens/<token>": Line(),
    "GET /accounts": Line(),
    "POST /accounts": Line(body={"username": "wen", "name": "Wen"}),
    "GET /accounts/<username>": Line(),
    "POST /accounts/<username>/invitations": Line(),
    "POST /accounts/<username>/roles": Line(body={"role": "tracer"}),
    "DELETE /accounts/<username>/roles/<grant>": Line(),
    "POST /accounts/<username>/closing": Line(body={"reason": "left"}),
    "GET /accounts/<username>/tokens": Line(),
    "DELETE /accounts/<username>/tokens/<token>": Line(),
    "GET /audit/looks": Line(),
    "GET /posts": Line(),
    "POST /posts": Line(body={"code": "oversight", "name": "Oversight", "superior": "headquarters"}),
    "POST /posts/<post>/holdings": Line(body={"holder": "somebody"}, bounded=True),
    "POST /posts/<post>/holdings/<holding>/ending": Line(body={}, bounded=True),
    "GET /people": Line(look="api:people"),
    "GET /find": Line(asks=f"?q={PERSON}", look="api:find"),
    "POST /people": Line(body={"name": "Bo Er-02"}),
    "GET /people/<person>": Line(look="api:person", bounded=True),
    "POST /people/<person>/particulars": Line(body={"name": "An Yi-02"}, bounded=True),
    "POST /people/<person>/calls": Line(body=CALL, bounded=True),
    "POST /people/<person>/contacts": Line(body=CONTACT, bounded=True),
    "GET /duties": Line(asks="?on=2020-02-06", look="api:duties"),
    "GET /duties/<duty>": Line(look="api:duties", bounded=True),
    "POST /duties/<duty>/evidence": Line(body={}, bounded=True),
    "POST /excuses": Line(body={"duties": ["<duty>"], "reason": "done elsewhere"}, bounded=True, also=ASSIGNS),
    "DELETE /excuses/<duty>": Line(bounded=True, also=ASSIGNS),
    "POST /handovers": Line(
        body={"duties": ["<duty>"], "post": "ward-h1", "reason": "theirs"}, bounded=True, also=ASSIGNS
    ),
    "GET /orders": Line(asks="?state=all", look="api:orders"),
    "GET /orders/<order>": Line(look="api:order", bounded=True),
    "GET /orders/<order>/sheet": Line(look="api:order-sheet", bounded=True),
    "POST /people/<person>/offers": Line(body={"kind": "quarantine", "disease": "mers"}, bounded=True),
    "POST /people/<person>/orders": Line(body=ORDERED, bounded=True),
    "POST /orders/<order>/serving": Line(
        body={"served_at": "2020-02-01T13:00:00Z", "how": "post"}, bounded=True, also=SERVES
    ),
    "POST /orders/<order>/reviews": Line(body={"still_needed": True, "why": "14 days"}, bounded=True),
    "POST /orders/<order>/ending": Line(body={"why": "ruled out"}, bounded=True),
    "POST /orders/<order>/objections": Line(body={"ground": "No.", "came": "paper"}, bounded=True),
    "GET /objections/<objection>": Line(look="api:objection", bounded=True),
    "POST /objections/<objection>/decision": Line(body={"decision": "upheld", "reasons": "so"}, bounded=True),
    "GET /calls": Line(look="api:calls"),
    "POST /splits": Line(body={"staff": ["somebody"], "people": [PERSON]}, bounded=True),
    "POST /people/<person>/assignments": Line(body={"to": "somebody", "seen": None}, bounded=True),
    "POST /runs": Line(),
    "POST /report/closing": Line(body={"on": "2020-02-06"}),
    "POST /facts": Line(body={"facts": [FACT]}),
    "GET /mappings": Line(),
    "GET /deliveries": Line(),
    "POST /deliveries": Line(),
    "GET /deliveries/<delivery>": Line(),
    "GET /deliveries/<delivery>/rejects": Line(bounded=True),
    "POST /deliveries/<delivery>/rejects": Line(body={"cells": [CELL]}, bounded=True),
    "GET /report": Line(asks="?on=2020-02-06"),
    "GET /report/rows": Line(asks="?on=2020-02-06&figure=confirmed_cumulative", look="api:report_rows"),
    "GET /indicators": Line(asks="?on=2020-02-06"),
    "GET /seals/last": Line(),
    "POST /seals": Line(),
    "GET /jobs": Line(),
    "POST /jobs/<job>/again": Line(),
    "GET /openapi.json": Line(),
}


def operations() -> Iterator[tuple[str, Operation]]:
    """(`GET /people/<person>`, door) of every operation, from the routes."""
    for route in EVERY.values():
        for method, one in getattr(route.callback, "operations", {}).items():
            yield f"{method} /{str(route.pattern).removeprefix('api/v1/')}", one


DOORS = dict(operations())


def test_every_operation_is_in_the_table_and_has_a_door() -> None:
    assert set(DOORS) == set(OPERATIONS)
    assert all(isinstance(one, Operation) for one in DOORS.values())
    # One permission or none; what changes anything says so.
    assert {name.partition(" ")[0] for name, one in DOORS.items() if not one.writes} == {"GET"}


@pytest.fixture
def outbreak(city: World) -> dict[str, str]:
    """An, who lives in Unit One, is suspected and owed something; what the operations name, by its name."""
    city.lives("An", "u1")
    city.classified("An", "confirmed", "2020-02-06")
    city.cycle("2020-02-06")
    ledger.seal(at=city.at)
    somebody = services.queries.account_by_name("somebody")
    grant = services.give_role(account=somebody, role=Role.TRACER, jurisdiction=WHOLE_CITY, by=city.by, at=now())
    secret = {"holds": services.LONGEST_TOKEN, "by": city.by, "at": now()}
    services.make_token(account=somebody, name="a program", **secret)
    duty = next(row for row in city.duties("An", "2020-02-06") if row.status in ("open", "overdue"))
    token = services.queries.tokens_of(somebody.id)[0].id
    return {
        "person": PERSON, "username": "somebody", "grant": str(grant), "token": str(token), "duty": str(duty.id),
        "delivery": DELIVERY, "post": POST,
        "order": ORDER, "objection": OBJECTION, "job": THING,
        "holding": str(Holding.objects.get(post__code="tracing").root),
    }  # fmt: skip


def asked(client: Client, name: str, names: dict[str, str]) -> Any:
    """The answer to an operation with all that it needs."""
    line = OPERATIONS[name]
    method, _blank, path = name.partition(" ")
    body = json_text(line.body)
    for key, value in names.items():
        path, body = (text.replace(f"<{key}>", value) for text in (path, body))
    address = f"/api/v1{path}{line.asks}"
    if DOORS[name].takes == "multipart/form-data":
        return client.post(address, {"mapping": "none of them"})
    return client.generic(method, address, body, "application/json" if line.body is not None else "")


def json_text(body: dict[str, Any] | None) -> str:
    return "" if body is None else json.dumps(body)


def test_nobody_comes_in_unseen_by_the_api(outbreak: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAILURES_A_MINUTE", 1000)
    for client in (Client(), Client(headers={"authorization": "Bearer none"})):
        for name in OPERATIONS:
            reply = asked(client, name, outbreak)
            assert (reply.status_code, reply.headers["Content-Type"]) == (401, "application/problem+json"), name


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_opens_the_operations_that_its_permissions_say(
    city: World, outbreak: dict[str, str], role: Role | None
) -> None:
    client = as_role(city, role)
    allowed: frozenset[Permission] = PERMISSIONS[role] if role else frozenset()
    own = client.get("/api/v1/me/tokens").json()
    assert own == []  # of one's own there is none to end
    for name, one in DOORS.items():
        reply = asked(client, name, outbreak)
        also = OPERATIONS[name].also
        is_open = (one.permission in allowed or one.permission is None) and (not also or bool(also & allowed))
        missing = name == "DELETE /me/tokens/<token>"
        assert (reply.status_code != 404) is (is_open and not missing), (name, reply.status_code, reply.content)
        assert reply.status_code < 500


def test_what_is_out_of_bounds_reads_as_what_is_not_there(city: World, outbreak: dict[str, str]) -> None:
    elsewhere = Jurisdiction(Area.UNIT, Place.objects.get(code="u2").id)
    account = services.open_account(username="trier", name="Trier", by=city.by, at=now())
    for role in (Role.EPIDEMIOLOGIST, Role.TRACER, Role.DISTRICT_OFFICER, Role.OBJECTIONS_OFFICER):
        services.give_role(account=account, role=role, jurisdiction=elsewhere, by=city.by, at=now())
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    absent = dict.fromkeys(outbreak, "11111111-1111-7111-8111-111111111111")
    for name, line in OPERATIONS.items():
        if line.bounded:
            refused, missing = asked(client, name, outbreak), asked(client, name, absent)
            assert (refused.status_code, refused.content) == (404, missing.content), name
    assert asked(client, "GET /people", outbreak).json()["items"] == []
    assert asked(client, "GET /find", outbreak).json()["people"] == []
    assert asked(client, "GET /duties", outbreak).json()["items"] == []
    assert asked(client, "GET /calls", outbreak).json()["items"] == []
    assert asked(client, "GET /orders", outbreak).json()["items"] == []
    assert asked(client, "GET /report/rows", outbreak).json()["hidden"]
    answered = asked(client, "POST /facts", outbreak).json()["facts"][0]
    assert (answered["answer"], answered["code"]) == ("refused", "person.unknown")


def test_every_operation_that_tells_of_people_leaves_its_look(city: World, outbreak: dict[str, str]) -> None:
    client = as_role(city, Role.EPIDEMIOLOGIST)
    account, everywhere = services.queries.account_by_name("trier"), {"jurisdiction": WHOLE_CITY, "by": city.by}
    services.give_role(account=account, role=Role.OBJECTIONS_OFFICER, at=now(), **everywhere)
    for name, line in OPERATIONS.items():
        if line.look:
            before = Look.objects.count()
            assert asked(client, name, outbreak).status_code == 200, name
            left = Look.objects.order_by("-entry_id").first()
            assert (Look.objects.count() - before, left.page) == (1, line.look), name
            assert left.subject_id == UUID(PERSON) or UUID(PERSON).bytes in bytes(left.listed)
