"""A program works out what is owed and closes the day, as the pages do."""

from __future__ import annotations

from datetime import date

import pytest

from mainstay.accounts.rules import Role
from mainstay.cycle import now as cycle_now
from mainstay.duties.models import Duty
from mainstay.platform.clock import local_date, now
from mainstay.reports.models import FrozenReport
from tests.web.program import program, refusal, send
from tests.world import World


def test_what_is_owed_is_worked_out_and_once_more_it_changes_nothing(world: World) -> None:
    client = program(world, Role.COMMAND)
    today = local_date(now(), world.zone).isoformat()
    world.classified("Hu", "suspected", today)
    assert not Duty.objects.filter(subject_id=world.people["Hu"]).exists()
    assert send(client, "/runs", {}).json() == {"worked_out": True}
    owed = set(Duty.objects.values_list("id", "clause"))
    assert {clause for _id, clause in owed if clause.startswith("case.")}
    assert send(client, "/runs", {}).json() == {"worked_out": True}
    assert set(Duty.objects.values_list("id", "clause")) == owed
    assert refusal(send(program(world, Role.TRACER, name="tracer"), "/runs", {}))[0] == 404


def test_where_too_many_wait_it_is_left_to_the_command(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycle_now, "AT_ONCE", 0)
    world.classified("Hu", "suspected", local_date(now(), world.zone).isoformat())
    assert send(program(world, Role.COMMAND), "/runs", {}).json() == {"worked_out": False}


def test_a_day_is_closed_once_and_stays_as_it_was_frozen(world: World) -> None:
    client = program(world, Role.COMMAND)
    world.classified("Hu", "confirmed", "2020-02-05")
    world.cycle("2020-02-05")
    first = send(client, "/report/closing", {"on": "2020-02-05"}).json()
    assert (first["on"], {one["disease"] for one in first["reports"]}) == ("2020-02-05", {"mers"})
    world.classified("Gao", "confirmed", "2020-02-05")
    assert send(client, "/report/closing", {"on": "2020-02-05"}).json() == first
    assert set(FrozenReport.objects.values_list("period_date", flat=True)) == {date(2020, 2, 5)}
    reply = send(client, "/report/closing", {"on": "2199-01-01"})
    assert refusal(reply) == (422, "period.not_begun") and reply.json()["errors"][0]["field"] == "on"
    for junk in ("", "31 Feb", None, "2020-02-31"):
        assert refusal(send(client, "/report/closing", {"on": junk})) == (422, "request.invalid")
