"""Pages in a browser: fixtures for every test that needs one, one browser a file.

`open_page` opens what pytest-django's `live_server` serves, or `site` (the gallery, which needs no database). It
reaches this computer and nothing else, and fails the test for what a browser complains of: a script's error, a request
to elsewhere, anything that the Content-Security-Policy refused. Playwright's `wait_for_function` does not work under
that policy: ask with `evaluate` until it is so (`until`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.browser import BrowserUnavailable, chromium, find

# The smallest telephone, and a desk of 1280 at 400 %.
NARROWEST = 320
AXE = (Path(__file__).parent / "web" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (tags) => {
  const found = await axe.run(document, {runOnly: tags});
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.target).join(" | ")}`);
}"""
LOCALES = {"en": "en-GB", "zh-hans": "zh-CN", "zh-hant": "zh-TW"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A running browser. Where none can be had such tests are listed as not run, and with CI=true they fail."""
    try:
        find()
    except BrowserUnavailable as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no browser: {problem}")
        pytest.skip(f"no browser: {problem}")
    # Playwright keeps an event loop in this thread, where Django would refuse every query of the other fixtures.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with chromium() as started:
            yield started
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
        if before is not None:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address: `open_page(url, size=(390, 844), scheme="dark", language="zh-hans", touch=True)`."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(url: str, *, size=(1440, 900), scheme="light", language="en", touch=False, scripts=True) -> Any:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale=LOCALES[language],
            has_touch=touch,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url}"))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in complaints if "status of 4" not in one] == []


def until(page: Any, expression: str, seconds: float = 5) -> Any:
    """Ask the page until the answer is true, and give it."""
    end = time.monotonic() + seconds
    while not (answer := page.evaluate(expression)):
        assert time.monotonic() < end, f"never came true: {expression}"
        time.sleep(0.05)
    return answer


def followed(page: Any, leading: Any) -> None:
    """A link or button is clicked, and the page that it leads to is there.

    A click alone returns when the next page has begun to come: what is asked then is answered by half of it.
    """
    with page.expect_navigation():
        leading.click()


def signed_page(browser: Any, url: str, session: str, size: tuple[int, int], scheme: str = "light") -> Any:
    """A page of somebody who is signed in, not yet at any address."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    return context.new_page()


def faults(page: Any, address: str) -> list[Any]:
    """What axe objects to at an address, and whether it is wider than the narrowest screen."""
    page.goto(address)
    page.evaluate(AXE)
    found = list(page.evaluate(VIOLATIONS, RULES))
    size = page.viewport_size
    page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
    if page.evaluate("document.documentElement.scrollWidth") > NARROWEST:
        found.append("wider than the screen")
    page.set_viewport_size(size)
    return found
