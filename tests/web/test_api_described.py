"""The API beside its own description: asked all that the description allows and more, it never fails, and whatever it
answers is described.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from mainstay.accounts import services
from mainstay.accounts.queries import account_by_name, tokens_of
from mainstay.accounts.rules import WHOLE_CITY, Role
from mainstay.organisations.models import Holding, Post
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.web.api import limits
from mainstay.web.api.assembled import PREFIX, api
from mainstay.web.api.document import document
from tests.world import World

# Each fact of a batch is answered for by itself, also one that is none; a dry mind would call it accepted.
ANSWERED_ONE_BY_ONE = {"record_facts"}


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A server gives its connection back after each request; here it is the test's, in its transaction."""
    for one in (request_started, request_finished):
        one.disconnect(close_old_connections)
    yield
    for one in (request_started, request_finished):
        one.connect(close_old_connections)


@pytest.fixture
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Somebody of every role with a token that writes; what the addresses name that there is."""
    monkeypatch.setattr(limits, "REQUESTS_A_MINUTE", 10**9)
    monkeypatch.setattr(limits, "FAILURES_A_MINUTE", 10**9)
    by = {"by": world.by, "at": now()}
    services.open_account(username="somebody", name="Somebody", **by)
    account = services.open_account(username="trier", name="Trier", **by)
    for role in Role:
        services.give_role(account=account, role=role, jurisdiction=WHOLE_CITY, **by)
    secret = services.make_token(account=account, name="t", holds=timedelta(days=1), read_only=False, **by)
    world.lives("An", "u1")
    world.classified("An", "suspected", "2020-02-05")
    world.cycle("2020-02-06")
    ledger.seal(at=world.at)
    order = world.ordered("An", "quarantine", "2020-02-06")
    return {
        "secret": secret,
        "order": str(order),
        "objection": str(world.objected(order, "2020-02-06")),
        "username": "somebody",
        "person": str(world.people["An"]),
        "duty": str(world.duties("An", "2020-02-06")[0].id),
        "grant": str(services.give_role(
            account=account_by_name("somebody"), role=Role.TRACER, jurisdiction=WHOLE_CITY, **by
        )),
        "token": str(tokens_of(account.id)[0].id),
        "delivery": "00000000-0000-0000-0000-000000000000",
        "post": str(Post.objects.get(code="unit-u1").id),
        "holding": str(Holding.objects.get(post__code="unit-u1").root),
    }  # fmt: skip


def ask(told: dict[str, str], examples: int, left_out: Sequence[Any]) -> int:
    """Ask every operation so many times what is allowed and what is not, of what is there and of what is not."""
    app = get_wsgi_application()
    headers = {"Authorization": f"Bearer {told['secret']}"}
    schema = schemathesis.openapi.from_wsgi(f"/{PREFIX}openapi.json", app, headers=headers)
    asked, failed = 0, []
    for found in schema.get_all_operations():
        operation = found.ok()
        names = {one: told[one] for one in told if f"{{{one}}}" in operation.path}
        # Nobody's own token is ended in the middle.
        names = {} if operation.path.endswith("/me/tokens/{token}") else names
        one_by_one = operation.definition.raw["operationId"] in ANSWERED_ONE_BY_ONE
        without = [*left_out, *([negative_data_rejection] if one_by_one else [])]
        for mode in GenerationMode:
            try:
                some = examples if mode is GenerationMode.POSITIVE else (examples + 1) // 2
                asked += _ask(operation, mode, names, headers, some, without)
            except (FailureGroup, Failure) as error:
                failed.append(f"{operation.label}, {mode.value}: {error} {getattr(error, 'exceptions', '')}")
    assert not failed, "\n\n".join(failed)
    return asked


def _ask(
    operation: Any, mode: GenerationMode, names: dict[str, str], headers: dict[str, str], examples: int, without: Any
) -> int:
    asked = 0

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        nonlocal asked
        asked += 1
        # What the description forbids is left as it was drawn.
        if asked % 2 and mode is GenerationMode.POSITIVE and names:
            case.path_parameters = names
        case.query = _as_sent(case.query)
        case.call_and_validate(headers=headers, excluded_checks=without)

    # Where the description allows everything there is nothing that it forbids.
    with suppress(Unsatisfiable):
        one()
    return asked


def _as_sent(query: dict[str, Any] | None) -> dict[str, Any] | None:
    """An object among the filters, as an address gives it: its name once for every key. In process it was sent empty,
    which is another question than the one that is printed.
    """
    if not query:
        return query
    assume({} not in query.values())  # says nothing, and is right to be answered
    return {name: list(value) if isinstance(value, dict) else value for name, value in query.items()}


def test_whatever_is_asked_the_answer_is_as_described(told: dict[str, str]) -> None:
    # Without a token nobody comes in: tests/web/test_every_operation.py.
    assert ask(told, 2, [positive_data_acceptance, ignored_auth]) > 100


# What business refuses, no description can forbid (a code that nothing bears, a day still to come), so that what is
# allowed need not be accepted.
@pytest.mark.soak
def test_whatever_is_asked_for_long_the_answer_is_as_described(told: dict[str, str]) -> None:
    assert ask(told, 100, [positive_data_acceptance]) > 5_000


def test_every_operation_says_what_it_is_for_and_no_two_answers_share_a_name(db: None) -> None:
    described = document(api, PREFIX)
    found = [one for methods in described["paths"].values() for one in methods.values()]
    assert all(one["summary"].endswith(".") and one["tags"] for one in found)
    assert len({one["operationId"] for one in found}) == len(found)
    for one in found:
        refusals = {status for status in one["responses"] if status >= "400"}
        assert {"400", "401", "404", "422", "429", "500", "503"} <= refusals
        assert all("application/problem+json" in one["responses"][status]["content"] for status in refusals)
