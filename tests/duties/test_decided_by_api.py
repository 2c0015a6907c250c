"""Duties excused, taken back and handed over by the API: all or none, named by their place, safe to send twice."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from mainstay.accounts.rules import Role
from mainstay.cycle import check
from mainstay.duties.models import DutyEvent, DutyState, Excuse, HandOver
from mainstay.duties.pages import deciding
from mainstay.platform.clock import local_date, now
from mainstay.platform.identity import new_id
from mainstay.platform.models import Entry, Lease
from tests.at_once import at_once
from tests.web.program import JSON, program, refusal, send
from tests.web.signing_in import signed_in
from tests.world import World

NAMES = ("An", "Bo", "Ci")
NOWHERE = "11111111-1111-7111-8111-111111111111"


def told(world: World) -> World:
    """An and Bo of Unit One and Ci of Unit Two are suspected: the source of each is to be investigated by tracing."""
    for name, unit in zip(NAMES, ("u1", "u1", "u2"), strict=True):
        world.lives(name, unit)
        world.classified(name, "suspected", "2020-02-01")
    world.cycle(local_date(now(), world.zone).isoformat())
    return world


@pytest.fixture
def outbreak(world: World) -> World:
    return told(world)


def duties(world: World, *names: str) -> list[str]:
    """The duty to investigate, by person."""
    found = dict(DutyState.objects.filter(duty__kind="investigate").values_list("subject_id", "duty_id"))
    return [str(found[world.people[name]]) for name in names]


def statuses(world: World) -> list[str]:
    return [DutyState.objects.get(duty_id=one).status for one in duties(world, *NAMES)]


def excuse(client: Client, picked: list[str], reason: str = "done by the province's team", key: str = "") -> Any:
    return send(client, "/excuses", {"duties": picked, "reason": reason}, key)


def hand(client: Client, picked: list[str], post: str, key: str = "", reason: str = "they speak the dialect") -> Any:
    return send(client, "/handovers", {"duties": picked, "reason": reason, "post": post}, key)


def sums(reply: Any) -> tuple[int, int, int]:
    """(received, done, known) of an answer."""
    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert body["received"] == body["done"] + body["known"]
    return body["received"], body["done"], body["known"]


def test_several_are_excused_in_one_request_and_those_that_were_are_known(outbreak: World) -> None:
    client = program(outbreak)
    an, bo, ci = duties(outbreak, *NAMES)
    assert sums(excuse(client, [an])) == (1, 1, 0)
    before = Entry.objects.filter(verb="duty.excuse").count()
    assert sums(excuse(client, [an, bo, bo])) == (2, 1, 1)  # Bo, named twice, is one
    assert statuses(outbreak) == ["excused", "excused", "open"]
    assert Entry.objects.filter(verb="duty.excuse").count() == before + 1
    assert sums(excuse(client, [an, bo])) == (2, 0, 2)  # sent again: nothing is written
    assert Excuse.objects.count() == 2
    listed = client.get(f"/api/v1/duties/{bo}").json()
    assert listed["status"] == "excused"


def test_one_that_ended_meanwhile_is_named_by_its_place_and_none_is_excused(outbreak: World) -> None:
    an, bo, ci = duties(outbreak, *NAMES)
    excuse(program(outbreak), [bo])
    second = program(outbreak, Role.EPIDEMIOLOGIST, name="second")
    reply = excuse(second, [an, bo, ci])
    assert refusal(reply) == (409, "duty.not_open")
    assert [(one["field"], one["row"], one["code"]) for one in reply.json()["errors"]] == [
        ("duties.1", 1, "duty.not_open")
    ]
    assert statuses(outbreak) == ["open", "excused", "open"]


def test_an_excuse_is_taken_back_and_sent_twice_it_is_taken_back_once(outbreak: World) -> None:
    client = program(outbreak)
    (an,) = duties(outbreak, "An")
    never = client.delete(f"/api/v1/excuses/{an}")
    assert refusal(never) == (409, "duty.not_open")
    excuse(client, [an])
    assert [sums(client.delete(f"/api/v1/excuses/{an}")) for _twice in range(2)] == [(1, 1, 0), (1, 0, 1)]
    outbreak.cycle(local_date(now(), outbreak.zone).isoformat())
    assert statuses(outbreak)[0] == "open"
    assert sums(client.delete(f"/api/v1/excuses/{an}")) == (1, 0, 1)
    assert excuse(client, [an], "again, this time for good").json()["done"] == 1
    found = check.run()
    assert found.ok, [one.sentence for one in found.findings]


def test_what_is_handed_over_is_answered_for_by_the_new_post(outbreak: World) -> None:
    client = program(outbreak)
    an, bo = duties(outbreak, "An", "Bo")
    assert sums(hand(client, [an, bo], "ward-h1")) == (2, 2, 0)
    assert sums(hand(client, [an, bo], "ward-h1")) == (2, 0, 2)
    assert client.get(f"/api/v1/duties/{an}").json()["post"] == "ward-h1"
    assert HandOver.objects.count() == 2


def test_refusals_stand_at_their_field(outbreak: World) -> None:
    client = program(outbreak)
    (an,) = duties(outbreak, "An")
    for reply, code, field in (
        (excuse(client, [an], "  "), "duty.reason", "reason"),
        (hand(client, [an], "ward-h1", reason=""), "duty.reason", "reason"),
        (hand(client, [an], "unit-u2"), "duty.post", "post"),  # vacant
        (hand(client, [an], "no such post"), "duty.post", "post"),
        (excuse(client, []), "request.invalid", "duties"),
        (excuse(client, [an], "x" * 201), "request.invalid", "reason"),
        (send(client, "/excuses", {"duties": [an]}), "request.invalid", "reason"),
        (hand(client, ["An"], "ward-h1"), "request.invalid", "duties.0"),
    ):
        assert refusal(reply) == (422, code)
        assert [one["field"] for one in reply.json()["errors"]] == [field], code
    assert not Excuse.objects.exists() and not HandOver.objects.exists()
    body = json.dumps({"duties": [an], "reason": " "})
    chinese = client.post("/api/v1/excuses", body, content_type=JSON, headers={"accept-language": "zh-hans"})
    assert chinese.json()["detail"] == "请用几个字说明理由。"


def test_under_a_key_it_is_done_once_and_a_refusal_is_not_kept(outbreak: World) -> None:
    client = program(outbreak)
    (an,) = duties(outbreak, "An")
    assert refusal(excuse(client, [an], " ", key="k1")) == (422, "duty.reason")
    first, again = (excuse(client, [an], key="k1") for _twice in range(2))
    assert (first.json(), again.json()) == ({"received": 1, "done": 1, "known": 0},) * 2
    assert again.headers["Idempotency-Replayed"] == "1"
    client.delete(f"/api/v1/excuses/{an}")
    excuse(client, [an], key="k1")  # come late, it does not excuse what was taken back
    assert Excuse.objects.order_by("-version").first().retracted
    assert refusal(excuse(client, [an], "another reason", key="k1")) == (422, "idempotency.reused")


def test_out_of_bounds_or_not_ones_own_to_decide_reads_as_not_found(outbreak: World) -> None:
    an, _bo, ci = duties(outbreak, *NAMES)
    officer = signed_in(outbreak, "Officer Gu", Role.DISTRICT_OFFICER, "u1")
    # Ci lives in Unit Two: word for word as of what is not there, and An is not excused either.
    hidden, missing = excuse(officer, [an, ci]), excuse(officer, [an, NOWHERE])
    assert (refusal(hidden), hidden.content) == ((404, "not_found"), missing.content)
    assert [one["field"] for one in hidden.json()["errors"]] == ["duties.1"]
    assert refusal(officer.delete(f"/api/v1/excuses/{ci}")) == (404, "not_found")
    # A worker of Unit One sees An's duty, but tracing answers for it and they assign none.
    worker = signed_in(outbreak, "Worker Er", Role.COMMUNITY_WORKER, "u1")
    assert worker.get(f"/api/v1/duties/{an}").status_code == 200
    assert refusal(excuse(worker, [an])) == refusal(hand(worker, [an], "ward-h1")) == (404, "not_found")
    assert refusal(worker.delete(f"/api/v1/excuses/{an}")) == (404, "not_found")
    assert statuses(outbreak) == ["open"] * 3
    # Handed to the worker's own post it is theirs to decide about.
    assert sums(hand(officer, [an], "unit-u1")) == (1, 1, 0)
    assert sums(excuse(worker, [an])) == (1, 1, 0)


def test_while_a_run_is_under_way_it_follows_with_the_next(outbreak: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding.by_hand, "PATIENCE", deciding.by_hand.timedelta(0))
    client = program(outbreak)
    (an,) = duties(outbreak, "An")
    row = Lease.objects.create(
        name="reconciler", holder=new_id(), host="elsewhere", process=1, until_at="2999-01-01T00:00Z"
    )
    assert sums(excuse(client, [an], key="k1")) == (1, 1, 0) and statuses(outbreak)[0] == "open"
    assert sums(excuse(client, [an])) == (1, 0, 1)
    row.delete()
    outbreak.cycle(local_date(now(), outbreak.zone).isoformat())
    assert statuses(outbreak)[0] == "excused"


@pytest.mark.django_db(transaction=True)
def test_of_two_programs_at_once_one_excuses_and_the_other_is_told(committed_world: World) -> None:
    world = told(committed_world)
    first, second = (program(world, Role.EPIDEMIOLOGIST, name=name) for name in ("first", "second"))
    picked = duties(world, "An", "Bo")
    replies = at_once(lambda: excuse(first, picked, key="k1"), lambda: excuse(second, picked, key="k2"))
    assert sorted(reply.status_code for reply in replies) == [200, 409]
    assert (Excuse.objects.count(), DutyEvent.objects.filter(verb="excused").count()) == (2, 2)
    assert {one.status for one in DutyState.objects.filter(duty_id__in=map(UUID, picked))} == {"excused"}
