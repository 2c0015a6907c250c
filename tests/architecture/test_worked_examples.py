"""The worked examples of CONTRIBUTING.md still apply, and pass their own tests and those of the architecture.

Each is tried in a copy of the project, in processes of its own and on SQLite.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKED = ROOT / "docs" / "worked"
# What a change of the project could touch, and what the architecture's tests read.
COPIED = (
    *("src", "tests", "docs", "scripts", "requirements"),
    *(".ci", ".importlinter", "Makefile", "*.md", "*.toml"),
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.py[co]", "*.egg-info", ".*cache", ".hypothesis")
# For each example the tests that hold what it adds, beside those it brings itself.
STORIES, MAPPINGS = "tests/duties/test_scenarios.py", "tests/intake/test_mapping.py"
HELD_BY: dict[str, list[str]] = {
    "clause": [
        f"{STORIES}::test_the_rules_do_what_the_story_says[measles-vitamin-a-on-two-days-measles]",
        f"{STORIES}::test_every_clause_has_a_story[measles]",
        f"{STORIES}::test_every_clause_stands_on_its_page[measles]",
        f"{STORIES}::test_what_is_recalled_is_said_on_its_page[measles]",
    ],
    "mapping": [
        f"{MAPPINGS}::test_a_shipped_mapping_is_sound_and_called_like_its_file[fever-clinic-register]",
        f"{MAPPINGS}::test_the_shipped_are_listed_in_the_guide[fever-clinic-register]",
    ],
}
HERE = "tests/architecture/test_worked_examples.py"
SETUP = "tests/architecture/test_setup.py"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
REFRESH = (
    "The project has moved on under the example. Apply it in a copy with `git apply --reject`, mend what is "
    "left, and write it anew with `git diff`, under the lines that introduce it."
)


NOT_HANDED_ON = ("PYTEST", "GIT_", "MAINSTAY_", "DJANGO_")


def copy_of_the_project(folder: Path) -> Path:
    for pattern in COPIED:
        for path in ROOT.glob(pattern):
            if path.is_dir():
                shutil.copytree(path, folder / path.name, ignore=LEFT_OUT)
            else:
                shutil.copy2(path, folder / path.name)
    return folder


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """As from a shell in the copy: nothing of the running suite, of its database or of this repository."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)}
    environment |= {
        "MAINSTAY_TEST_DATABASE": "sqlite",
        "PYTHONPATH": str(folder / "src"),
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def brought(patch: str) -> list[str]:
    """The test files that an example adds."""
    return re.findall(r"^\+\+\+ b/(tests/\S+\.py)$", patch, re.MULTILINE)


def architecture(patch: str) -> list[str]:
    """The architecture's tests that an example could break.

    Imports, services and clocks are the product's Python's. An example without any changes pages and data: these
    tests would read the very files that they read in the running suite, and take most of its time.
    """
    if re.search(r"^\+\+\+ b/(src|scripts)/\S+\.py$", patch, re.MULTILINE):
        return ["tests/architecture", f"--ignore={HERE}"]
    return ["tests/architecture/test_documentation.py", f"{SETUP}::test_no_file_holds_a_trace_of_where_it_was_made"]


def test_there_is_an_example_for_each_that_is_tried():
    assert {path.stem for path in WORKED.glob("*.patch")} == set(HELD_BY)


@pytest.mark.parametrize("name", sorted(HELD_BY))
def test_a_worked_example_applies_and_passes(name: str, tmp_path: Path):
    folder = copy_of_the_project(tmp_path)
    patch = WORKED / f"{name}.patch"
    applied = run(["git", "apply", "--whitespace=nowarn", str(patch)], folder)
    assert applied.returncode == 0, f"{applied.stderr}\n{REFRESH}"
    text = patch.read_text(encoding="utf-8")
    told = run([*PYTEST, *brought(text), *HELD_BY[name], *architecture(text)], folder)
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
