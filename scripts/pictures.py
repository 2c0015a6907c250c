"""Take pictures of the pages: for the guide, and to be looked at before a page is called done.

    python scripts/pictures.py                       # docs/pictures: four of each page of the documents, under 3 MB
    python scripts/pictures.py --all --out DIR       # every language, light and dark, desk and phone
    python scripts/pictures.py --all --full --out DIR components    # whole pages, this one only

The pages are those of `tests/web/pages.py`, with the tests' invented data; nothing of an instance is read.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
FOLDER = ROOT / "docs" / "pictures"
LARGEST = 3_000_000
QUALITY = 62
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
    arguments = parser.parse_args()
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


def _weighed(folder: Path) -> int:
    size = sum(path.stat().st_size for path in folder.glob("*.jpg"))
    print(f"{folder}: {len(list(folder.glob('*.jpg')))} pictures, {size / 1e6:.1f} MB")
    if folder == FOLDER and size > LARGEST:
        print(f"Too much for the project: at most {LARGEST / 1e6:.0f} MB.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
