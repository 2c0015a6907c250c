"""The same in a browser: a workbook chosen, its columns read by keyboard and on a phone, taken in, mended."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser import followed
from tests.intake.test_pages import signed_in, workbook
from tests.world import World

pytestmark = pytest.mark.usefixtures("home")

WIDEST = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def at_the_desk(live_server: Any, committed_world: World, open_page: Any) -> Any:
    """A page opened as somebody signed in."""
    client = signed_in(committed_world)

    def opened(address: str, **options: Any) -> Any:
        page = open_page(f"{live_server.url}/static/brand.svg", **options)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])
        page.goto(f"{live_server.url}{address}")
        return page

    return opened


def picture(page: Any, name: str) -> None:
    folder = os.environ.get("MAINSTAY_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (320, 640)], ids=["desk", "phone", "narrow"])
def test_a_workbook_is_chosen_read_taken_in_and_mended(at_the_desk: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    name = f"{size[0]}"
    (tmp_path / "key-persons-0122.xlsx").write_bytes(workbook(tmp_path))
    page = at_the_desk("/files/new/", size=size)
    picture(page, f"new-{name}")
    assert page.evaluate(WIDEST)
    page.set_input_files("#file", str(tmp_path / "key-persons-0122.xlsx"))
    followed(page, page.locator("form.form button.primary"))
    page.wait_for_selector("#reading")
    picture(page, f"check-{name}")
    assert page.evaluate(WIDEST)  # only tables scroll sideways
    page.focus("#name")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # reads again; it takes nothing in
    page.wait_for_selector("#reading")
    followed(page, page.locator("button[value=take]"))
    page.wait_for_selector("#mend")
    assert "60 rows, 57 people, 4 need a look" in page.inner_text("h1")
    assert page.evaluate(WIDEST)
    page.locator("#mend input.input").nth(0).fill("2020-01-19")
    page.locator("#mend input.input").nth(1).fill("31 Feb")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector(".result")
    picture(page, f"mended-{name}")
    assert "read as Sun 19 Jan 2020" in " ".join(page.inner_text(".result").split())
    assert page.evaluate(WIDEST)
    followed(page, page.locator(".trail a"))
    picture(page, f"files-{name}")
    assert page.evaluate(WIDEST)
