"""The keys of an instance are those in its folder, also where another instance stood in it a moment ago."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.platform.keys import create_keys, load_keys


def test_a_folder_made_anew_has_its_own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINSTAY_HOME", str(tmp_path))
    monkeypatch.delenv("MAINSTAY_KEYS")
    create_keys(tmp_path)
    before = load_keys()
    (tmp_path / "keys.toml").unlink()
    create_keys(tmp_path)
    assert load_keys() != before
    assert load_keys().cipher.hex() in (tmp_path / "keys.toml").read_text(encoding="utf-8")
