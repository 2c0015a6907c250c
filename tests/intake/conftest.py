"""The desk, in an instance that is otherwise empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.organisations.models import Facility
from tests.intake.desk import Desk, instance


@pytest.fixture
def desk(db, tmp_path) -> Desk:
    """Everything is undone after the test."""
    return _desk(tmp_path)


@pytest.fixture
def committed_desk(transactional_db, tmp_path) -> Desk:
    """Everything is committed: for large files, kills and second connections."""
    return _desk(tmp_path)


def _desk(folder) -> Desk:
    instance()
    Facility.objects.create(code="h1", name="River Hospital", kind="hospital")
    return Desk(folder)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for every test; the keys come by the environment."""
    from mainstay.platform.keys import load_keys

    keys = load_keys()
    given = ",".join(f"{name}={getattr(keys, name).hex()}" for name in ("seal", "blind", "cipher", "record"))
    monkeypatch.setenv("MAINSTAY_KEYS", given)
    monkeypatch.setenv("MAINSTAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
