"""Evening of the first day: one opens the first account; a colleague joins by a link on a telephone, with a role."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mainstay.accounts import queries
from mainstay.accounts.models import Account
from mainstay.accounts.rules import Role
from mainstay.platform.clock import now
from tests.web.pages import DESK, PHONE
from tests.world import World

PASSWORD = "a lantern by the river"
WORDS = {
    "en": ("Open the account", "Make a link", "Set the password", "Give the role"),
    "zh-hans": ("开通账号", "生成链接", "设置密码", "分配角色"),
}


def kept(page: Any, name: str) -> None:
    """A picture for whoever asks for one (MAINSTAY_PICTURES names the folder)."""
    if folder := os.environ.get("MAINSTAY_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", WORDS)
def test_four_people_join(
    committed_world: World, live_server: Any, open_page: Callable[..., Any], language: str
) -> None:
    opens, links, sets, gives = WORDS[language]

    # Given nobody has an account, the front leads to the first one.
    desk = open_page(live_server.url, size=DESK, language=language)
    kept(desk, f"first-{language}")
    desk.fill("#name", "Officer Ai")
    desk.fill("#username", "ai")
    desk.fill("#password", PASSWORD)
    desk.get_by_role("button", name=opens).click()
    desk.wait_for_url("**/accounts/")

    # When Ai opens an account for Wen and makes a link,
    desk.fill("#name", "Wen Li")
    desk.fill("#username", "Wen")
    desk.get_by_role("button", name=opens).click()
    desk.wait_for_url("**/accounts/wen/")
    kept(desk, f"account-{language}")
    desk.get_by_role("button", name=links).click()
    link = desk.locator("#link ~ *, code").filter(has_text="/join/").first.inner_text()
    kept(desk, f"link-{language}")

    # and Wen opens it on a telephone and sets a password,
    phone = open_page(link, size=PHONE, language=language, touch=True)
    kept(phone, f"join-{language}")
    phone.fill("#password", PASSWORD)
    phone.get_by_role("button", name=sets).click()
    phone.wait_for_url("**/me/")
    kept(phone, f"me-{language}")
    assert not queries.rights_of(Account.objects.get(username="wen").id, now()).roles

    # then Wen is in, and may do what Ai gives.
    desk.goto(f"{live_server.url}/accounts/wen/")
    desk.select_option("#role", "tracer")
    desk.get_by_role("button", name=gives).click()
    desk.wait_for_url("**/accounts/wen/")
    assert queries.rights_of(Account.objects.get(username="wen").id, now()).roles == {Role.TRACER}
    phone.reload()
    assert phone.locator("table tbody tr").count() == 1
    kept(phone, f"me-tracer-{language}")
    desk.goto(f"{live_server.url}/accounts/")
    kept(desk, f"accounts-{language}")
