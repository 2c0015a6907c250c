"""The list, a person and the calls in a browser: nothing axe objects to, nothing wider than the screen."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.accounts.rules import Role
from mainstay.people import services as people
from mainstay.platform.clock import local_date, now
from mainstay.platform.identity import new_id
from tests.browser import AXE, RULES, VIOLATIONS, followed, signed_page
from tests.web.pages import DESK, PHONE
from tests.web.signing_in import signed_in
from tests.world import World

ADDRESSES = ("/find/", "/find/?q=an", "/find/?q=nobody")
ADDRESSES += ("/list/", "/list/add/", "/list/sheet/", "/calls/", "/list/{0}/", "/calls/{0}/", "/today/")
ADDRESSES += ("/duties/?by=door",)
ADDRESSES += ("/duties/rows/?status=all", "/duties/visit/p{1}/", "/tracing/", "/tracing/{0}/", "/list/{0}/case/")
ADDRESSES += ("/list/{0}/stays/", "/list/sheet/{0}/")


@pytest.fixture
def signed(committed_world: World) -> tuple[str, str]:
    """(a tracer's session, the id of somebody suspected since yesterday)."""
    world = committed_world
    world.people["An Yi-01"] = new_id()
    people.add_person(person=world.people["An Yi-01"], name="An Yi-01", phone="100 0000 0101", by=world.by, at=world.at)
    world.lives("An Yi-01", "u1")
    day = local_date(now(), world.zone).isoformat()
    world.classified("An Yi-01", "suspected", day, known="2020-02-01")
    world.met("Bo Er-02", "An Yi-01", day, last=day)
    world.result("An Yi-01", "negative", day)
    world.stays("An Yi-01", "ward", "h1", day)
    world.cycle(day)
    client = signed_in(world, "Tracer Bo", Role.TRACER)
    return client.cookies["sessionid"].value, str(world.people["An Yi-01"])


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_every_page_of_people_can_be_used(
    live_server: Any, browser: Any, signed: tuple[str, str], size: tuple[int, int], scheme: str
) -> None:
    session, person = signed
    width, height = size
    page = signed_page(browser, live_server.url, session, size, scheme)
    page.goto(live_server.url + "/calls/")
    assert page.get_by_role("link", name="100 0000 0101").is_visible()  # found today, to be called today
    found: dict[str, Any] = {}
    for address in ADDRESSES:
        page.goto(live_server.url + address.format(person, person.replace("-", "")))
        page.evaluate(AXE)
        if objections := page.evaluate(VIOLATIONS, RULES):
            found[address] = objections
        for narrow in (320, width):
            page.set_viewport_size({"width": narrow, "height": height})
            if page.evaluate("document.documentElement.scrollWidth") > narrow:
                found[f"{address} at {narrow}"] = "wider than the screen"
    # The button that saves a call is there to be pressed.
    page.goto(f"{live_server.url}/calls/{person}/")
    assert page.get_by_role("button", name="Save the call").is_visible()
    page.context.close()
    assert found == {}


def test_the_list_is_taken_along_from_a_page_that_can_be_used(
    live_server: Any, browser: Any, signed: tuple[str, str], committed_world: World
) -> None:
    client = signed_in(committed_world, "Wen", Role.EPIDEMIOLOGIST)
    context = browser.new_context(viewport={"width": 320, "height": 1200}, accept_downloads=True)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/list/?category=suspected")
    followed(page, page.get_by_role("link", name="Take this list along"))
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS, RULES) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    followed(page, page.get_by_role("button", name="CSV"))
    assert page.get_by_role("alert").get_by_role("link").inner_text() == "Choose why the list is needed."
    page.get_by_label("Why you need it").select_option("supervision")
    with page.expect_download() as coming:
        page.get_by_role("button", name="CSV").click()
    assert coming.value.suggested_filename.endswith("-1.csv")
    lines = coming.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 1 and "100 0000 0101" in lines[1]
    context.close()
