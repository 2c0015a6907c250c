"""Posts and jobs in a browser: a post is given with the form, and nothing axe objects to at any size or ground."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.accounts import services as accounts
from mainstay.accounts.rules import WHOLE_CITY, Role
from mainstay.organisations.models import Post
from mainstay.platform.clock import now
from mainstay.platform.models import Job
from tests.browser import faults, followed, signed_page
from tests.web.pages import DESK, PHONE
from tests.web.signing_in import signed_in
from tests.world import World


@pytest.fixture
def told(committed_world: World) -> dict[str, str]:
    """The session of somebody who leads and manages accounts; a colleague; a job that was given up."""
    world = committed_world
    client = signed_in(world, "Head Gu", Role.COMMAND)
    head = accounts.queries.account_by_name("head.gu")
    accounts.give_role(account=head, role=Role.ADMINISTRATOR, jurisdiction=WHOLE_CITY, by=world.by, at=now())
    accounts.open_account(username="wen", name="Wen Li", by=world.by, at=now())
    at = now()
    Job.objects.create(
        kind="backup", key="backup@2020-02-04", state="failed", due_at=at, asked_at=at, ended_at=at, attempts=6,
        error="OSError at write, line 12; the server printed the rest.",
    )  # fmt: skip
    world.cycle("2020-02-06")
    return {"session": client.cookies["sessionid"].value, "post": str(Post.objects.get(code="unit-u2").id)}


def test_a_post_is_given_a_job_tried_again_and_every_page_can_be_used(
    live_server: Any, browser: Any, told: dict[str, str]
) -> None:
    found: dict[str, Any] = {}
    url = live_server.url
    desk, phone = (signed_page(browser, url, told["session"], *how) for how in ((DESK, "light"), (PHONE, "dark")))
    for page in (desk, phone):
        for address in ("/posts/", "/posts/?only=vacant", f"/posts/{told['post']}/", "/jobs/"):
            if objections := faults(page, url + address):
                found[address] = objections

    desk.goto(f"{live_server.url}/posts/?only=vacant")
    followed(desk, desk.get_by_role("link", name="Give", exact=True))
    desk.get_by_label("To whom").select_option(label="Wen Li (wen)")
    followed(desk, desk.get_by_role("button", name="Give the post"))
    assert desk.get_by_text("have gone to whoever answers for them now").is_visible()
    assert desk.get_by_text("Wen Li", exact=True).first.is_visible()

    phone.goto(f"{live_server.url}/jobs/")
    followed(phone, phone.get_by_role("button", name="Try again"))
    assert phone.get_by_text("It is due now").is_visible()
    assert Job.objects.get().state == "ready"
    assert found == {}
