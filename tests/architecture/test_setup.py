"""What set-up and CI rely on: pins without addresses, reasons, one test command, no traces of a place."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LARGEST_TEXT = 2_000_000
NOT_OURS = {".git", ".venv", ".browser", "__pycache__", "build", "dist"}

# --- requirements -------------------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    """Each pinned package with its version; fails on a line that is neither a pin, a hash nor a comment."""
    found: dict[str, str] = {}
    for entry in logical_lines(ROOT / "requirements" / f"{name}.txt"):
        requirement, *hashes = entry.split("--hash=")
        pin = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.+!]+)( ;.*)?", requirement.strip())
        assert pin, f"not pinned: {requirement}"
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one.strip()) for one in hashes), (
            f"{pin[1]} has no hash"
        )
        found[canonicalize_name(pin[1])] = pin[2]
    return found


def logical_lines(file: Path) -> list[str]:
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


@pytest.mark.parametrize("name", ["base", "dev"])
def test_requirements_are_pinned_with_hashes_and_name_no_address(name):
    assert pins(name)
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text and " @ " not in text
    assert not re.search(r"^-", text, re.MULTILINE), "an option such as an index stands among the requirements"


def test_the_pins_are_what_pyproject_asks_for():
    base, dev = pins("base"), pins("dev")
    for line in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["build"]:
        assert_pinned(Requirement(line), base)
    for line in PROJECT["project"]["optional-dependencies"]["dev"]:
        assert_pinned(Requirement(line), dev)
    assert {name: dev.get(name) for name in base} == base


def assert_pinned(wanted: Requirement, pinned: dict[str, str]) -> None:
    version = pinned.get(canonicalize_name(wanted.name))
    assert version and wanted.specifier.contains(version), f"{wanted} is not pinned: run `make lock`"


def test_every_dependency_gives_its_reason():
    declared = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    declared += PROJECT["dependency-groups"]["build"]
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    for dependency in declared:
        line = next(line for line in lines if line.strip().startswith(f'"{dependency}",'))
        assert re.search(r'",\s+# \S.{9,}', line), f"{dependency} has no reason beside it"


# --- the commands -------------------------------------------------------------------------------------------


def test_ci_runs_the_command_that_the_readme_gives():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line.strip() for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()]
    assert "make test" in commands and "set -euo pipefail" in commands
    assert re.search(r"^make test\b", readme, re.MULTILINE) and re.search(r"^make demo\b", readme, re.MULTILINE)


def test_the_makefile_has_its_targets_and_they_call_only_python():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert targets == {"setup", "demo", "test", "check", "soak", "bench", "lock"}
    assert re.search(r"^test: setup check$", makefile, re.MULTILINE)
    recipes = re.findall(r"^\t(.*)$", makefile, re.MULTILINE)
    assert recipes and all(recipe.startswith(("$(PYTHON) ", "$(PY) ")) for recipe in recipes)


# --- no traces of a place -----------------------------------------------------------------------------------

# In pieces, so that this file does not hold what it looks for.
TRACES = {
    "the address of a package index": r"(?:pypi|pythonhosted|npmjs|deb\.debian|crates|proxy\.golang)"
    + r"\.(?:org|io)\b",
    "an index set by its address": r"(?:index-url|registry|find-links)" + r"\s*[=:]\s*[\"']?https?:",
    "an address in a lock file": r'"resolved"' + r'\s*:\s*"http',
    "somebody's home": r"(?<![\w.~-])/(?:home|Users)"
    + r"/[\w.-]+/|(?<![\w.~-])/root"
    + r"/[\w.]|[A-Z]:\\Users"
    + r"\\\w",
    "the path of a workplace": r"(?<![\w.~-])/(?:work|workspace|farm)"
    + r"/(?:main|repo|shared|src|steering|\.)|/tmp"
    + r"/bash_jobs",
    "the people's tools instead of the project": r"\bsub" + r"agents?\b|\bfarm" + r"-(?:studio|bench)",
}


def texts() -> Iterator[tuple[str, str]]:
    """Every file of the project, kept or about to be, that is a text."""
    for path in files():
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_TEXT:
            continue
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield path.relative_to(ROOT).as_posix(), content.decode("utf-8", errors="replace")


def files() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        # A copy without its history, or a history that belongs to another account.
        return [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_no_file_holds_a_trace_of_where_it_was_made():
    found = [
        f"{name}: {what}: {match[0]}"
        for name, text in texts()
        for what, pattern in TRACES.items()
        for match in re.finditer(pattern, text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("what", "example"),
    [
        ("the address of a package index", "https://files.python" + "hosted.org/packages/x.whl"),
        ("an index set by its address", "extra-index-url" + " = https://example.test/simple"),
        ("an address in a lock file", '"resolved"' + ': "https://example.test/a.tgz"'),
        ("somebody's home", "open('/home" + "/alice/file')"),
        ("somebody's home", "/root" + "/.venv"),
        ("the path of a workplace", "cd /work" + "/main"),
        ("the people's tools instead of the project", "a sub" + "agent wrote this"),
    ],
)
def test_the_traces_are_recognised(what, example):
    assert re.search(TRACES[what], example)


@pytest.mark.parametrize("innocent", ["src/work" + "/main.py", "href='/home/'", "~/root" + "/x", "/usr/lib/postgresql"])
def test_ordinary_paths_are_no_traces(innocent):
    assert not any(re.search(pattern, innocent) for pattern in TRACES.values())
