"""The desk, in an instance that is otherwise empty."""

from __future__ import annotations

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
