"""Orders, objections, protocol and audit in a browser: an objection heard and decided; nothing axe objects to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mainstay.accounts.rules import Role
from mainstay.people import services as people
from mainstay.platform.clock import local_date, now
from mainstay.platform.identity import new_id
from tests.browser import faults, followed, signed_page
from tests.web.pages import DESK, PHONE
from tests.web.signing_in import signed_in
from tests.world import World

PAGES = (
    "/isolation-orders/?state=all",
    "/isolation-orders/{order}/",
    "/isolation-orders/{order}/sheet/?in=all",
    "/isolation-orders/for/{person}/",
    "/list/{person}/why/",
    "/protocol/",
    "/protocol/editions/mers.who/",
    "/protocol/editions/mers.who/contact.observe/",
    "/protocol/changes/?old=covid-19.control.4&new=covid-19.control.5",
    "/protocol/cards/",
)


@pytest.fixture
def told(committed_world: World) -> dict[str, str]:
    """Hu, ordered into quarantine yesterday; the sessions of who gives orders, who decides, who audits."""
    world = committed_world
    world.people["Hu"] = new_id()
    people.add_person(person=world.people["Hu"], name="Hu Wu-05", by=world.by, at=world.at)
    world.lives("Hu", "u1")
    today = local_date(now(), world.zone)
    world.met("Hu", "An", known="2020-02-01", last=(today - timedelta(days=3)).isoformat())
    world.classified("An", "confirmed", (today - timedelta(days=3)).isoformat(), known="2020-02-01")
    order = world.ordered("Hu", "quarantine", (today - timedelta(days=1)).isoformat())
    world.cycle(today.isoformat())
    found = {"order": str(order), "person": str(world.people["Hu"])}
    for name, role in (("gives", Role.COMMAND), ("decides", Role.OBJECTIONS_OFFICER), ("audits", Role.AUDITOR)):
        found[name] = signed_in(world, f"Somebody {name}", role).cookies["sessionid"].value
    return found


def test_an_objection_is_heard_and_decided_and_every_page_can_be_used(
    live_server: Any, browser: Any, told: dict[str, str]
) -> None:
    found: dict[str, Any] = {}

    def opened(session: str, size: tuple[int, int], scheme: str) -> Any:
        return signed_page(browser, live_server.url, told[session], size, scheme)

    def looked_at(page: Any, address: str) -> None:
        if objections := faults(page, live_server.url + address.format(**told)):
            found[address] = objections

    desk = opened("gives", DESK, "light")
    for address in PAGES:
        looked_at(desk, address)
    desk.goto(live_server.url + PAGES[1].format(**told))
    desk.get_by_label("What they say against it, in their words").fill("We spoke through a window.")
    desk.get_by_label("How it came").select_option("telephone")
    followed(desk, desk.get_by_role("button", name="Record the objection"))
    assert desk.get_by_text("decide by").is_visible()

    judge = opened("decides", PHONE, "dark")
    looked_at(judge, "/isolation-orders/?state=objected")
    looked_at(judge, PAGES[1])
    followed(judge, judge.get_by_role("link", name="Decide", exact=True))
    told["objection"] = judge.url.rstrip("/").rpartition("/")[2]
    looked_at(judge, "/isolation-orders/objections/{objection}/")
    judge.get_by_label("Uphold: it releases at once").check()
    judge.get_by_label("Reasons, as they are told").fill("A closed window is no contact.")
    followed(judge, judge.get_by_role("button", name="Decide", exact=True))
    assert judge.get_by_text("Upheld: the order binds no more.").is_visible()

    looked_at(opened("audits", PHONE, "light"), f"/audit/?person={told['person']}")
    assert found == {}
