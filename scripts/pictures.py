"""Take pictures of the pages: for the guide, and to be looked at before a page is called done.

    python scripts/pictures.py                       # docs/pictures: four of each page of the documents, under 3 MB
    python scripts/pictures.py --all --out DIR       # every language, light and dark, desk and phone
    python scripts/pictures.py --all --full --out DIR components    # whole pages, this one only
    python scripts/pictures.py --pages               # every page of the product, from a demonstration it makes

The pages are those of `tests/web/pages.py`, with the tests' invented data; nothing of an instance is read. With
`--pages` they are those of `scripts/pictured.py`, of the invented city of `mainstay demo`.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
FOLDER = ROOT / "docs" / "pictures"
LARGEST = 7_000_000
QUALITY = 62
# Of the product's pages there are many: what a screen and a half shows, not so finely.
PAGES_QUALITY, PAGES_LONGEST = 30, {"desk": 1000, "phone": 1300}
# Of the twelve there are, these four show most: each language, both grounds, both sizes.
CHOSEN = {
    ("en", "light", "desk"),
    ("zh-hans", "dark", "desk"),
    ("zh-hant", "light", "phone"),
    ("en", "dark", "phone"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Take pictures of the pages.")
    parser.add_argument("pages", nargs="*", help="only these, by their names in tests/web/pages.py")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--all", action="store_true", help="every language, light and dark, desk and phone")
    parser.add_argument("--full", action="store_true", help="the whole page, not only what a screen shows")
    parser.add_argument("--pages", dest="product", action="store_true", help="every page of the product instead")
    parser.add_argument("--home", type=Path, help="with --pages: an existing demonstration's folder; it is written to")
    arguments = parser.parse_args()
    if arguments.product:
        return _product(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from scripts.browser import BrowserUnavailable, chromium

    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        with server() as address, chromium() as browser:
            for name, path in _pages(arguments.pages, arguments.all).items():
                _take(browser, address + path, name, arguments)
    except BrowserUnavailable as problem:
        print(f"No pictures: {problem}", file=sys.stderr)
        return 1
    return _weighed(arguments.out)


def _pages(wanted: list[str], every: bool) -> dict[str, str]:
    from tests.web.pages import IN_THE_DOCUMENTS, PAGES

    unknown = set(wanted) - set(PAGES)
    if unknown:
        raise SystemExit(f"No page is called {', '.join(sorted(unknown))}; there are {', '.join(PAGES)}.")
    chosen = wanted or (PAGES if every else IN_THE_DOCUMENTS)
    return {name: PAGES[name] for name in chosen}


@contextmanager
def server() -> Iterator[str]:
    """The tests' pages on a free port of this computer."""
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    before = settings.ALLOWED_HOSTS
    settings.ALLOWED_HOSTS = [*before, "127.0.0.1"]
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        settings.ALLOWED_HOSTS = before


def _take(browser, url: str, name: str, arguments: argparse.Namespace) -> None:
    from tests.web.pages import DESK, LANGUAGES, PHONE, SCHEMES

    sizes = {"desk": DESK, "phone": PHONE}
    for language, scheme, size in itertools.product(LANGUAGES, SCHEMES, sizes):
        if not arguments.all and (language, scheme, size) not in CHOSEN:
            continue
        width, height = sizes[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale={"en": "en-GB", "zh-hans": "zh-CN", "zh-hant": "zh-TW"}[language],
            has_touch=size == "phone",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(url, wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        target = arguments.out / f"{name}-{language}-{scheme}-{size}.jpg"
        page.screenshot(path=target, type="jpeg", quality=QUALITY, full_page=arguments.full)
        context.close()


# --- every page of the product ----------------------------------------------------------------------------


def _product(arguments: argparse.Namespace) -> int:
    """Each page of a demonstration, for whom it is; Playwright's loop stands in this thread, where Django asks too."""
    from scripts.browser import BrowserUnavailable, chromium
    from scripts.demonstration import demonstration, people, sent, things
    from scripts.pictured import PICTURED, readme

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    unknown = set(arguments.pages) - set(PICTURED)
    if unknown:
        raise SystemExit(f"No page is called {', '.join(sorted(unknown))}.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        with demonstration(arguments.home) as address, chromium() as browser:
            camera = Camera(browser, address, arguments)
            if "first" in (arguments.pages or PICTURED):
                camera.take("first")
            people()
            camera.found = things()
            camera.found["digest"] = sent(camera.page("osprey", "desk"), address)
            for route in arguments.pages or PICTURED:
                if route != "first":
                    camera.take(route)
    except BrowserUnavailable as problem:
        print(f"No pictures: {problem}", file=sys.stderr)
        return 1
    if arguments.out == FOLDER:
        (FOLDER / "README.md").write_text(readme(), encoding="utf-8")
    if camera.wrong:
        print("Not as they should be:", *camera.wrong, sep="\n  ", file=sys.stderr)
        return 1
    return _weighed(arguments.out)


class Camera:
    """Takes a page in its sizes and languages; each reader signs in once a size and language."""

    def __init__(self, browser: Any, address: str, arguments: argparse.Namespace) -> None:
        self.browser, self.address, self.arguments = browser, address, arguments
        self.found: dict[str, str] = {}
        self.wrong: list[str] = []
        self.contexts: dict[tuple[str, str, str, str], Any] = {}

    def take(self, route: str) -> None:
        from scripts.pictured import ALSO_SIMPLIFIED_DARK, ALSO_TRADITIONAL, picture

        variants = [("desk", "", "en-GB", "light"), ("phone", "", "en-GB", "light")]
        variants += [("desk", "zh-hans-dark", "zh-CN", "dark")] if route in ALSO_SIMPLIFIED_DARK else []
        variants += [("phone", "zh-hant", "zh-TW", "light")] if route in ALSO_TRADITIONAL else []
        for size, variant, language, scheme in variants:
            self._one(route, size, language, scheme, self.arguments.out / picture(route, size, variant))

    def _one(self, route: str, size: str, language: str, scheme: str, target: Path) -> None:
        from django.urls import reverse

        from scripts.demonstration import PASSWORD, code
        from scripts.pictured import PICTURED, TRACER

        shown = PICTURED[route]
        page = self.page(shown.who, size, language, scheme)
        path = reverse(route, kwargs={name: self.found[thing] for name, thing in shown.needs.items()}) + shown.query
        if shown.who == TRACER and route != "mfa_authenticate" and "/sign-in/second/" in page.url:
            page.fill("[name=code]", code())
            page.locator("form:has([name=code]) button").last.click()
            page.wait_for_load_state("networkidle")
        reply = page.goto(self.address + path, wait_until="networkidle")
        if "/again/" in page.url and "reauthenticate" not in route:
            page.fill("[name=password]", PASSWORD)
            page.locator("form:has([name=password]) button").last.click()
            page.wait_for_load_state("networkidle")
        if reply.status != 200 or self._is_elsewhere(page.url, route, shown.who):
            self.wrong.append(f"{route}: {reply.status} {page.url}")
        page.evaluate("document.fonts.ready")
        width, height = self._sizes()[size]
        wanted = page.evaluate("document.documentElement.scrollHeight")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            self.wrong.append(f"{target.name}: {wide} px wide")
        longest = wanted if self.arguments.full else PAGES_LONGEST[size]
        page.set_viewport_size({"width": width, "height": max(min(wanted, longest), height)})
        page.screenshot(path=target, type="jpeg", quality=PAGES_QUALITY)
        page.set_viewport_size({"width": width, "height": height})

    def _is_elsewhere(self, url: str, route: str, who: str) -> bool:
        """Whether something else was asked first: to sign in, or the password again."""
        from scripts.pictured import NOBODY

        asked_in = who != NOBODY and "/sign-in/" in url and route != "mfa_authenticate"
        return asked_in or ("/again/" in url and "reauthenticate" not in route)

    def page(self, who: str, size: str, language: str = "en-GB", scheme: str = "light") -> Any:
        """A page of somebody who has signed in, through the form; the tracer stands before the second factor."""
        from scripts.demonstration import signed_in

        key = (who, size, language, scheme)
        if key not in self.contexts:
            width, height = self._sizes()[size]
            context = self.browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                locale=language,
                has_touch=size == "phone",
                reduced_motion="reduce",
            )
            self.contexts[key] = context.new_page()
            signed_in(self.contexts[key], self.address, who)
        return self.contexts[key]

    def _sizes(self) -> dict[str, tuple[int, int]]:
        from tests.web.pages import DESK, PHONE

        return {"desk": DESK, "phone": PHONE}


def _weighed(folder: Path) -> int:
    size = sum(path.stat().st_size for path in folder.glob("*.jpg"))
    print(f"{folder}: {len(list(folder.glob('*.jpg')))} pictures, {size / 1e6:.1f} MB")
    if folder == FOLDER and size > LARGEST:
        print(f"Too much for the project: at most {LARGEST / 1e6:.0f} MB.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
