"""Files of others stand in the project as they were released, each with its licence; nothing else lies among them."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from scripts.vendor import FOLDERS

FREE = {"0BSD", "MIT", "OFL-1.1", "MPL-2.0"}


def packages(folder: Path) -> list[dict]:
    return tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))["package"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_file_is_what_was_released(folder: Path):
    wanted = {name: sha256 for package in packages(folder) for name, sha256 in package["files"].items()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"manifest.toml"}
    assert there == set(wanted)
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in wanted} == wanted


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_package_says_version_licence_and_hash(folder: Path):
    for package in packages(folder):
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"]), package["name"]
        assert re.fullmatch(r"[0-9a-f]{64}", package["sha256"]), package["name"]
        assert package["licence"] in FREE, package["name"]
        assert any(name.endswith(".LICENSE") for name in package["files"]), (
            f"{package['name']} has no licence beside it"
        )


def test_what_only_tests_need_is_not_handed_to_browsers():
    product, tests = ({package["name"] for package in packages(folder)} for folder in FOLDERS)
    assert "axe-core" in tests and "axe-core" not in product
