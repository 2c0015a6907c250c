"""Facts sent to the API in batches: each is answered for, and a bad one takes nothing with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from mainstay.accounts.rules import Role
from mainstay.platform.identity import new_id
from mainstay.screening.models import Check
from tests.at_once import at_once
from tests.web.program import program, send
from tests.world import World


@pytest.fixture
def outbreak(world: World) -> World:
    """An is suspected since the 5th, and lives in Unit One."""
    world.lives("An", "u1")
    world.classified("An", "suspected", "2020-02-05")
    world.cycle("2020-02-06")
    return world


def fact(world: World, **says: Any) -> dict[str, Any]:
    said = {"fact": "check", "id": str(new_id()), "person": str(world.people["An"]), "observed": "2020-02-06"}
    if says.get("fact", "check") == "check":
        said |= {"of": "temperature", "tenths": 384}
    return said | says


def test_every_fact_is_answered_for_and_a_bad_one_takes_nothing_with_it(outbreak: World) -> None:
    client = program(outbreak)
    outbreak.lives("Bo", "u2")
    good, onset = fact(outbreak), fact(outbreak, fact="onset", disease="mers")
    batch = [
        good,
        good,
        good | {"tenths": 390},
        "no fact",
        fact(outbreak, tenths="384"),
        fact(outbreak, person=str(new_id())),
        fact(outbreak, observed="2199-01-01"),
        fact(outbreak, fact="result", disease="mers", test="pcr", value="positive"),
        fact(outbreak, fact="classification", disease="mers", value="suspected", if_version=1),
        onset,
        onset | {"id": str(new_id()), "observed": "2020-02-04", "corrects": onset["id"], "if_version": 1},
        onset | {"id": str(new_id()), "observed": "2020-02-03", "corrects": onset["id"], "if_version": 1},
        onset | {"id": str(new_id()), "person": str(outbreak.people["Bo"]), "corrects": onset["id"]},
        {"fact": "retraction", "id": str(new_id()), "of": "check", "root": good["id"]},
        {"fact": "retraction", "id": str(new_id()), "of": "check", "root": good["id"]},
    ]
    told = send(client, "/facts", {"facts": batch}).json()
    became = [(one["answer"], one["code"]) for one in told["facts"]]
    assert became == [
        ("done", None),
        ("known", None),
        ("refused", "fact.id_taken"),
        ("refused", "request.invalid"),
        ("refused", "request.invalid"),
        ("refused", "person.unknown"),
        ("refused", "fact.future"),
        ("done", None),
        ("done", None),
        ("done", None),
        ("done", None),
        ("refused", "fact.overtaken"),
        ("refused", "fact.unfit"),
        ("done", None),
        ("known", None),
    ]
    assert told["received"] == len(batch) == told["done"] + told["known"] + told["refused"]
    assert [one["item"] for one in told["facts"]] == list(range(15))
    assert sorted(Check.objects.values_list("version", "retracted")) == [(1, False), (2, True)]
    # All of it once more: what was recorded is known, what was refused stays refused.
    again = [one["answer"] for one in send(client, "/facts", {"facts": batch[:11]}).json()["facts"]]
    assert again[7:] == ["known"] * 4
    assert Check.objects.count() == 2


def test_each_kind_of_fact_can_be_recorded_sent_again_and_asks_for_its_permission(outbreak: World) -> None:
    outbreak.lives("Bo", "u1")
    mers: dict[str, Any] = {"disease": "mers"}
    batch = [
        fact(outbreak, fact="symptom", name="cough", present=False),
        fact(outbreak, fact="severity", value="mild", **mers),
        fact(outbreak, fact="specimen", kind="swab", observed_at="2020-02-06T10:00:00+08:00", **mers),
        fact(outbreak, fact="report", **mers),
        fact(outbreak, fact="evidence", kind="investigation", note="by telephone", **mers),
        fact(outbreak, fact="treatment", kind="vaccine", **mers),
        fact(outbreak, fact="offer", kind="isolation", accepted=None, **mers),
        fact(outbreak, fact="outcome", value="died", **mers) | {"observed": None},
    ]
    undated = {"first": "2020-02-01", "last": "2020-02-03"}
    plain = [
        fact(outbreak, fact="contact", index=str(outbreak.people["Bo"]), kind="household", **mers, **undated),
        fact(outbreak, fact="presence", area="wuhan", **undated),
        fact(outbreak, fact="stay", kind="ward", facility="h1-er", starts="2020-02-05"),
    ]
    batch += [{name: says for name, says in one.items() if name != "observed"} for one in plain]
    client = program(outbreak)
    for answer in ("done", "known"):
        told = send(client, "/facts", {"facts": batch}).json()
        assert (told[answer], [one for one in told["facts"] if one["code"]]) == (len(batch), [])
    worker = program(outbreak, Role.COMMUNITY_WORKER, name="worker")
    codes = [one["code"] for one in send(worker, "/facts", {"facts": batch}).json()["facts"]]
    assert codes == [None, *["fact.not_allowed"] * 2, *[None] * 8]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_under_one_id_what_differs_is_refused(committed_world: World) -> None:
    world = committed_world
    world.lives("An", "u1")
    client = program(world)
    headers, given = {"authorization": client.defaults["HTTP_AUTHORIZATION"]}, fact(world)

    def sent(tenths: int) -> str:
        reply = send(Client(headers=headers), "/facts", {"facts": [given | {"tenths": tenths}]})
        return reply.json()["facts"][0]["answer"]

    assert sorted(at_once(lambda: sent(380), lambda: sent(390))) == ["done", "refused"]
    assert Check.objects.count() == 1
