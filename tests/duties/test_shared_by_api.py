"""A program shares a list out and gives one person to a colleague, by the rules of the pages."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.accounts import services
from mainstay.accounts.rules import WHOLE_CITY, Area, Jurisdiction, Role
from mainstay.places.models import Place
from mainstay.platform.clock import now
from mainstay.platform.models import Entry
from tests.duties.test_sharing import whose, with_four
from tests.web.program import program, refusal, send
from tests.world import World

AN, DI = "An Yi-01", "Di Si-04"


@pytest.fixture
def evening(world: World) -> World:
    """Four people behind two doors, suspected since today; Wen and Bo may call everybody, Ke those of Unit Two."""
    four = with_four(world)
    for name in four.people:
        four.lives(name, "u1")
        four.classified(name, "suspected", "2020-02-06")
    four.cycle("2020-02-06")
    for name, where in (("Wen", WHOLE_CITY), ("Bo", WHOLE_CITY), ("Ke", unit("u2"))):
        by = {"by": world.by, "at": now()}
        account = services.open_account(username=name.casefold(), name=name, **by)
        services.give_role(account=account, role=Role.TRACER, jurisdiction=where, **by)
    return four


def unit(code: str) -> Jurisdiction:
    return Jurisdiction(Area.UNIT, Place.objects.get(code=code).id)


def give(client: Any, world: World, to: str | None, seen: str | None, name: str = AN, key: str = "") -> Any:
    return send(client, f"/people/{world.people[name]}/assignments", {"to": to, "seen": seen}, key)


def test_a_list_is_shared_out_door_by_door_and_sent_twice_once(evening: World) -> None:
    client = program(evening, Role.COMMAND)
    body = {"staff": ["wen", "Bo"]}  # a user name in whatever case
    first, again = (send(client, "/splits", body, key="k1") for _ in range(2))
    assert first.json() == again.json() == {"people": 4, "doors": 2, "changed": 4}
    assert again.headers["Idempotency-Replayed"] == "1"
    assert whose(evening)[AN] == whose(evening)[DI] != whose(evening)["Bo Er-02"] == whose(evening)["Ci San-03"]
    before = Entry.objects.filter(verb="duty.split").count()
    assert send(client, "/splits", body, key="k2").json()["changed"] == 0
    assert Entry.objects.filter(verb="duty.split").count() == before


def test_some_people_are_shared_out_alone(evening: World) -> None:
    client = program(evening, Role.COMMAND)
    chosen = [str(evening.people[name]) for name in (AN, "Bo Er-02")]
    assert send(client, "/splits", {"staff": ["bo"], "people": chosen}).json() == {
        "people": 2, "doors": 2, "changed": 2
    }  # fmt: skip
    assert whose(evening) == {AN: "Bo", "Bo Er-02": "Bo"}


def test_whoever_may_not_record_it_is_named_by_place_and_nothing_is_written(evening: World) -> None:
    client = program(evening, Role.COMMAND)
    for staff in (["wen", "ke"], ["wen", "nobody"], ["wen", "\x00"], ["wen", "x" * 200]):
        reply = send(client, "/splits", {"staff": staff})
        assert reply.status_code == 422 and reply.json()["errors"][0]["field"] == "staff.1"
    assert send(client, "/splits", {"staff": []}).status_code == 422
    strangers = [str(evening.people[AN]), "00000000-0000-0000-0000-000000000000"]
    reply = send(client, "/splits", {"staff": ["wen"], "people": strangers})
    assert refusal(reply) == (404, "not_found") and [one["field"] for one in reply.json()["errors"]] == ["people.1"]
    assert whose(evening) == {}
    assert refusal(send(program(evening, Role.TRACER, name="other"), "/splits", {"staff": ["wen"]}))[0] == 404


def test_one_is_given_on_with_their_door_and_the_second_is_told(evening: World) -> None:
    client = program(evening, Role.COMMAND, Role.TRACER)
    assert give(client, evening, "wen", None).json() == {"changed": 2}
    assert whose(evening) == {AN: "Wen", DI: "Wen"}
    assert give(client, evening, "wen", None).json() == {"changed": 0}  # so it is already
    late = give(client, evening, "bo", None)
    assert refusal(late) == (409, "assignment.overtaken") and "to Wen" in late.json()["detail"]
    assert give(client, evening, "bo", "wen", DI).json() == {"changed": 2}
    assert give(client, evening, None, "bo").json() == {"changed": 2}
    assert set(whose(evening).values()) == {""}


def test_what_another_has_is_given_on_by_whoever_assigns(evening: World) -> None:
    assert give(program(evening, Role.COMMAND, Role.TRACER), evening, "wen", None).status_code == 200
    tracer = program(evening, Role.TRACER, name="tracer")
    assert refusal(give(tracer, evening, "bo", "wen")) == (404, "not_found")
    assert refusal(give(tracer, evening, "ke", None)) == (422, "assignment.staff")
    assert refusal(give(tracer, evening, "bo", "nobody")) == (422, "assignment.staff")
    assert set(whose(evening).values()) == {"Wen"}


def test_what_somebody_had_whose_account_is_closed_is_given_on(evening: World) -> None:
    client = program(evening, Role.COMMAND, Role.TRACER)
    assert give(client, evening, "wen", None).json() == {"changed": 2}
    gone = services.queries.account_by_name("wen")
    services.close_account(account=gone, reason="left", by=evening.by, at=now())
    assert give(client, evening, "wen", "wen").status_code == 422  # nobody is given to them any more
    assert give(client, evening, "bo", "wen").json() == {"changed": 2}
